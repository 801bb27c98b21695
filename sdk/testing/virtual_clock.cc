// Time that moves only when a test says so. Must not know what an event does.
#include "sdk/testing/virtual_clock.h"

#include <algorithm>
#include <stdexcept>

namespace mmx::testing {

namespace {
constexpr std::size_t kMostEventsAtOneInstant = 100'000;
}

VirtualClock::EventId VirtualClock::schedule(std::int64_t delay_ns, Event event) {
  const EventId id{mono_ns_ + std::max<std::int64_t>(delay_ns, 0), ++sequence_};
  events_.emplace(id, std::move(event));
  return id;
}

void VirtualClock::advance(std::int64_t ns) {
  const std::int64_t target = mono_ns_ + ns;
  end_turns();
  std::size_t at_this_instant = 0;
  while (!events_.empty() && events_.begin()->first.first <= target) {
    auto due = events_.extract(events_.begin());
    at_this_instant = due.key().first > mono_ns_ ? 0 : at_this_instant + 1;
    if (at_this_instant > kMostEventsAtOneInstant)
      throw std::logic_error("events are scheduled without end at one instant");
    mono_ns_ = std::max(mono_ns_, due.key().first);
    due.mapped()();
    end_turns();
  }
  mono_ns_ = target;
  end_turns();
}

std::optional<std::int64_t> VirtualClock::next_deadline() const {
  if (events_.empty()) return std::nullopt;
  return events_.begin()->first.first;
}

void VirtualClock::end_turns() {
  for (const auto &[owner, turn] : turns_) turn();
}

}  // namespace mmx::testing
