// Small words every part of the driver uses: time units and what identifies a session. Must not
// hold anything with behaviour.
#pragma once

#include <cstdint>
#include <utility>

#include "meshmux/units.hpp"

namespace meshcore_driver {

using mmx::kMillisecondNs;
using mmx::kMinuteNs;
using mmx::kSecondNs;
using mmx::unix_seconds;

// Number of the instance a command came from and its session there; zeros: the driver itself.
using Flow = std::pair<std::uint32_t, std::uint64_t>;

}  // namespace meshcore_driver
