// The order of a life: ports, create, start, ready in time; and what follows when one of them
// fails. Everything that ends a life runs from the loop, never from inside a call of the instance.
#include "core/plugin/supervisor.h"

#include <algorithm>
#include <utility>

#include "core/base/log.h"

namespace meshmux {
namespace {

std::string_view listening_words(uint32_t role) {
  return role == MMX_ROLE_FRONTEND ? "virtual node listening on" : "listening on";
}

}  // namespace

Supervisor::Supervisor(const HostServices &services, std::shared_ptr<const InstanceConfig> config,
                       std::string plugin_path, uint32_t number, SupervisorOwner &owner,
                       const SupervisorTimes &times)
    : services_(services),
      config_(std::move(config)),
      id_(config_->id),
      plugin_path_(std::move(plugin_path)),
      number_(number),
      owner_(owner),
      times_(times),
      desk_(services.loop, services.session_numbers, config_->id,
            listening_words(config_->type->role), *this),
      deadline_(
          services.loop.timers(), [](void *ctx) { static_cast<Supervisor *>(ctx)->overdue(); },
          this),
      retry_(
          services.loop.timers(), [](void *ctx) { static_cast<Supervisor *>(ctx)->begin_life(); },
          this) {
  desk_.set_rules(config_->listener);
}

Supervisor::~Supervisor() {
  if (life_ != nullptr) end_life();
}

void Supervisor::set_config(std::shared_ptr<const InstanceConfig> config) {
  config_ = std::move(config);
  desk_.set_rules(config_->listener);
}

void Supervisor::start() {
  failures_ = start_failures_ = 0;
  given_up_ = false;
  if (std::exchange(wanted_, true) && (life_ != nullptr || retry_.active())) return;
  if (life_ == nullptr) begin_life();
}

void Supervisor::stop(int64_t drain_ns) {
  wanted_ = false;
  retry_.stop();
  desk_.release_listeners();
  drain(drain_ns);
}

void Supervisor::recreate(Memory memory) {
  if (memory == Memory::forget) forget_ = true;
  failures_ = start_failures_ = 0;
  given_up_ = false;
  wanted_ = true;
  retry_.stop();
  if (life_ == nullptr) return begin_life();
  drain(times_.drain);
}

void Supervisor::reconfigure() {
  if (life_ == nullptr || life_->state() != InstanceState::running) return recreate(Memory::keep);
  const mmx_values values = config_->options.view();
  const mmx_status status = life_->reconfigure(values);
  if (status == MMX_OK) return log::info(id_, "reconfigured");
  if (status != MMX_UNSUPPORTED) log::warn(id_, "did not take its new options; it is recreated");
  recreate(Memory::keep);
}

void Supervisor::drain(int64_t drain_ns) {
  if (life_ == nullptr) return;
  const bool stoppable =
      life_->state() == InstanceState::starting || life_->state() == InstanceState::running;
  if (stoppable) {
    deadline_.start(drain_ns);
    life_->stop();
  }
  services_.loop.defer(*this);
}

Result<void> Supervisor::open_listeners() {
  MMX_TRY(std::vector<BoundListener> missing, desk_.bind_missing(config_->listens));
  if (!missing.empty()) desk_.add_listeners(std::move(missing));
  return {};
}

void Supervisor::begin_life() {
  retry_.stop();
  was_running_ = false;
  if (const Result<void> opened = open_listeners(); !opened) {
    return failed(opened.error().message, FailedIn::ports);
  }
  if (std::exchange(forget_, false)) services_.bus.forget_state(number_);
  log::debug(id_, "starting");
  started_wall_ns_ = services_.loop.clock().wall_ns();
  life_ = std::make_unique<Instance>(services_, *config_->type, id_, plugin_path_, *this);
  life_->set_number(number_);
  life_->set_sessions(config_->listens.empty() ? nullptr : &desk_);
  desk_.serve(life_.get());
  services_.bus.attach(number_, *life_);
  deadline_.start(times_.ready);
  life_->create(config_->options.view());
  life_->start();
  services_.loop.defer(*this);
}

void Supervisor::end_life() {
  deadline_.stop();
  services_.loop.cancel(*this);
  desk_.serve(nullptr);
  services_.bus.detach(number_);
  life_->destroy();
  life_.reset();
}

void Supervisor::session_opened(const SessionInfo &session) {
  owner_.session_opened(*this, session);
}

void Supervisor::session_ended(const SessionInfo &session, std::string_view reason) {
  services_.bus.session_ended(number_, session.id);
  owner_.session_ended(*this, session, reason);
}

void Supervisor::instance_changed(Instance &) { services_.loop.defer(*this); }

void Supervisor::run_deferred() {
  if (life_ == nullptr) return;
  switch (life_->state()) {
    case InstanceState::running: {
      const bool just_now = !std::exchange(was_running_, true);
      if (just_now) {
        deadline_.stop();
        start_failures_ = 0;
        log::info(id_, "running");
      }
      if (life_->degraded()) {
        healthy_since_ns_ = 0;
        // A radio that is not there yet in the first moment is no reason to alarm anybody.
        if (just_now)
          log::info(id_, "not ready yet: {}", life_->reason());
        else if (reason_ != life_->reason())
          log::warn(id_, "degraded: {}", life_->reason());
      } else if (healthy_since_ns_ == 0) {
        healthy_since_ns_ = services_.loop.clock().mono_ns();
      }
      reason_ = life_->reason();
      break;
    }
    case InstanceState::failed: {
      const std::string reason = life_->reason();
      end_life();
      return failed(reason, FailedIn::life);
    }
    case InstanceState::stopped:
      end_life();
      log::info(id_, "stopped");
      if (wanted_) {
        ++restarts_;
        begin_life();
      }
      break;
    default:
      break;
  }
  owner_.supervisor_changed(*this);
}

void Supervisor::failed(std::string reason, FailedIn where) {
  const int64_t now = services_.loop.clock().mono_ns();
  const int64_t healthy_since = std::exchange(healthy_since_ns_, 0);
  if (healthy_since != 0 && now - healthy_since >= times_.forgiven) failures_ = 0;
  if (where == FailedIn::life && !was_running_) ++start_failures_;
  reason_ = std::move(reason);
  if (!wanted_) {
    log::error(id_, "failed: {}", reason_);
  } else if (start_failures_ >= kMaxStartFailures) {
    given_up_ = true;
    log::error(id_, "failed for good: {} ({} times in a row; change its configuration and reload)",
               reason_, start_failures_);
  } else {
    int64_t wait = times_.first_retry;
    for (uint32_t i = 0; i < failures_ && wait < times_.longest_retry; ++i) wait *= 2;
    wait = std::min(wait, times_.longest_retry);
    ++failures_;
    ++restarts_;
    retry_.start(wait);
    log::error(id_, "failed: {}; next try in {} s", reason_, wait / kSecond);
  }
  owner_.supervisor_changed(*this);
}

void Supervisor::overdue() {
  if (life_ == nullptr) return;
  if (life_->state() == InstanceState::starting) {
    life_->fail(fmt::format("it did not say that it is ready within {} s", times_.ready / kSecond));
  } else if (life_->state() == InstanceState::draining) {
    log::warn(id_, "did not say that it has stopped in time; it is destroyed now");
    life_->give_up();
  }
}

bool Supervisor::settled() const {
  return life_ == nullptr ||
         (life_->state() != InstanceState::created && life_->state() != InstanceState::starting);
}

bool Supervisor::running() const {
  return life_ != nullptr && life_->state() == InstanceState::running;
}

std::string_view Supervisor::state_word() const {
  if (life_ != nullptr) return state_name(life_->state());
  if (!config_->enabled) return "disabled";
  if (retry_.active()) return "backoff";
  return given_up_ ? "failed" : "stopped";
}

std::string_view Supervisor::health_word() const {
  if (running()) return life_->degraded() ? "degraded" : "ok";
  return given_up_ || retry_.active() ? "failed" : "unknown";
}

const std::string &Supervisor::reason() const {
  if (running()) return life_->reason();
  return life_ == nullptr && !config_->enabled ? config_->inactive_reason : reason_;
}

int64_t Supervisor::retry_ns() const {
  if (!retry_.active()) return 0;
  return std::max(int64_t{0}, retry_.deadline_ns() - services_.loop.clock().mono_ns());
}

}  // namespace meshmux
