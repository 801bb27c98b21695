// A whole host for one instance, on a virtual clock: deterministic, everything observable, faults
// on request, and an account of what was handed out and never came back. Must not know any plugin.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshmux/meshmux.h"
#include "sdk/testing/fake_bus.h"
#include "sdk/testing/fake_network.h"
#include "sdk/testing/fault_plan.h"
#include "sdk/testing/ledger.h"
#include "sdk/testing/virtual_clock.h"

namespace mmx::testing {

struct LogLine {
  std::int32_t level;
  std::uint64_t session;
  std::string text;
};

struct Health {
  std::int32_t state = MMX_HEALTH_INVALID;
  std::string reason;
};

// The host of one instance. Create it before the instance and let it die after it. Its destructor
// prints leaks and violations that no test has forgiven or taken and aborts, so that no test can
// overlook them.
class FakeHost {
 public:
  explicit FakeHost(std::string instance_id = "under-test", std::uint64_t seed = 1);
  // Shares a clock with other hosts; it must outlive this one.
  FakeHost(std::string instance_id, VirtualClock &clock, std::uint64_t seed = 1);
  ~FakeHost();
  FakeHost(const FakeHost &) = delete;
  FakeHost &operator=(const FakeHost &) = delete;

  // For create().
  const mmx_host *raw() const { return &table_; }

  VirtualClock &clock() { return *clock_; }
  // Moves the clock: timers fire at their own instants, each in a turn of its own. Ends the current
  // turn first.
  void advance(std::int64_t ns) { clock_->advance(ns); }
  // Ends a loop turn: posts, closings and inbox, then turn_end (if the instance was called), then
  // the streams are flushed; again until nothing is left to do.
  void end_turn();
  // Runs body, then ends the turn.
  void turn(const std::function<void()> &body) {
    body();
    end_turn();
  }

  FakeBus &bus() { return bus_; }
  FakeNetwork &net() { return net_; }
  FaultPlan &faults() { return faults_; }

  const Health &health() const { return health_.back(); }
  const std::vector<Health> &health_history() const { return health_; }
  bool is_ready() const;

  std::vector<LogLine> logs() const;
  // Whether a line of at least level contains part.
  bool logged(std::string_view part, std::int32_t level = MMX_LOG_TRACE) const;
  // Value of a counter or gauge; 0 if it was never made.
  std::int64_t metric(const std::string &name) const;

  // The instance's meshmux.control/1. status() gives the JSON text, call() the status and the
  // reply.
  std::string control_status();
  std::pair<mmx_status, std::string> control_call(std::string_view verb,
                                                  std::string_view args = "");

  // The extension is not offered any more; before create.
  void hide_extension(const std::string &id) { hidden_.insert(id); }
  // Bound of the post queue; 1024 unless set.
  void set_post_limit(std::size_t limit) { post_limit_ = limit; }
  std::size_t armed_timers() const;

  // What is outstanding now, in words; empty is good.
  std::vector<std::string> leaks() const;
  // The destructor does not ask for leaks; for tests that are about leaking.
  void forgive_leaks() { forgiven_ = true; }
  // Breaches of the ABI's rules that a real host might not survive, in words.
  std::vector<std::string> take_violations();
  const Ledger &ledger() const { return *ledger_; }

  // The InstanceRunner's side. self and ops are borrowed until detach; role limits what may be
  // published, MMX_ROLE_INVALID allows everything.
  void attach(const mmx_instance_ops *ops, void *self, std::uint32_t role);
  // No call into the instance any more; its streams and timers are closed in silence.
  void detach();
  // From here on post answers MMX_CLOSED.
  void begin_stop() { stopping_ = true; }

  // The services' side.
  static FakeHost &of(const mmx_host *host) { return *static_cast<FakeHost *>(host->host_data); }
  void touch() { touched_ = true; }  // the instance is about to be called
  const mmx_instance_ops *ops() const { return ops_; }
  void *self() const { return self_; }
  std::uint32_t role() const { return role_; }
  const void *instance_extension(const char *id) const;
  SharedLedger shared_ledger() const { return ledger_; }
  void violation(std::string what);

 private:
  struct FakeTimer;
  struct FakeMetric;
  struct Calls;

  void set_up(std::uint64_t seed);
  bool run_posts();
  bool has_posts() const;
  void drop_timers();

  std::unique_ptr<VirtualClock> own_clock_;
  VirtualClock *clock_;
  std::string id_;
  mmx_host table_{};
  SharedLedger ledger_ = std::make_shared<Ledger>();
  FaultPlan faults_;
  FakeNetwork net_{*this};
  FakeBus bus_{*this};
  std::vector<Health> health_{Health{}};
  std::set<std::string> hidden_;
  std::set<FakeTimer *> timers_;
  std::map<std::string, std::unique_ptr<FakeMetric>> metrics_;
  std::mt19937_64 random_;
  const mmx_instance_ops *ops_ = nullptr;
  void *self_ = nullptr;
  std::uint32_t role_ = MMX_ROLE_INVALID;
  bool touched_ = false;
  bool forgiven_ = false;
  bool in_turn_ = false;
  std::atomic<bool> stopping_{false};
  std::size_t post_limit_ = 1024;

  mutable std::mutex mutex_;  // guards what other threads reach
  std::vector<LogLine> logs_;
  std::deque<std::pair<void (*)(void *), void *>> posts_;
  std::vector<std::string> violations_;
};

}  // namespace mmx::testing
