// Node records kept fresh from live packets and merged with thin dumps.
#include <catch2/catch.hpp>

#include "captures.h"
#include "messages.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/node.h"

using namespace meshtastic;

namespace {

constexpr uint32_t num = 77;

pb::MeshPacket heard(uint32_t portnum, const google::protobuf::MessageLite &payload) {
  pb::MeshPacket packet = messages::packet(portnum, payload.SerializeAsString(), broadcast_node);
  packet.set_from(num);
  packet.set_rx_time(1000);
  return packet;
}

pb::Position fix(int32_t latitude, uint32_t time) {
  pb::Position position;
  position.set_latitude_i(latitude);
  position.set_longitude_i(8);
  position.set_altitude(400);
  position.set_time(time);
  position.set_sats_in_view(9);
  return position;
}

}  // namespace

TEST_CASE("a recorded node record survives the way through NodeInfo") {
  unsigned nodes = 0;
  for (const auto &payload : captures::frames("n1_full.recv.bin")) {
    const auto node = node_from_frame(payload);
    if (!node) continue;
    CHECK(build_node_frame(*node) == payload);
    ++nodes;
  }
  CHECK(nodes == 200);
  CHECK_FALSE(node_from_frame(build_queue_status(0, 1, 1, 1)));
  CHECK_FALSE(node_from_frame("\xFF"));
}

TEST_CASE("how a packet was heard") {
  pb::NodeInfo node = new_node(num);
  pb::MeshPacket packet = messages::packet(port::text, "x", broadcast_node);
  packet.set_from(num);
  packet.set_rx_snr(6.5F);
  packet.set_hop_start(3);
  packet.set_hop_limit(1);
  packet.set_rx_time(1000);
  CHECK(fold_packet(node, packet, Heard::live, 5000) == fold::heard);
  CHECK(node.last_heard() == 1000);
  CHECK(node.snr() == 6.5F);
  CHECK(node.hops_away() == 2);
  CHECK(fold_packet(node, packet, Heard::live, 5000) == 0);

  packet.clear_rx_time();
  CHECK(fold_packet(node, packet, Heard::live, 5000) == fold::heard);
  CHECK(node.last_heard() == 5000);
  packet.set_rx_time(2000);
  fold_packet(node, packet, Heard::live, 0);
  CHECK(node.last_heard() == 5000);

  packet.set_from(num + 1);
  packet.set_rx_time(9000);
  CHECK(fold_packet(node, packet, Heard::live, 0) == 0);
}

TEST_CASE("hops a packet took") {
  pb::MeshPacket packet = messages::packet(port::text, "x", broadcast_node);
  CHECK_FALSE(hops_of(packet));
  packet.mutable_decoded()->set_bitfield(0);
  CHECK(hops_of(packet) == 0u);
  packet.set_hop_start(3);
  packet.set_hop_limit(3);
  CHECK(hops_of(packet) == 0u);
  packet.set_hop_limit(0);
  CHECK(hops_of(packet) == 3u);
  packet.set_hop_limit(5);
  CHECK_FALSE(hops_of(packet));
}

TEST_CASE("a user is taken over, but never with another key") {
  pb::NodeInfo node = new_node(num);
  pb::User user;
  user.set_long_name("Name");
  user.set_public_key(std::string(32, 'a'));
  CHECK(fold_packet(node, heard(port::nodeinfo, user), Heard::live, 0) ==
        (fold::heard | fold::user));
  CHECK(node.user().id() == "!0000004d");
  CHECK(node.user().long_name() == "Name");

  user.set_public_key(std::string(32, 'b'));
  user.set_long_name("Impostor");
  CHECK(fold_packet(node, heard(port::nodeinfo, user), Heard::live, 0) == 0);
  CHECK(node.user().long_name() == "Name");

  user.clear_public_key();
  user.set_long_name("Renamed");
  CHECK(fold_packet(node, heard(port::nodeinfo, user), Heard::live, 0) == fold::user);
  CHECK(node.user().long_name() == "Renamed");
  CHECK(node.user().public_key() == std::string(32, 'a'));
}

