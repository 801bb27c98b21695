// Small words every part of the driver uses: time units and the codec's short names. Must not hold
// anything with behaviour.
#pragma once

#include <cstdint>

#include "mesh.pb.h"

namespace meshtastic_driver {

namespace pb = meshtastic::pb;

inline constexpr std::int64_t kMillisecondNs = 1'000'000;
inline constexpr std::int64_t kSecondNs = 1'000'000'000;
inline constexpr std::int64_t kMinuteNs = 60 * kSecondNs;

// Wall time as the protocol counts it.
inline std::uint32_t unix_seconds(std::int64_t wall_ns) {
  return static_cast<std::uint32_t>(wall_ns / kSecondNs);
}

}  // namespace meshtastic_driver
