// Timers: a heap ordered by deadline on an injectable clock. Must not know what drives it (the
// loop's one kernel timer, or a test that advances a virtual clock).
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/loop/calls.h"
#include "core/loop/clock.h"

// What the ABI calls mmx_timer is a meshmux::Timer.
struct mmx_timer {};

namespace meshmux {

class Timer;

// [loop-thread]. Must outlive its timers. Start, stop and fire are O(log n); timers with the same
// deadline fire in the order they were started.
class TimerQueue {
 public:
  explicit TimerQueue(const Clock &clock) : clock_(clock) {}
  ~TimerQueue();
  TimerQueue(const TimerQueue &) = delete;
  TimerQueue &operator=(const TimerQueue &) = delete;

  const Clock &clock() const { return clock_; }
  size_t size() const { return heap_.size(); }
  // Monotonic time of the earliest timer, INT64_MAX: none.
  int64_t next_deadline() const;
  // Fires every timer that is due now. Timers started meanwhile wait for the next call, so a timer
  // that restarts itself with 0 cannot hold the loop.
  void run_due();
  // changed is called when the earliest deadline may have changed. Not from inside run_due.
  void set_on_change(std::function<void()> changed) { changed_ = std::move(changed); }

 private:
  friend class Timer;

  static bool earlier(const Timer &a, const Timer &b);
  void insert(Timer &timer);
  void remove(Timer &timer);
  void sift_up(size_t index);
  void sift_down(size_t index);
  void place(Timer &timer, size_t index);
  void notify();

  const Clock &clock_;
  std::vector<Timer *> heap_;
  std::function<void()> changed_;
  uint64_t next_sequence_ = 1;
  bool running_ = false;
};

// One timer. May be stopped, restarted or destroyed at any time, its own fire included.
class Timer : public mmx_timer {
 public:
  using Fire = void (*)(void *ctx);

  // fire(ctx) is called inside a CallScope of target (nullptr: the core). The timer starts idle.
  Timer(TimerQueue &queue, Fire fire, void *ctx, CallTarget *target = nullptr)
      : queue_(queue), fire_(fire), ctx_(ctx), target_(target) {}
  ~Timer() { stop(); }
  Timer(const Timer &) = delete;
  Timer &operator=(const Timer &) = delete;

  // Fires once after delay_ns (negative: 0), replacing what was set before.
  void start(int64_t delay_ns);
  void stop();
  bool active() const { return index_ != kIdle; }
  // Monotonic; meaningful while active.
  int64_t deadline_ns() const { return deadline_ns_; }

  static Timer *from_abi(mmx_timer *timer) { return static_cast<Timer *>(timer); }

 private:
  friend class TimerQueue;

  static constexpr size_t kIdle = SIZE_MAX;

  TimerQueue &queue_;
  Fire fire_;
  void *ctx_;
  CallTarget *target_;
  int64_t deadline_ns_ = 0;
  uint64_t sequence_ = 0;
  size_t index_ = kIdle;
};

}  // namespace meshmux
