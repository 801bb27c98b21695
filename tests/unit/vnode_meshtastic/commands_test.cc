// What happens to the packets of apps: one queueStatus each, answers to who asked, echoes to the
// others, ids that had to be replaced.
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include "fixture.h"
#include "plugins/meshtastic/codec/tables.h"

using namespace vnode_test;
namespace port = meshtastic::port;
namespace routing_error = meshtastic::routing_error;

namespace {

constexpr std::uint32_t peer = 0x433d0c24;

}  // namespace

TEST_CASE("a packet is published as it came, in the name of its session") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  const pb::MeshPacket text = text_packet(10);
  app.send(text);
  const auto command = bench.command();
  CHECK(command.kind == MMX_KIND_TX);
  CHECK(command.session == app.session());
  CHECK(command.payload == to_radio(text));
  CHECK(command.source == 0);
}

TEST_CASE("one queueStatus for a packet, to its sender only") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  App other = bench.configured();
  app.send(text_packet(10));
  CHECK(app.take().empty());
  const auto command = bench.command();
  bench.receipt(command, {MMX_DELIVERY_QUEUED, 0, 11, 10});
  const pb::QueueStatus status = app.take_one().queue_status();
  CHECK(status.res() == 0);
  CHECK(status.free() == 11);
  CHECK(status.maxlen() == 16);
  CHECK(status.mesh_packet_id() == 10);
  bench.host.advance(5 * kSecond);
  CHECK(app.take().empty());
  CHECK(other.take().empty());
}

TEST_CASE("a silent source does not keep the app waiting, and its late word is not told twice") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  app.send(text_packet(10));
  bench.host.advance(100 * kMillisecond);
  app.send(text_packet(11));
  const auto commands = bench.host.bus().take(MMX_KIND_TX);
  REQUIRE(commands.size() == 2);
  bench.host.advance(149 * kMillisecond);
  CHECK(app.take_one().queue_status().mesh_packet_id() == 10);
  bench.host.advance(101 * kMillisecond);
  CHECK(app.take_one().queue_status().mesh_packet_id() == 11);
  bench.receipt(commands[0], {MMX_DELIVERY_QUEUED, 0, 11, 10});
  CHECK(app.take().empty());
  SECTION("a late refusal is a Routing error") {
    bench.receipt(commands[1], {MMX_DELIVERY_REFUSED, 32, 0, 11, 0, MMX_MESSAGE_FINAL});
    CHECK(routing_error_of(app.take_one(), n1_own, 11) == int{routing_error::rate_limit_exceeded});
  }
  SECTION("one that brings its own Routing error is left to it") {
    bench.receipt(commands[1], {MMX_DELIVERY_REFUSED, 33, 16, 11});
    CHECK(app.take().empty());
  }
  CHECK(bench.number("unanswered") == 0);
}

TEST_CASE("id 0 gets an id, and the app is told which") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  app.send(text_packet(0));
  const auto command = bench.command();
  pb::ToRadio published;
  REQUIRE(published.ParseFromString(command.payload));
  const std::uint32_t id = published.packet().id();
  CHECK(id != 0);
  CHECK(published.packet().decoded().payload() == "hello");
  bench.receipt(command, {MMX_DELIVERY_QUEUED, 0, 15, id});
  CHECK(app.take_one().queue_status().mesh_packet_id() == id);

  bench.answer_all(MMX_VERDICT_DENIED);
  app.send(text_packet(0));
  const auto answers = app.take_parsed();
  REQUIRE(answers.size() == 2);
  const std::uint32_t denied = answers[0].queue_status().mesh_packet_id();
  CHECK(denied != 0);
  CHECK(denied != id);
  CHECK(routing_error_of(answers[1], n1_own, denied) == int{routing_error::not_authorized});
}

TEST_CASE("verdicts of the gates in the app's own protocol") {
  struct Row {
    std::uint32_t verdict;
    int res;
    int error;  // -1: none
  };
  const Row row = GENERATE(Row{MMX_VERDICT_DENIED, 0, 33}, Row{MMX_VERDICT_LIMITED, 0, 38},
                           Row{MMX_VERDICT_NO_SOURCE, 33, 4}, Row{MMX_VERDICT_INVALID, 32, 32},
                           Row{MMX_VERDICT_FULL, 32, -1});
  Bench bench;
  bench.start_with_radio();
  bench.answer_all(row.verdict);
  App app = bench.configured();
  App other = bench.configured();
  app.send(text_packet(10));
  const auto answers = app.take_parsed();
  REQUIRE(answers.size() == (row.error < 0 ? 1 : 2));
  CHECK(answers[0].queue_status().res() == row.res);
  CHECK(answers[0].queue_status().mesh_packet_id() == 10);
  CHECK(answers[0].queue_status().free() == (row.verdict == MMX_VERDICT_FULL ? 0 : 16));
  if (row.error >= 0) CHECK(routing_error_of(answers[1], n1_own, 10) == row.error);
  CHECK(other.take().empty());
  bench.host.advance(400 * kMillisecond);
  CHECK(app.take().empty());
}

