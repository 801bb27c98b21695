// The host as C++ sees it: extension tables fetched once, handles that free themselves. Everything
// is called on the loop thread unless a comment says otherwise. Must not know any role.
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "meshmux/meshmux.h"
#include "meshmux/text.hpp"

namespace mmx {

namespace detail {

inline void report_exception(const mmx_host *host, const char *where, const char *what) noexcept {
  try {
    const std::string line = std::string(where) + " threw: " + what;
    host->log(host, MMX_LOG_ERROR, 0, text(line));
    host->set_health(host, MMX_HEALTH_FAILED, text(line));
  } catch (...) {
    host->set_health(host, MMX_HEALTH_FAILED, text("out of memory while reporting an exception"));
  }
}

// The exception barrier: runs body; an exception is logged, fails the instance, and the answer is
// safe. Uses host only, so body may delete the object it was called for.
template <class Result, class Body>
Result contain(const mmx_host *host, const char *where, Result safe, Body &&body) noexcept {
  try {
    return body();
  } catch (const std::exception &error) {
    report_exception(host, where, error.what());
  } catch (...) {
    report_exception(host, where, "an exception of unknown type");
  }
  return safe;
}

template <class Body>
void contain(const mmx_host *host, const char *where, Body &&body) noexcept {
  contain(host, where, 0, [&body] {
    body();
    return 0;
  });
}

}  // namespace detail

// A reference to host memory that streams can share. Copying shares, the last owner frees.
class SharedBuffer {
 public:
  SharedBuffer() = default;
  // Adopts the caller's reference.
  SharedBuffer(const mmx_stream_api *api, mmx_shared_buffer *buffer) : api_(api), buffer_(buffer) {}
  SharedBuffer(const SharedBuffer &other) : api_(other.api_), buffer_(other.buffer_) {
    if (buffer_ != nullptr) api_->buffer_retain(buffer_);
  }
  SharedBuffer(SharedBuffer &&other) noexcept
      : api_(other.api_), buffer_(std::exchange(other.buffer_, nullptr)) {}
  SharedBuffer &operator=(SharedBuffer other) noexcept {
    std::swap(api_, other.api_);
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~SharedBuffer() {
    if (buffer_ != nullptr) api_->buffer_release(buffer_);
  }

  explicit operator bool() const { return buffer_ != nullptr; }
  std::uint8_t *data() const { return buffer_->data; }
  std::size_t capacity() const { return buffer_->capacity; }
  mmx_shared_buffer *get() const { return buffer_; }

 private:
  const mmx_stream_api *api_ = nullptr;
  mmx_shared_buffer *buffer_ = nullptr;
};

// A message kept beyond deliver.
class MessageRef {
 public:
  MessageRef() = default;
  MessageRef(const mmx_bus *bus, const mmx_message *message) : bus_(bus), message_(message) {
    if (message_ != nullptr) bus_->retain(message_);
  }
  MessageRef(const MessageRef &other) : MessageRef(other.bus_, other.message_) {}
  MessageRef(MessageRef &&other) noexcept
      : bus_(other.bus_), message_(std::exchange(other.message_, nullptr)) {}
  MessageRef &operator=(MessageRef other) noexcept {
    std::swap(bus_, other.bus_);
    std::swap(message_, other.message_);
    return *this;
  }
  ~MessageRef() {
    if (message_ != nullptr) bus_->release(message_);
  }

  explicit operator bool() const { return message_ != nullptr; }
  const mmx_message *operator->() const { return message_; }
  const mmx_message &operator*() const { return *message_; }

 private:
  const mmx_bus *bus_ = nullptr;
  const mmx_message *message_ = nullptr;
};

class Host {
 public:
  explicit Host(const mmx_host *host)
      : host_(host),
        bus_(fetch<mmx_bus>(MMX_EXT_BUS)),
        streams_(fetch<mmx_stream_api>(MMX_EXT_STREAM)),
        sessions_(fetch<mmx_sessions>(MMX_EXT_SESSIONS)),
        source_(fetch<mmx_source>(MMX_EXT_SOURCE)),
        timers_(fetch<mmx_timers>(MMX_EXT_TIMER)),
        clock_(fetch<mmx_clock>(MMX_EXT_CLOCK)),
        post_(fetch<mmx_post>(MMX_EXT_POST)),
        metrics_(fetch<mmx_metrics>(MMX_EXT_METRICS)) {}

  const mmx_host *raw() const { return host_; }
  // Tables; NULL where the host does not offer the extension to this role.
  const mmx_bus *bus() const { return bus_; }
  const mmx_stream_api *streams() const { return streams_; }
  const mmx_sessions *sessions() const { return sessions_; }
  const mmx_source *source() const { return source_; }
  const mmx_timers *timers() const { return timers_; }
  const mmx_clock *clock() const { return clock_; }

