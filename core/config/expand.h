// ${NAME} and ${NAME:-default} in values. Must not know where variables come from.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/config/yaml_tree.h"

namespace meshmux {

using EnvironmentLookup = std::function<std::optional<std::string>(const std::string &name)>;

// Puts variables into every scalar value below node (keys are left alone). A value that is one
// variable as a whole is typed by what the variable holds, and is null when that is empty; "$${"
// stands for "${". As in a shell, :- takes the default for an empty variable too. Problems (without
// source lines) are appended.
void expand_variables(YamlNode *node, const EnvironmentLookup &environment,
                      std::vector<Problem> *problems);

}  // namespace meshmux
