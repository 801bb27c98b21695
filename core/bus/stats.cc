// Names and places of kinds. Must not know the bus.
#include "core/bus/stats.h"

#include "meshmux/message.h"

namespace meshmux {

size_t kind_index(uint32_t kind) {
  for (size_t index = 0; index < kKindCount; ++index) {
    if (kind == 1u << index) return index;
  }
  return kKindCount;
}

const char *kind_name(size_t index) {
  static_assert(MMX_KIND_RX == 1u << 0 && MMX_KIND_REPLY == 1u << (kKindCount - 1));
  static constexpr const char *kNames[kKindCount] = {"rx", "tx", "sent", "state", "link", "reply"};
  return index < kKindCount ? kNames[index] : "invalid";
}

}  // namespace meshmux
