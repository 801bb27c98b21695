// Time that moves only when a test says so. Runs due events in order of deadline, then of
// scheduling, and lets every host that shares the clock end its turn after each. Must not know what
// an event does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace mmx::testing {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;

// Whether the host claims that its wall clock is right.
enum class WallClock { invalid, unsynchronised, synchronised };

class VirtualClock {
 public:
  using Event = std::function<void()>;
  using EventId = std::pair<std::int64_t, std::uint64_t>;  // deadline, sequence

  std::int64_t mono_ns() const { return mono_ns_; }
  std::int64_t wall_ns() const { return mono_ns_ + wall_offset_ns_; }
  // Steps the wall clock without moving monotonic time.
  void set_wall_ns(std::int64_t wall_ns) { wall_offset_ns_ = wall_ns - mono_ns_; }
  void set_wall_clock(WallClock quality) { quality_ = quality; }
  bool wall_synchronised() const { return quality_ == WallClock::synchronised; }

  // Calls event once delay_ns from now; a negative delay counts as 0.
  EventId schedule(std::int64_t delay_ns, Event event);
  // Nothing happens if the event has run or was cancelled.
  void cancel(const EventId &id) { events_.erase(id); }

  // Moves time on by ns, running what falls due at its own instant. A test that schedules without
  // end at one instant gets std::logic_error.
  void advance(std::int64_t ns);
  // Monotonic time of the next event.
  std::optional<std::int64_t> next_deadline() const;
  std::size_t pending() const { return events_.size(); }

  // Registers what is to run after every event; owner is the key for remove_turn.
  void add_turn(const void *owner, Event turn) { turns_[owner] = std::move(turn); }
  void remove_turn(const void *owner) { turns_.erase(owner); }

 private:
  void end_turns();

  std::map<EventId, Event> events_;
  std::map<const void *, Event> turns_;
  std::int64_t mono_ns_ = 100 * kSecond;
  std::int64_t wall_offset_ns_ = 1'767'225'600 * kSecond;  // 2026-01-01 00:00 UTC
  std::uint64_t sequence_ = 0;
  WallClock quality_ = WallClock::synchronised;
};

}  // namespace mmx::testing
