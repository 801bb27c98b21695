// What apps send: receipts, ids, acknowledgements, and that the radio gets it in a way it accepts.
#include <catch2/catch.hpp>

#include "plugins/meshtastic/codec/build.h"
#include "rig.h"

using namespace driver_test;
namespace port = meshtastic::port;

namespace {

std::int64_t field(const Published &reply, std::uint16_t key) {
  return reply.record.integer(key).value_or(-1);
}

std::vector<std::string> texts(const Rig &rig) {
  std::vector<std::string> found;
  for (const pb::MeshPacket &each : rig.packets(port::text))
    found.push_back(each.decoded().payload());
  return found;
}

}  // namespace

TEST_CASE(
    "a text gets its receipt at once, reaches the radio, is shown to others, and its ack returns") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  const auto id = rig.command(text("hello", 77), 5);
  const auto first = rig.replies(id);
  REQUIRE(first.size() == 1);
  REQUIRE(field(first[0], MMX_FIELD_STATUS) == MMX_DELIVERY_QUEUED);
  REQUIRE(field(first[0], MMX_FIELD_NATIVE_STATUS) == 0);
  REQUIRE(field(first[0], MMX_FIELD_NATIVE_ID) == 77);
  REQUIRE(field(first[0], MMX_FIELD_ORIGINAL_ID) == -1);
  REQUIRE(field(first[0], MMX_FIELD_QUEUE_FREE) > 0);
  REQUIRE(first[0].payload.empty());
  const auto sent = rig.take(MMX_KIND_SENT);
  REQUIRE(sent.size() == 1);
  REQUIRE(sent[0].cause == id);
  REQUIRE(sent[0].record.type() == MMX_RECORD_TEXT);
  const pb::MeshPacket shown = parse(sent[0].payload).packet();
  REQUIRE(shown.from() == 0x1001);
  REQUIRE(shown.id() == 77);
  REQUIRE(shown.rx_time() != 0);
  const auto on_air = rig.packets(port::text);
  REQUIRE(on_air.size() == 1);
  REQUIRE(on_air[0].from() == 0);
  REQUIRE(on_air[0].id() == 77);

  const std::string ack = routing(0x2002, 0x1001, 77, 0);
  rig.give(ack);
  const auto replies = rig.replies(id);
  REQUIRE(replies.size() == 1);
  REQUIRE(replies[0].payload == ack);  // the radio's own bytes
  REQUIRE(replies[0].is_final());
  REQUIRE(replies[0].record.type() == MMX_RECORD_ACK);
  // Others do not see it; who keeps messages learns of it quietly.
  const auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  REQUIRE((events[0].flags & MMX_MESSAGE_QUIET) != 0);
  REQUIRE(events[0].record.integer(MMX_FIELD_NATIVE_ID) == 77);
}

TEST_CASE("an implicit ack of a direct message is not its last word, a broadcast's is") {
  Rig rig;
  rig.up();
  const auto direct = rig.command(text("to one", 5, 0x2002));
  const auto broadcast = rig.command(text("to all", 6));
  rig.run(3 * kSecond);
  rig.take(~0U);
  rig.give(routing(0x1001, 0x1001, 5, 0));
  auto replies = rig.replies(direct);
  REQUIRE(replies.size() == 1);
  REQUIRE_FALSE(replies[0].is_final());
  REQUIRE(field(replies[0], MMX_FIELD_STATUS) == MMX_DELIVERY_RELAYED);
  rig.give(routing(0x2002, 0x1001, 5, 0));
  replies = rig.replies(direct);
  REQUIRE(replies.size() == 1);
  REQUIRE(replies[0].is_final());
  REQUIRE(field(replies[0], MMX_FIELD_STATUS) == MMX_DELIVERY_DELIVERED);
  rig.give(routing(0x1001, 0x1001, 6, meshtastic::routing_error::max_retransmit));
  replies = rig.replies(broadcast);
  REQUIRE(replies.size() == 1);
  REQUIRE(replies[0].is_final());
  REQUIRE(routing_error(replies[0]) == meshtastic::routing_error::max_retransmit);
}

