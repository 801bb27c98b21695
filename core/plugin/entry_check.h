// Decides whether what a plugin's entry returned can be used, and says why not in words its author
// can act on: what was found, what was expected, what to rebuild. Must not know files, dlopen or
// instances.
#pragma once

#include <string>

#include "meshmux/meshmux.h"

namespace meshmux {

// Each returns an empty text when all is well, else one sentence without a trailing full stop.
// [any thread]

// Looks at the frozen first 16 bytes only, then, once these pass, at the rest of the struct.
std::string refuse_entry(const mmx_entry *entry);

// One type of an entry that passed: its tables, its name and its options.
std::string refuse_type(const mmx_type *type);

// One codec of an entry that passed.
std::string refuse_codec(const mmx_codec *codec);

// "source", "frontend" ... of an MMX_ROLE_*; "?" for a number that is none.
const char *role_name(unsigned role);

}  // namespace meshmux
