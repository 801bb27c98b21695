// The option "history": how much of what came before an app that is new to us gets. Must not know
// messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace meshcore_vnode {

struct History {
  std::uint64_t messages = 0;    // the last so many; 0: not by number
  std::int64_t duration_ns = 0;  // those not older; 0: not by age
};

// "none", a number of messages ("20"), or a duration ("250ms", "30s", "5m", "6h", "7d"). Nothing if
// text is none of these.
std::optional<History> parse_history(std::string_view text);

}  // namespace meshcore_vnode
