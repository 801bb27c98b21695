// Words for an option's kind and range, shared by the list of plugins and the default file. Must
// not know any type.
#pragma once

#include <string>

#include "meshmux/options.h"

namespace meshmux {

// "duration", "one of a, b" ...
std::string option_kind_text(const mmx_option &option);
// "1s to 1h", or "" without a range.
std::string option_range_text(const mmx_option &option);

}  // namespace meshmux
