// The virtual node: apps connect to it as to a radio. It mirrors the source's retained state, hands
// live packets on, and passes on what apps ask. Must not know any driver, and enforces no policy:
// what it may see and send is decided by the core.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "meshmux/plugin.hpp"
#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/common/source_view.h"
#include "plugins/vnode/meshtastic/answers.h"
#include "plugins/vnode/meshtastic/app_session.h"
#include "plugins/vnode/meshtastic/commands.h"
#include "plugins/vnode/meshtastic/counters.h"
#include "plugins/vnode/meshtastic/handshakes.h"
#include "plugins/vnode/meshtastic/images.h"
#include "plugins/vnode/meshtastic/live_feed.h"
#include "plugins/vnode/meshtastic/mirror.h"

namespace meshtastic_vnode {

class VirtualNode final : public mmx::Instance, private SessionOwner {
 public:
  static constexpr mmx_option option_table[] = {
      {MMX_OPTION_LISTEN, MMX_OPTION_HOT, "listen", "tcp://0.0.0.0:4404", nullptr, 0, 0,
       "Where apps connect; port 0 picks a free one."},
      {MMX_OPTION_DURATION, MMX_OPTION_HOT, "keepalive", "30s", nullptr, 5, 50,
       "An app that heard nothing for this long gets a sign of life; the least patient client "
       "hangs up after a silent minute."},
  };

  VirtualNode(const mmx_host *host, const mmx::Options &options);

  mmx_status start() override;
  void stop() override;
  mmx_status deliver(const mmx_message &message) override;
  void turn_end() override;
  mmx_status reconfigure(const mmx::Options &options) override;
  mmx_status session_opened(const mmx_session &session, mmx_stream *stream) override;
  std::string status() override;

 private:
  // SessionOwner
  void session_data(AppSession &session, std::string_view bytes) override;
  void session_eof(AppSession &session) override;
  void session_closed(AppSession &session) override;

  void take_frame(AppSession &session, std::string_view payload);
  void count_junk(AppSession &session);
  void describe(AppSession &session, const meshtastic::pb::ToRadio &message);
  void close_quietly(AppSession &session);
  void end(AppSession &session, std::string_view reason);

  void take_link(const mmx_message &message);
  bool take_epoch(std::uint32_t epoch);
  void another_radio();
  void judge_readiness();
  void report_health();
  void keep_alive();

  Counters counters_;
  vnode::Fanout fanout_;
  Mirror mirror_;
  Images images_;
  SessionTable sessions_;
  Answers answers_;
  Commands commands_;
  Handshakes handshakes_;
  LiveFeed live_;
  mmx::Timer keepalive_due_;
  std::int64_t keepalive_ns_;
  vnode::LinkView link_;
  vnode::ReplayWatch replay_;
  std::int32_t health_ = MMX_HEALTH_INVALID;
  std::uint32_t served_own_ = 0;  // node number of what was served last; 0: nothing yet
  bool stopping_ = false;
};

// The plugin's only type.
const mmx_type &virtual_node_type();

}  // namespace meshtastic_vnode