TEST_CASE("a position is folded as the firmware keeps it") {
  pb::NodeInfo node = new_node(num);
  fold_packet(node, heard(port::position, fix(47, 900)), Heard::live, 0);
  CHECK(node.position().latitude_i() == 47);
  CHECK(node.position().altitude() == 400);
  CHECK(node.position().time() == 900);
  CHECK(node.position().sats_in_view() == 0);

  CHECK((fold_packet(node, heard(port::position, fix(48, 800)), Heard::replayed, 0) &
         fold::position) == 0);
  CHECK(node.position().latitude_i() == 47);
  fold_packet(node, heard(port::position, fix(48, 950)), Heard::replayed, 0);
  CHECK(node.position().latitude_i() == 48);

  pb::Position empty;
  empty.set_time(5);
  CHECK(fold_packet(node, heard(port::position, empty), Heard::live, 0) == 0);
  fold_packet(node, heard(port::position, fix(49, 0)), Heard::live, 0);
  CHECK(node.position().time() == 1000);
}

TEST_CASE("only device metrics of telemetry belong to the record") {
  pb::NodeInfo node = new_node(num);
  pb::Telemetry telemetry;
  telemetry.mutable_environment_metrics()->set_temperature(20);
  CHECK((fold_packet(node, heard(port::telemetry, telemetry), Heard::live, 0) & fold::metrics) ==
        0);
  telemetry.mutable_device_metrics()->set_battery_level(50);
  CHECK(fold_packet(node, heard(port::telemetry, telemetry), Heard::live, 0) == fold::metrics);
  CHECK(node.device_metrics().battery_level() == 50);
}

TEST_CASE("replayed and own packets do not change how a node was heard") {
  pb::NodeInfo node = new_node(num);
  pb::MeshPacket packet = heard(port::position, fix(47, 900));
  packet.set_rx_snr(4);
  packet.set_hop_start(3);
  for (const Heard how : {Heard::replayed, Heard::own}) {
    fold_packet(node, packet, how, 0);
    CHECK(node.snr() == 0);
    CHECK_FALSE(node.has_hops_away());
    CHECK(node.last_heard() == 1000);
  }
  CHECK(fold_packet(node, packet, Heard::invalid, 0) == 0);
}

TEST_CASE("a thin dump keeps what was known, a full one wins") {
  pb::NodeInfo kept = new_node(num);
  *kept.mutable_position() = fix(47, 900);
  kept.mutable_device_metrics()->set_battery_level(50);
  kept.set_last_heard(1000);
  kept.set_hops_away(2);
  pb::NodeInfo thin = new_node(num);
  thin.mutable_user()->set_long_name("New");
  thin.set_last_heard(900);
  merge_dump(thin, kept);
  CHECK(thin.position().latitude_i() == 47);
  CHECK(thin.device_metrics().battery_level() == 50);
  CHECK(thin.last_heard() == 1000);
  CHECK(thin.hops_away() == 2);
  CHECK(thin.user().long_name() == "New");

  pb::NodeInfo full = new_node(num);
  *full.mutable_position() = fix(50, 2000);
  full.set_last_heard(2000);
  full.set_hops_away(1);
  merge_dump(full, kept);
  CHECK(full.position().latitude_i() == 50);
  CHECK(full.last_heard() == 2000);
  CHECK(full.hops_away() == 1);
}

TEST_CASE("unknown fields of a record are kept") {
  std::string record = new_node(num).SerializeAsString();
  wire::append_bytes(record, 60, "newer firmware");
  std::string frame;
  wire::append_bytes(frame, 4, record);
  auto node = node_from_frame(frame);
  REQUIRE(node);
  fold_packet(*node, heard(port::position, fix(47, 900)), Heard::live, 0);
  CHECK(build_node_frame(*node).find("newer firmware") != std::string::npos);
}
