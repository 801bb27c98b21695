// Texts made from the option tables of plugin types: the JSON schema of the file, the default file,
// the list of plugins. Must not know any type by name.
#pragma once

#include <string>

#include "core/config/catalog.h"

namespace meshmux {

// JSON Schema (draft 2020-12) of the whole file, indented, with a final newline.
std::string print_schema(TypeCatalog &catalog);

// The commented file for a first-time user, who fills in one address; valid unedited. The shipped
// config/meshmux.yaml is this text.
std::string print_default_config(TypeCatalog &catalog);

// Every plugin with its types and their options (name, kind, default, range, help), for people.
std::string print_plugins(TypeCatalog &catalog);

}  // namespace meshmux
