// A stream handle with virtual callbacks in place of a table of functions. Must not know framing.
#pragma once

#include <string_view>

#include "meshmux/host.hpp"

namespace mmx {

// Derive and override. Owns the connection: destroying the object while the stream is open aborts
// it. The object may be destroyed inside any of its own callbacks. An exception of a callback is
// logged and fails the instance.
class Stream {
 public:
  explicit Stream(const Host &host) : api_(host.streams()), host_(host.raw()) {}
  virtual ~Stream() {
    if (stream_ == nullptr) return;
    api_->set_events(stream_, &silent(), nullptr);
    api_->abort(stream_);
  }
  Stream(const Stream &) = delete;
  Stream &operator=(const Stream &) = delete;

  virtual void on_open() {}
  virtual void on_data(mmx_bytes) {}
  virtual void on_eof() {}
  virtual void on_drain() {}
  // The handle is closed already; the object may delete itself here.
  virtual void on_close(mmx_status, std::string_view /*reason*/) {}

  // MMX_INVALID while a stream is held: connect again only after on_close.
  mmx_status connect(std::string_view uri, std::int64_t timeout_ns) {
    if (stream_ != nullptr) return MMX_INVALID;
    mmx_stream *made = nullptr;
    const mmx_status status = api_->connect(host_, text(uri), timeout_ns, &events(), this, &made);
    if (status == MMX_OK) stream_ = made;
    return status;
  }
  // Takes over a session the host accepted; no stream may be held.
  void adopt(mmx_stream *stream) {
    stream_ = stream;
    api_->set_events(stream_, &events(), this);
  }
  bool is_open() const { return stream_ != nullptr; }
  mmx_status write(const SharedBuffer &buffer, std::size_t offset, std::size_t size) {
    return stream_ == nullptr ? mmx_status{MMX_CLOSED}
                              : api_->write(stream_, buffer.get(), offset, size);
  }
  std::size_t pending() const { return stream_ == nullptr ? 0 : api_->pending(stream_); }
  void pause() {
    if (stream_ != nullptr) api_->pause(stream_);
  }
  void resume() {
    if (stream_ != nullptr) api_->resume(stream_);
  }
  void close() {
    if (stream_ != nullptr) api_->close(stream_);
  }
  void abort() {
    if (stream_ != nullptr) api_->abort(stream_);
  }

 private:
  static Stream *self(void *ctx) { return static_cast<Stream *>(ctx); }
  template <class Body>
  static void call(void *ctx, const char *where, Body &&body) noexcept {
    detail::contain(self(ctx)->host_, where, [&] { body(self(ctx)); });
  }
  static const mmx_stream_events &events() {
    static const mmx_stream_events table = {
        sizeof(mmx_stream_events),
        0,
        [](void *ctx, mmx_stream *) { call(ctx, "on_open", [](Stream *it) { it->on_open(); }); },
        [](void *ctx, mmx_stream *, mmx_bytes bytes) {
          call(ctx, "on_data", [bytes](Stream *it) { it->on_data(bytes); });
        },
        [](void *ctx, mmx_stream *) { call(ctx, "on_eof", [](Stream *it) { it->on_eof(); }); },
        [](void *ctx, mmx_stream *) { call(ctx, "on_drain", [](Stream *it) { it->on_drain(); }); },
        [](void *ctx, mmx_stream *, mmx_status status, mmx_text reason) {
          self(ctx)->stream_ = nullptr;
          call(ctx, "on_close", [&](Stream *it) { it->on_close(status, view(reason)); });
        }};
    return table;
  }
  static const mmx_stream_events &silent() {
    static const mmx_stream_events table = {
        sizeof(mmx_stream_events), 0, nullptr, nullptr, nullptr, nullptr, nullptr};
    return table;
  }

  const mmx_stream_api *api_;
  const mmx_host *host_;
  mmx_stream *stream_ = nullptr;
};

}  // namespace mmx
