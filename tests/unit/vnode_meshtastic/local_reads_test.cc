// Questions to the own node, answered from retained state in the firmware's form.
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include "admin.pb.h"
#include "fixture.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/tables.h"

using namespace vnode_test;
using meshtastic::Section;
namespace port = meshtastic::port;

namespace {

struct Setup {
  Setup() {
    bench.start_with_radio();
    bench.default_policy(n1_own);
  }
  // The answer to an admin read; checks everything around it.
  pb::AdminMessage ask(const pb::AdminMessage &question, bool want_ack = false) {
    pb::MeshPacket sent = packet(++id, n1_own, port::admin, question.SerializeAsString());
    sent.mutable_decoded()->set_want_response(true);
    sent.set_want_ack(want_ack);
    App app = bench.configured();
    app.send(sent);
    CHECK(bench.host.bus().take(MMX_KIND_TX).back().verdict == MMX_VERDICT_LOCAL);
    const auto frames = app.take_parsed();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].queue_status().mesh_packet_id() == id);
    CHECK(frames[0].queue_status().res() == 0);
    const pb::MeshPacket &answer = frames[1].packet();
    CHECK(answer.from() == n1_own);
    CHECK(answer.to() == n1_own);
    CHECK(answer.id() != 0);
    CHECK(answer.decoded().portnum() == port::admin);
    CHECK(answer.decoded().request_id() == id);
    pb::AdminMessage message;
    REQUIRE(message.ParseFromString(answer.decoded().payload()));
    CHECK(message.session_passkey().empty());
    app.stream().disconnect();
    return message;
  }
  const pb::FromRadio &dumped(pb::FromRadio::PayloadVariantCase member, int index) {
    static std::vector<pb::FromRadio> frames;
    if (frames.empty()) frames = parse_all(payloads_of(capture("n1_full")));
    for (const pb::FromRadio &frame : frames)
      if (frame.payload_variant_case() == member && index-- == 0) return frame;
    FAIL("no such frame");
    return frames.front();
  }
  Bench bench;
  std::uint32_t id = 100;
};

}  // namespace

TEST_CASE("channels are read by index + 1") {
  Setup setup;
  for (std::uint32_t number = 1; number <= 8; ++number) {
    pb::AdminMessage question;
    question.set_get_channel_request(number);
    const auto answer = setup.ask(question);
    CHECK(answer.get_channel_response().SerializeAsString() ==
          setup.dumped(pb::FromRadio::kChannel, static_cast<int>(number) - 1)
              .channel()
              .SerializeAsString());
  }
}

TEST_CASE("every config section is answered") {
  Setup setup;
  for (std::uint32_t type = 0; type <= 9; ++type) {
    INFO("config type " << type);
    pb::AdminMessage question;
    question.set_get_config_request(type);
    const pb::Config answer = setup.ask(question).get_config_response();
    CHECK(static_cast<std::uint32_t>(answer.payload_variant_case()) == type + 1);
    if (type < 9)
      CHECK(answer.SerializeAsString() ==
            setup.dumped(pb::FromRadio::kConfig, static_cast<int>(type))
                .config()
                .SerializeAsString());
  }
}

TEST_CASE("every module config section is answered, unknown ones empty") {
  Setup setup;
  for (std::uint32_t type = 0; type <= 16; ++type) {
    INFO("module config type " << type);
    pb::AdminMessage question;
    question.set_get_module_config_request(type);
    const auto answer = setup.ask(question);
    REQUIRE(answer.has_get_module_config_response());
    if (type < 13)
      CHECK(answer.get_module_config_response().SerializeAsString() ==
            setup.dumped(pb::FromRadio::kModuleConfig, static_cast<int>(type))
                .module_config()
                .SerializeAsString());
  }
}

TEST_CASE("owner, metadata and the screen's settings come from the dump") {
  Setup setup;
  pb::AdminMessage question;
  question.set_get_owner_request(true);
  CHECK(setup.ask(question).get_owner_response().long_name() == "Hilltop Base");
  question.set_get_device_metadata_request(true);
  CHECK(setup.ask(question).get_device_metadata_response().firmware_version() == "2.7.26.54e0d8d");
  question.set_get_ui_config_request(true);
  CHECK(setup.ask(question).get_ui_config_response().screen_brightness() == 153);
}

TEST_CASE(
    "what the driver read by itself answers apps too; what nobody knows is empty, not silent") {
  Setup setup;
  pb::AdminMessage canned;
  canned.set_get_canned_message_module_messages_request(true);
  pb::AdminMessage ringtone;
  ringtone.set_get_ringtone_request(true);
  pb::AdminMessage pins;
  pins.set_get_node_remote_hardware_pins_request(true);
  pb::AdminMessage connection;
  connection.set_get_device_connection_status_request(true);
  CHECK(setup.ask(canned).has_get_canned_message_module_messages_response());
  CHECK(setup.ask(canned).get_canned_message_module_messages_response().empty());
  CHECK(setup.ask(ringtone).has_get_ringtone_response());
  CHECK(setup.ask(pins).has_get_node_remote_hardware_pins_response());
  CHECK(setup.ask(connection).has_get_device_connection_status_response());

  pb::AdminMessage known;
  known.set_get_canned_message_module_messages_response("Hi|Bye");
  known.set_session_passkey("old key!");
  setup.bench.put({Section::answer, 11},
                  meshtastic::build_admin_response(n1_own, 1, 2, known.SerializeAsString(), 0));
  CHECK(setup.ask(canned, true).get_canned_message_module_messages_response() == "Hi|Bye");
}

