// The virtual node: apps connect to it as to a companion radio. It mirrors the source's retained
// state, keeps each app's messages, and passes on what apps ask. Must not know any driver, and
// enforces no policy: what it may see and send is decided by the core.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "meshmux/plugin.hpp"
#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/common/source_view.h"
#include "plugins/vnode/meshcore/answers.h"
#include "plugins/vnode/meshcore/app_session.h"
#include "plugins/vnode/meshcore/commands.h"
#include "plugins/vnode/meshcore/contact_list.h"
#include "plugins/vnode/meshcore/counters.h"
#include "plugins/vnode/meshcore/live_feed.h"
#include "plugins/vnode/meshcore/local_commands.h"
#include "plugins/vnode/meshcore/mailboxes.h"
#include "plugins/vnode/meshcore/mirror.h"
#include "plugins/vnode/meshcore/outlet.h"
#include "plugins/vnode/meshcore/raw_feed.h"

namespace meshcore_vnode {

class VirtualNode final : public mmx::Instance, private SessionOwner {
 public:
  static constexpr mmx_option option_table[] = {
      {MMX_OPTION_LISTEN, MMX_OPTION_HOT, "listen", "tcp://0.0.0.0:5000", nullptr, 0, 0,
       "Where apps connect; port 0 picks a free one."},
      {MMX_OPTION_BOOL, MMX_OPTION_HOT, "personal", "false", nullptr, 0, 0,
       "Whoever connects here is the same user: messages missed while away are kept for this "
       "listener, not for each address and app."},
      {MMX_OPTION_STRING, MMX_OPTION_HOT, "history", "none", nullptr, 0, 0,
       "Earlier messages for an app that is new: none, a number (20) or an age (6h)."},
      {MMX_OPTION_INT, MMX_OPTION_HOT, "message_log", "1000", nullptr, 1, 100000,
       "How many messages are kept for apps that have not fetched them."},
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
  void session_drained(AppSession &session) override;
  void session_closed(AppSession &session) override;

  void count_oversize(AppSession &session);
  void count_junk(AppSession &session);
  void end(AppSession &session, std::string_view reason);

  bool take_epoch(std::uint32_t epoch);
  void another_radio();
  void judge_readiness();
  void report_health();

  Counters counters_;
  vnode::Fanout fanout_;
  Outlet outlet_;
  Mirror mirror_;
  ContactList contacts_;
  SessionTable sessions_;
  Mailboxes mailboxes_;
  LocalCommands local_;
  Answers answers_;
  Commands commands_;
  RawFeed raw_;
  LiveFeed live_;
  vnode::LinkView link_;
  vnode::ReplayWatch replay_;
  std::int32_t health_ = MMX_HEALTH_INVALID;
  bool options_valid_;
  bool stopping_ = false;
};

// The plugin's only type.
const mmx_type &virtual_node_type();

}  // namespace meshcore_vnode
