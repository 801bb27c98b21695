// The neutral words for what comes back over the air: measurements, routes, another node's
// statistics. Shared by the two halves of records.h only. Must not know requests.
#pragma once

#include <cstdint>
#include <string_view>

#include "plugins/meshcore/driver/records.h"

namespace meshcore_driver {

// Frames 0x8B, 0x89 and 0x8D; out stays empty for one that cannot be read.
void describe_telemetry(std::string_view frame, NeutralRecord &out);
void describe_trace(std::string_view frame, NeutralRecord &out);
void describe_discovery(std::string_view frame, NeutralRecord &out);

}  // namespace meshcore_driver
