// Time units, for times that are int64 nanoseconds everywhere. Must not read a clock.
#pragma once

#include <cstdint>

namespace mmx {

inline constexpr std::int64_t kMillisecondNs = 1'000'000;
inline constexpr std::int64_t kSecondNs = 1'000'000'000;
inline constexpr std::int64_t kMinuteNs = 60 * kSecondNs;
inline constexpr std::int64_t kHourNs = 60 * kMinuteNs;

// Wall time as both mesh families count it: whole seconds since 1970.
inline std::uint32_t unix_seconds(std::int64_t wall_ns) {
  return static_cast<std::uint32_t>(wall_ns / kSecondNs);
}

}  // namespace mmx
