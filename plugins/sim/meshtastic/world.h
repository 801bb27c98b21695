// The mesh around a simulated radio: nodes that move, measure, write and answer. Produces packets
// as the radio would have received them. Must not know apps, sessions or framing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh.pb.h"
#include "plugins/sim/common/random.h"

namespace sim {

struct Node {
  std::uint32_t number = 0;
  meshtastic::pb::User user;
  double latitude = 0;        // degrees
  double longitude = 0;       // degrees
  double heading = 0;         // radians
  double speed = 0;           // metres per second; 0: does not move
  std::int32_t altitude = 0;  // metres
  double battery = 100;       // percent
  double snr = 0;             // dB
  std::uint32_t hops = 0;
  std::uint32_t last_heard = 0;  // seconds since 1970
  bool favorite = false;
  bool ignored = false;
  bool muted = false;
};

class World {
 public:
  // count nodes besides the own one. now: seconds since 1970.
  World(std::uint64_t seed, std::uint32_t count, std::uint32_t now);

  const std::vector<Node> &nodes() const { return nodes_; }
  Node *find(std::uint32_t number);
  void remove(std::uint32_t number);
  void clear(bool keep_favorites);
  Random &random() { return random_; }

  // What the mesh does next at time now (seconds since 1970): a packet from some node. A text is
  // drawn with the given probability, else a position, a measurement or an introduction.
  meshtastic::pb::MeshPacket something_happens(std::uint32_t now, double text_probability);
  meshtastic::pb::MeshPacket text(std::uint32_t from, std::string_view words, std::uint32_t to,
                                  std::uint32_t channel, std::uint32_t now);
  // A node's answer to a text sent to it.
  std::string reply_words(const Node &node);
  // Packets answering what an app asked of a node.
  meshtastic::pb::MeshPacket answer(const Node &node, std::uint32_t own, std::uint32_t request_id,
                                    std::uint32_t portnum, const std::string &payload,
                                    std::uint32_t now);
  meshtastic::pb::Position position_of(const Node &node, std::uint32_t now) const;
  meshtastic::pb::DeviceMetrics metrics_of(const Node &node, std::uint32_t now);
  meshtastic::pb::NodeInfo info_of(const Node &node, std::uint32_t now);

 private:
  meshtastic::pb::MeshPacket heard(Node &node, std::uint32_t now);
  void move(Node &node, std::uint32_t now);

  Random random_;
  std::vector<Node> nodes_;
};

}  // namespace sim
