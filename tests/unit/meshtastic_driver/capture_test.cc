// First dump, dump again, identity: what is retained is what the radio said.
#include <catch2/catch.hpp>

#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/build.h"
#include "rig.h"

using namespace driver_test;
using meshtastic::Section;

namespace {

// Retained payloads that take part in a full handshake, in replay order.
std::vector<std::string> handshake(Rig &rig) {
  std::vector<std::string> payloads;
  for (const Published *record : rig.host.bus().replay()) {
    const auto key = meshtastic::decode_key(record->key);
    REQUIRE(key);
    if (meshtastic::in_handshake(meshtastic::HandshakeKind::full, key->section)) {
      payloads.push_back(record->payload);
    }
  }
  return payloads;
}

}  // namespace

TEST_CASE("a recorded dump is retained byte for byte in its order") {
  for (const char *name : {"n1_full", "us_a_want_12345", "unset_e_text_broadcast_want_ack"}) {
    const auto recorded = recorded_dump(name);
    Rig rig;
    rig.accept();
    rig.dump(recorded);
    INFO(name);
    REQUIRE(handshake(rig) == recorded);
    REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
    REQUIRE(rig.host.bus().last_link().complete == 1);
    REQUIRE(rig.host.health().state == MMX_HEALTH_OK);
  }
}

TEST_CASE("nothing is published of the radio before its dump is whole, and then all in one turn") {
  Rig rig;
  rig.accept();
  const auto frames = make_dump();
  for (const std::string &frame : frames) rig.give(frame);
  REQUIRE(rig.take(MMX_KIND_STATE).empty());
  REQUIRE(rig.host.bus().last_link().complete == 0);
  REQUIRE(rig.host.bus().identity() == meshtastic::identity_from_node(0x1001));
  const auto turn = rig.host.clock().mono_ns();
  rig.give(meshtastic::build_config_complete(rig.nonce()));
  const auto published = rig.take(MMX_KIND_STATE);
  REQUIRE(published.size() >= frames.size());
  for (const Published &each : published) REQUIRE(each.mono_ns == turn);
  // The swap is announced before, and its end after.
  const auto &links = rig.host.bus().links();
  REQUIRE(links.at(links.size() - 2).swapping == 1);
  REQUIRE(links.back().swapping == 0);
}

TEST_CASE("a foreign config_complete does not end the dump") {
  Rig rig;
  rig.accept();
  for (const std::string &frame : make_dump()) rig.give(frame);
  rig.give(meshtastic::build_config_complete(rig.nonce() + 1));
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_SYNCING);
  rig.give(meshtastic::build_config_complete(rig.nonce()));
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
}

TEST_CASE("live packets during the dump are told after it, not kept in it") {
  Rig rig;
  rig.accept();
  rig.give(text_from(0x2002, 9, "early"));
  REQUIRE(rig.take(MMX_KIND_RX).empty());
  rig.dump(make_dump({.nodes = {make_node(0x2002)}}));
  const auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  REQUIRE(parse(events[0].payload).packet().id() == 9);
}

TEST_CASE("what no dump holds is read afterwards, one at a time, and never shown") {
  Rig rig;
  rig.answers_admin = false;
  rig.accept();
  rig.dump(make_dump());
  rig.run(50 * kMillisecond);
  // The clock first, then reads; the second waits for the first's answer.
  const auto begun = rig.admins();
  REQUIRE(begun.size() == 1);
  REQUIRE(begun[0].has_set_time_only());
  rig.answers_admin = true;
  rig.run(20 * kSecond);
  std::vector<int> reads;
  for (const pb::AdminMessage &each : rig.admins()) {
    if (!each.has_set_time_only()) reads.push_back(each.payload_variant_case());
  }
  REQUIRE(reads == std::vector<int>{pb::AdminMessage::kGetCannedMessageModuleMessagesRequest,
                                    pb::AdminMessage::kGetRingtoneRequest,
                                    pb::AdminMessage::kGetOwnerRequest,
                                    pb::AdminMessage::kGetDeviceConnectionStatusRequest,
                                    pb::AdminMessage::kGetNodeRemoteHardwarePinsRequest,
                                    pb::AdminMessage::kGetDeviceMetadataRequest});
  REQUIRE(rig.take(MMX_KIND_RX | MMX_KIND_SENT | MMX_KIND_REPLY).empty());
}

TEST_CASE("a read's answer is retained, without its passkey") {
  Rig rig;
  rig.answers_admin = false;
  rig.on_to_radio = [&](const pb::ToRadio &message) {
    const auto request = meshtastic::admin_in(message.packet());
    if (!request) return;
    pb::AdminMessage answer;
    answer.set_session_passkey("12345678");
    if (request->has_get_ringtone_request()) answer.set_get_ringtone_response("24:d=32");
    if (answer.payload_variant_case() == 0) return;
    std::string frame;
    meshtastic::append_frame(frame, admin_answer(rig.own, message.packet().id(), answer));
    rig.link().inject(frame);
  };
  rig.up();
  rig.run(60 * kSecond);
  const std::string kept = rig.state(Section::answer, pb::AdminMessage::kGetRingtoneResponse);
  const auto told = meshtastic::admin_in(parse(kept).packet());
  REQUIRE(told);
  REQUIRE(told->get_ringtone_response() == "24:d=32");
  REQUIRE(told->session_passkey().empty());
  // What the radio did not answer is known to be empty.
  const std::string empty =
      rig.state(Section::answer, pb::AdminMessage::kGetCannedMessageModuleMessagesResponse);
  REQUIRE(meshtastic::admin_in(parse(empty).packet())
              ->has_get_canned_message_module_messages_response());
}