  std::string_view id() const { return view(host_->instance_id(host_)); }

  // Any thread.
  void log(std::int32_t level, std::string_view line, std::uint64_t session = 0) const {
    host_->log(host_, level, session, text(line));
  }
  void healthy() const { host_->set_health(host_, MMX_HEALTH_OK, text("")); }
  void degraded(std::string_view why) const {
    host_->set_health(host_, MMX_HEALTH_DEGRADED, text(why));
  }
  void failed(std::string_view why) const {
    host_->set_health(host_, MMX_HEALTH_FAILED, text(why));
  }
  void stopped() const { host_->set_health(host_, MMX_HEALTH_STOPPED, text("")); }

  std::int64_t mono_ns() const { return clock_->mono_ns(host_); }
  std::int64_t wall_ns() const { return clock_->wall_ns(host_); }
  bool wall_synchronised() const { return clock_->wall_synchronised(host_); }
  std::uint64_t random() const { return clock_->random(host_); }

  mmx_status subscribe(std::uint32_t source, std::uint32_t kinds) const {
    return bus_->subscribe(host_, source, kinds);
  }
  mmx_status publish(const mmx_publish &what, mmx_published *out = nullptr) const {
    return bus_->publish(host_, &what, out);
  }
  MessageRef keep(const mmx_message &message) const { return MessageRef(bus_, &message); }

  SharedBuffer new_buffer(std::size_t capacity) const {
    return SharedBuffer(streams_, streams_->buffer_new(host_, capacity));
  }

  // Any thread. fn runs on the loop, or is destroyed unrun when the answer is not MMX_OK. An
  // exception of fn fails the instance.
  mmx_status call_on_loop(std::function<void()> fn) const {
    struct Call {
      const mmx_host *host;
      std::function<void()> fn;
    };
    auto owned = std::make_unique<Call>(Call{host_, std::move(fn)});
    const mmx_status status = post_->post(
        host_,
        [](void *ctx) {
          const std::unique_ptr<Call> call(static_cast<Call *>(ctx));
          detail::contain(call->host, "call_on_loop", [&call] { call->fn(); });
        },
        owned.get());
    if (status == MMX_OK) static_cast<void>(owned.release());
    return status;
  }

  mmx_metric *counter(const char *name, const char *help) const {
    return metrics_->counter(host_, name, help);
  }
  mmx_metric *gauge(const char *name, const char *help) const {
    return metrics_->gauge(host_, name, help);
  }
  void add(mmx_metric *metric, std::int64_t amount = 1) const { metrics_->add(metric, amount); }
  void set(mmx_metric *metric, std::int64_t value) const { metrics_->set(metric, value); }

 private:
  template <class Table>
  const Table *fetch(const char *id) const {
    return static_cast<const Table *>(host_->get_extension(host_, id));
  }

  const mmx_host *host_;
  const mmx_bus *bus_;
  const mmx_stream_api *streams_;
  const mmx_sessions *sessions_;
  const mmx_source *source_;
  const mmx_timers *timers_;
  const mmx_clock *clock_;
  const mmx_post *post_;
  const mmx_metrics *metrics_;
};

// A one-shot timer; destroying it stops it, also from inside its own fire. An exception of fire
// fails the instance. Not movable: the host holds its address.
class Timer {
 public:
  Timer(const Host &host, std::function<void()> fire)
      : api_(host.timers()),
        host_(host.raw()),
        fire_(std::make_shared<std::function<void()>>(std::move(fire))),
        timer_(api_->create(host.raw(), &Timer::run, this)) {}
  ~Timer() { api_->free(timer_); }
  Timer(const Timer &) = delete;
  Timer &operator=(const Timer &) = delete;

  void start(std::int64_t delay_ns) {
    armed_ = true;
    api_->start(timer_, delay_ns);
  }
  void stop() {
    armed_ = false;
    api_->stop(timer_);
  }
  bool armed() const { return armed_; }

 private:
  static void run(void *ctx) {
    auto *self = static_cast<Timer *>(ctx);
    self->armed_ = false;
    // The function may destroy the timer it was called for, and must outlive that.
    const std::shared_ptr<std::function<void()>> fire = self->fire_;
    detail::contain(self->host_, "timer", [&fire] { (*fire)(); });
  }

  const mmx_timers *api_;
  const mmx_host *host_;
  std::shared_ptr<std::function<void()>> fire_;
  mmx_timer *timer_;
  bool armed_ = false;
};

// Zeroed, sized publish request of one kind.
inline mmx_publish make_publish(std::uint32_t kind) {
  mmx_publish what{};
  what.struct_size = sizeof what;
  what.kind = kind;
  return what;
}

}  // namespace mmx
