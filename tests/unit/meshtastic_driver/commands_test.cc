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

bool is_receipt(const Published &reply) { return reply.record.type() == MMX_RECORD_RECEIPT; }

std::vector<Published> receipts(const std::vector<Published> &replies) {
  std::vector<Published> found;
  for (const Published &each : replies) {
    if (is_receipt(each)) found.push_back(each);
  }
  return found;
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

TEST_CASE("two phones texting in the same second both get through, in fair turns") {
  Rig rig;
  rig.up();
  rig.command(text("a1", 1), 1);
  rig.command(text("a2", 2), 1);
  rig.command(text("b1", 3), 2);
  REQUIRE(texts(rig) == std::vector<std::string>{"a1"});
  std::vector<std::int64_t> times;
  const auto begun = rig.host.clock().mono_ns();
  rig.on_to_radio = [&](const pb::ToRadio &message) {
    if (message.packet().decoded().portnum() == port::text) {
      times.push_back(rig.host.clock().mono_ns() - begun);
    }
  };
  rig.run(10 * kSecond);
  REQUIRE(texts(rig) == std::vector<std::string>{"a1", "b1", "a2"});
  // The firmware drops the second of two texts within 2 s, in silence.
  REQUIRE(times.at(0) > 2 * kSecond);
  REQUIRE(times.at(1) - times.at(0) > 2 * kSecond);
}

TEST_CASE("what is limited does not hold up what is not") {
  Rig rig;
  rig.up();
  rig.command(text("first", 1));
  rig.command(text("held", 2));
  rig.command(packet(port::traceroute, "", 3, 0x2002).SerializeAsString());
  rig.command(packet(port::private_first, "x", 4).SerializeAsString());
  rig.run(100 * kMillisecond);
  REQUIRE(texts(rig).size() == 1);
  REQUIRE(rig.packets(port::traceroute).size() == 1);
  REQUIRE(rig.packets(port::private_first).size() == 1);
}

TEST_CASE("every limited port waits for its own window") {
  const std::vector<std::pair<std::uint32_t, std::int64_t>> windows = {
      {port::text, 2 * kSecond},      {port::waypoint, 10 * kSecond},
      {port::alert, 10 * kSecond},    {port::telemetry, 10 * kSecond},
      {port::position, 10 * kSecond}, {port::traceroute, 30 * kSecond}};
  for (const auto &[number, window] : windows) {
    INFO("port " << number);
    Rig rig;
    rig.up();
    rig.command(packet(number, "one", 1, 0x2002).SerializeAsString(), 1);
    rig.command(packet(number, "two", 2, 0x2002).SerializeAsString(), 2);
    rig.run(window, 100 * kMillisecond);
    REQUIRE(rig.packets(number).size() == 1);
    rig.run(kSecond, 100 * kMillisecond);
    REQUIRE(rig.packets(number).size() == 2);
  }
}

TEST_CASE("packets leave 10 ms apart, or as pacing says") {
  Rig rig({{"connect", "tcp://192.0.2.9:4403"}, {"pacing", "40ms"}});
  rig.up();
  for (std::uint32_t i = 0; i < 4; ++i) {
    rig.command(packet(port::private_first, "x", 10 + i).SerializeAsString());
  }
  REQUIRE(rig.packets(port::private_first).size() == 1);
  rig.run(79 * kMillisecond, kMillisecond);
  REQUIRE(rig.packets(port::private_first).size() == 2);
  rig.run(41 * kMillisecond, kMillisecond);
  REQUIRE(rig.packets(port::private_first).size() == 4);
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

TEST_CASE("a queue has an end, honestly told, and room again is told too") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  std::uint64_t refused = 0;
  std::uint32_t taken = 0;
  for (std::uint32_t i = 0; i < 60 && refused == 0; ++i) {
    const auto id = rig.command(text("flood", 1000 + i), 1);
    const auto told = rig.replies(id);
    REQUIRE(told.size() == 1);
    if (field(told[0], MMX_FIELD_STATUS) == MMX_DELIVERY_REFUSED) {
      refused = id;
      REQUIRE(field(told[0], MMX_FIELD_NATIVE_STATUS) == meshtastic::queue_res::full);
      REQUIRE(field(told[0], MMX_FIELD_QUEUE_FREE) == 0);
      REQUIRE(told[0].is_final());
    } else {
      ++taken;
    }
  }
  REQUIRE(refused != 0);
  REQUIRE(taken == 1 + meshtastic_driver::TxQueue::kSessionCapacity);
  // Another session still has its part, and its text is next.
  const auto other = rig.command(text("other", 7), 2);
  REQUIRE(field(rig.replies(other).at(0), MMX_FIELD_STATUS) == MMX_DELIVERY_QUEUED);
  rig.take(~0U);
  rig.run(2500 * kMillisecond);
  REQUIRE(texts(rig).back() == "other");
  rig.run(2500 * kMillisecond);
  const auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  const pb::FromRadio room = parse(events[0].payload);
  REQUIRE(room.queue_status().mesh_packet_id() == 0);
  REQUIRE(room.queue_status().free() > 0);
}

TEST_CASE("a session's newer position takes the place of the one that waits") {
  Rig rig;
  rig.up();
  rig.command(packet(port::position, "p0", 1).SerializeAsString(), 1);
  const auto old = rig.command(packet(port::position, "p1", 2).SerializeAsString(), 1);
  const auto other = rig.command(packet(port::position, "q1", 3).SerializeAsString(), 2);
  REQUIRE(rig.host.metric("radio_tx_queue") == 2);
  rig.take(~0U);
  rig.command(packet(port::position, "p2", 4).SerializeAsString(), 1);
  REQUIRE(rig.host.metric("radio_tx_queue") == 2);
  const auto ended = rig.replies(old);
  REQUIRE(ended.size() == 1);
  REQUIRE(ended[0].is_final());
  REQUIRE(field(ended[0], MMX_FIELD_STATUS) == MMX_DELIVERY_DONE);
  rig.run(30 * kSecond, 100 * kMillisecond);
  std::vector<std::string> sent;
  for (const pb::MeshPacket &each : rig.packets(port::position))
    sent.push_back(each.decoded().payload());
  REQUIRE(sent.size() == 3);
  REQUIRE(std::count(sent.begin(), sent.end(), "p1") == 0);
  REQUIRE(std::count(sent.begin(), sent.end(), "p2") == 1);
  static_cast<void>(other);
}

TEST_CASE("the radio's own room holds packets back, and it is asked by heartbeat") {
  Rig rig;
  rig.up();
  rig.free = 0;
  rig.give(queue_status(0, 0, 0));
  rig.answers_heartbeats = false;
  rig.command(packet(port::private_first, "waits", 1).SerializeAsString());
  rig.fresh();
  rig.run(900 * kMillisecond);
  REQUIRE(rig.packets(port::private_first).empty());
  REQUIRE(rig.received().back().has_heartbeat());
  rig.answers_heartbeats = true;
  rig.free = 3;
  rig.run(2 * kSecond);
  REQUIRE(rig.packets(port::private_first).size() == 1);
}

TEST_CASE("a packet the radio's queue refuses goes again, under an id the radio does not know") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  bool full = true;
  rig.answers_packets = false;
  rig.on_to_radio = [&](const pb::ToRadio &message) {
    if (!message.has_packet()) return;
    std::string frame;
    meshtastic::append_frame(frame, full ? queue_status(message.packet().id(), 32, 0)
                                         : queue_status(message.packet().id(), 0, 5));
    full = false;
    rig.link().inject(frame);
  };
  const auto id = rig.command(packet(port::private_first, "again", 40).SerializeAsString());
  rig.run(3 * kSecond);
  const auto on_air = rig.packets(port::private_first);
  REQUIRE(on_air.size() == 2);
  REQUIRE(on_air[0].id() == 40);
  REQUIRE(on_air[1].id() != 40);
  const auto told = receipts(rig.replies(id));
  REQUIRE(told.size() == 2);
  REQUIRE(field(told[1], MMX_FIELD_ORIGINAL_ID) == 40);
  REQUIRE(field(told[1], MMX_FIELD_NATIVE_ID) == on_air[1].id());
  const auto sent = rig.take(MMX_KIND_SENT);
  REQUIRE(sent.size() == 1);
  REQUIRE(parse(sent[0].payload).packet().id() == on_air[1].id());
}

