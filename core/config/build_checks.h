// What only shows when instances are looked at together: sources, families, ports, nothing active.
// Must not know YAML.
#pragma once

#include <vector>

#include "core/config/build_instance.h"
#include "core/config/reader.h"

namespace meshmux {

// Everything is borrowed for the call.
void check_ids(ConfigReader *reader, const std::vector<BuiltInstance> &instances);
void check_sources(ConfigReader *reader, const std::vector<BuiltInstance> &instances);
void check_policies(ConfigReader *reader, const std::vector<BuiltInstance> &instances);
// Only what is enabled listens.
void check_listeners(ConfigReader *reader, const std::vector<BuiltInstance> &instances);
// A warning that says what to edit.
void warn_if_idle(ConfigReader *reader, const std::vector<BuiltInstance> &instances);

}  // namespace meshmux
