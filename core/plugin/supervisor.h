// One configured instance across its lives: starts it, watches its deadlines, restarts what failed
// with backoff, drains what has to go. Owns its listeners and sessions. Must not know other
// instances or their order; the daemon does.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/model.h"
#include "core/loop/loop.h"
#include "core/loop/timers.h"
#include "core/plugin/instance.h"
#include "core/plugin/sessions.h"

namespace meshmux {

class Supervisor;

// How long things may take and how failures are spaced; all in nanoseconds.
struct SupervisorTimes {
  int64_t ready = 10 * kSecond;   // from start to the first set_health
  int64_t drain = 5 * kSecond;    // from stop to set_health(STOPPED)
  int64_t first_retry = kSecond;  // doubles with each failure
  int64_t longest_retry = 60 * kSecond;
  int64_t forgiven = 300 * kSecond;  // so long in good health, and failures are forgotten
};

// Lives whose create or start fails as often as this in a row are not tried again.
inline constexpr uint32_t kMaxStartFailures = 8;

class SupervisorOwner {
 public:
  virtual ~SupervisorOwner() = default;
  // State, health or reason changed. Not called from inside a call of the instance. [loop-thread]
  virtual void supervisor_changed(Supervisor &supervisor) = 0;
  // For who follows sessions.
  virtual void session_opened(Supervisor &, const SessionInfo &) {}
  virtual void session_ended(Supervisor &, const SessionInfo &, std::string_view /*reason*/) {}
};

class Supervisor final : public InstanceOwner, private SessionWatcher, private Deferred {
 public:
  // services and owner are borrowed for life. number is the instance's on the bus.
  Supervisor(const HostServices &services, std::shared_ptr<const InstanceConfig> config,
             std::string plugin_path, uint32_t number, SupervisorOwner &owner,
             const SupervisorTimes &times = {});
  ~Supervisor() override;
  Supervisor(const Supervisor &) = delete;
  Supervisor &operator=(const Supervisor &) = delete;

  const InstanceConfig &config() const { return *config_; }
  const std::string &id() const { return id_; }
  uint32_t number() const { return number_; }
  // The life there is now, nullptr: none.
  Instance *life() const { return life_.get(); }
  SessionDesk &desk() { return desk_; }
  const SessionDesk &desk() const { return desk_; }

  // Uses config from now on: at once for what concerns sessions, in the next life for the rest.
  void set_config(std::shared_ptr<const InstanceConfig> config);
  // Wants it to run. Forgets former failures.
  void start();
  // Wants it gone: drains it, for at most drain_ns, and closes its ports.
  void stop(int64_t drain_ns);
  // Ends this life and begins another with the present configuration; the ports stay open. forget:
  // what a source retained is of another radio, and goes between the two lives.
  enum class Memory { invalid = 0, keep, forget };
  void recreate(Memory memory);
  // Hands hot options to the life; recreates it if it cannot take them.
  void reconfigure();

  // Nothing runs and nothing will by itself.
  bool idle() const { return life_ == nullptr && !wanted_; }
  // It is on its way to idle.
  bool stopping() const { return !wanted_; }
  // Its first start has come to an end, one way or the other.
  bool settled() const;
  bool running() const;

  // For people: disabled, created, starting, running, draining, stopped, failed, backoff.
  std::string_view state_word() const;
  // ok, degraded, failed, unknown.
  std::string_view health_word() const;
  const std::string &reason() const;
  uint32_t restarts() const { return restarts_; }
  // Until the next try; 0: none is planned.
  int64_t retry_ns() const;
  // Wall time at which this life began, 0: there is none.
  int64_t started_wall_ns() const { return life_ == nullptr ? 0 : started_wall_ns_; }

 private:
  void instance_changed(Instance &instance) override;
  void session_opened(const SessionInfo &session) override;
  void session_ended(const SessionInfo &session, std::string_view reason) override;
  void run_deferred() override;
  void begin_life();
  void end_life();
  // ports: the life never began, because an address could not be listened on.
  enum class FailedIn { invalid = 0, ports, life };
  void failed(std::string reason, FailedIn where);
  void overdue();
  void drain(int64_t drain_ns);
  Result<void> open_listeners();

  const HostServices &services_;
  std::shared_ptr<const InstanceConfig> config_;
  const std::string id_;
  const std::string plugin_path_;
  const uint32_t number_;
  SupervisorOwner &owner_;
  const SupervisorTimes times_;
  SessionDesk desk_;
  std::unique_ptr<Instance> life_;
  Timer deadline_;  // ready, drained
  Timer retry_;
  std::string reason_;  // of the last failure, or of what degrades it
  bool wanted_ = false;
  bool forget_ = false;
  bool given_up_ = false;
  bool was_running_ = false;  // this life
  int64_t healthy_since_ns_ = 0;
  int64_t started_wall_ns_ = 0;
  uint32_t failures_ = 0;        // in a row; they space the retries
  uint32_t start_failures_ = 0;  // in a row; they end the retries
  uint32_t restarts_ = 0;
};

}  // namespace meshmux
