// Small conversions of core values to what control clients read. Must not know the daemon.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "meshmux/base.h"

namespace meshmux {

// "0a1b"
std::string to_hex(mmx_bytes bytes);
// nullopt: an odd length, or something that is no hexadecimal digit.
std::optional<std::vector<uint8_t>> from_hex(std::string_view text);

// ["text", "secret.psk"]
Json label_list(uint64_t labels);

// "down", "connecting", "syncing", "up".
const char *link_phase_name(uint32_t phase);

}  // namespace meshmux