TEST_CASE("a bus that refuses the publication is a source that is not there") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  bench.host.faults().fail(mmx::testing::Operation::publish, 1);
  app.send(text_packet(10));
  const auto answers = app.take_parsed();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].queue_status().res() == 33);
  CHECK(routing_error_of(answers[1], n1_own, 10) == int{routing_error::no_interface});
}

TEST_CASE("radio away: res 33, then the source's Routing error, at once") {
  Bench bench;
  bench.start_with_radio();
  bench.link({MMX_LINK_DOWN, 1, 1, 1, 0, "no route"});
  App app = bench.configured();
  app.send(text_packet(10));
  const auto command = bench.command();
  bench.receipt(command, {MMX_DELIVERY_REFUSED, 33, 16, 10});
  bench.reply(command, from_radio(routing_from(n1_own, 10, routing_error::no_interface)),
              MMX_MESSAGE_FINAL);
  const auto answers = app.take_parsed();
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].queue_status().res() == 33);
  CHECK(routing_error_of(answers[1], n1_own, 10) == int{routing_error::no_interface});
}

TEST_CASE("when room comes back only those who were told 0 hear of it") {
  Bench bench;
  bench.start_with_radio();
  App full = bench.configured();
  App other = bench.configured();
  full.send(text_packet(10));
  bench.receipt(bench.command(), {MMX_DELIVERY_REFUSED, 32, 0, 10, 0, MMX_MESSAGE_FINAL});
  const pb::QueueStatus refused = full.take_one().queue_status();
  CHECK(refused.res() == 32);
  CHECK(refused.free() == 0);
  bench.rx(queue_status(0));
  CHECK(full.take().empty());
  bench.rx(queue_status(4));
  const pb::QueueStatus again = full.take_one().queue_status();
  CHECK(again.res() == 0);
  CHECK(again.free() == 4);
  CHECK(again.mesh_packet_id() == 0);
  bench.rx(queue_status(5));
  CHECK(full.take().empty());
  CHECK(other.take().empty());
}

TEST_CASE("one session's full queue is nobody else's") {
  Bench bench;
  bench.start_with_radio();
  App full = bench.configured();
  App other = bench.configured();
  full.send(text_packet(10));
  bench.receipt(bench.command(), {MMX_DELIVERY_REFUSED, 32, 0, 10, 0, MMX_MESSAGE_FINAL});
  CHECK(full.take_one().queue_status().free() == 0);
  other.send(heartbeat(0));
  CHECK(other.take_one().queue_status().free() == 16);
  other.send(text_packet(11));
  bench.receipt(bench.command(), {MMX_DELIVERY_QUEUED, 0, 5, 11});
  CHECK(other.take_one().queue_status().free() == 5);
  CHECK(full.take().empty());
  // The source forgets its queue with the radio, so nobody would tell.
  bench.link({MMX_LINK_DOWN, 1, 1, 1, 0, "gone"});
  CHECK(full.take_one().queue_status().free() == 16);
  CHECK(other.take().empty());
}

TEST_CASE("a source that stops under its commands is a radio that went away") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  app.send(text_packet(10));
  const auto early = bench.command();
  bench.receipt(early, {MMX_DELIVERY_QUEUED, 0, 15, 10});
  app.send(text_packet(11));
  const auto untold = bench.command();
  app.send(text_packet(12));
  const auto acknowledged = bench.command();
  bench.receipt(acknowledged, {MMX_DELIVERY_QUEUED, 0, 15, 12});
  bench.reply(acknowledged, from_radio(routing_from(peer, 12, 0)));
  app.take();
  for (const auto &command : {early, untold, acknowledged}) {
    mmx::Record record(MMX_RECORD_RECEIPT);
    record.add(MMX_FIELD_STATUS, MMX_DELIVERY_FAILED);
    auto spec = mmx::testing::reply(command.id, command.session, "", MMX_MESSAGE_FINAL);
    bench.runner.deliver(spec.with_record(record));
  }
  const auto answers = app.take_parsed();
  REQUIRE(answers.size() == 3);
  CHECK(routing_error_of(answers[0], n1_own, 10) == int{routing_error::no_interface});
  CHECK(answers[1].queue_status().res() == 33);
  CHECK(answers[1].queue_status().mesh_packet_id() == 11);
  CHECK(routing_error_of(answers[2], n1_own, 11) == int{routing_error::no_interface});
}

