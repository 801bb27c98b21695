// Who is being called: every call into an instance stands in a CallScope, which tells the watchdog
// whose code runs and notes the instance for turn_end. Must not know what an instance is.
#pragma once

#include <atomic>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace meshmux {

class CallTarget;

// The calls of one loop. Lives in the Loop. [loop-thread] except current() and sequence().
class CallTracker {
 public:
  CallTracker() = default;
  CallTracker(const CallTracker &) = delete;
  CallTracker &operator=(const CallTracker &) = delete;

  // Name of the target whose code runs, nullptr: none. Stays valid as long as the tracker.
  // [any-thread]
  const std::string *current() const { return current_.load(std::memory_order_acquire); }
  // Changes whenever an outermost scope begins. [any-thread]
  uint64_t sequence() const { return sequence_.load(std::memory_order_acquire); }

  // Calls turn_end of every target called since the last time. Targets called by that itself are
  // left for the next time. Returns whether any was called.
  bool run_turn_ends();
  bool any_touched() const { return !touched_.empty(); }

 private:
  friend class CallTarget;
  friend class CallScope;

  const std::string *intern(std::string_view name) { return &*names_.emplace(name).first; }

  std::atomic<const std::string *> current_{nullptr};
  std::atomic<uint64_t> sequence_{0};
  std::set<std::string, std::less<>> names_;  // never shrinks: the watchdog reads them unlocked
  std::vector<CallTarget *> touched_;
  std::vector<CallTarget *> ending_;
};

// Something that is called: an instance. Derive from it, and pass it wherever callbacks are
// registered (streams, timers, post queues); a nullptr target means "the core itself".
// It must outlive what it was passed to.
class CallTarget {
 public:
  CallTarget(CallTracker &tracker, std::string_view name)
      : tracker_(tracker), name_(tracker.intern(name)) {}
  virtual ~CallTarget();
  CallTarget(const CallTarget &) = delete;
  CallTarget &operator=(const CallTarget &) = delete;

  const std::string &call_name() const { return *name_; }

 protected:
  // The end of a turn in which this target was called, before streams are flushed. Called inside a
  // CallScope of its own, which does not count as a call.
  virtual void turn_end() {}

 private:
  friend class CallTracker;
  friend class CallScope;

  CallTracker &tracker_;
  const std::string *name_;
  bool touched_ = false;
};

// For the length of one call into target. Scopes nest; target may be destroyed inside.
class CallScope {
 public:
  explicit CallScope(CallTarget *target) {
    if (!target) return;
    tracker_ = &target->tracker_;
    if (!target->touched_) {
      target->touched_ = true;
      tracker_->touched_.push_back(target);
    }
    enter(target->name_);
  }
  ~CallScope() {
    if (tracker_) tracker_->current_.store(previous_, std::memory_order_release);
  }
  CallScope(const CallScope &) = delete;
  CallScope &operator=(const CallScope &) = delete;

 private:
  friend class CallTracker;

  CallScope() = default;
  void enter(const std::string *name) {
    previous_ = tracker_->current_.load(std::memory_order_relaxed);
    if (!previous_) {
      tracker_->sequence_.store(tracker_->sequence_.load(std::memory_order_relaxed) + 1,
                                std::memory_order_release);
    }
    tracker_->current_.store(name, std::memory_order_release);
  }

  CallTracker *tracker_ = nullptr;
  const std::string *previous_ = nullptr;
};

}  // namespace meshmux
