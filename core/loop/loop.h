// The loop: one uv_loop_t and the order of a turn (callbacks, drain, turn ends, drain again, stream
// flush). Must not know the bus, instances or any protocol; they hang themselves into its hooks.
#pragma once

#include <uv.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/result.h"
#include "core/loop/calls.h"
#include "core/loop/clock.h"
#include "core/loop/timers.h"

namespace meshmux {

class Loop;
class Stream;
class PostHub;

// Something to be done on the loop soon, not now. Embedded in its owner; unlinks itself when
// destroyed. [loop-thread]
class Deferred {
 public:
  Deferred() = default;
  Deferred(const Deferred &) = delete;
  Deferred &operator=(const Deferred &) = delete;
  virtual ~Deferred();

 protected:
  // Called once for each defer, from the loop itself; `this` may be destroyed inside.
  virtual void run_deferred() = 0;

 private:
  friend class Loop;
  Loop *deferred_in_ = nullptr;
  Deferred *previous_ = nullptr;
  Deferred *next_ = nullptr;
};

// [loop-thread] throughout, except where said. All streams, timers, listeners and post queues of a
// loop must be gone, or finished by run_once, before it is destroyed.
class Loop {
 public:
  // clock is borrowed for the life of the loop.
  explicit Loop(const Clock &clock);
  ~Loop();
  Loop(const Loop &) = delete;
  Loop &operator=(const Loop &) = delete;

  uv_loop_t *uv() { return &uv_; }
  const Clock &clock() const { return clock_; }
  TimerQueue &timers() { return timers_; }
  CallTracker &calls() { return calls_; }

  // The bus: delivers a bounded amount of what is queued and returns whether more is left. Called
  // at least once after every round of callbacks and before the loop blocks. When it returns true
  // the loop looks at I/O first and then calls it again.
  void set_drain(std::function<bool()> drain) { drain_ = std::move(drain); }
  // Called once a turn, after the drains and the targets' turn ends, before streams are flushed.
  void set_turn_end(std::function<void()> turn_end) { turn_end_ = std::move(turn_end); }

  // Runs until stop.
  void run();
  // Makes run return after the present turn.
  void stop();
  // One round: nowait polls, wait blocks until something happens. Returns false when nothing but a
  // post, a signal or a virtual clock could ever bring more.
  enum class Wait { invalid = 0, nowait, wait };
  bool run_once(Wait wait = Wait::nowait);
  // Asks for one more turn without blocking before it; for work queued outside of the loop's own
  // callbacks or by the turn's last hooks. Harmless when superfluous.
  void request_turn();

  // Calls handler on the loop whenever signum arrives. At most one handler a signal.
  Result<void> on_signal(int signum, std::function<void()> handler);

  // Calls what.run_deferred() from the loop, soon; once, even if asked twice.
  void defer(Deferred &what);
  void cancel(Deferred &what);

  // Shared by all streams of the loop: what was read is handed on before the next read.
  static constexpr size_t kReadBufferSize = 64 * 1024;
  uint8_t *read_buffer() { return read_buffer_.get(); }

  PostHub &posts() { return *posts_; }

  // Turns since the start.
  uint64_t turns() const { return turns_; }

 private:
  friend class Stream;

  struct Signal;

  void turn();
  void flush_streams();
  void run_deferred();
  void arm_timer();

  const Clock &clock_;
  uv_loop_t uv_{};
  uv_prepare_t prepare_{};
  uv_check_t check_{};
  uv_idle_t idle_{};
  uv_timer_t timer_{};
  CallTracker calls_;
  TimerQueue timers_;
  std::unique_ptr<PostHub> posts_;
  std::function<bool()> drain_;
  std::function<void()> turn_end_;
  std::vector<std::unique_ptr<Signal>> signals_;
  std::unique_ptr<uint8_t[]> read_buffer_;
  Stream *flush_first_ = nullptr;  // intrusive, see Stream::flush_next_
  Stream *flush_last_ = nullptr;
  Deferred *deferred_first_ = nullptr;
  Deferred *deferred_last_ = nullptr;
  uint64_t turns_ = 0;
  bool turn_requested_ = false;
  bool stopping_ = false;
};

// Moves a virtual clock (the one loop runs on) by ns, stopping at every timer's deadline to fire it
// and to run turns until the loop is quiet.
void advance(Loop &loop, VirtualClock &clock, int64_t ns);

}  // namespace meshmux
