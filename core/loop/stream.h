// Byte streams: TCP, Unix sockets and serial lines with the semantics of meshmux.stream/1. Writes
// are references to shared buffers, flushed once at the end of the turn. Must not know framing or
// who uses it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/uri.h"
#include "core/loop/calls.h"
#include "core/loop/loop.h"
#include "core/loop/poll.h"
#include "core/loop/segment_queue.h"
#include "core/loop/timers.h"
#include "meshmux/ext/stream.h"

// What the ABI calls mmx_stream is a meshmux::Stream.
struct mmx_stream {};

namespace meshmux {

class Stream;
class Connector;

// Bounds of one stream's outbox. A stream that passes one is closed with MMX_TIMED_OUT.
struct StreamLimits {
  size_t max_pending = 8 * 1024 * 1024;   // bytes queued and not taken by the kernel
  int64_t no_progress_ns = 30 * kSecond;  // how long the kernel may take nothing; 0: for ever
};

// Hears of a stream's end besides its user: who keeps the list of sessions. [loop-thread]
class StreamObserver {
 public:
  virtual ~StreamObserver() = default;
  // After the user's on_close has returned, before the stream is freed.
  virtual void stream_closed(Stream &stream, mmx_status status, std::string_view reason) = 0;
};

struct ConnectOptions {
  int64_t timeout_ns = 0;  // for the whole opening; 0: 10 s
  StreamLimits limits;
};

// [loop-thread] throughout. A stream frees itself after its on_close has returned; nothing is ever
// called back from inside connect, write, flush, close or abort. Callbacks run in a CallScope of
// the target. In on_data the stream may be closed or paused; data already handed over stays handed
// over.
class Stream final : public mmx_stream, private Deferred {
 public:
  // Begins to open uri. The result arrives as on_open or on_close. events is borrowed until
  // on_close.
  static Stream *connect(Loop &loop, const Uri &uri, const ConnectOptions &options,
                         const mmx_stream_events *events, void *ctx, CallTarget *target);
  // Wraps a connected, non-blocking socket and takes it over. Reading begins with set_events. A
  // socket that cannot be watched closes with MMX_ERROR, later. A TCP socket's options (see
  // tune_tcp) are the caller's business, because accepted sockets inherit their listener's.
  enum class SocketKind { invalid = 0, tcp, unix_socket };
  static Stream *adopt(Loop &loop, int fd, SocketKind kind, const StreamLimits &limits);

  static Stream *from_abi(mmx_stream *stream) { return static_cast<Stream *>(stream); }
  static const Stream *from_abi(const mmx_stream *stream) {
    return static_cast<const Stream *>(stream);
  }

  // Replaces the callbacks and whose they are. events is borrowed until on_close, nullptr: none,
  // what arrives then waits in the kernel. With no on_eof the stream closes itself at the peer's
  // end.
  void set_events(const mmx_stream_events *events, void *ctx, CallTarget *target);
  void set_observer(StreamObserver *observer) { observer_ = observer; }
  void set_limits(const StreamLimits &limits) { limits_ = limits; }

  // As meshmux.stream/1 says. MMX_INVALID: the range is not inside the buffer; MMX_CLOSED: closing,
  // closed, or the outbox ran over (on_close with MMX_TIMED_OUT follows). Before on_open, writes
  // wait.
  mmx_status write(mmx_shared_buffer *buffer, size_t offset, size_t size);
  size_t pending() const { return outbox_.bytes(); }
  void pause();
  void resume();
  bool paused() const { return paused_; }

  // Writes out what is queued, for at most 1 s, then closes; on_close follows with MMX_CLOSED and
  // reason. Nothing is read any more.
  void close(std::string_view reason = {});
  // Closes at once and drops what is queued, in the kernel too.
  void abort(mmx_status status = MMX_CLOSED, std::string_view reason = {});
  // abort without any further callback to the user; the observer is still told. For users that are
  // destroyed before their streams.
  void abandon();

  bool is_open() const { return state_ == State::open; }
  uint64_t bytes_in() const { return bytes_in_; }
  uint64_t bytes_out() const { return bytes_out_; }  // taken by the kernel
  // Monotonic time of the last bytes received, or of the opening.
  int64_t last_in_ns() const { return last_in_ns_; }
  // -1 unless open; for tests and peer lookups.
  int fd() const { return poll_.fd(); }

 private:
  friend class Loop;
  friend class Connector;

  enum class State : uint8_t {
    invalid = 0,
    connecting,
    open,
    closing,  // close() was called: the outbox is being written out
    closed,   // on_close is on its way
  };
  enum class Kind : uint8_t { invalid = 0, tcp, unix_socket, serial };

  Stream(Loop &loop, Kind kind, const StreamLimits &limits);
  ~Stream() override;

  // What the Connector reports. opened takes fd over.
  void opened(int fd);
  void open_failed(mmx_status status, std::string_view reason);

  void run_deferred() override;
  void on_ready(int status, int events);
  void read_some();
  void read_failed(int error);
  void reached_eof();
  void flush();
  ssize_t write_some(size_t &offered);
  void write_failed(int error);
  void wrote_everything();
  void check_serial_output();
  void overdue();
  bool reading() const;
  void schedule_flush();
  void unlink_flush();
  void update_watch();
  void finish(mmx_status status, std::string_view reason);
  void discard_received();
  std::string error_text(int error) const;

  Loop &loop_;
  Poll poll_;
  State state_ = State::invalid;
  Kind kind_ = Kind::invalid;
  bool paused_ = false;
  bool eof_ = false;            // the peer will send no more, and the user knows
  bool want_writable_ = false;  // the kernel took less than we had
  bool had_to_wait_ = false;    // on_drain is owed
  bool write_broken_ = false;   // writing failed; what the peer sent before is still read
  bool open_pending_ = false;   // on_open is owed
  bool in_flush_list_ = false;
  const mmx_stream_events *events_ = nullptr;
  void *ctx_ = nullptr;
  CallTarget *target_ = nullptr;
  StreamObserver *observer_ = nullptr;
  SegmentQueue outbox_;
  StreamLimits limits_;
  Timer timer_;  // opening, no progress, or closing, by state
  Stream *flush_next_ = nullptr;
  Stream *flush_previous_ = nullptr;
  std::unique_ptr<Connector> connector_;
  uint64_t bytes_in_ = 0;
  uint64_t bytes_out_ = 0;
  int64_t last_in_ns_ = 0;
  int64_t close_deadline_ns_ = 0;
  mmx_status close_status_ = MMX_CLOSED;
  std::string close_reason_;
};

}  // namespace meshmux
