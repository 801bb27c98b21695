// What meshmux sends in its own name, against the constants and recordings of the firmware.
#include <catch2/catch.hpp>

#include "captures.h"
#include "messages.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/describe.h"

using namespace meshtastic;
using namespace std::string_literals;
using messages::own;

namespace {

pb::MeshPacket packet_in(const std::string &from_radio) {
  pb::FromRadio message;
  REQUIRE(message.ParseFromString(from_radio));
  REQUIRE(message.has_packet());
  return message.packet();
}

}  // namespace

TEST_CASE("constant frames are the published bytes") {
  CHECK(build_want_config(69420) == "\x18\xac\x9e\x04");
  CHECK(build_want_config(69421) == "\x18\xad\x9e\x04");
  CHECK(build_heartbeat() == "\x3a\x00"s);
  CHECK(build_disconnect() == "\x20\x01");
  CHECK(build_config_complete(69420) == "\x38\xac\x9e\x04");
  CHECK(build_config_complete(69421) == "\x38\xad\x9e\x04");
  CHECK(build_queue_status(0, 16, 16, 0) == "\x5a\x04\x10\x10\x18\x10");
}

TEST_CASE("recorded answers of the firmware are built to the byte") {
  // From the recording of a packet that is too big and one to an unknown node.
  unsigned matched = 0;
  for (const auto &payload : captures::frames("us_w_big_and_unknown_dest.recv.bin")) {
    pb::FromRadio message;
    REQUIRE(message.ParseFromString(payload));
    if (message.has_queue_status()) {
      const auto &status = message.queue_status();
      CHECK(build_queue_status(status.res(), status.free(), status.maxlen(),
                               status.mesh_packet_id()) == payload);
    }
    if (!message.has_packet() || message.packet().decoded().portnum() != port::routing) continue;
    pb::Routing routing;
    REQUIRE(routing.ParseFromString(message.packet().decoded().payload()));
    CHECK(build_routing({.own = message.packet().from(),
                         .packet_id = message.packet().id(),
                         .request_id = message.packet().decoded().request_id(),
                         .channel = message.packet().channel(),
                         .error = routing.error_reason(),
                         .rx_time = 0}) == payload);
    ++matched;
  }
  CHECK(matched == 2);
  matched = 0;
  for (const auto &payload : captures::frames("us_f_admin_self.recv.bin")) {
    pb::FromRadio message;
    REQUIRE(message.ParseFromString(payload));
    if (!message.has_packet() || message.packet().decoded().portnum() != port::admin) continue;
    const auto &packet = message.packet();
    CHECK(build_admin_response(packet.from(), packet.id(), packet.decoded().request_id(),
                               packet.decoded().payload(), 0) == payload);
    ++matched;
  }
  CHECK(matched == 6);
}

TEST_CASE("an acknowledgement says error 0 aloud") {
  const auto packet = packet_in(build_routing({.own = own, .packet_id = 3, .request_id = 4}));
  CHECK(packet.decoded().payload() == "\x18\x00"s);
  CHECK(packet.from() == own);
  CHECK(packet.to() == own);
  CHECK(packet.decoded().request_id() == 4);
}

TEST_CASE("administration goes to the own node, reads ask for an answer") {
  for (const AdminInfo &info : known_admin()) {
    const std::string command = build_admin_request(own, 9, info.number, 1);
    INFO(info.name);
    if (info.kind != AdminKind::request) {
      CHECK(command.empty());
      continue;
    }
    const auto result = messages::classify(command);
    CHECK(result.labels == label::admin_read);
    CHECK(result.canonical == command);
    pb::ToRadio message;
    REQUIRE(message.ParseFromString(command));
    CHECK(message.packet().decoded().want_response());
    CHECK(message.packet().to() == own);
    CHECK(message.packet().id() == 9);
    pb::AdminMessage admin;
    REQUIRE(admin.ParseFromString(message.packet().decoded().payload()));
    CHECK(static_cast<uint32_t>(admin.payload_variant_case()) == info.number);
  }
  CHECK(messages::classify(build_set_time(own, 1, 1795229830)).labels == label::admin_time);
  CHECK(messages::classify(build_add_contact(own, 1, 5, pb::User())).labels ==
        label::admin_contact);
}

TEST_CASE("a sent packet is shown as from the own node") {
  pb::MeshPacket packet = messages::packet(port::text, "hello", messages::other);
  packet.set_hop_limit(3);
  packet.set_want_ack(true);
  packet.set_next_hop(9);
  packet.set_tx_after(9);
  const auto sent = packet_in(build_sent(packet, own, 88, 1795229830));
  CHECK(sent.from() == own);
  CHECK(sent.to() == messages::other);
  CHECK(sent.id() == 88);
  CHECK(sent.rx_time() == 1795229830);
  CHECK(sent.decoded().payload() == "hello");
  CHECK(sent.next_hop() == 0);
  CHECK(sent.tx_after() == 0);
  CHECK_FALSE(packet_in(build_sent(packet, own, 88, 0)).has_rx_time());
}

TEST_CASE("descriptions name what it is and tell nothing of what it holds") {
  CHECK(node_name(0x7d1) == "!000007d1");
  pb::AdminMessage admin;
  admin.mutable_set_config()->mutable_network()->set_wifi_psk("topsecret");
  CHECK(describe_to_radio(messages::admin_command(admin.SerializeAsString(), own)) ==
        "packet 77 from !00000000 to !000007d1 channel 0: admin (port 6), 16 bytes, set_config");
  CHECK(describe_from_radio(build_queue_status(32, 0, 16, 5)) ==
        "queue status for 5: result 32, 0 of 16 free");
  CHECK(
      describe_from_radio(build_routing({.own = own, .packet_id = 1, .request_id = 2, .error = 33}))
          .ends_with("error not authorized, answers 2"));
  const std::string text = describe_to_radio(messages::text_command());
  CHECK(text.find("hello") == std::string::npos);
  CHECK(text.find("to all") != std::string::npos);
  for (const auto &payload : captures::frames("n1_full.recv.bin")) {
    const std::string line = describe_from_radio(payload);
    CHECK(line.find("Hilltop") == std::string::npos);
    CHECK(line.find("large4cats") == std::string::npos);
    CHECK(line.size() < 60);
  }
}
