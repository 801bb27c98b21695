// The simulated radio does to its client what firmware does (docs/protocol notes 2 and 8). Must not
// know the driver or the virtual node.
#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

#include "admin.pb.h"
#include "mesh.pb.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/frame.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/sim/meshtastic/instance.h"
#include "sdk/testing/fake_host.h"
#include "sdk/testing/instance_runner.h"

namespace {

namespace pb = meshtastic::pb;
constexpr std::int64_t second = 1'000'000'000;

const mmx_type type =
    mmx::define_type<sim::Simulator>(MMX_ROLE_SIMULATOR, "sim-meshtastic", "a radio", "meshtastic");

struct Bench {
  explicit Bench(mmx::testing::OptionTexts options = {{"traffic", "none"}, {"nodes", "5"}})
      : runner(host, &type, options) {
    REQUIRE(runner.start() == MMX_OK);
    host.end_turn();
    REQUIRE(host.is_ready());
  }
  ~Bench() { CHECK(runner.stop_and_wait()); }

  mmx::testing::FakeStream &connect() {
    mmx::testing::FakeStream &stream = host.net().open_session();
    host.end_turn();
    return stream;
  }

  mmx::testing::FakeHost host;
  mmx::testing::InstanceRunner runner;
};

std::string framed(const std::string &payload) {
  std::string out;
  REQUIRE(meshtastic::append_frame(out, payload));
  return out;
}

void say(Bench &bench, mmx::testing::FakeStream &stream, const std::string &bytes) {
  stream.inject(bytes);
  bench.host.end_turn();
}

std::vector<pb::FromRadio> heard(mmx::testing::FakeStream &stream) {
  const std::string bytes = stream.take_written();
  std::vector<pb::FromRadio> out;
  meshtastic::FrameParser parser;
  parser.feed(bytes);
  while (const auto event = parser.next()) {
    REQUIRE(event->kind == meshtastic::FrameEventKind::frame);
    out.emplace_back();
    REQUIRE(out.back().ParseFromArray(event->bytes.data(), static_cast<int>(event->bytes.size())));
  }
  CHECK_FALSE(parser.mid_frame());
  return out;
}

std::vector<int> kinds(const std::vector<pb::FromRadio> &messages) {
  std::vector<int> out;
  for (const auto &message : messages)
    out.push_back(static_cast<int>(message.payload_variant_case()));
  return out;
}

std::string text(std::uint32_t id, std::uint32_t to = meshtastic::broadcast_node) {
  pb::MeshPacket packet;
  packet.set_to(to);
  packet.set_id(id);
  packet.set_want_ack(true);
  packet.mutable_decoded()->set_portnum(meshtastic::port::text);
  packet.mutable_decoded()->set_payload("words");
  return framed(meshtastic::build_to_radio(packet));
}

std::vector<std::int32_t> results(const std::vector<pb::FromRadio> &messages) {
  std::vector<std::int32_t> out;
  for (const auto &message : messages)
    if (message.has_queue_status()) out.push_back(message.queue_status().res());
  return out;
}

// Routing errors for a request, in order.
std::vector<std::uint32_t> fates(const std::vector<pb::FromRadio> &messages,
                                 std::uint32_t request_id) {
  std::vector<std::uint32_t> out;
  for (const auto &message : messages) {
    if (!message.has_packet() || message.packet().decoded().request_id() != request_id) continue;
    if (message.packet().decoded().portnum() != meshtastic::port::routing) continue;
    pb::Routing routing;
    REQUIRE(routing.ParseFromString(message.packet().decoded().payload()));
    out.push_back(routing.error_reason());
  }
  return out;
}

std::uint32_t own_number(Bench &bench, mmx::testing::FakeStream &stream) {
  say(bench, stream, framed(meshtastic::build_want_config(1)));
  return heard(stream).at(0).my_info().my_node_num();
}

}  // namespace

