// Answers that cannot be given yet, and ids an app knows that the radio does not.
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include "fixture.h"
#include "plugins/meshtastic/codec/tables.h"

using namespace vnode_test;
namespace routing_error = meshtastic::routing_error;

namespace {
constexpr std::uint32_t peer = 0x433d0c24;
}

TEST_CASE("an id that had to be replaced is the app's own wherever it returns") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  App other = bench.configured();
  app.send(text_packet(10));
  const auto command = bench.command();
  bench.receipt(command, {MMX_DELIVERY_QUEUED, 0, 15, 5000, 10});
  CHECK(app.take_one().queue_status().mesh_packet_id() == 10);

  // Somebody on the mesh reacts to it by the id the air knows.
  pb::MeshPacket reaction = text_packet(600, "+1");
  reaction.set_from(peer);
  reaction.mutable_decoded()->set_reply_id(5000);
  reaction.mutable_decoded()->set_emoji(1);
  bench.rx(heard_text(7, 599));
  bench.rx(from_radio(reaction));
  bench.rx(heard_text(7, 601));
  auto frames = app.take_parsed();
  REQUIRE(frames.size() == 3);
  CHECK(frames[1].packet().decoded().reply_id() == 10);
  CHECK(frames[1].packet().decoded().payload() == "+1");
  CHECK(frames[2].packet().id() == 601);
  frames = other.take_parsed();
  REQUIRE(frames.size() == 3);
  CHECK(frames[1].packet().decoded().reply_id() == 5000);

  // The app refers to it by the id it knows; the radio is told the other.
  pb::MeshPacket answer = text_packet(11, "thread");
  answer.mutable_decoded()->set_reply_id(10);
  app.send(answer);
  pb::ToRadio published;
  REQUIRE(published.ParseFromString(bench.command().payload));
  CHECK(published.packet().decoded().reply_id() == 5000);
  other.send(answer);
  REQUIRE(published.ParseFromString(bench.command().payload));
  CHECK(published.packet().decoded().reply_id() == 10);
}

TEST_CASE("before config_complete packets are carried out and answered afterwards") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  app.send(text_packet(10));
  const auto command = bench.command();
  bench.receipt(command, {MMX_DELIVERY_QUEUED, 0, 15, 10});
  CHECK(app.take_one().queue_status().mesh_packet_id() == 10);
  const std::string ack = from_radio(routing_from(peer, 10, 0));
  bench.reply(command, ack);
  CHECK(app.take().empty());
  app.send(want_config(69420));
  auto frames = app.take();
  REQUIRE(frames.size() > 2);
  CHECK(frames.back() == ack);
  CHECK(parse(frames[frames.size() - 2]).config_complete_id() == 69420);
}

TEST_CASE("what is kept for a session without config is bounded") {
  Bench bench;
  bench.start_with_radio();
  bench.answer_all(MMX_VERDICT_DENIED);
  App app = bench.connect();
  for (std::uint32_t id = 1; id <= 100; ++id) app.send(text_packet(id));
  CHECK(app.take().size() == 100);
  app.send(want_config(69421));
  const auto frames = app.take_parsed();
  REQUIRE(frames.size() == payloads_of(capture("n3_nodes_only")).size() + 32);
  CHECK(routing_error_of(frames.back(), n1_own, 100) == int{routing_error::not_authorized});
  CHECK(bench.number("dropped") == 68);
}

TEST_CASE("denials before the own number is known are answered once it is") {
  Bench bench;
  bench.start();
  bench.answer_all(MMX_VERDICT_DENIED);
  App app = bench.connect();
  app.raw(framed(want_config(69421)) + framed(to_radio(text_packet(10))));
  CHECK(app.take_one().queue_status().mesh_packet_id() == 10);
  bench.feed_dump("n1_full");
  bench.link({MMX_LINK_UP, 1, 1, 0, 0, ""});
  CHECK(routing_error_of(app.take_parsed().back(), n1_own, 10) ==
        int{routing_error::not_authorized});
}
