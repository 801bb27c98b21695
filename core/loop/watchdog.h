// The watchdog: a thread that notices when one call into an instance holds the loop too long and
// names the instance. Must not touch anything of the loop but the call tracker's atomics.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "core/loop/calls.h"
#include "core/loop/clock.h"

namespace meshmux {

class Watchdog {
 public:
  // warn_ns: how long a call may take before it is logged; dead_ns: before alive() is false.
  // calls and clock are borrowed for the life of the watchdog.
  Watchdog(const CallTracker &calls, const Clock &clock, int64_t warn_ns = kSecond,
           int64_t dead_ns = 20 * kSecond);
  ~Watchdog();
  Watchdog(const Watchdog &) = delete;
  Watchdog &operator=(const Watchdog &) = delete;

  // Starts the thread, which checks four times per warn_ns.
  void start();
  // Ends and joins it; also done by the destructor.
  void stop();

  // False while one call has held the loop for dead_ns. For systemd: send WATCHDOG=1 from a timer
  // on the loop, at half of WATCHDOG_USEC, if alive() holds; a loop that hangs then sends nothing.
  // [any-thread]
  bool alive() const { return alive_.load(std::memory_order_acquire); }

  // One look at the loop, as of monotonic time now_ns; what the thread does. [one thread]
  void check(int64_t now_ns);

 private:
  void run();

  const CallTracker &calls_;
  const Clock &clock_;
  const int64_t warn_ns_;
  const int64_t dead_ns_;
  std::atomic<bool> alive_{true};
  uint64_t seen_sequence_ = 0;
  const std::string *seen_ = nullptr;
  const std::string *blamed_ = nullptr;  // whom the last warning named
  int64_t since_ns_ = 0;
  bool warned_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace meshmux
