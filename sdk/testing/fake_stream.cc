// A scripted byte stream. Must not know who asked for it.
#include "sdk/testing/fake_stream.h"

#include <algorithm>
#include <utility>

#include "meshmux/text.hpp"
#include "sdk/testing/fake_host.h"

namespace mmx::testing {

namespace {
constexpr std::int64_t kDefaultOpenTimeout = 10 * kSecond;
constexpr std::int64_t kCloseGrace = 1 * kSecond;
}  // namespace

FakeStream::FakeStream(FakeNetwork &network, std::string uri, std::uint64_t session, State state)
    : network_(network), uri_(std::move(uri)), session_(session), state_(state) {
  ++network_.host().shared_ledger()->streams;
}

FakeStream::~FakeStream() {
  drop_queue();
  network_.host().clock().cancel(timer_);
}

void FakeStream::begin_connect(std::int64_t timeout_ns) {
  timeout_ns_ = timeout_ns > 0 ? timeout_ns : kDefaultOpenTimeout;
  timer_ = network_.host().clock().schedule(timeout_ns_, [this] {
    if (state_ == State::opening) finish(MMX_TIMED_OUT, "timed out");
  });
}

void FakeStream::accept() {
  if (state_ != State::opening) return;
  network_.host().clock().cancel(timer_);
  state_ = State::open;
  network_.host().touch();
  if (events_ != nullptr && events_->on_open != nullptr) events_->on_open(ctx_, handle());
}

void FakeStream::refuse(mmx_status status, std::string_view reason) {
  if (state_ == State::opening) finish(status, reason);
}

bool FakeStream::inject(std::string_view bytes) {
  if (state_ != State::open || eof_unread_) return false;
  unread_.append(bytes);
  deliver_unread();
  return true;
}

void FakeStream::end() {
  if (state_ != State::open) return;
  eof_unread_ = true;
  deliver_unread();
}

void FakeStream::disconnect(mmx_status status, std::string_view reason) {
  if (state_ == State::open || state_ == State::closing) finish(status, reason);
}

std::string FakeStream::take_written() { return std::exchange(written_, {}); }

void FakeStream::drain() {
  room_ = std::numeric_limits<std::size_t>::max();
  if (state_ != State::open && state_ != State::closing) return;
  move_bytes();
  call_drain();
}

void FakeStream::set_events(const mmx_stream_events *events, void *ctx) {
  events_ = events;
  ctx_ = ctx;
}

mmx_status FakeStream::write(FakeBuffer *buffer, std::size_t offset, std::size_t size) {
  ++write_calls_;
  if (state_ == State::closing) return MMX_CLOSED;
  if (state_ == State::opening) {
    network_.host().violation("write to " + uri_ + " before on_open");
    return MMX_CLOSED;
  }
  if (offset > buffer->capacity || size > buffer->capacity - offset) {
    network_.host().violation("write to " + uri_ + " beyond the end of its buffer");
    return MMX_INVALID;
  }
  if (size == 0) return MMX_OK;
  ++buffer->references;
  queue_.push_back({buffer, offset, size,
                    std::string(reinterpret_cast<const char *>(buffer->data) + offset, size)});
  pending_ += size;
  return MMX_OK;
}

bool FakeStream::move_bytes() {
  bool moved = false;
  while (!queue_.empty() && room_ > 0) {
    Chunk &chunk = queue_.front();
    const std::string_view now(reinterpret_cast<const char *>(chunk.buffer->data) + chunk.offset,
                               chunk.size);
    if (now != chunk.copy)
      network_.host().violation("a buffer was changed after it was written to " + uri_);
    const std::size_t size = std::min(room_, chunk.size);
    written_.append(chunk.copy, 0, size);
    chunk.copy.erase(0, size);
    chunk.offset += size;
    chunk.size -= size;
    pending_ -= size;
    bytes_out_ += size;
    if (room_ != std::numeric_limits<std::size_t>::max()) room_ -= size;
    moved = true;
    if (chunk.size > 0) break;
    FakeNetwork::buffer_release(chunk.buffer);
    queue_.pop_front();
  }
  if (moved) ++flushes_;
  if (!queue_.empty()) waited_ = true;
  return moved;
}

bool FakeStream::flush() {
  if (state_ != State::open && state_ != State::closing) return false;
  if (abort_now_) return false;
  const bool moved = move_bytes();
  call_drain();
  return moved;
}

void FakeStream::call_drain() {
  if (!waited_ || !queue_.empty()) return;
  waited_ = false;
  if (state_ != State::open) return;
  network_.host().touch();
  if (events_ != nullptr && events_->on_drain != nullptr) events_->on_drain(ctx_, handle());
}

bool FakeStream::deliver_unread() {
  if (state_ != State::open || paused_) return false;
  bool called = false;
  if (!unread_.empty()) {
    const std::string bytes = std::exchange(unread_, {});
    network_.host().touch();
    called = true;
    if (events_ != nullptr && events_->on_data != nullptr)
      events_->on_data(ctx_, handle(), mmx::bytes(bytes));
  }
  if (eof_unread_ && state_ == State::open && !paused_) {
    eof_unread_ = false;
    network_.host().touch();
    called = true;
    if (events_ != nullptr && events_->on_eof != nullptr) events_->on_eof(ctx_, handle());
  }
  return called;
}

void FakeStream::begin_close(mmx_status status, std::string_view reason) {
  if (state_ != State::open && state_ != State::opening) return;
  if (state_ == State::opening) abort_now_ = true;
  state_ = State::closing;
  close_status_ = status;
  close_reason_ = reason;
  network_.host().clock().cancel(timer_);
  timer_ = network_.host().clock().schedule(kCloseGrace, [this] { abort_now_ = true; });
}

void FakeStream::begin_abort(mmx_status status, std::string_view reason) {
  if (state_ == State::closed) return;
  if (state_ != State::closing) {
    close_status_ = status;
    close_reason_ = reason;
  }
  state_ = State::closing;
  abort_now_ = true;
  drop_queue();
}

bool FakeStream::run_deferred() {
  if (state_ == State::open) return deliver_unread();
  if (state_ != State::closing) return false;
  if (!abort_now_) move_bytes();
  if (!abort_now_ && !queue_.empty()) return false;
  finish(close_status_, std::string(close_reason_));
  return true;
}

void FakeStream::finish(mmx_status status, std::string_view reason) {
  network_.host().clock().cancel(timer_);
  close_status_ = status;
  close_reason_ = reason;
  drop_queue();
  network_.host().touch();
  const mmx_stream_events *events = events_;
  void *ctx = ctx_;
  state_ = State::closing;
  if (events != nullptr && events->on_close != nullptr)
    events->on_close(ctx, handle(), status, mmx::text(close_reason_));
  events_ = nullptr;
  state_ = State::closed;
  --network_.host().shared_ledger()->streams;
}

void FakeStream::drop() {
  if (state_ == State::closed) return;
  events_ = nullptr;
  finish(MMX_CLOSED, "the instance is gone");
}

void FakeStream::drop_queue() {
  for (Chunk &chunk : queue_) FakeNetwork::buffer_release(chunk.buffer);
  queue_.clear();
  pending_ = 0;
}

// The functions of meshmux.stream/1. A call on a stream whose on_close has returned is a breach of
// the ABI; it is reported and survives here because streams live as long as their host.
struct StreamCalls {
  static FakeStream *usable(const mmx_stream *handle, const char *call) {
    auto *stream = const_cast<FakeStream *>(reinterpret_cast<const FakeStream *>(handle));
    if (!stream->is_closed()) return stream;
    stream->network_.host().violation(std::string(call) + " on " + stream->uri_ +
                                      " after its on_close");
    return nullptr;
  }
  static mmx_status connect(const mmx_host *host, mmx_text uri, std::int64_t timeout_ns,
                            const mmx_stream_events *events, void *ctx, mmx_stream **stream) {
    return FakeHost::of(host).net().connect(view(uri), timeout_ns, events, ctx, stream);
  }
  static void set_events(mmx_stream *handle, const mmx_stream_events *events, void *ctx) {
    if (FakeStream *stream = usable(handle, "set_events")) stream->set_events(events, ctx);
  }
  static mmx_status write(mmx_stream *handle, mmx_shared_buffer *buffer, std::size_t offset,
                          std::size_t size) {
    FakeStream *stream = usable(handle, "write");
    if (stream == nullptr) return MMX_CLOSED;
    const mmx_status planned = stream->network_.host().faults().use(Operation::write);
    if (planned != MMX_OK) return planned;
    return stream->write(static_cast<FakeBuffer *>(buffer), offset, size);
  }
  static std::size_t pending(const mmx_stream *handle) {
    const FakeStream *stream = usable(handle, "pending");
    return stream == nullptr ? 0 : stream->pending();
  }
  static void pause(mmx_stream *handle) {
    if (FakeStream *stream = usable(handle, "pause")) stream->paused_ = true;
  }
  static void resume(mmx_stream *handle) {
    if (FakeStream *stream = usable(handle, "resume")) stream->paused_ = false;
  }
  static void close(mmx_stream *handle) {
    if (FakeStream *stream = usable(handle, "close")) stream->begin_close(MMX_CLOSED, "closed");
  }
  static void abort(mmx_stream *handle) {
    if (FakeStream *stream = usable(handle, "abort")) stream->begin_abort(MMX_CLOSED, "aborted");
  }
  static mmx_shared_buffer *buffer_new(const mmx_host *host, std::size_t capacity) {
    return FakeHost::of(host).net().buffer_new(capacity);
  }
  static void buffer_retain(mmx_shared_buffer *buffer) {
    ++static_cast<FakeBuffer *>(buffer)->references;
  }
};

const mmx_stream_api &FakeStream::api() {
  static const mmx_stream_api table = {sizeof(mmx_stream_api),      0,
                                       &StreamCalls::connect,       &StreamCalls::set_events,
                                       &StreamCalls::write,         &StreamCalls::pending,
                                       &StreamCalls::pause,         &StreamCalls::resume,
                                       &StreamCalls::close,         &StreamCalls::abort,
                                       &StreamCalls::buffer_new,    &StreamCalls::buffer_retain,
                                       &FakeNetwork::buffer_release};
  return table;
}

}  // namespace mmx::testing
