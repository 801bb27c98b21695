// The Meshtastic source: holds the one connection to a radio, keeps a mirror of what it knows,
// brings it commands. This class is the order of events: connect, dump, live, loss, again; what
// each part does stands in that part. Must not know who its apps are.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "meshmux/backoff.hpp"
#include "meshmux/plugin.hpp"
#include "plugins/meshtastic/driver/admission.h"
#include "plugins/meshtastic/driver/capture.h"
#include "plugins/meshtastic/driver/counters.h"
#include "plugins/meshtastic/driver/displacement.h"
#include "plugins/meshtastic/driver/inbound.h"
#include "plugins/meshtastic/driver/link.h"
#include "plugins/meshtastic/driver/liveness.h"
#include "plugins/meshtastic/driver/mirror.h"
#include "plugins/meshtastic/driver/publisher.h"
#include "plugins/meshtastic/driver/reads.h"
#include "plugins/meshtastic/driver/settings.h"
#include "plugins/meshtastic/driver/transmitter.h"

namespace meshtastic_driver {

class Driver final : public mmx::Instance, private LinkEvents {
 public:
  static constexpr const auto &option_table = kOptions;

  Driver(const mmx_host *raw_host, const mmx::Options &options);

  mmx_status start() override;
  void stop() override;
  mmx_status deliver(const mmx_message &message) override;
  mmx_status reconfigure(const mmx::Options &options) override;
  void session_ended(std::uint32_t origin, std::uint64_t session) override;
  std::string status() override;
  mmx_status call(std::string_view verb, std::string_view args, std::string &reply) override;

 private:
  void link_opened() override;
  void link_frame(std::string_view payload) override;
  void link_text(std::string_view line) override;
  void link_closed(LinkEnd end, std::string_view reason) override;

  void connect();
  void disconnect(std::string_view reason);
  void lost(LinkEnd end, std::string_view reason);
  void say_link(std::uint32_t phase, std::string_view reason = {});
  void begin_capture(meshtastic::HandshakeKind kind);
  void capture_frame(std::string_view payload);
  void learn_identity(std::uint32_t own);
  void finish_capture();
  void restarted(std::string_view how);
  void live_frame(std::string_view payload);
  void set_clock();
  void changed(const AdminEffects &effects);
  void tick();
  void check_liveness(std::int64_t now);
  void refresh(std::int64_t now);
  void drain();

  Settings settings_;
  Counters counters_;
  Publisher out_;
  Mirror mirror_;
  Link link_;
  Transmitter transmitter_;
  Admission admission_;
  Reads reads_;
  Inbound inbound_;
  Capture capture_;
  Liveness liveness_;
  mmx::Backoff backoff_;
  Displacement displacement_;
  std::deque<std::string> during_dump_;  // live frames that came while a dump ran

  std::uint32_t phase_ = MMX_LINK_DOWN;
  std::uint32_t identity_ = 0;  // what the core was told
  std::string reason_;          // why the link is down
  std::string ending_reason_;   // why we end it ourselves
  std::string firmware_;
  bool heard_ = false;      // a frame came since the connection was opened
  bool clock_set_ = false;  // on this run of the radio
  bool stopping_ = false;
  std::int64_t progress_ns_ = 0;  // last frame of the dump that runs
  std::int64_t refresh_ns_ = 0;   // when the settings are read again
  std::int64_t drain_until_ns_ = 0;
  std::int64_t restart_expected_ns_ = 0;  // until then a restart is no surprise
  std::uint64_t frames_out_seen_ = 0;

  mmx::Timer retry_;
  mmx::Timer resync_;
  mmx::Timer tick_;
  mmx::Timer drain_;
};

const mmx_type &driver_type();

}  // namespace meshtastic_driver
