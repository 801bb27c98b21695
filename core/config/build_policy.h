// policies: and policy: as PolicySpecs. Must not know what rules do.
#pragma once

#include <map>
#include <string>

#include "core/config/reader.h"
#include "core/policy/policy.h"

namespace meshmux {

using NamedPolicies = std::map<std::string, PolicySpec, std::less<>>;

// The section policies: of the file.
NamedPolicies read_named_policies(ConfigReader *reader, const YamlNode &node);

// One policy: a map, or the name of one of named. name is what to call it in errors.
PolicySpec read_policy(ConfigReader *reader, const YamlNode &node, const std::string &name,
                       const NamedPolicies &named);

}  // namespace meshmux
