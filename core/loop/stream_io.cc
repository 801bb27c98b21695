// A stream's reading and writing: the outbox, the flush at the end of a turn, end of file and
// errors in both directions.
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/text.h"
#include "core/loop/serial.h"
#include "core/loop/stream.h"

namespace meshmux {
namespace {

// Full reads of one stream in a row, before the others get their turn.
constexpr int kReadsPerEvent = 4;
constexpr int kSegmentsPerWrite = 64;
constexpr int64_t kSerialCheckNs = 10 * kMillisecond;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

bool Stream::reading() const {
  return state_ == State::open && events_ && !paused_ && !eof_ && !open_pending_;
}

void Stream::update_watch() {
  if (state_ != State::open && state_ != State::closing) return;
  poll_.watch((reading() ? UV_READABLE : 0) | (want_writable_ ? UV_WRITABLE : 0));
}

void Stream::on_ready(int status, int events) {
  // After an error libuv has stopped watching; the next read or write says what is wrong.
  if (status < 0) events = UV_READABLE | UV_WRITABLE;
  if ((events & UV_READABLE) && reading()) read_some();
  if ((events & UV_WRITABLE) && want_writable_) {
    want_writable_ = false;
    flush();
  }
  if (status < 0 && (state_ == State::open || state_ == State::closing)) {
    // Neither said anything: ask, or the same error would wake us again and again.
    int error = 0;
    socklen_t size = sizeof error;
    const int asked = getsockopt(poll_.fd(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (asked == 0 && error != 0) finish(MMX_ERROR, error_text(error));
  }
  update_watch();
}

void Stream::read_some() {
  for (int i = 0; i < kReadsPerEvent; ++i) {
    uint8_t *const buffer = loop_.read_buffer();
    const ssize_t size = ::read(poll_.fd(), buffer, Loop::kReadBufferSize);
    if (size < 0) {
      if (errno == EINTR) continue;
      if (!would_block(errno)) read_failed(errno);
      return;
    }
    if (size == 0) {
      reached_eof();
      return;
    }
    bytes_in_ += static_cast<uint64_t>(size);
    last_in_ns_ = loop_.clock().mono_ns();
    if (events_->on_data) {
      const CallScope scope(target_);
      events_->on_data(ctx_, this, mmx_bytes{buffer, static_cast<size_t>(size)});
    }
    // A short read emptied the kernel's buffer: asking again would only cost a system call.
    if (!reading() || static_cast<size_t>(size) < Loop::kReadBufferSize) return;
  }
}

void Stream::reached_eof() {
  eof_ = true;
  if (kind_ == Kind::serial) {
    finish(MMX_ERROR, "the serial device is gone (was it unplugged?)");
    return;
  }
  if (write_broken_) {
    // It closed while we were still writing, and sent all it had.
    finish(MMX_CLOSED, "the peer closed the connection");
    return;
  }
  update_watch();
  if (events_->on_eof) {
    const CallScope scope(target_);
    events_->on_eof(ctx_, this);
  } else {
    close();
  }
}

void Stream::read_failed(int error) { finish(MMX_ERROR, error_text(error)); }

std::string Stream::error_text(int error) const {
  if (kind_ == Kind::serial) {
    return fmt::format("the serial line failed: {} (was it unplugged?)", strerror(error));
  }
  if (error == ETIMEDOUT) return "the peer stopped answering";
  if (error == ECONNRESET || error == EPIPE) return "the peer reset the connection";
  return fmt::format("the connection failed: {}", strerror(error));
}

mmx_status Stream::write(mmx_shared_buffer *buffer, size_t offset, size_t size) {
  if (state_ != State::open && state_ != State::connecting) return MMX_CLOSED;
  if (write_broken_) return MMX_CLOSED;
  if (!buffer || offset > buffer->capacity || size > buffer->capacity - offset) return MMX_INVALID;
  if (size == 0) return MMX_OK;
  if (outbox_.bytes() + size > limits_.max_pending) {
    // Perhaps the kernel takes it: what this turn wrote was not yet offered.
    if (!want_writable_) flush();
    if (write_broken_) return MMX_CLOSED;
    if (outbox_.bytes() + size > limits_.max_pending) {
      abort(MMX_TIMED_OUT, fmt::format("the peer reads too slowly: more than {} bytes waiting",
                                       limits_.max_pending));
      return MMX_CLOSED;
    }
  }
  outbox_.push(buffer, offset, size);
  if (!want_writable_) schedule_flush();
  return MMX_OK;
}

void Stream::schedule_flush() {
  if (in_flush_list_) return;
  in_flush_list_ = true;
  flush_previous_ = loop_.flush_last_;
  flush_next_ = nullptr;
  (loop_.flush_last_ ? loop_.flush_last_->flush_next_ : loop_.flush_first_) = this;
  loop_.flush_last_ = this;
}

void Stream::unlink_flush() {
  if (!in_flush_list_) return;
  in_flush_list_ = false;
  (flush_previous_ ? flush_previous_->flush_next_ : loop_.flush_first_) = flush_next_;
  (flush_next_ ? flush_next_->flush_previous_ : loop_.flush_last_) = flush_previous_;
}

ssize_t Stream::write_some(size_t &offered) {
  std::array<iovec, kSegmentsPerWrite> parts;
  const int count = outbox_.peek(parts.data(), kSegmentsPerWrite);
  offered = 0;
  for (int i = 0; i < count; ++i) offered += parts[static_cast<size_t>(i)].iov_len;
  if (kind_ == Kind::serial) return ::writev(poll_.fd(), parts.data(), count);
  // MSG_NOSIGNAL: a peer that is gone is an error code, not a signal.
  if (count == 1) return ::send(poll_.fd(), parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL);
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = static_cast<size_t>(count);
  return ::sendmsg(poll_.fd(), &message, MSG_NOSIGNAL);
}

void Stream::flush() {
  if ((state_ != State::open && state_ != State::closing) || want_writable_) return;
  const uint64_t before = bytes_out_;
  while (!outbox_.empty()) {
    size_t offered = 0;
    ssize_t wrote = write_some(offered);
    if (wrote < 0) {
      if (errno == EINTR) continue;
      if (!would_block(errno)) {
        write_failed(errno);
        return;
      }
      wrote = 0;
    }
    bytes_out_ += static_cast<uint64_t>(wrote);
    outbox_.consume(static_cast<size_t>(wrote));
    if (static_cast<size_t>(wrote) == offered) continue;
    want_writable_ = true;
    had_to_wait_ = true;
    // While closing, the timer bounds the closing.
    const bool restart = bytes_out_ > before || !timer_.active();
    if (state_ == State::open && limits_.no_progress_ns > 0 && restart) {
      timer_.start(limits_.no_progress_ns);
    }
    update_watch();
    return;
  }
  wrote_everything();
}

void Stream::wrote_everything() {
  if (state_ == State::closing) {
    if (kind_ == Kind::serial) {
      check_serial_output();
      return;
    }
    discard_received();
    finish(close_status_, close_reason_);
    return;
  }
  timer_.stop();
  if (!had_to_wait_) return;
  had_to_wait_ = false;
  if (events_ && events_->on_drain) {
    const CallScope scope(target_);
    events_->on_drain(ctx_, this);
  }
}

// Whatever the peer sent before it went is still to be read, so a failed write does not end the
// stream by itself.
void Stream::write_failed(int error) {
  outbox_.clear();
  want_writable_ = false;
  had_to_wait_ = false;
  if (state_ == State::closing || eof_) {
    finish(MMX_ERROR, error_text(error));
    return;
  }
  timer_.stop();
  write_broken_ = true;
  close_status_ = MMX_ERROR;
  close_reason_ = error_text(error);
  update_watch();
}

// Bytes nobody read would turn our close into a reset, which takes what we wrote last from the
// peer.
void Stream::discard_received() {
  for (int i = 0; i < kReadsPerEvent; ++i) {
    if (::read(poll_.fd(), loop_.read_buffer(), Loop::kReadBufferSize) <= 0) break;
  }
  ::shutdown(poll_.fd(), SHUT_WR);
}

void Stream::check_serial_output() {
  if (serial_unsent(poll_.fd()) == 0) {
    finish(close_status_, close_reason_);
    return;
  }
  const int64_t left_ns = close_deadline_ns_ - loop_.clock().mono_ns();
  timer_.start(std::min(kSerialCheckNs, left_ns));
}

}  // namespace meshmux
