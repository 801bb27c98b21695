// The life of the daemon: start in order, tick, tell the service manager, drain in reverse. Must
// not know how a reload or a control method works.
#include "core/daemon/app.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/control/paths.h"

namespace meshmux {
namespace {

// Simulators first: a source may want to connect to one.
constexpr std::array kStartOrder = {Group::simulators, Group::storage, Group::sources,
                                    Group::frontends, Group::bridges};

constexpr int64_t kTickNs = kSecond;
constexpr int64_t kShutdownNs = 5 * kSecond;
// What one stage of the shutdown may take, so that a frontend that hangs leaves a source the time
// to say goodbye to its radio.
constexpr int64_t kStageNs = kShutdownNs * 3 / 10;

uint64_t random_seed() {
  uint64_t seed = 0;
  if (getrandom(&seed, sizeof seed, 0) != sizeof seed) seed = 1;
  return seed;
}

}  // namespace

App::App(AppParts parts)
    : parts_(std::move(parts)),
      random_(random_seed()),
      audit_(parts_.loop.clock()),
      bus_(parts_.loop.timers(), codecs_, audit_),
      services_{parts_.loop, bus_, metrics_, session_numbers_, [this] { return random_(); }},
      control_(parts_.loop),
      tick_timer_(
          parts_.loop.timers(), [](void *ctx) { static_cast<App *>(ctx)->tick(); }, this) {
  parts_.loop.set_drain([this] { return bus_.drain(); });
  parts_.loop.set_turn_end([this] { tell_links(); });
}

App::~App() {
  leavers_.clear();
  supervisors_.clear();
  parts_.loop.set_drain({});
  parts_.loop.set_turn_end({});
}

Supervisor *App::find(std::string_view id) const {
  const auto found = supervisors_.find(id);
  return found == supervisors_.end() ? nullptr : found->second.get();
}

Result<void> App::start(ConfigOutcome outcome) {
  auto config = std::make_shared<const Config>(std::move(*outcome.config));
  started_ns_ = parts_.loop.clock().mono_ns();
  MMX_CHECK(add_codecs(*config));
  add_show_handlers();
  add_act_handlers();
  std::string socket =
      parts_.control_socket.empty() ? config->control.socket : parts_.control_socket;
  if (socket.empty()) socket = default_control_socket();
  MMX_CHECK(control_.listen(socket, config->control.group));

  config_ = config;
  for (const Problem &warning : outcome.warnings) {
    warnings_.push_back(warning.to_string());
    log::warn({}, "{}", warning.to_string());
  }
  open_audit(*config);
  // All of them are known to the bus before the first one runs, whatever they refer to.
  for (const InstanceConfig &instance : config->instances) add_instance(config, instance);
  for (const Group group : kStartOrder) {
    for (const InstanceConfig &instance : config->instances) {
      if (instance.group == group && instance.enabled) find(instance.id)->start();
    }
  }
  tick_due_ns_ = parts_.loop.clock().mono_ns();
  tick();
  parts_.loop.defer(*this);
  return {};
}

void App::supervisor_changed(Supervisor &supervisor) {
  followers_.tell("instances", {{"what", "instances"},
                                {"event", "changed"},
                                {"instance",
                                 {{"id", supervisor.id()},
                                  {"state", supervisor.state_word()},
                                  {"health", supervisor.health_word()},
                                  {"reason", supervisor.reason()}}}});
  supervisor_settled();
  // Who is idle may be destroyed or let the next stage begin, but not from inside its own call.
  if (!leavers_.empty() || state_ == State::stopping) parts_.loop.defer(*this);
}

// Ready is told once, when every instance has either come up or failed for the first time.
void App::supervisor_settled() {
  if (state_ != State::starting) return;
  const auto settled = [](const auto &entry) { return entry.second->settled(); };
  if (!std::ranges::all_of(supervisors_, settled)) return;
  state_ = State::running;
  log::info({}, "ready: {}", status_line());
  parts_.notify.ready(status_line());
}

std::string App::status_line() const {
  size_t sources = 0;
  size_t up = 0;
  size_t clients = 0;
  for (const auto &[id, supervisor] : supervisors_) {
    clients += supervisor->desk().size();
    if (supervisor->config().group != Group::sources || !supervisor->config().enabled) continue;
    ++sources;
    if (supervisor->running() && link_phase(*supervisor) == MMX_LINK_UP) ++up;
  }
  if (sources == 0) {
    return fmt::format("no source is active; edit {} and reload", parts_.config_path);
  }
  return fmt::format("{} of {} radios connected, {} clients", up, sources, clients);
}

void App::tick() {
  const int64_t now = parts_.loop.clock().mono_ns();
  metrics_.gauge("", "loop_late_ns", "How late the loop's last one-second tick was")
      .set(now - tick_due_ns_);
  if (now - tick_due_ns_ > kSecond / 4) {
    metrics_.counter("", "loop_stalls_total", "Ticks that were more than 250 ms late").add(1);
  }
  if (state_ == State::running) {
    if (std::string line = status_line(); line != told_status_) {
      parts_.notify.status(line);
      told_status_ = std::move(line);
    }
  }
  int64_t next = kTickNs;
  if (const int64_t interval = parts_.notify.watchdog_interval_ns(); interval > 0) {
    if (parts_.watchdog.alive()) parts_.notify.watchdog();
    next = std::min(next, interval);
  }
  tick_due_ns_ = now + next;
  tick_timer_.start(next);
}

void App::shutdown(std::function<void()> stopped) {
  if (state_ == State::stopping || state_ == State::stopped) return;
  log::info({}, "stopping");
  parts_.notify.stopping();
  state_ = State::stopping;
  stopped_ = std::move(stopped);
  stop_by_ns_ = parts_.loop.clock().mono_ns() + kShutdownNs;
  stage_ = kStartOrder.size();
  parts_.loop.defer(*this);
}

void App::run_deferred() {
  supervisor_settled();
  forget_leavers();
  if (state_ == State::stopping) run_stage();
}

// Stops one group after the other, the last started first, waiting for each to be gone.
void App::run_stage() {
  while (stage_ > 0) {
    const Group group = kStartOrder[stage_ - 1];
    bool waiting = false;
    for (auto &[id, supervisor] : supervisors_) {
      if (supervisor->config().group != group || supervisor->idle()) continue;
      if (!supervisor->stopping()) supervisor->stop(stage_time());
      waiting |= !supervisor->idle();
    }
    if (waiting) return;
    --stage_;
  }
  if (!leavers_.empty()) return;
  state_ = State::stopped;
  control_.close();
  tick_timer_.stop();
  log::info({}, "stopped");
  if (stopped_) std::exchange(stopped_, nullptr)();
}

int64_t App::stage_time() const {
  const int64_t left = stop_by_ns_ - parts_.loop.clock().mono_ns();
  return std::clamp(left, int64_t{0}, kStageNs);
}

void App::forget_leavers() {
  leavers_.remove_if([this](const std::unique_ptr<Supervisor> &leaver) {
    if (!leaver->idle()) return false;
    told_links_.erase(leaver->number());
    // Its successor of the same name counts on.
    if (find(leaver->id()) == nullptr) metrics_.remove_instance(leaver->id());
    bus_.remove(leaver->number());
    return true;
  });
}

}  // namespace meshmux
