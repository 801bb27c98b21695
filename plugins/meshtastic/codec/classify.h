// Says what a payload is and, for what an app sends, re-encodes it: only bytes a real parser
// produced may go on, because two concatenated encodings are one legal message whose last member
// wins (docs/protocol notes 3.2). Pure functions; must not know policies or sessions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/meshtastic/codec/labels.h"

namespace meshtastic {

// The own node number; nothing while unknown, then every administration counts as local.
using OwnNode = std::optional<uint32_t>;

// identity on the bus: 4 bytes, little endian. Anything else is nothing.
OwnNode own_node_from_identity(std::string_view identity);
std::string identity_from_node(uint32_t number);

struct ClassifiedCommand {
  bool ok = false;  // false: no legal ToRadio, or longer than 512 bytes; the rest is empty
  label::Labels labels = 0;
  std::string canonical;
};

// payload is a ToRadio without frame. canonical carries from = 0, exactly one member a oneof, no
// unknown fields in MeshPacket and Data; unknown fields of ToRadio and AdminMessage stay and are
// label::unknown. classify_to_radio(own, canonical) gives the same labels and the same bytes.
// Administration of another node, of node 0 and to broadcast carries label::admin_remote besides
// its effect; node 1 and the own number do not.
ClassifiedCommand classify_to_radio(OwnNode own, std::string_view payload);

// payload is a FromRadio without frame. Never fails: what cannot be read is label::unknown.
label::Labels classify_from_radio(OwnNode own, std::string_view payload);

}  // namespace meshtastic
