// The JSON library under the core's own name. Must not hold helpers of any room.
#pragma once

#include <nlohmann/json.hpp>

namespace meshmux {

using Json = nlohmann::json;

// Compact JSON text; bytes that are no UTF-8 become U+FFFD instead of throwing.
inline std::string dump_json(const Json &json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace meshmux
