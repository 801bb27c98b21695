// Which app a trace belongs to. Apps choose the tags, so two can choose the same; the later one is
// given another on the air (docs/protocol notes 2.7). Bounded. Must not send anything.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "plugins/meshcore/driver/answers.h"

namespace meshcore_driver {

struct TraceTag {
  AskRef ask;
  std::uint32_t asked = 0;  // by the app
  std::uint32_t wire = 0;   // on the air
  std::int64_t keep_until_ns = 0;
};

// [loop-thread]
class TraceTags {
 public:
  static constexpr std::size_t kMost = 256;
  static constexpr std::int64_t kKeepNs = 2 * kMinuteNs;

  // The tag for the air; random: 64 random bits, used where the app's own is taken.
  std::uint32_t add(const AskRef &ask, std::uint32_t asked, std::int64_t now,
                    std::uint64_t random) {
    std::uint32_t wire = asked;
    while (taken(wire)) wire = static_cast<std::uint32_t>(random++);
    if (tags_.size() >= kMost) tags_.pop_front();
    tags_.push_back({ask, asked, wire, now + kKeepNs});
    return wire;
  }
  void remove(std::uint32_t wire) {
    std::erase_if(tags_, [&](const TraceTag &each) { return each.wire == wire; });
  }
  // Whose trace that is, taken out; nothing: not ours.
  std::optional<TraceTag> take(std::uint32_t wire) {
    const auto found = std::find_if(tags_.begin(), tags_.end(),
                                    [&](const TraceTag &each) { return each.wire == wire; });
    if (found == tags_.end()) return std::nullopt;
    TraceTag tag = *found;
    tags_.erase(found);
    return tag;
  }
  // One nothing came back for, taken out; call until there is none.
  std::optional<TraceTag> expired(std::int64_t now) {
    if (tags_.empty() || now < tags_.front().keep_until_ns) return std::nullopt;
    TraceTag tag = tags_.front();
    tags_.pop_front();
    return tag;
  }
  std::size_t size() const { return tags_.size(); }

 private:
  bool taken(std::uint32_t wire) const {
    return std::any_of(tags_.begin(), tags_.end(),
                       [&](const TraceTag &each) { return each.wire == wire; });
  }

  std::deque<TraceTag> tags_;  // oldest first
};

}  // namespace meshcore_driver
