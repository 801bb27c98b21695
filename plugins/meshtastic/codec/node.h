// Keeps node records fresh from live packets, as the firmware does with its own list, so that an
// app which connects later sees what was heard since. Unknown fields of a record are kept. Must not
// know where records live.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "mesh.pb.h"

namespace meshtastic {

// A node record out of FromRadio bytes; nothing if they hold none. build_node_frame is the way
// back.
std::optional<pb::NodeInfo> node_from_frame(std::string_view from_radio_payload);
// A record for a node first heard in a live packet.
pb::NodeInfo new_node(uint32_t number);

// What a fold changed, as bits; 0 means the record is as it was.
namespace fold {
inline constexpr uint32_t heard = 1;  // last_heard, snr, hops_away, via_mqtt
inline constexpr uint32_t user = 2;
inline constexpr uint32_t position = 4;
inline constexpr uint32_t metrics = 8;
}  // namespace fold

// How a packet was heard.
enum class Heard : uint8_t {
  invalid = 0,
  live,      // heard now: last_heard and the way it came are taken too
  own,       // sent by the own node: only content and last_heard
  replayed,  // firmware 2.8 hands out what it knew: only content, and times that are newer
};

// Merges packet into the record of its sender (node.num == packet.from; nothing is done otherwise).
// now: s since 1970, for packets without rx_time, 0 if unknown. A user with another public key than
// the record's is refused, as the firmware refuses it.
uint32_t fold_packet(pb::NodeInfo &node, const pb::MeshPacket &packet, Heard heard, uint32_t now);

// Merges a record of a new dump into the one kept: the dump wins, but position and metrics it
// leaves out (firmware 2.8 sends thin nodes) stay, and last_heard never goes back.
void merge_dump(pb::NodeInfo &dumped, const pb::NodeInfo &kept);

// Hops the packet took; nothing if it does not say (docs/protocol notes 2.3).
std::optional<uint32_t> hops_of(const pb::MeshPacket &packet);

}  // namespace meshtastic