TEST_CASE("an id in use gets another on the way out, and its own back on every way in") {
  Rig rig;
  rig.up();
  const auto one = rig.command(text("one", 500), 1);
  const auto two = rig.command(text("two", 500), 2);
  rig.run(3 * kSecond);
  const auto on_air = rig.packets(port::text);
  REQUIRE(on_air.size() == 2);
  REQUIRE(on_air[0].id() == 500);
  const std::uint32_t wire = on_air[1].id();
  REQUIRE(wire != 500);
  REQUIRE(wire != 0);
  auto told = rig.replies(two);
  REQUIRE(field(told[0], MMX_FIELD_NATIVE_ID) == wire);
  REQUIRE(field(told[0], MMX_FIELD_ORIGINAL_ID) == 500);
  REQUIRE(rig.host.metric("radio_ids_renamed_total") == 1);
  rig.take(~0U);

  rig.give(routing(0x2002, 0x1001, wire, 0));
  const auto ack = rig.replies(two);
  REQUIRE(ack.size() == 1);
  REQUIRE(parse(ack[0].payload).packet().decoded().request_id() == 500);

  rig.give(routing(0x2002, 0x1001, 500, 0));
  REQUIRE(rig.replies(one).size() == 1);

  const auto three = rig.command(text("three", 500), 2);
  rig.run(3 * kSecond);
  const std::uint32_t third = rig.packets(port::text).back().id();
  rig.take(~0U);
  pb::FromRadio notice;
  notice.mutable_client_notification()->set_reply_id(third);
  notice.mutable_client_notification()->set_message("slow down");
  rig.give(notice.SerializeAsString());
  const auto notified = rig.replies(three);
  REQUIRE(notified.size() == 1);
  REQUIRE(parse(notified[0].payload).client_notification().reply_id() == 500);
  REQUIRE(rig.take(MMX_KIND_RX).empty());
}

TEST_CASE("an id the firmware still remembers is not used again") {
  Rig rig;
  rig.up();
  rig.command(packet(port::private_first, "x", 900).SerializeAsString());
  rig.run(10 * kMinute, kSecond);  // its fate is long forgotten
  rig.command(packet(port::private_first, "again", 900).SerializeAsString());
  rig.run(100 * kMillisecond);
  const auto on_air = rig.packets(port::private_first);
  REQUIRE(on_air.size() == 2);
  REQUIRE(on_air[1].id() != 900);
}

TEST_CASE("an app that gives no id is told the one its packet got") {
  Rig rig;
  rig.up();
  const auto id = rig.command(text("nameless", 0));
  const auto told = rig.replies(id);
  const auto wire = rig.packets(port::text).at(0).id();
  REQUIRE(wire != 0);
  REQUIRE(field(told[0], MMX_FIELD_NATIVE_ID) == wire);
  rig.give(routing(0x2002, 0x1001, wire, 0));
  const auto ack = rig.replies(id);
  REQUIRE(parse(ack.at(0).payload).packet().decoded().request_id() == wire);
}

TEST_CASE("with the radio away a command is refused at once, in both ways apps look for") {
  Rig rig;
  rig.up();
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  rig.take(~0U);
  const auto id = rig.command(text("nobody there", 321));
  const auto replies = rig.replies(id);
  REQUIRE(replies.size() == 2);
  REQUIRE(field(replies[0], MMX_FIELD_STATUS) == MMX_DELIVERY_REFUSED);
  REQUIRE(field(replies[0], MMX_FIELD_NATIVE_STATUS) == meshtastic::queue_res::no_interfaces);
  REQUIRE(routing_error(replies[1]) == meshtastic::routing_error::no_interface);
  REQUIRE(parse(replies[1].payload).packet().decoded().request_id() == 321);
  REQUIRE(replies[1].is_final());
}

TEST_CASE("before a direct message to a node the radio forgot, the contact is added") {
  pb::NodeInfo peer = make_node(0x2002, 50);
  peer.mutable_user()->set_public_key(key_of('k'));
  Rig rig;
  rig.up(make_dump({.nodes = {peer}}));
  rig.command(text("known", 1, 0x2002));
  REQUIRE(texts(rig) == std::vector<std::string>{"known"});
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  rig.run(kSecond);
  rig.up(make_dump());  // without the peer
  rig.answers_admin = false;
  const auto before = rig.admins().size();
  const auto id = rig.command(text("forgotten", 2, 0x2002));
  rig.run(200 * kMillisecond);
  REQUIRE(rig.admins().size() == before + 1);
  const pb::AdminMessage contact = rig.admins().back();
  REQUIRE(contact.add_contact().node_num() == 0x2002);
  REQUIRE(contact.add_contact().user().public_key() == key_of('k'));
  REQUIRE(texts(rig).size() == 1);
  REQUIRE(rig.replies(id).size() == 1);
  rig.give(routing(0x1001, 0x1001, rig.packets(port::admin).back().id(), 0));
  rig.run(3 * kSecond);
  REQUIRE(texts(rig) == std::vector<std::string>{"known", "forgotten"});
  // Now it is there; and what needs no key needs no contact.
  rig.command(text("again", 3, 0x2002));
  rig.run(3 * kSecond);
  REQUIRE(rig.admins().size() == before + 1);
  REQUIRE(texts(rig).size() == 3);
}

