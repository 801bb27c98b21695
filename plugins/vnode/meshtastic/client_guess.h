// Guesses from its first words which official client family an app is, for people who read the
// sessions list. Nothing depends on the guess. Must not know sessions.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "mesh.pb.h"

namespace meshtastic_vnode {

// first: up to the first two bytes of the connection; message: its first frame. Empty: no idea
// (docs/protocol notes 1.3).
std::string_view guess_client(std::span<const std::uint8_t> first,
                              const meshtastic::pb::ToRadio &message);

}  // namespace meshtastic_vnode
