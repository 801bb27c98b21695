// The MeshCore source: holds the one connection to a companion radio, keeps a mirror of what it
// knows, brings it commands. This class is the order of events: connect, capture, live, loss,
// again; what each part does stands in that part. Must not know who its apps are.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "meshmux/backoff.hpp"
#include "meshmux/plugin.hpp"
#include "plugins/meshcore/driver/capture.h"
#include "plugins/meshcore/driver/commands.h"
#include "plugins/meshcore/driver/displacement.h"
#include "plugins/meshcore/driver/inbound.h"
#include "plugins/meshcore/driver/opening.h"
#include "plugins/meshcore/driver/settings.h"

namespace meshcore_driver {

class Driver final : public mmx::Instance,
                     private LinkEvents,
                     private ExchangeEvents,
                     private CaptureEvents,
                     private CommandEvents {
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
  void link_closed(LinkEnd end, std::string_view reason) override;
  void unasked(std::string_view frame) override;
  void exchange_dead() override;
  void clock_said(std::uint32_t seconds) override;
  void identity_said(const meshcore::SelfInfo &self) override;
  void captured(Dump dump) override;
  void capture_failed(std::string_view reason) override;
  void restart_expected() override;
  void capture_again() override;

  void connect();
  void disconnect(std::string_view reason);
  void lost(LinkEnd end, std::string_view reason);
  void log_lost(LinkEnd end, std::string_view reason, bool displaced, std::int64_t delay);
  void say_link(std::uint32_t phase, std::string_view reason = {});
  void in_step();
  void begin_capture();
  void refresh();
  void live_frame(std::string_view frame);
  void restarted(std::string_view how);
  void close_parts();
  void unanswering();
  void try_other_lines();
  void commit(std::string_view frame, const std::function<void()> &done);
  void tick();
  void poll();
  void polled_time(const Outcome &outcome);
  void polled_core(const Outcome &outcome);
  void drain();

  Settings settings_;
  Counters counters_;
  Publisher out_;
  ClockKeeper clock_;
  Mirror mirror_;
  Link link_;
  Exchange exchange_;
  Reader reader_;
  Answers answers_;
  Scopes scopes_;
  Stamps stamps_;
  Estimates estimates_;
  Signer signer_;
  TraceTags traces_;
  Texts texts_;
  Requests requests_;
  Commands commands_;
  Drainer drainer_;
  Inbound inbound_;
  Capture capture_;
  Opening opening_;
  mmx::Backoff backoff_;
  Displacement displacement_;
  std::deque<std::string> early_;  // news that came before it was known whose radio it is

  std::uint32_t phase_ = MMX_LINK_DOWN;
  std::string identity_;       // what the core was told
  std::string reason_;         // why the link is down
  std::string ending_reason_;  // why we end it ourselves
  Lines lines_ = Lines::both;  // of a serial line, the ones being tried
  bool lines_work_ = false;    // the radio answered with them
  bool stopping_ = false;
  bool told_ahead_ = false;
  std::int64_t refresh_ns_ = 0;           // when everything is read again
  std::int64_t poll_ns_ = 0;              // when battery, statistics and clock are read
  std::int64_t drain_ns_ = 0;             // when the queue is looked at unasked
  std::int64_t heard_ns_ = 0;             // last frame
  std::int64_t restart_expected_ns_ = 0;  // until then a restart is no surprise
  std::int64_t stop_until_ns_ = 0;
  std::uint32_t uptime_s_ = 0;

  mmx::Timer retry_;
  mmx::Timer tick_;
  mmx::Timer drain_;
  mmx::Timer cut_;  // ends a link outside of its own callbacks
};

const mmx_type &driver_type();

}  // namespace meshcore_driver
