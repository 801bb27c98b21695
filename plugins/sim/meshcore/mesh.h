// The mesh around a simulated companion radio: who is there, where they are, what their packets
// look like on the air. The same seed gives the same mesh. Must not know the radio, its client or
// time.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/model.h"
#include "plugins/sim/common/random.h"

namespace sim::companion {

// A post that a room keeps until it has reached us.
struct Post {
  uint32_t timestamp = 0;  // of the room's clock, seconds
  std::string author;      // 4 bytes
  std::string text;
};

// What a room, repeater or sensor knows of us.
struct Membership {
  bool known = false;  // our key is in its list
  uint8_t permissions = 0;
  uint32_t last_timestamp = 0;  // of anything we sent it; older is taken for a replay
};

struct Peer {
  std::string key;  // 32 bytes
  std::string name;
  uint8_t type = 0;
  std::string path;  // one byte a hop, from us to it
  int32_t latitude_e6 = 0;
  int32_t longitude_e6 = 0;
  int8_t snr_x4 = 0;
  bool silent = false;           // hears us never
  bool shares_telemetry = true;  // a chat node that permits it, a server always
  uint32_t last_advert = 0;      // seconds
  Membership us;
  std::deque<Post> posts;  // room: not yet pushed to us
  bool pushing = false;    // room: a push is under way
  uint16_t posted = 0;
  uint16_t pushed = 0;

  bool is_server() const {
    return type == meshcore::contact_type::room || type == meshcore::contact_type::repeater;
  }
  unsigned hops() const { return static_cast<unsigned>(path.size()); }
  std::string_view prefix() const { return std::string_view(key).substr(0, 6); }
};

class Mesh {
 public:
  // count peers that the radio knows as contacts, and a few more that it will hear of later.
  Mesh(uint64_t seed, uint32_t count);

  // In the order in which the radio came to know them. Strangers are the last ones.
  std::vector<Peer> &peers() { return peers_; }
  const std::vector<Peer> &peers() const { return peers_; }
  size_t known() const { return known_; }
  // By key or the beginning of one; NULL if there is nobody.
  Peer *find(std::string_view key);
  // Any of the given type that hears us; NULL if there is none.
  Peer *any(uint8_t type);
  Random &random() { return random_; }

  // What peer would be as a contact heard now. Its path is known unless flooding is the way.
  static meshcore::Contact contact_of(const Peer &peer, bool path_known, uint32_t lastmod);
  // Something to say that nobody has said before.
  std::string words();

 private:
  Random random_;
  std::vector<Peer> peers_;
  size_t known_;
  uint32_t said_ = 0;
};

// Packets ---------------------------------------------------------------------------------------

namespace packet_type {
inline constexpr uint8_t request = 0, response = 1, text = 2, ack = 3, advert = 4, group_text = 5,
                         anonymous = 7, path = 8, trace = 9, control = 11;
}

enum class Route : uint8_t { transport_flood = 0, flood = 1, direct = 2 };

// Header, path, payload.
std::string packet(uint8_t type, Route route, std::string_view path, std::string_view payload);
// Between two keys, encrypted: noise of the right size.
std::string datagram(Random &random, std::string_view to, std::string_view from, size_t text_size);
std::string group_datagram(Random &random, uint8_t channel_hash, size_t text_size);
// The payload of an advert. The signature is a digest of key and content: only adverts of this
// simulation are found genuine.
std::string advert_payload(std::string_view key, uint32_t timestamp, uint8_t type,
                           std::string_view name, bool with_place, int32_t latitude_e6,
                           int32_t longitude_e6);
bool genuine_advert(std::string_view payload);
// 64 bytes that depend on key and content.
std::string signature(std::string_view key, std::string_view content);
// 32 bytes out of a name and a number.
std::string key_for(std::string_view what, uint64_t seed, uint64_t number);

}  // namespace sim::companion
