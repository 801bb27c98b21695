// A stream's life: opening, callbacks, closing. Its reading and writing are in stream_io.cc.
#include "core/loop/stream.h"

#include <sys/socket.h>
#include <termios.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/loop/connector.h"
#include "core/loop/serial.h"

namespace meshmux {
namespace {

constexpr int64_t kConnectTimeoutNs = 10 * kSecond;
constexpr int64_t kCloseTimeoutNs = kSecond;

}  // namespace

Stream::Stream(Loop &loop, Kind kind, const StreamLimits &limits)
    : loop_(loop),
      kind_(kind),
      limits_(limits),
      timer_(
          loop.timers(), [](void *ctx) { static_cast<Stream *>(ctx)->overdue(); }, this) {}

Stream::~Stream() { unlink_flush(); }

Stream *Stream::connect(Loop &loop, const Uri &uri, const ConnectOptions &options,
                        const mmx_stream_events *events, void *ctx, CallTarget *target) {
  const Kind kind = uri.scheme == Uri::Scheme::serial        ? Kind::serial
                    : uri.scheme == Uri::Scheme::unix_socket ? Kind::unix_socket
                                                             : Kind::tcp;
  auto *const stream = new Stream(loop, kind, options.limits);
  stream->events_ = events;
  stream->ctx_ = ctx;
  stream->target_ = target;
  stream->state_ = State::connecting;
  stream->timer_.start(options.timeout_ns > 0 ? options.timeout_ns : kConnectTimeoutNs);
  stream->connector_ = std::make_unique<Connector>(loop, *stream, uri);
  stream->connector_->start();
  return stream;
}

Stream *Stream::adopt(Loop &loop, int fd, SocketKind kind, const StreamLimits &limits) {
  auto *const stream =
      new Stream(loop, kind == SocketKind::tcp ? Kind::tcp : Kind::unix_socket, limits);
  stream->opened(fd);
  if (stream->state_ == State::open) {
    // The listener's user knows that it stands.
    stream->open_pending_ = false;
    loop.cancel(*stream);
  }
  return stream;
}

void Stream::opened(int fd) {
  // The connector is the caller, and done; it must not touch itself after this.
  connector_.reset();
  timer_.stop();
  const auto ready = [](void *ctx, int status, int events) {
    static_cast<Stream *>(ctx)->on_ready(status, events);
  };
  if (const Result<void> watched = poll_.open(loop_, fd, ready, this); !watched) {
    finish(MMX_ERROR, watched.error().message);
    return;
  }
  state_ = State::open;
  last_in_ns_ = loop_.clock().mono_ns();
  open_pending_ = true;
  loop_.defer(*this);
}

void Stream::open_failed(mmx_status status, std::string_view reason) { finish(status, reason); }

void Stream::run_deferred() {
  if (state_ == State::closed) {
    // Nobody can reach the stream after this, so events and reason stay as they are.
    if (events_ && events_->on_close) {
      const CallScope scope(target_);
      events_->on_close(ctx_, this, close_status_, to_mmx(close_reason_));
    }
    if (observer_) observer_->stream_closed(*this, close_status_, close_reason_);
    delete this;
    return;
  }
  if (!open_pending_) return;
  open_pending_ = false;
  if (state_ == State::open && events_ && events_->on_open) {
    const CallScope scope(target_);
    events_->on_open(ctx_, this);
  }
  if (!outbox_.empty()) schedule_flush();
  update_watch();
}

void Stream::set_events(const mmx_stream_events *events, void *ctx, CallTarget *target) {
  events_ = events;
  ctx_ = ctx;
  target_ = target;
  update_watch();
}

void Stream::pause() {
  paused_ = true;
  update_watch();
}

void Stream::resume() {
  paused_ = false;
  update_watch();
}

void Stream::close(std::string_view reason) {
  if (state_ == State::connecting) {
    finish(MMX_CLOSED, reason.empty() ? "closed before it stood" : reason);
    return;
  }
  if (state_ != State::open) return;
  state_ = State::closing;
  if (!write_broken_) {
    close_status_ = MMX_CLOSED;
    close_reason_ = !reason.empty() ? reason : eof_ ? "the peer closed the connection" : "closed";
  }
  close_deadline_ns_ = loop_.clock().mono_ns() + kCloseTimeoutNs;
  timer_.start(kCloseTimeoutNs);
  update_watch();
  // Even with nothing to write: closing happens at the end of the turn, never inside the caller.
  if (!want_writable_) schedule_flush();
}

void Stream::abort(mmx_status status, std::string_view reason) {
  if (state_ == State::closed || state_ == State::invalid) return;
  if (kind_ == Kind::tcp && poll_.is_open()) {
    // A reset: the kernel forgets what it holds for a peer that will not read it.
    const linger none{1, 0};
    setsockopt(poll_.fd(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
  }
  finish(status, reason.empty() ? "closed" : reason);
}

void Stream::abandon() {
  events_ = nullptr;
  target_ = nullptr;
  abort(MMX_CLOSED, "its instance has ended");
}

// The one way to the end; the user is told from the loop.
void Stream::finish(mmx_status status, std::string_view reason) {
  if (state_ == State::closed) return;
  state_ = State::closed;
  // reason may point into close_reason_.
  std::string text(reason);
  close_reason_.swap(text);
  close_status_ = status;
  open_pending_ = false;
  want_writable_ = false;
  timer_.stop();
  unlink_flush();
  outbox_.clear();
  // Closing a line that still has bytes to send can block for half a minute.
  if (kind_ == Kind::serial && poll_.is_open() && serial_unsent(poll_.fd()) > 0) {
    tcflush(poll_.fd(), TCOFLUSH);
  }
  poll_.close();
  loop_.defer(*this);
  // Last: the connector may be the caller.
  connector_.reset();
}

void Stream::overdue() {
  switch (state_) {
    case State::connecting:
      finish(MMX_ERROR, fmt::format("cannot connect to {}: no answer in time (is it switched on?)",
                                    connector_->uri().to_string()));
      return;
    case State::open:
      abort(MMX_TIMED_OUT, fmt::format("the peer reads too slowly: nothing taken for {}, {} bytes "
                                       "waiting",
                                       format_duration(limits_.no_progress_ns), outbox_.bytes()));
      return;
    case State::closing:
      if (loop_.clock().mono_ns() < close_deadline_ns_) {
        check_serial_output();
      } else {
        abort(close_status_, close_reason_);
      }
      return;
    case State::closed:
    case State::invalid:
      return;
  }
}

}  // namespace meshmux