TEST_CASE("what is remembered of packets is bounded, and no queueStatus is lost by it") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  for (std::uint32_t id = 1; id <= 5000; ++id) app.send(text_packet(id));
  bench.host.advance(300 * kMillisecond);
  const auto answers = app.take_parsed();
  REQUIRE(answers.size() == 5000);
  for (std::uint32_t id = 1; id <= 5000; ++id)
    REQUIRE(answers[id - 1].queue_status().mesh_packet_id() == id);
  CHECK(bench.number("unanswered") == 0);
}

TEST_CASE("after a full inbox the app is told to try again, though nobody reports room") {
  Bench bench;
  bench.start_with_radio();
  bench.answer_all(MMX_VERDICT_FULL);
  App app = bench.configured();
  app.send(text_packet(10));
  CHECK(app.take_one().queue_status().free() == 0);
  bench.host.advance(600 * kMillisecond);
  const pb::QueueStatus again = app.take_one().queue_status();
  CHECK(again.free() == 16);
  CHECK(again.mesh_packet_id() == 0);
}

TEST_CASE("acknowledgements and admin answers go to who asked") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  App other = bench.configured();
  app.send(text_packet(10));
  const auto command = bench.command();
  bench.receipt(command, {MMX_DELIVERY_QUEUED, 0, 15, 10});
  app.take();
  const std::string ack = from_radio(routing_from(peer, 10, 0));
  bench.reply(command, ack);
  REQUIRE(app.take() == std::vector<std::string>{ack});
  pb::MeshPacket admin = packet(778, n1_own, port::admin, "\x12\x00");
  admin.set_from(n1_own);
  bench.reply(command, from_radio(admin), MMX_MESSAGE_FINAL);
  CHECK(app.take() == std::vector<std::string>{from_radio(admin)});
  pb::FromRadio notice;
  notice.mutable_client_notification()->set_reply_id(10);
  bench.reply(command, notice.SerializeAsString());
  CHECK(app.take_one().client_notification().reply_id() == 10);
  CHECK(other.take().empty());
}

TEST_CASE("an answer whose session is gone goes to nobody") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  App other = bench.configured();
  app.send(text_packet(10));
  const auto command = bench.command();
  app.stream().disconnect();
  bench.receipt(command, {});
  bench.reply(command, from_radio(routing_from(peer, 10, 0)));
  CHECK(other.take().empty());
  CHECK(bench.number("dropped") == 1);
}

TEST_CASE("no reply brings an app what it must not see") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  app.send(text_packet(10));
  const auto command = bench.command();
  bench.receipt(command, {});
  app.take();
  pb::FromRadio rebooted;
  rebooted.set_rebooted(true);
  bench.reply(command, rebooted.SerializeAsString());
  bench.reply(command, queue_status(3));
  bench.reply(command, from_radio(routing_from(0, 10, 0)));
  CHECK(app.take().empty());
}

TEST_CASE("what one app sends is shown to the others") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  App other = bench.configured();
  App fresh = bench.connect();
  app.send(text_packet(10));
  const std::string shown = heard_text(n1_own, 10);
  bench.sent(shown, app.session());
  CHECK(other.take() == std::vector<std::string>{shown});
  CHECK(app.take().empty());
  CHECK(fresh.take().empty());
  // What the daemon or another virtual node sent concerns all.
  bench.sent(heard_text(n1_own, 11), 0);
  CHECK(app.take_one().packet().id() == 11);
  CHECK(other.take_one().packet().id() == 11);
}

TEST_CASE("order is kept around a frame that one session does not get") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  App other = bench.configured();
  bench.host.bus().deliver(mmx::testing::rx(heard_text(7, 1)));
  bench.host.bus().deliver(mmx::testing::sent(1, app.session(), heard_text(n1_own, 2)));
  bench.host.bus().deliver(mmx::testing::rx(heard_text(7, 3)));
  bench.host.end_turn();
  auto ids = [](App &each) {
    std::vector<std::uint32_t> found;
    for (const auto &message : each.take_parsed()) found.push_back(message.packet().id());
    return found;
  };
  CHECK(ids(app) == std::vector<std::uint32_t>{1, 3});
  CHECK(ids(other) == std::vector<std::uint32_t>{1, 2, 3});
}

TEST_CASE("a file transfer is cancelled, the MQTT stream is dropped, and both are counted") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy(n1_own);
  App app = bench.configured();
  pb::ToRadio file;
  file.mutable_xmodem_packet()->set_control(1);
  pb::ToRadio mqtt;
  mqtt.mutable_mqtt_client_proxy_message()->set_data("x");
  app.send(file.SerializeAsString());
  CHECK(app.take_one().xmodem_packet().control() == 24);  // CAN
  app.send(mqtt.SerializeAsString());
  CHECK(app.take().empty());
  CHECK(bench.number("denied") == 2);
  CHECK_FALSE(app.closed());
}