TEST_CASE("answers of other nodes are for everybody, answers of the own node for the asker") {
  Rig rig;
  rig.up();
  pb::ToRadio request = packet(port::traceroute, "", 31, 0x2002);
  request.mutable_packet()->mutable_decoded()->set_want_response(true);
  const auto id = rig.command(request.SerializeAsString());
  rig.take(~0U);
  pb::MeshPacket answer;
  answer.set_from(0x2002);
  answer.set_to(0x1001);
  answer.set_id(99);
  answer.mutable_decoded()->set_portnum(port::traceroute);
  answer.mutable_decoded()->set_request_id(31);
  rig.give(from_radio(answer));
  auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].record.type() == MMX_RECORD_TRACEROUTE);
  REQUIRE(rig.replies(id).empty());

  pb::ToRadio query = packet(port::telemetry, "", 32, 0x1001);
  query.mutable_packet()->mutable_decoded()->set_want_response(true);
  const auto own = rig.command(query.SerializeAsString());
  rig.take(~0U);
  answer.set_from(0x1001);
  answer.mutable_decoded()->set_portnum(port::telemetry);
  answer.mutable_decoded()->set_request_id(32);
  rig.give(from_radio(answer));
  REQUIRE(rig.take(MMX_KIND_RX).empty());
  REQUIRE(rig.replies(own).size() == 1);
  // The request itself is shown to nobody: it would look like news of the own node.
  REQUIRE(rig.take(MMX_KIND_SENT).empty());
}

TEST_CASE("what keeps the link is never forwarded") {
  Rig rig;
  rig.up();
  const auto before = rig.received().size();
  pb::ToRadio message;
  message.set_want_config_id(1);
  const auto id = rig.command(message.SerializeAsString());
  REQUIRE(rig.replies(id).back().is_final());
  message.mutable_heartbeat()->set_nonce(1);
  rig.command(message.SerializeAsString());
  message.set_disconnect(true);
  rig.command(message.SerializeAsString());
  rig.command("");
  rig.run(100 * kMillisecond);
  REQUIRE(rig.received().size() == before);
}

TEST_CASE("a text in neutral words becomes a packet") {
  Rig rig;
  rig.up();
  mmx::Record record(MMX_RECORD_TEXT);
  record.add_text(MMX_FIELD_TEXT, "from elsewhere").add(MMX_FIELD_CHANNEL, 2);
  MessageSpec spec = mmx::testing::tx("", 0);
  spec.with_record(record);
  rig.runner.deliver(spec);
  rig.serve();
  const auto on_air = rig.packets(port::text);
  REQUIRE(on_air.size() == 1);
  REQUIRE(on_air[0].decoded().payload() == "from elsewhere");
  REQUIRE(on_air[0].channel() == 2);
  REQUIRE(on_air[0].to() == 0xFFFFFFFF);
  REQUIRE(on_air[0].id() != 0);
}

TEST_CASE("file transfer answers go to who transfers") {
  Rig rig;
  rig.up();
  pb::FromRadio block;
  block.mutable_xmodem_packet()->set_seq(1);
  rig.give(block.SerializeAsString());
  REQUIRE(rig.take(MMX_KIND_RX).empty());
  pb::ToRadio begin;
  begin.mutable_xmodem_packet()->set_control(1);
  const auto id = rig.command(begin.SerializeAsString());
  rig.take(~0U);
  rig.give(block.SerializeAsString());
  const auto replies = rig.replies(id);
  REQUIRE(replies.size() == 1);
  REQUIRE(replies[0].payload == block.SerializeAsString());
}

TEST_CASE("no reply is ever published for a command that has had its last") {
  Rig rig;
  rig.up();
  const auto id = rig.command(text("x", 70));
  rig.give(routing(0x2002, 0x1001, 70, 0));
  rig.give(routing(0x2002, 0x1001, 70, 0));
  rig.give(routing(0x1001, 0x1001, 70, 5));
  rig.run(20 * kMinute, kSecond);
  REQUIRE(rig.host.bus().refused().empty());
  static_cast<void>(id);
}

TEST_CASE("a command nothing answers gets its last word in the end") {
  Rig rig;
  rig.up();
  const auto id = rig.command(packet(port::private_first, "x", 80).SerializeAsString());
  rig.run(5 * kMinute, kSecond);
  const auto replies = rig.replies(id);
  REQUIRE(replies.back().is_final());
  REQUIRE(field(replies.back(), MMX_FIELD_STATUS) == MMX_DELIVERY_SENT);
}