TEST_CASE("a refusal that lasts ends in a Routing error, never in silence") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  rig.answers_packets = false;
  std::int32_t res = 32;
  rig.on_to_radio = [&](const pb::ToRadio &message) {
    if (!message.has_packet()) return;
    std::string frame;
    meshtastic::append_frame(frame, queue_status(message.packet().id(), res, 8));
    rig.link().inject(frame);
  };
  const auto id = rig.command(packet(port::private_first, "never", 40).SerializeAsString());
  rig.run(3 * kSecond);
  auto replies = rig.replies(id);
  REQUIRE(replies.back().is_final());
  REQUIRE(routing_error(replies.back()) == meshtastic::routing_error::timeout);
  REQUIRE(parse(replies.back().payload).packet().decoded().request_id() == 40);
  res = 7;  // TOO_LARGE
  const auto big = rig.command(packet(port::private_first, "big", 41).SerializeAsString());
  rig.run(kSecond);
  replies = rig.replies(big);
  REQUIRE(routing_error(replies.back()) == meshtastic::routing_error::too_large);
  REQUIRE(rig.take(MMX_KIND_SENT).empty());
}

TEST_CASE("a queueStatus that never comes is asked for, not waited for") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  rig.answers_packets = rig.answers_heartbeats = false;
  const auto before = rig.count(pb::ToRadio::kHeartbeat);
  for (std::uint32_t i = 0; i < 5; ++i) {
    rig.command(packet(port::private_first, "x", 50 + i).SerializeAsString());
  }
  rig.run(500 * kMillisecond);
  REQUIRE(rig.packets(port::private_first).size() == 5);
  REQUIRE(rig.count(pb::ToRadio::kHeartbeat) > before);
  rig.give(queue_status(0));
  REQUIRE(rig.take(MMX_KIND_SENT).size() == 5);
}

