// One line for people about a payload: names of codes, key prefixes, sizes, tags; never texts,
// keys in full, names, passwords or positions.
#pragma once

#include <string>
#include <string_view>

namespace meshcore {

std::string describe_command(std::string_view payload);
std::string describe_frame(std::string_view payload);
// Lower-case hex.
std::string hex(std::string_view bytes);

}  // namespace meshcore