TEST_CASE("a full dump comes in the firmware's order") {
  Bench bench;
  auto &stream = bench.connect();
  say(bench, stream, framed(meshtastic::build_want_config(4711)));
  const auto messages = heard(stream);
  std::vector<int> expected = {3, 17, 4, 13};
  expected.insert(expected.end(), 8, 10);
  expected.insert(expected.end(), 10, 5);
  expected.insert(expected.end(), 16, 9);
  expected.insert(expected.end(), 5, 4);
  expected.insert(expected.end(), 5, 15);
  expected.push_back(7);
  CHECK(kinds(messages) == expected);
  CHECK(messages.back().config_complete_id() == 4711);
}

TEST_CASE("the special nonces leave things out") {
  Bench bench;
  auto &stream = bench.connect();
  say(bench, stream, framed(meshtastic::build_want_config(69420)));
  const auto config_only = kinds(heard(stream));
  CHECK(std::count(config_only.begin(), config_only.end(), 4) == 1);
  CHECK(std::count(config_only.begin(), config_only.end(), 15) == 5);
  say(bench, stream, framed(meshtastic::build_want_config(69421)));
  CHECK(kinds(heard(stream)) == std::vector<int>{4, 4, 4, 4, 4, 4, 7});
}

TEST_CASE("of several want_config in one read only the last is served") {
  Bench bench;
  auto &stream = bench.connect();
  say(bench, stream,
      framed(meshtastic::build_want_config(1)) + framed(meshtastic::build_want_config(69421)));
  const auto messages = heard(stream);
  CHECK(messages.size() == 7);
  CHECK(messages.back().config_complete_id() == 69421);
}

TEST_CASE("the newest client wins") {
  Bench bench;
  auto &first = bench.connect();
  auto &second_client = bench.connect();
  CHECK(first.is_closed());
  CHECK(second_client.is_open());
}

TEST_CASE("heartbeats are answered in every state, except nonce 1") {
  Bench bench;
  auto &stream = bench.connect();
  say(bench, stream, framed(meshtastic::build_heartbeat()));
  CHECK(results(heard(stream)) == std::vector<std::int32_t>{0});
  say(bench, stream, framed(std::string("\x3a\x02\x08\x01", 4)));
  CHECK(stream.take_written().empty());
}

TEST_CASE("nothing but queue status before want_config; what was queued follows the dump") {
  Bench bench;
  auto &stream = bench.connect();
  CHECK(bench.host.control_call("text", R"({"text":"early"})").first == MMX_OK);
  bench.host.end_turn();
  CHECK(stream.take_written().empty());
  say(bench, stream, framed(meshtastic::build_want_config(69421)));
  const auto messages = heard(stream);
  REQUIRE(messages.back().has_packet());
  CHECK(messages.back().packet().decoded().payload() == "early");
}

TEST_CASE("a second text within two seconds is dropped and looks accepted") {
  Bench bench;
  auto &stream = bench.connect();
  static_cast<void>(own_number(bench, stream));
  say(bench, stream, text(100));
  say(bench, stream, text(101));
  bench.host.advance(10 * second);
  const auto messages = heard(stream);
  CHECK(results(messages) == std::vector<std::int32_t>{0, 0});
  CHECK(fates(messages, 100) == std::vector<std::uint32_t>{0});
  CHECK(fates(messages, 101).empty());
  say(bench, stream, text(102));
  bench.host.advance(10 * second);
  CHECK(fates(heard(stream), 102) == std::vector<std::uint32_t>{0});
}

TEST_CASE("an id among the last twenty is dropped without a word") {
  Bench bench;
  auto &stream = bench.connect();
  static_cast<void>(own_number(bench, stream));
  say(bench, stream, text(100));
  static_cast<void>(heard(stream));
  bench.host.advance(20 * second);
  static_cast<void>(heard(stream));
  say(bench, stream, text(100));
  bench.host.advance(20 * second);
  CHECK(heard(stream).empty());
}

