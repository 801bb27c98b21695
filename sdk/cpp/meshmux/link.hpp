// Words for the phases of a source's link, as status and logs show them. Must not hold state.
#pragma once

#include <cstdint>
#include <string_view>

#include "meshmux/message.h"

namespace mmx {

inline std::string_view phase_name(std::uint32_t phase) {
  switch (phase) {
    case MMX_LINK_DOWN:
      return "down";
    case MMX_LINK_CONNECTING:
      return "connecting";
    case MMX_LINK_SYNCING:
      return "syncing";
    case MMX_LINK_UP:
      return "up";
    default:
      return "unknown";
  }
}

}  // namespace mmx
