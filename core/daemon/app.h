// The daemon: one configuration carried out by one supervisor an instance, over one bus. Must not
// know any plugin, nor how the process was started.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/bus/bus.h"
#include "core/config/diff.h"
#include "core/config/load.h"
#include "core/config/model.h"
#include "core/control/metrics.h"
#include "core/control/server.h"
#include "core/daemon/followers.h"
#include "core/daemon/sd_notify.h"
#include "core/loop/loop.h"
#include "core/loop/watchdog.h"
#include "core/plugin/host_services.h"
#include "core/plugin/loader.h"
#include "core/plugin/supervisor.h"

namespace meshmux {

// What the daemon stands on. Borrowed for its life.
struct AppParts {
  Loop &loop;
  PluginLoader &loader;
  SdNotify &notify;
  Watchdog &watchdog;
  std::string config_path;
  std::string control_socket;   // over what the configuration says; empty: as configured
  bool keep_log_level = false;  // the command line has set it
  ConfigSystem system;          // for reading the configuration again
  SupervisorTimes times;
};

class ListenerPlan;

class App final : public SupervisorOwner, private Deferred {
 public:
  enum class State { invalid = 0, starting, running, stopping, stopped };

  explicit App(AppParts parts);
  ~App() override;
  App(const App &) = delete;
  App &operator=(const App &) = delete;

  // Creates everything the configuration names and starts it, in order. An error means that nothing
  // was started: the control socket is taken, or a codec is ambiguous.
  Result<void> start(ConfigOutcome outcome);
  // Reads the configuration again and carries out what changed. An error changes nothing. The value
  // is the result of the control method "reload".
  Result<Json> reload();
  // Drains everything in order, within 5 s, then calls stopped.
  void shutdown(std::function<void()> stopped);

  State state() const { return state_; }
  Metrics &metrics() { return metrics_; }
  Bus &bus() { return bus_; }
  // nullptr: no such instance.
  Supervisor *find(std::string_view id) const;

 private:
  using Supervisors = std::map<std::string, std::unique_ptr<Supervisor>, std::less<>>;
  using ConfigPtr = std::shared_ptr<const Config>;

  // app.cc
  void supervisor_changed(Supervisor &supervisor) override;
  void session_opened(Supervisor &supervisor, const SessionInfo &session) override;
  void session_ended(Supervisor &supervisor, const SessionInfo &session,
                     std::string_view reason) override;
  void tell_links();
  void run_deferred() override;
  void run_stage();
  void tick();
  void supervisor_settled();
  int64_t stage_time() const;
  void forget_leavers();
  std::string status_line() const;
  // wiring.cc: what the bus has to know.
  void open_audit(const Config &config);
  Result<void> add_codecs(const Config &config);
  Supervisor &add_instance(const ConfigPtr &config, const InstanceConfig &instance);
  Policy policy_of(const InstanceConfig &instance) const;
  uint32_t link_phase(const Supervisor &source) const;
  // reload.cc
  Result<Json> try_reload();
  std::vector<ListenAddress> addresses_to_bind(const InstanceConfig &instance) const;
  Json apply(const ConfigPtr &after, const ConfigChange &change, ListenerPlan &plan);
  void update(Supervisor &supervisor, const InstanceChange &change);
  void dismiss(std::string_view id);
  static std::shared_ptr<const InstanceConfig> shared_instance(const ConfigPtr &config,
                                                               const InstanceConfig &instance);
  // handlers_*.cc
  void add_show_handlers();
  void add_act_handlers();
  Json status_json() const;
  Json source_json(const Supervisor &source) const;
  Json link_json(const Supervisor &source) const;
  Json instance_json(Supervisor &supervisor) const;
  Json session_json(const Supervisor &supervisor, const SessionInfo &session) const;
  Result<Json> state_json(const Json &params) const;
  Result<Json> policy_test(const Json &params);
  Result<uint64_t> classify_for_test(const Supervisor &source, uint32_t kind, const Json &params,
                                     Json *out);
  void call_instance(const Json &params, const ControlReply &reply);
  void collect_metrics();

  AppParts parts_;
  Metrics metrics_;
  std::set<const LoadedPlugin *> with_codecs_;
  SessionNumbers session_numbers_;
  std::mt19937_64 random_;
  AuditLog audit_;
  CodecRegistry codecs_;
  Bus bus_;
  HostServices services_;
  ConfigPtr config_;
  std::vector<std::string> warnings_;
  Supervisors supervisors_;
  std::list<std::unique_ptr<Supervisor>> leavers_;  // removed by a reload, draining
  ControlServer control_;
  Followers followers_;
  std::map<uint32_t, uint64_t> told_links_;  // source number to the id of the link last told
  Timer tick_timer_;
  State state_ = State::starting;
  size_t stage_ = 0;  // of the shutdown
  int64_t stop_by_ns_ = 0;
  std::function<void()> stopped_;
  int64_t started_ns_ = 0;
  int64_t tick_due_ns_ = 0;
  std::string told_status_;
};

}  // namespace meshmux
