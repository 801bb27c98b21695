// The default gates on labels of the real codec: which packets of an app go on, which are answered
// from state, which are denied, and that each denial is answered.
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include "admin.pb.h"
#include "fixture.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/codec/wire.h"

using namespace vnode_test;
namespace port = meshtastic::port;

namespace {

constexpr std::uint32_t peer = 0x433d0c24;

// Sends one frame and says what came of it; whatever is denied must have been answered.
enum class Fate { published, local, denied };
Fate fate_of(Bench &bench, App &app, const std::string &payload, std::uint32_t id) {
  const long denied = bench.number("denied");
  const long local = bench.number("local_answers");
  app.send(payload);
  std::size_t accepted = 0;
  for (const auto &command : bench.host.bus().take(MMX_KIND_TX))
    accepted += command.verdict == MMX_VERDICT_ACCEPTED ? 1 : 0;
  if (accepted > 0) {
    bench.host.advance(250 * kMillisecond);
    CHECK(app.take_one().queue_status().mesh_packet_id() == id);
    return Fate::published;
  }
  const auto answers = app.take_parsed();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].queue_status().mesh_packet_id() == id);
  CHECK(answers[0].queue_status().res() == 0);
  if (bench.number("local_answers") == local + 1) return Fate::local;
  CHECK(bench.number("denied") == denied + 1);
  CHECK(routing_error_of(answers[1], n1_own, id) == 33);
  return Fate::denied;
}

std::string admin_payload(std::uint32_t member) {
  // true, 1, an empty message, or a time: whatever type the member has, one of these is legal.
  for (const char *const value : {"1", "", "1234"}) {
    std::string bytes;
    if (value[0] == '1' && value[1] == '\0') {
      meshtastic::wire::append_varint(bytes, member << 3);
      bytes.push_back(1);
    } else if (value[0] == '\0') {
      meshtastic::wire::append_bytes(bytes, member, "");
    } else {
      meshtastic::wire::append_varint(bytes, (member << 3) | 5);
      bytes += value;
    }
    pb::AdminMessage parsed;
    if (parsed.ParseFromString(bytes) &&
        static_cast<std::uint32_t>(parsed.payload_variant_case()) == member)
      return bytes;
  }
  FAIL("no encoding for member " << member);
  return {};
}

}  // namespace

TEST_CASE("ports that pass from an app, and no others") {
  const std::set<std::uint32_t> pass = {1, 3, 7, 8, 10, 11, 32, 34, 36, 67, 70, 71, 72, 78};
  Bench bench;
  bench.start_with_radio();
  bench.default_policy(n1_own);
  App app = bench.configured();
  for (std::uint32_t number = 0; number <= 520; ++number) {
    if (number == port::admin || number == port::store_forward) continue;
    INFO("port " << number);
    const bool wanted = pass.count(number) != 0 || (number >= 256 && number <= 511);
    const pb::MeshPacket sent = packet(1000 + number, meshtastic::broadcast_node, number, "x");
    CHECK(fate_of(bench, app, to_radio(sent), 1000 + number) ==
          (wanted ? Fate::published : Fate::denied));
  }
}

TEST_CASE("of store and forward an app's questions pass") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy(n1_own);
  App app = bench.configured();
  pb::StoreAndForward question;
  question.set_rr(65);
  CHECK(fate_of(bench, app,
                to_radio(packet(1, peer, port::store_forward, question.SerializeAsString())),
                1) == Fate::published);
  question.set_rr(1);
  CHECK(fate_of(bench, app,
                to_radio(packet(2, peer, port::store_forward, question.SerializeAsString())),
                2) == Fate::denied);
}

TEST_CASE("every admin field to self, another node, broadcast, with any from") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy(n1_own);
  App app = bench.configured();
  std::uint32_t id = 1;
  for (const auto &info : meshtastic::known_admin()) {
    for (const std::uint32_t to :
         {n1_own, meshtastic::broadcast_no_lora_node, peer, meshtastic::broadcast_node}) {
      for (const std::uint32_t from : {0u, n1_own, peer}) {
        INFO(info.name << " to " << to << " from " << from);
        pb::MeshPacket sent = packet(++id, to, port::admin, admin_payload(info.number));
        sent.set_from(from);
        sent.mutable_decoded()->set_want_response(true);
        const bool self = to == n1_own || to == meshtastic::broadcast_no_lora_node;
        Fate wanted = Fate::denied;
        if (self && info.kind == meshtastic::AdminKind::request) wanted = Fate::local;
        // These two are left to the driver, which knows the clock and the keys.
        if (self && (info.number == 43 || info.number == 66)) wanted = Fate::published;
        CHECK(fate_of(bench, app, to_radio(sent), id) == wanted);
      }
    }
  }
}

TEST_CASE("smuggled administration is denied and answered") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy(n1_own);
  App app = bench.configured();
  const pb::MeshPacket reboot = packet(2, n1_own, port::admin, admin_payload(97));
  SECTION("behind a text in one frame") {
    CHECK(fate_of(bench, app, to_radio(text_packet(1)) + to_radio(reboot), 2) == Fate::denied);
  }
  SECTION("behind a heartbeat") {
    CHECK(fate_of(bench, app, heartbeat(0) + to_radio(reboot), 2) == Fate::denied);
  }
  SECTION("encrypted") {
    pb::MeshPacket sealed;
    sealed.set_id(3);
    sealed.set_to(n1_own);
    sealed.set_encrypted("secret");
    CHECK(fate_of(bench, app, to_radio(sealed), 3) == Fate::denied);
  }
  SECTION("text and encrypted in one packet") {
    pb::MeshPacket sealed;
    sealed.set_encrypted("secret");
    std::string both;
    meshtastic::wire::append_bytes(both, 1,
                                   text_packet(4).SerializeAsString() + sealed.SerializeAsString());
    CHECK(fate_of(bench, app, both, 4) == Fate::denied);
  }
}

TEST_CASE("a denial is never a clientNotification") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy(n1_own);
  App app = bench.configured();
  app.send(packet(1, peer, port::nodeinfo, "x"));
  for (const auto &message : app.take_parsed()) CHECK_FALSE(message.has_client_notification());
}