TEST_CASE("only the newest two queue statuses of a burst come") {
  Bench bench;
  auto &stream = bench.connect();
  static_cast<void>(own_number(bench, stream));
  std::string burst;
  for (std::uint32_t i = 0; i < 6; ++i) {
    pb::MeshPacket packet;
    packet.set_to(meshtastic::broadcast_node);
    packet.set_id(200 + i);
    packet.mutable_decoded()->set_portnum(meshtastic::port::private_first);
    burst += framed(meshtastic::build_to_radio(packet));
  }
  say(bench, stream, burst);
  CHECK(results(heard(stream)).size() == 2);
}

TEST_CASE("a full transmit queue says so and tells when there is room again") {
  Bench bench;
  auto &stream = bench.connect();
  static_cast<void>(own_number(bench, stream));
  std::vector<std::int32_t> all;
  for (std::uint32_t i = 0; i < 18; ++i) {
    pb::MeshPacket packet;
    packet.set_to(meshtastic::broadcast_node);
    packet.set_id(300 + i);
    packet.mutable_decoded()->set_portnum(meshtastic::port::private_first);
    say(bench, stream, framed(meshtastic::build_to_radio(packet)));
    for (const std::int32_t result : results(heard(stream))) all.push_back(result);
  }
  CHECK(std::count(all.begin(), all.end(), 0) == 16);
  CHECK(std::count(all.begin(), all.end(), 32) == 2);
  bench.host.advance(10 * second);
  const auto messages = heard(stream);
  REQUIRE_FALSE(messages.empty());
  CHECK(messages.front().queue_status().mesh_packet_id() == 0);
  CHECK(messages.front().queue_status().free() == 1);
}

TEST_CASE("administration: reads answer, a change of owner reboots after seven seconds") {
  Bench bench;
  auto &stream = bench.connect();
  const std::uint32_t own = own_number(bench, stream);
  say(bench, stream,
      framed(meshtastic::build_admin_request(own, 400, pb::AdminMessage::kGetOwnerRequest, 1)));
  auto messages = heard(stream);
  REQUIRE(messages.size() == 3);
  CHECK(messages[2].packet().decoded().request_id() == 400);

  pb::AdminMessage change;
  change.mutable_set_owner()->set_long_name("Another name");
  meshtastic::AdminOptions options;
  options.want_ack = true;
  say(bench, stream, framed(meshtastic::build_admin(own, 401, change, options)));
  CHECK(fates(heard(stream), 401) == std::vector<std::uint32_t>{0});
  bench.host.advance(6 * second);
  CHECK(stream.is_open());
  bench.host.advance(2 * second);
  CHECK(stream.is_closed());
  auto &again = bench.connect();
  say(bench, again, framed(meshtastic::build_want_config(5)));
  messages = heard(again);
  CHECK(messages.at(0).my_info().reboot_count() == 2);
  CHECK(messages.at(2).node_info().user().long_name() == "Another name");
}

TEST_CASE("of many administration packets in one read the oldest are lost") {
  Bench bench;
  auto &stream = bench.connect();
  const std::uint32_t own = own_number(bench, stream);
  std::string burst;
  for (std::uint32_t i = 0; i < 8; ++i)
    burst += framed(
        meshtastic::build_admin_request(own, 500 + i, pb::AdminMessage::kGetOwnerRequest, 1));
  say(bench, stream, burst);
  int answers = 0;
  for (const auto &message : heard(stream)) answers += message.has_packet();
  CHECK(answers == 4);
}

