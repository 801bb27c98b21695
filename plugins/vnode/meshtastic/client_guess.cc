// Implements the guess. Must not know sessions.
#include "plugins/vnode/meshtastic/client_guess.h"

#include "plugins/meshtastic/codec/frame.h"

namespace meshtastic_vnode {

std::string_view guess_client(std::span<const std::uint8_t> first,
                              const meshtastic::pb::ToRadio &message) {
  // The wake-up bytes tell first; the others begin with a frame.
  if (!first.empty() && first[0] == meshtastic::frame_start2) return "python";
  if (first.size() > 1 && first[0] == meshtastic::frame_start1 &&
      first[1] == meshtastic::frame_start1)
    return "android";
  if (message.has_heartbeat()) return "ios";
  if (message.has_want_config_id()) return "js";
  return {};
}

}  // namespace meshtastic_vnode
