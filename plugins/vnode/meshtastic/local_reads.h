// Answers questions to the own node from retained state, as the firmware would answer them. What
// state holds has passed the egress gate, so no secret can come from here. Must not know sessions.
#pragma once

#include <cstdint>
#include <string>

#include "mesh.pb.h"
#include "plugins/vnode/meshtastic/mirror.h"

namespace meshtastic_vnode {

struct LocalAnswer {
  enum class Kind : std::uint8_t {
    invalid = 0,
    data,     // a packet on portnum with payload
    routing,  // a Routing packet with error
    silence   // the firmware would say nothing
  };
  Kind kind = Kind::invalid;
  std::uint32_t portnum = 0;
  std::uint32_t error = 0;
  std::string payload;
};

// The firmware answers where a response is wanted; where only an ACK is wanted it acknowledges; and
// says NO_RESPONSE where it has nothing to say. Questions to another node are not authorised.
LocalAnswer read_locally(const Mirror &mirror, std::uint32_t own,
                         const meshtastic::pb::MeshPacket &request);

}  // namespace meshtastic_vnode
