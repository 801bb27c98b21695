// What rooms, repeaters and sensors answer: logins, requests, their text console (docs/protocol
// notes 4.6 to 4.8, 5). Pure functions on a Peer. Must not know the radio that asks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/sim/meshcore/mesh.h"

namespace sim::companion {

struct Passwords {
  std::string admin = "password";
  std::string guest = "hello";
};

// What the servers see of the moment. Times in seconds.
struct Moment {
  uint32_t now = 0;  // of the server's clock
  uint32_t uptime = 0;
  uint32_t packets = 0;  // heard since the start
};

// The 14-byte push of a login, or nothing: a wrong password and a replayed time are met with
// silence.
std::optional<std::string> log_in(Peer &server, const Passwords &passwords,
                                  std::string_view password, uint32_t timestamp, Moment moment);
// The blob of a status, padded to 60 bytes; nothing from nodes that have none.
std::optional<std::string> status_of(const Peer &peer, Moment moment);
// Cayenne LPP as it arrives; nothing if it is not permitted.
std::optional<std::string> telemetry_of(const Peer &peer, Mesh &mesh);
// The answer to a binary request behind its tag.
std::optional<std::string> request(Peer &peer, Mesh &mesh, std::string_view own_key,
                                   std::string_view request, uint32_t timestamp, Moment moment);
// The answer to an anonymous request behind its tag; data begins with the type.
std::optional<std::string> anonymous(const Peer &peer, std::string_view data, Moment moment);
// What the console says; nothing to anybody but an administrator.
std::optional<std::string> console(Peer &server, std::string_view line, Moment moment);
// Whether a request of that time is heard: not older than the last one.
bool fresh(Peer &peer, uint32_t timestamp);

}  // namespace sim::companion
