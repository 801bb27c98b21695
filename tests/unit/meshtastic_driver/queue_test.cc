// The way to the radio: turns, limits, room, and what happens when the radio has none.
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
