// A scripted byte stream: the plugin holds one end, the test plays the peer and the kernel at the
// other. Nothing moves by itself; callbacks come when the test acts or a turn ends.
// Must not know who asked for the stream.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <limits>
#include <string>
#include <string_view>

#include "meshmux/ext/stream.h"
#include "sdk/testing/ledger.h"
#include "sdk/testing/virtual_clock.h"

namespace mmx::testing {

class FakeNetwork;

// Host memory shared by reference; frees itself with the last one.
struct FakeBuffer : mmx_shared_buffer {
  std::atomic<long> references{1};
  SharedLedger ledger;
};

class FakeStream {
 public:
  enum class State { invalid, opening, open, closing, closed };

  FakeStream(FakeNetwork &network, std::string uri, std::uint64_t session, State state);
  ~FakeStream();
  FakeStream(const FakeStream &) = delete;
  FakeStream &operator=(const FakeStream &) = delete;

  // What the plugin asked for, or the listener's URI of an accepted session.
  const std::string &uri() const { return uri_; }
  std::int64_t timeout_ns() const { return timeout_ns_; }
  // 0 for a stream the plugin connected itself.
  std::uint64_t session() const { return session_; }
  State state() const { return state_; }
  bool is_opening() const { return state_ == State::opening; }
  bool is_open() const { return state_ == State::open; }
  // on_close was called and the plugin may not use the stream any more.
  bool is_closed() const { return state_ == State::closed; }
  bool is_paused() const { return paused_; }
  mmx_status close_status() const { return close_status_; }
  const std::string &close_reason() const { return close_reason_; }

  // The network decides about a connect: on_open, or on_close with status.
  void accept();
  void refuse(mmx_status status = MMX_ERROR, std::string_view reason = "connection refused");

  // The peer sends: on_data now, or once resumed. Returns false if nobody is there to read.
  bool inject(std::string_view bytes);
  // The peer will send no more: on_eof now, or after what is still unread.
  void end();
  // The connection is gone: on_close now, whatever is queued is lost.
  void disconnect(mmx_status status = MMX_CLOSED, std::string_view reason = "closed by peer");

  // What reached the peer (flushed at the end of turns) since the last take.
  std::string take_written();
  const std::string &written() const { return written_; }

  // Back-pressure: the kernel takes only room more bytes until drain.
  void hold(std::size_t room = 0) { room_ = room; }
  // The kernel takes everything again: queued bytes reach the peer, then on_drain.
  void drain();

  std::size_t pending() const { return pending_; }
  // write calls, turns in which bytes left (one system call each), bytes that reached the peer.
  std::size_t write_calls() const { return write_calls_; }
  std::size_t flushes() const { return flushes_; }
  std::size_t bytes_out() const { return bytes_out_; }

  // The host's side, called by FakeNetwork.
  static const mmx_stream_api &api();
  void begin_connect(std::int64_t timeout_ns);
  void set_events(const mmx_stream_events *events, void *ctx);
  void begin_close(mmx_status status, std::string_view reason);
  void begin_abort(mmx_status status, std::string_view reason);
  // Each returns whether something was done.
  bool flush();
  bool run_deferred();
  // Forgets the callbacks and closes in silence, as when the instance is destroyed.
  void drop();

 private:
  friend struct StreamCalls;
  struct Chunk {
    FakeBuffer *buffer;
    std::size_t offset;
    std::size_t size;
    std::string copy;  // to notice a buffer that is changed after it was written
  };

  mmx_stream *handle() { return reinterpret_cast<mmx_stream *>(this); }
  mmx_status write(FakeBuffer *buffer, std::size_t offset, std::size_t size);
  bool move_bytes();
  bool deliver_unread();
  void call_drain();
  void finish(mmx_status status, std::string_view reason);
  void drop_queue();

  FakeNetwork &network_;
  std::string uri_;
  std::uint64_t session_;
  State state_;
  std::int64_t timeout_ns_ = 0;
  const mmx_stream_events *events_ = nullptr;
  void *ctx_ = nullptr;
  VirtualClock::EventId timer_{};
  std::deque<Chunk> queue_;
  std::size_t pending_ = 0;
  std::string written_;
  std::string unread_;
  bool eof_unread_ = false;
  bool paused_ = false;
  bool waited_ = false;  // on_drain is owed
  bool abort_now_ = false;
  std::size_t room_ = std::numeric_limits<std::size_t>::max();
  std::size_t write_calls_ = 0;
  std::size_t flushes_ = 0;
  std::size_t bytes_out_ = 0;
  mmx_status close_status_ = MMX_OK;
  std::string close_reason_;
};

}  // namespace mmx::testing
