// The barrier between the loop's objects and a plugin's callbacks. Must not call a plugin but
// through Instance::call.
#include "core/plugin/host_objects.h"

#include "core/plugin/instance.h"

namespace meshmux {

PluginTimer::PluginTimer(Instance &owner, void (*fire)(void *ctx), void *ctx)
    : owner_(owner),
      fire_(fire),
      ctx_(ctx),
      timer_(owner.services().loop.timers(), &PluginTimer::fired, this, &owner) {
  owner.objects().timers().add(this);
}

PluginTimer::~PluginTimer() { owner_.objects().timers().remove(this); }

void PluginTimer::fired(void *ctx) {
  // The timer may be freed inside, so nothing of it is used afterwards.
  const auto *self = static_cast<PluginTimer *>(ctx);
  void (*const fire)(void *) = self->fire_;
  void *const argument = self->ctx_;
  self->owner_.callback("timer", [=] { fire(argument); });
}

PluginStream::PluginStream(Instance &owner, uint64_t session, SessionEnd *end)
    : owner_(owner), session_(session), end_(end) {
  owner.objects().streams().add(this);
}

PluginStream::~PluginStream() { owner_.objects().streams().remove(this); }

void PluginStream::adopt(Stream *stream) {
  stream_ = stream;
  stream_->set_observer(this);
}

void PluginStream::connect(const Uri &uri, int64_t timeout_ns, const mmx_stream_events *events,
                           void *ctx) {
  events_ = events;
  ctx_ = ctx;
  ConnectOptions options;
  options.timeout_ns = timeout_ns;
  stream_ = Stream::connect(owner_.services().loop, uri, options, barrier(events), this, &owner_);
  stream_->set_observer(this);
}

void PluginStream::set_events(const mmx_stream_events *events, void *ctx) {
  events_ = events;
  ctx_ = ctx;
  stream_->set_events(barrier(events), this, &owner_);
}

void PluginStream::reject(std::string_view reason) {
  if (events_ == nullptr) return drop(reason);
  stream_->abort(MMX_CLOSED, reason);
}

void PluginStream::drop(std::string_view reason) {
  stream_->set_observer(nullptr);
  if (end_ != nullptr) {
    end_->session_closed(session_, MMX_CLOSED, reason, {stream_->bytes_in(), stream_->bytes_out()});
  }
  stream_->abandon();
  delete this;
}

void PluginStream::stream_closed(Stream &stream, mmx_status status, std::string_view reason) {
  if (end_ != nullptr) {
    end_->session_closed(session_, status, reason, {stream.bytes_in(), stream.bytes_out()});
  }
  delete this;
}

// One table for all streams; a second one without on_eof, because its absence means something.
const mmx_stream_events *PluginStream::barrier(const mmx_stream_events *events) {
  static const mmx_stream_events full = {
      sizeof(mmx_stream_events),
      0,
      [](void *ctx, mmx_stream *) {
        auto *self = static_cast<PluginStream *>(ctx);
        if (self->events_->on_open == nullptr) return;
        self->owner_.callback("on_open", [=] { self->events_->on_open(self->ctx_, self); });
      },
      [](void *ctx, mmx_stream *, mmx_bytes bytes) {
        auto *self = static_cast<PluginStream *>(ctx);
        if (self->events_->on_data == nullptr) return;
        self->owner_.callback("on_data", [=] { self->events_->on_data(self->ctx_, self, bytes); });
      },
      [](void *ctx, mmx_stream *) {
        auto *self = static_cast<PluginStream *>(ctx);
        self->owner_.callback("on_eof", [=] { self->events_->on_eof(self->ctx_, self); });
      },
      [](void *ctx, mmx_stream *) {
        auto *self = static_cast<PluginStream *>(ctx);
        if (self->events_->on_drain == nullptr) return;
        self->owner_.callback("on_drain", [=] { self->events_->on_drain(self->ctx_, self); });
      },
      [](void *ctx, mmx_stream *, mmx_status status, mmx_text reason) {
        auto *self = static_cast<PluginStream *>(ctx);
        if (self->events_->on_close == nullptr) return;
        self->owner_.callback("on_close",
                              [=] { self->events_->on_close(self->ctx_, self, status, reason); });
      }};
  static const mmx_stream_events without_eof = {
      full.struct_size, 0, full.on_open, full.on_data, nullptr, full.on_drain, full.on_close};
  if (events == nullptr) return nullptr;
  return events->on_eof == nullptr ? &without_eof : &full;
}

HostObjects::~HostObjects() { close_all(); }

size_t HostObjects::close_all() {
  size_t left = timers_.size();
  while (!timers_.empty()) delete timers_.last();
  while (!streams_.empty()) {
    PluginStream *stream = streams_.last();
    if (stream->session_ == 0) ++left;
    stream->drop("the instance was stopped");
  }
  return left;
}

}  // namespace meshmux
