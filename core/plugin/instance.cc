// The state machine of one life and the barrier around calls. Must not act on a change of state by
// itself: the owner is told and decides after the call has returned.
#include "core/plugin/instance.h"

#include <fmt/format.h>

#include <vector>

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/plugin/sessions.h"

namespace meshmux {
namespace {

// How long one call may hold the loop before the instance counts as degraded.
constexpr int64_t kSlowCallNs = kSecond;
constexpr uint64_t kLoggedBreaches = 16;
// The first try at what a plugin writes into a buffer, and the most it may ask for.
constexpr size_t kFirstBuffer = 4096;
constexpr size_t kLargestBuffer = size_t{8} << 20;

bool has_listen_option(const mmx_type &type) {
  const char *base = reinterpret_cast<const char *>(type.options);
  for (uint32_t i = 0; i < type.option_count; ++i) {
    const auto *option = reinterpret_cast<const mmx_option *>(base + size_t{i} * type.option_size);
    if (option->kind == MMX_OPTION_LISTEN) return true;
  }
  return false;
}

// Runs write with growing buffers until the answer fits.
template <class Write>
mmx_status collect(Write &&write, std::string *out) {
  std::vector<uint8_t> memory(kFirstBuffer);
  for (;;) {
    mmx_buffer buffer{memory.data(), memory.size(), 0};
    const mmx_status status = write(&buffer);
    const bool too_small = buffer.size > memory.size();
    if (status == MMX_NO_SPACE && too_small && buffer.size <= kLargestBuffer) {
      memory.resize(buffer.size);
      continue;
    }
    if (too_small) return MMX_ERROR;
    out->assign(reinterpret_cast<const char *>(memory.data()), buffer.size);
    return status;
  }
}

}  // namespace

std::string_view state_name(InstanceState state) {
  switch (state) {
    case InstanceState::created:
      return "created";
    case InstanceState::starting:
      return "starting";
    case InstanceState::running:
      return "running";
    case InstanceState::draining:
      return "draining";
    case InstanceState::stopped:
      return "stopped";
    case InstanceState::failed:
      return "failed";
    case InstanceState::invalid:
      break;
  }
  return "invalid";
}

Instance::Instance(const HostServices &services, const mmx_type &type, std::string id,
                   std::string plugin_path, InstanceOwner &owner)
    : CallTarget(services.loop.calls(), id),
      services_(services),
      type_(type),
      id_(std::move(id)),
      plugin_path_(std::move(plugin_path)),
      owner_(owner),
      loop_thread_(std::this_thread::get_id()),
      host_(make_host_table(*this)),
      objects_(std::make_unique<HostObjects>(*this)),
      posts_(services.loop, this),
      has_listener_(has_listen_option(type)) {}

Instance::~Instance() { destroy(); }

int64_t Instance::now() const { return services_.loop.clock().mono_ns(); }

template <class Table>
const Table *Instance::extension(const char *id) {
  if (type_.ops->get_extension == nullptr) return nullptr;
  const void *table = call("get_extension", static_cast<const void *>(nullptr),
                           [&] { return type_.ops->get_extension(self_, id); });
  if (table == nullptr) return nullptr;
  const auto *typed = static_cast<const Table *>(table);
  if (typed->struct_size >= sizeof(Table)) return typed;
  misbehaved(fmt::format("its table for {} has struct_size {}, expected at least {}", id,
                         typed->struct_size, sizeof(Table)));
  return nullptr;
}

void Instance::create(const mmx_values &values) {
  const mmx_status status =
      call("create", mmx_status{MMX_ERROR}, [&] { return type_.create(&host_, &values, &self_); });
  if (state_ == InstanceState::failed) return;
  if (status != MMX_OK) return fail(fmt::format("create answered {}", status));
  if (self_ == nullptr) return fail("create answered MMX_OK and left *self NULL");
  session_handler_ = extension<mmx_session_handler>(MMX_EXT_SESSIONS);
  source_handler_ = extension<mmx_source_handler>(MMX_EXT_SOURCE);
  control_ = extension<mmx_control>(MMX_EXT_CONTROL);
  if (has_listener_ && (session_handler_ == nullptr || session_handler_->opened == nullptr)) {
    fail("it has a listen option and no meshmux.sessions/1 with opened");
  }
}

void Instance::start() {
  if (state_ != InstanceState::created) return;
  enter(InstanceState::starting, {});
  const mmx_status status =
      call("start", mmx_status{MMX_ERROR}, [&] { return type_.ops->start(self_); });
  if (status != MMX_OK && state_ != InstanceState::failed) {
    fail(fmt::format("start answered {}", status));
  }
}

void Instance::stop() {
  if (state_ != InstanceState::starting && state_ != InstanceState::running) return;
  enter(InstanceState::draining, {});
  call("stop", 0, [&] {
    type_.ops->stop(self_);
    return 0;
  });
}

void Instance::give_up() {
  if (state_ == InstanceState::draining) enter(InstanceState::stopped, {});
}

void Instance::destroy() {
  if (std::exchange(destroyed_, true)) return;
  if (state_ != InstanceState::failed) state_ = InstanceState::stopped;
  posts_.close();
  if (self_ != nullptr) {
    posts_.run_all();
    call("destroy", 0, [&] {
      type_.ops->destroy(self_);
      return 0;
    });
    self_ = nullptr;
  }
  const size_t leaked = objects_->close_all();
  if (leaked > 0) {
    log::warn(id_, "left {} timers or streams open when it was destroyed; they were closed",
              leaked);
  }
}

mmx_status Instance::reconfigure(const mmx_values &values) {
  if (type_.ops->reconfigure == nullptr) return MMX_UNSUPPORTED;
  return call("reconfigure", mmx_status{MMX_ERROR},
              [&] { return type_.ops->reconfigure(self_, &values); });
}

bool Instance::may_open() const {
  return state_ == InstanceState::created || state_ == InstanceState::starting ||
         state_ == InstanceState::running;
}

bool Instance::may_deliver() const {
  return self_ != nullptr &&
         (state_ == InstanceState::starting || state_ == InstanceState::running);
}

mmx_status Instance::deliver(const mmx_message &message) {
  if (type_.ops->deliver == nullptr) return MMX_OK;
  return call("deliver", mmx_status{MMX_ERROR},
              [&] { return type_.ops->deliver(self_, &message); });
}

void Instance::session_ended(uint32_t origin, uint64_t session) {
  if (source_handler_ == nullptr || source_handler_->session_ended == nullptr) return;
  call("session_ended", 0, [&] {
    source_handler_->session_ended(self_, origin, session);
    return 0;
  });
}

std::string Instance::session_address(uint64_t session) const {
  return sessions_ == nullptr ? std::string() : sessions_->address_of(session);
}

mmx_status Instance::session_opened(const mmx_session &session, mmx_stream *stream) {
  return call("opened", mmx_status{MMX_ERROR},
              [&] { return session_handler_->opened(self_, &session, stream); });
}

mmx_status Instance::control_status(std::string *json) {
  if (control_ == nullptr || control_->status == nullptr) return MMX_UNSUPPORTED;
  if (state_ != InstanceState::running) return MMX_CLOSED;
  return call("status", mmx_status{MMX_ERROR}, [&] {
    return collect([&](mmx_buffer *buffer) { return control_->status(self_, buffer); }, json);
  });
}

mmx_status Instance::control_call(std::string_view verb, std::string_view args,
                                  std::string *reply) {
  if (control_ == nullptr || control_->call == nullptr) return MMX_UNSUPPORTED;
  if (state_ != InstanceState::running) return MMX_CLOSED;
  // A verb acts, so it is never asked a second time with a larger buffer.
  std::vector<uint8_t> memory(kLargestBuffer / 8);
  mmx_buffer buffer{memory.data(), memory.size(), 0};
  const mmx_status status = call("call", mmx_status{MMX_ERROR}, [&] {
    return control_->call(self_, to_mmx(verb), to_mmx(args), &buffer);
  });
  if (buffer.size > memory.size()) return MMX_NO_SPACE;
  reply->assign(reinterpret_cast<const char *>(memory.data()), buffer.size);
  return status;
}

void Instance::turn_end() {
  const bool alive = state_ == InstanceState::starting || state_ == InstanceState::running ||
                     state_ == InstanceState::draining;
  if (!alive || self_ == nullptr || type_.ops->turn_end == nullptr || depth_ > 0) return;
  // The tracker stands in a scope that does not count as a call; a scope of ours would make every
  // turn end the cause of another.
  const int64_t begin = now();
  ++depth_;
  try {
    type_.ops->turn_end(self_);
  } catch (const std::exception &error) {
    threw("turn_end", error.what());
  } catch (...) {
    threw("turn_end", nullptr);
  }
  --depth_;
  took("turn_end", now() - begin);
}

void Instance::set_health(int32_t health, std::string_view reason) {
  const bool alive = state_ == InstanceState::starting || state_ == InstanceState::running;
  switch (health) {
    case MMX_HEALTH_OK:
    case MMX_HEALTH_DEGRADED:
      if (!alive) return;
      degraded_ = health == MMX_HEALTH_DEGRADED;
      enter(InstanceState::running, degraded_ ? reason : std::string_view());
      return;
    case MMX_HEALTH_FAILED:
      if (state_ == InstanceState::draining) return enter(InstanceState::stopped, {});
      if (alive || state_ == InstanceState::created) fail(std::string(reason));
      return;
    case MMX_HEALTH_STOPPED:
      if (state_ == InstanceState::draining) return enter(InstanceState::stopped, {});
      if (alive) fail("it said that it has stopped without being asked to");
      return;
    default:
      misbehaved(fmt::format("set_health with {}, which is no MMX_HEALTH_*", health));
  }
}

void Instance::fail(std::string reason) {
  if (state_ == InstanceState::failed || state_ == InstanceState::stopped) return;
  if (reason.empty()) reason = "it gave no reason";
  // While draining there is nothing left to save: the life ends either way.
  enter(state_ == InstanceState::draining ? InstanceState::stopped : InstanceState::failed, reason);
}

void Instance::enter(InstanceState state, std::string_view reason) {
  const bool same = state == state_ && reason == reason_;
  state_ = state;
  reason_ = reason;
  if (state == InstanceState::stopped || state == InstanceState::failed) posts_.close();
  if (!same) owner_.instance_changed(*this);
}

void Instance::threw(const char *where, const char *what) {
  const std::string text = fmt::format("an exception left its {}: {}", where,
                                       what == nullptr ? "of unknown type" : what);
  misbehaved(text);
  fail(text);
}

void Instance::took(const char *where, int64_t ns) {
  if (ns < kSlowCallNs) return;
  const std::string text = fmt::format("its {} held the loop for {} ms", where, ns / 1000000);
  misbehaved(text);
  if (state_ != InstanceState::running) return;
  degraded_ = true;
  enter(InstanceState::running, text);
}

void Instance::misbehaved(std::string_view what) {
  // Each of the first ones is told, then only every doubling: a breach may come with every message.
  const uint64_t count = misbehaviours_.fetch_add(1, std::memory_order_relaxed) + 1;
  if (count > kLoggedBreaches && (count & (count - 1)) != 0) return;
  log::error(id_, "plugin misbehaves: {} ({}, type {})", what, plugin_path_, type_.name);
}

bool Instance::on_loop_thread(const char *function) {
  if (is_loop_thread()) return true;
  if (!foreign_logged_.exchange(true)) {
    misbehaved(
        fmt::format("it called {} from a thread of its own; only log, post, metrics, "
                    "retain and release may be called there. Such calls are refused",
                    function));
  }
  return false;
}

}  // namespace meshmux
