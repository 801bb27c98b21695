// What the firmware does with one API client: handshake order, queues, limits, acknowledgements,
// reboots (docs/protocol notes 2 and 8). Talks in unframed payloads through Output. Must not know
// streams.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "mesh.pb.h"
#include "plugins/sim/meshtastic/settings.h"
#include "plugins/sim/meshtastic/world.h"

namespace sim {

// What the radio does to the outside. All calls come from inside Firmware's methods.
class Output {
 public:
  virtual ~Output() = default;
  // One FromRadio payload for the attached client.
  virtual void send(std::string_view payload) = 0;
  // Calls then after delay_ns unless the radio reboots before.
  virtual void later(std::int64_t delay_ns, std::function<void()> then) = 0;
  // The radio restarts: the connection is lost, timers are forgotten.
  virtual void reboot() = 0;
  virtual std::int64_t mono_ns() const = 0;
  virtual std::uint32_t unix_time() const = 0;  // seconds
};

struct FirmwareOptions {
  std::uint64_t seed = 1;
  std::uint32_t nodes = 50;
  bool thin_nodes = false;  // firmware 2.8: nodes without positions, which are replayed afterwards
};

class Firmware {
 public:
  Firmware(const FirmwareOptions &options, Output &output);

  // A client connected, or the last one left: the state machine starts over, queues stay.
  void attach();
  // One ToRadio payload.
  void to_radio(std::string_view payload);
  // End of what came in one read: serves the last want_config of it and sends what is queued.
  void end_of_input();
  // A packet received from the air.
  void from_air(const meshtastic::pb::MeshPacket &packet);
  // Something happens in the mesh.
  void live(double text_probability);
  // The radio restarts with a higher reboot count.
  void restart();
  // Becomes another radio.
  void renumber(std::uint32_t number);

  World &world() { return world_; }
  std::uint32_t own() const { return own_; }
  bool configured() const { return state_ == State::packets; }

 private:
  enum class State { nothing, packets };

  void send_dump(std::uint32_t nonce);
  void replay_satellites();
  meshtastic::pb::NodeInfo own_info() const;
  void packet(meshtastic::pb::MeshPacket packet);
  bool limited(const meshtastic::pb::MeshPacket &packet);
  void transmit(meshtastic::pb::MeshPacket packet);
  void fate_of(const meshtastic::pb::MeshPacket &packet);
  void answered_by(const Node &node, const meshtastic::pb::MeshPacket &packet);
  void admin(const meshtastic::pb::MeshPacket &packet);
  bool admin_nodes(const meshtastic::pb::AdminMessage &request);
  bool admin_restarts(const meshtastic::pb::AdminMessage &request);
  void reboot_after(std::int64_t delay_ns);
  void queue_status(std::int32_t res, std::uint32_t packet_id);
  void routing(std::uint32_t from, std::uint32_t request_id, std::uint32_t error);
  void to_phone(const meshtastic::pb::MeshPacket &packet);
  void flush();

  FirmwareOptions options_;
  Output &output_;
  std::uint32_t own_;
  World world_;
  Settings settings_;
  State state_ = State::nothing;
  std::int64_t wanted_nonce_ = -1;
  std::uint32_t reboot_count_ = 1;
  std::uint32_t free_ = 16;
  bool editing_ = false;
  bool edit_reboots_ = false;
  std::uint64_t generation_ = 0;  // of the reboot that is scheduled
  std::deque<std::string> statuses_;
  std::deque<std::string> notifications_;
  std::deque<meshtastic::pb::MeshPacket> phone_;
  std::deque<meshtastic::pb::MeshPacket> admin_requests_;
  std::deque<std::uint32_t> recent_ids_;
  std::map<int, std::int64_t> last_sent_;  // monotonic ns by rate class
};

}  // namespace sim
