// One line for people about a payload: kind, port, nodes, ids and sizes, never texts, keys, names
// or positions. For logs and `meshmuxctl policy test`.
#pragma once

#include <string>
#include <string_view>

namespace meshtastic {

std::string describe_from_radio(std::string_view payload);
std::string describe_to_radio(std::string_view payload);

// "!" and eight hex digits, as people know nodes.
std::string node_name(uint32_t number);

}  // namespace meshtastic
