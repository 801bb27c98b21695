// Small words every part of the driver uses: time units and the codec's short names. Must not hold
// anything with behaviour.
#pragma once

#include "mesh.pb.h"
#include "meshmux/units.hpp"

namespace meshtastic_driver {

namespace pb = meshtastic::pb;

using mmx::kMillisecondNs;
using mmx::kMinuteNs;
using mmx::kSecondNs;
using mmx::unix_seconds;

}  // namespace meshtastic_driver
