// The watchdog's thread and its bookkeeping.
#include "core/loop/watchdog.h"

#include <chrono>

#include "core/base/log.h"
#include "core/base/text.h"

namespace meshmux {

Watchdog::Watchdog(const CallTracker &calls, const Clock &clock, int64_t warn_ns, int64_t dead_ns)
    : calls_(calls), clock_(clock), warn_ns_(warn_ns), dead_ns_(dead_ns) {}

Watchdog::~Watchdog() { stop(); }

void Watchdog::start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void Watchdog::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::nanoseconds(warn_ns_ / 4), [this] { return stop_; })) {
    check(clock_.mono_ns());
  }
}

void Watchdog::check(int64_t now_ns) {
  const uint64_t sequence = calls_.sequence();
  const std::string *const current = calls_.current();
  if (!current || !seen_ || sequence != seen_sequence_) {
    if (warned_) {
      log::warn(*blamed_, "gave the loop back after about {} s", (now_ns - since_ns_) / kSecond);
    }
    seen_ = current;
    seen_sequence_ = sequence;
    since_ns_ = now_ns;
    warned_ = false;
    alive_.store(true, std::memory_order_release);
    return;
  }
  const int64_t held_ns = now_ns - since_ns_;
  if (held_ns >= warn_ns_ && !warned_) {
    warned_ = true;
    blamed_ = current;
    log::warn(*current, "has held the loop for more than {}: every other instance waits for it",
              format_duration(warn_ns_));
  }
  if (held_ns >= dead_ns_) alive_.store(false, std::memory_order_release);
}

}  // namespace meshmux
