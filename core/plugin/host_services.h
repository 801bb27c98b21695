// What the host offers to all instances, gathered so that it can be handed on in one piece. Must
// not own anything.
#pragma once

#include <cstdint>
#include <functional>

#include "core/bus/bus.h"
#include "core/control/metrics.h"
#include "core/loop/loop.h"

namespace meshmux {

class SessionNumbers;

// All borrowed for the life of every instance.
struct HostServices {
  Loop &loop;
  Bus &bus;
  Metrics &metrics;
  SessionNumbers &session_numbers;
  std::function<uint64_t()> random;  // 64 bits, not for keys
};

}  // namespace meshmux