TEST_CASE("a dump again is swapped in whole, and forgets no node for being missing from it") {
  Rig rig;
  rig.up(make_dump({.nodes = {make_node(0x2001, 10), make_node(0x2002, 20)}}));
  rig.take(~0U);
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_DOWN);
  REQUIRE(rig.host.bus().last_link().complete == 1);
  REQUIRE(rig.host.bus().last_link().stale == 1);
  rig.run(kSecond);
  rig.accept();
  auto frames = make_dump({.nodes = {make_node(0x2003, 30)}});
  frames.pop_back();  // the file is gone from the manifest
  for (const std::string &frame : frames) rig.give(frame);
  REQUIRE(rig.take(MMX_KIND_STATE).empty());
  rig.give(meshtastic::build_config_complete(rig.nonce()));
  REQUIRE(rig.node(0x2001).num() == 0x2001);
  REQUIRE(rig.node(0x2002).num() == 0x2002);
  REQUIRE(rig.node(0x2003).num() == 0x2003);
  REQUIRE(rig.state(Section::file).empty());
  // In the order of the dump, then those it left out.
  std::vector<std::uint32_t> order;
  for (const std::string &payload : handshake(rig)) {
    const pb::FromRadio message = parse(payload);
    if (message.has_node_info()) order.push_back(message.node_info().num());
  }
  REQUIRE(order == std::vector<std::uint32_t>{0x1001, 0x2003, 0x2001, 0x2002});
}

TEST_CASE("a node named twice in one dump is one record, the later one") {
  Rig rig;
  rig.up(
      make_dump({.nodes = {make_node(0x2001, 10), make_node(0x2002, 5), make_node(0x2001, 99)}}));
  REQUIRE(rig.node(0x2001).last_heard() == 99);
  REQUIRE(handshake(rig).size() == make_dump().size() + 2);
}

TEST_CASE("a changed node number is another radio") {
  Rig rig;
  rig.up(make_dump({.nodes = {make_node(0x2001)}}));
  const auto waiting = rig.command(text("for the old one", 7));
  rig.command(text("also for the old one", 8));
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  rig.run(kSecond);
  rig.take(~0U);
  const auto epoch = rig.host.bus().epoch();
  rig.own = 0x9009;
  rig.accept();
  rig.give(make_dump({.own = 0x9009, .nodes = {}}).front());
  // Known from the first frame, before anything else of it.
  REQUIRE(rig.host.bus().identity() == meshtastic::identity_from_node(0x9009));
  REQUIRE(rig.host.bus().epoch() == epoch + 1);
  REQUIRE(rig.host.bus().last_link().complete == 0);
  REQUIRE(rig.host.logged("another radio answers", MMX_LOG_WARN));
  rig.dump(make_dump({.own = 0x9009, .nodes = {}}));
  rig.run(5 * kSecond);
  REQUIRE(rig.state(Section::node, 0x2001).empty());
  REQUIRE(rig.node(0x9009).num() == 0x9009);
  // What was asked of the former radio is not asked of this one.
  for (const pb::MeshPacket &each : rig.packets(meshtastic::port::text)) {
    REQUIRE(each.decoded().payload() != "also for the old one");
  }
  static_cast<void>(waiting);
}

TEST_CASE("the settings are read again now and then, by a dump without nodes") {
  Rig rig({{"connect", "tcp://192.0.2.9:4403"}, {"refresh", "10m"}});
  rig.up(make_dump({.nodes = {make_node(0x2001)}}));
  rig.run(10 * kMinute, 500 * kMillisecond);
  REQUIRE(rig.count(pb::ToRadio::kWantConfigId) == 2);
  REQUIRE(rig.nonce() == meshtastic::nonce_config_only);
  // Apps are served meanwhile; commands wait.
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
  const auto id = rig.command(text("during the dump", 5));
  REQUIRE(rig.packets(meshtastic::port::text).empty());
  auto frames = make_dump();
  pb::FromRadio changed;
  changed.mutable_config()->mutable_device()->set_role(7);
  frames[12] = changed.SerializeAsString();
  rig.dump(frames);
  rig.run(100 * kMillisecond);
  REQUIRE(rig.packets(meshtastic::port::text).size() == 1);
  REQUIRE(rig.replies(id).size() == 1);
  REQUIRE(rig.state(Section::config, 1) == changed.SerializeAsString());
  REQUIRE(rig.node(0x2001).num() == 0x2001);
}

TEST_CASE("a dump that stops is given up, not waited for") {
  Rig rig;
  rig.accept();
  rig.give(make_dump()[0]);
  rig.run(16 * kSecond, 100 * kMillisecond);
  REQUIRE(rig.host.logged("stopped in the middle of its dump"));
  // With a goodbye, and only one want_config ever in flight.
  REQUIRE(rig.received().back().has_disconnect());
  REQUIRE(rig.count(pb::ToRadio::kWantConfigId) == 1);
}