TEST_CASE("of a burst the radio confirms the newest two; the older ones were taken too") {
  Rig rig;
  rig.up();
  rig.answers_packets = false;
  for (std::uint32_t i = 0; i < 4; ++i) {
    rig.command(packet(port::private_first, "x", 60 + i).SerializeAsString());
  }
  rig.run(100 * kMillisecond);
  rig.take(~0U);
  rig.give(queue_status(62));
  REQUIRE(rig.take(MMX_KIND_SENT).size() == 3);
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

TEST_CASE("accepted texts outlive a short outage; after a long one they fail aloud") {
  Rig rig;
  rig.up();
  rig.command(text("first", 1));
  rig.command(text("held", 2));
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  rig.run(kSecond);
  rig.up();
  rig.run(3 * kSecond);
  REQUIRE(texts(rig) == std::vector<std::string>{"first", "held"});

  rig.command(text("third", 3));
  const auto lost = rig.command(text("lost", 4));
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  rig.take(~0U);
  for (int i = 0; i < 70; ++i) {
    rig.host.advance(kSecond);
    for (auto *each : rig.host.net().connecting()) each->refuse();
    rig.host.end_turn();
  }
  const auto replies = rig.replies(lost);
  REQUIRE(replies.size() == 1);
  REQUIRE(routing_error(replies[0]) == meshtastic::routing_error::no_interface);
}

TEST_CASE("a packet in flight when the link dies goes again under its id") {
  Rig rig;
  rig.up();
  rig.answers_packets = false;
  rig.command(text("unsure", 9));
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  rig.run(kSecond);
  rig.answers_packets = true;
  rig.up();
  rig.run(5 * kSecond);
  const auto on_air = rig.packets(port::text);
  REQUIRE(on_air.size() == 2);
  REQUIRE(on_air[0].id() == on_air[1].id());
  REQUIRE(rig.take(MMX_KIND_SENT).size() == 1);
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