TEST_CASE("a channel that cannot be is a bad request") {
  Setup setup;
  App app = setup.bench.configured();
  pb::AdminMessage question;
  question.set_get_channel_request(9);
  pb::MeshPacket sent = packet(5, n1_own, port::admin, question.SerializeAsString());
  sent.mutable_decoded()->set_want_response(true);
  app.send(sent);
  CHECK(routing_error_of(app.take_parsed().back(), n1_own, 5) == 32);
}

TEST_CASE("a read that wants only an ACK gets that, one that wants nothing gets nothing") {
  Setup setup;
  App app = setup.bench.configured();
  pb::AdminMessage question;
  question.set_get_owner_request(true);
  pb::MeshPacket sent = packet(5, n1_own, port::admin, question.SerializeAsString());
  sent.set_want_ack(true);
  app.send(sent);
  CHECK(routing_error_of(app.take_parsed().back(), n1_own, 5) == 0);
  sent.set_id(6);
  sent.set_want_ack(false);
  app.send(sent);
  CHECK(app.take_one().queue_status().mesh_packet_id() == 6);
}

TEST_CASE("own telemetry is answered from state, by variant") {
  Setup setup;
  App app = setup.bench.configured();
  const auto ask = [&](std::uint32_t id, const pb::Telemetry &question) {
    pb::MeshPacket sent = packet(id, n1_own, port::telemetry, question.SerializeAsString());
    sent.mutable_decoded()->set_want_response(true);
    app.send(sent);
    const auto frames = app.take_parsed();
    REQUIRE(frames.size() == 2);
    CHECK(frames[0].queue_status().mesh_packet_id() == id);
    return frames[1];
  };
  pb::Telemetry stats;
  stats.mutable_local_stats();
  CHECK(routing_error_of(ask(1, stats), n1_own, 1) == 8);

  pb::Telemetry known;
  known.set_time(1234);
  known.mutable_local_stats()->set_num_online_nodes(17);
  pb::MeshPacket heard =
      packet(9, meshtastic::broadcast_node, port::telemetry, known.SerializeAsString());
  heard.set_from(n1_own);
  setup.bench.put({Section::own_telemetry, 6}, from_radio(heard));
  const pb::FromRadio answer = ask(2, stats);
  CHECK(answer.packet().decoded().portnum() == port::telemetry);
  CHECK(answer.packet().decoded().request_id() == 2);
  CHECK(answer.packet().decoded().payload() == known.SerializeAsString());

  // Device metrics are in the own node's record as well.
  pb::FromRadio node = setup.dumped(pb::FromRadio::kNodeInfo, 0);
  node.mutable_node_info()->mutable_device_metrics()->set_battery_level(88);
  setup.bench.put({Section::own_node, 0}, node.SerializeAsString());
  pb::Telemetry device;
  device.mutable_device_metrics();
  pb::Telemetry said;
  REQUIRE(said.ParseFromString(ask(3, device).packet().decoded().payload()));
  CHECK(said.device_metrics().battery_level() == 88);
}

TEST_CASE("a question to another node is not answered from our state") {
  Setup setup;
  setup.bench.answer_all(MMX_VERDICT_LOCAL);  // as while the own number is unknown to the gate
  App app = setup.bench.configured();
  pb::AdminMessage question;
  question.set_get_owner_request(true);
  pb::MeshPacket sent = packet(5, 0x1234, port::admin, question.SerializeAsString());
  sent.mutable_decoded()->set_want_response(true);
  app.send(sent);
  CHECK(routing_error_of(app.take_parsed().back(), n1_own, 5) == 33);
}

TEST_CASE("a read before the handshake is answered after config_complete") {
  Bench bench;
  bench.start();
  bench.answer_all(MMX_VERDICT_LOCAL);
  App app = bench.connect();
  pb::AdminMessage question;
  question.set_get_owner_request(true);
  pb::MeshPacket sent = packet(5, n1_own, port::admin, question.SerializeAsString());
  sent.mutable_decoded()->set_want_response(true);
  app.send(sent);
  CHECK(app.take_one().queue_status().mesh_packet_id() == 5);
  app.send(want_config(69420));
  bench.feed_dump("n1_full");
  bench.link({MMX_LINK_UP, 1, 1, 0, 0, ""});
  const auto frames = app.take_parsed();
  REQUIRE(frames.size() > 2);
  CHECK(frames[frames.size() - 2].config_complete_id() == 69420);
  pb::AdminMessage answer;
  REQUIRE(answer.ParseFromString(frames.back().packet().decoded().payload()));
  CHECK(answer.get_owner_response().short_name() == "HILL");
}
