// Where time comes from: the system's clocks, or a virtual one that stands still until told to
// move. Must not know timers or the loop.
#pragma once

#include <cstdint>

namespace meshmux {

inline constexpr int64_t kMicrosecond = 1000;
inline constexpr int64_t kMillisecond = 1000 * kMicrosecond;
inline constexpr int64_t kSecond = 1000 * kMillisecond;

// All times in nanoseconds. Any thread, unless an implementation says otherwise.
class Clock {
 public:
  virtual ~Clock() = default;
  // Monotonic, from an arbitrary start, never 0.
  virtual int64_t mono_ns() const = 0;
  // Since 1970.
  virtual int64_t wall_ns() const = 0;
  // Whether the wall clock is known to be right (the kernel says something disciplines it).
  virtual bool wall_synchronised() const = 0;
  // False: time moves only when somebody advances it, so nothing may wait for the kernel's timers.
  virtual bool is_real() const = 0;
};

// CLOCK_MONOTONIC, CLOCK_REALTIME and adjtimex.
class SystemClock final : public Clock {
 public:
  int64_t mono_ns() const override;
  int64_t wall_ns() const override;
  bool wall_synchronised() const override;
  bool is_real() const override { return true; }
};

// Moves only by set and advance. One thread. See advance(Loop &, ...) in loop.h to have timers and
// turns run in order while it moves.
class VirtualClock final : public Clock {
 public:
  int64_t mono_ns() const override { return mono_ns_; }
  int64_t wall_ns() const override { return wall_base_ns_ + mono_ns_; }
  bool wall_synchronised() const override { return synchronised_; }
  bool is_real() const override { return false; }

  void advance(int64_t ns) { mono_ns_ += ns; }
  void set_wall(int64_t ns) { wall_base_ns_ = ns - mono_ns_; }
  void set_synchronised(bool synchronised) { synchronised_ = synchronised; }

 private:
  int64_t mono_ns_ = kSecond;
  int64_t wall_base_ns_ = INT64_C(1700000000) * kSecond;
  bool synchronised_ = true;
};

}  // namespace meshmux