TEST_CASE("a message to a node is acknowledged by it and answered, to a stranger it fails") {
  Bench bench;
  auto &stream = bench.connect();
  say(bench, stream, framed(meshtastic::build_want_config(69421)));
  const std::uint32_t peer = heard(stream).at(1).node_info().num();
  say(bench, stream, text(600, peer));
  bench.host.advance(15 * second);
  auto messages = heard(stream);
  CHECK(fates(messages, 600) == std::vector<std::uint32_t>{0});
  bool replied = false;
  for (const auto &message : messages)
    replied = replied || (message.has_packet() && message.packet().from() == peer &&
                          message.packet().decoded().portnum() == meshtastic::port::text);
  CHECK(replied);
  say(bench, stream, text(601, 0x7777));
  bench.host.advance(15 * second);
  CHECK(fates(heard(stream), 601) ==
        std::vector<std::uint32_t>{meshtastic::routing_error::max_retransmit});
}

TEST_CASE("the same seed gives the same mesh, another seed another") {
  const auto world = [](const char *seed) {
    Bench bench({{"seed", seed}, {"nodes", "20"}, {"traffic", "busy"}});
    auto &stream = bench.connect();
    say(bench, stream, framed(meshtastic::build_want_config(1)));
    bench.host.advance(5 * second);
    return stream.take_written();
  };
  const std::string first = world("7");
  CHECK(first.size() > 4000);
  CHECK(first == world("7"));
  CHECK(first != world("8"));
}

TEST_CASE("firmware 2.8 sends thin nodes and replays what it left out") {
  Bench bench({{"firmware", "2.8"}, {"nodes", "3"}, {"traffic", "none"}});
  auto &stream = bench.connect();
  say(bench, stream, framed(meshtastic::build_want_config(69421)));
  const auto messages = heard(stream);
  REQUIRE(messages.size() == 4 + 1 + 6);
  CHECK_FALSE(messages[1].node_info().has_position());
  CHECK(messages[5].packet().priority() == meshtastic::priority::background);
}

TEST_CASE("faults on request") {
  Bench bench;
  CHECK(bench.host.control_call("drop").first == MMX_CLOSED);
  auto *stream = &bench.connect();
  static_cast<void>(own_number(bench, *stream));

  SECTION("drop in the middle of a frame") {
    CHECK(bench.host.control_call("drop-mid-frame").first == MMX_OK);
    bench.host.end_turn();
    const std::string half = stream->take_written();
    CHECK(stream->is_closed());
    REQUIRE(half.size() > 4);
    CHECK(half.size() <
          4u + (static_cast<unsigned char>(half[2]) << 8) + static_cast<unsigned char>(half[3]));
  }
  SECTION("stall and resume") {
    CHECK(bench.host.control_call("stall").first == MMX_OK);
    say(bench, *stream, framed(meshtastic::build_heartbeat()));
    CHECK(stream->take_written().empty());
    CHECK(bench.host.control_call("resume").first == MMX_OK);
    bench.host.end_turn();
    CHECK(results(heard(*stream)).size() == 1);
  }
  SECTION("renumber") {
    CHECK(bench.host.control_call("renumber", R"({"num":424242})").first == MMX_OK);
    bench.host.end_turn();
    CHECK(stream->is_closed());
    CHECK(own_number(bench, bench.connect()) == 424242);
    CHECK(bench.host.control_call("renumber", "{}").first == MMX_INVALID);
  }
  SECTION("boot text and garbage") {
    CHECK(bench.host.control_call("boot-text").first == MMX_OK);
    CHECK(bench.host.control_call("garbage").first == MMX_OK);
    bench.host.end_turn();
    CHECK(stream->take_written().find("rst:0x1") != std::string::npos);
  }
  SECTION("unknown verbs are named") {
    const auto [status, reply] = bench.host.control_call("explode");
    CHECK(status == MMX_UNSUPPORTED);
    CHECK(reply.find("drop-mid-frame") != std::string::npos);
  }
}

TEST_CASE("a client silent for fifteen minutes is let go") {
  Bench bench({{"traffic", "calm"}, {"nodes", "2"}});
  auto &stream = bench.connect();
  static_cast<void>(own_number(bench, stream));
  bench.host.advance(890 * second);
  CHECK(stream.is_open());
  bench.host.advance(20 * second);
  CHECK(stream.is_closed());
}
