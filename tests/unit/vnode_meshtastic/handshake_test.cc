// want_config in every form: what is replayed, when, and what happens while the radio is not there.
#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include "fixture.h"
#include "plugins/meshtastic/codec/tables.h"

using namespace vnode_test;
using meshtastic::Section;

TEST_CASE("a client gets the radio's own bytes in the radio's order") {
  Bench bench;
  bench.start_with_radio();
  const auto [name, nonce] =
      GENERATE(std::pair<std::string, std::uint32_t>{"n1_full", 4711},
               std::pair<std::string, std::uint32_t>{"n2_config_only", 69420},
               std::pair<std::string, std::uint32_t>{"n3_nodes_only", 69421});
  App app = bench.connect();
  app.send(want_config(nonce));
  const std::string expected = capture(name);
  const std::string received = app.stream().take_written();
  REQUIRE(received.size() == expected.size());
  CHECK(received == expected);
  CHECK(app.stream().flushes() == 1);
}

TEST_CASE("every nonce is echoed") {
  Bench bench;
  bench.start_with_radio();
  const std::uint32_t nonce = GENERATE(0u, 1u, 69419u, 69422u, 0x7FFFFFFFu, 4294967295u);
  App app = bench.connect();
  app.send(want_config(nonce));
  const auto frames = app.take_parsed();
  REQUIRE(frames.size() == 244);
  REQUIRE(frames.back().payload_variant_case() == pb::FromRadio::kConfigCompleteId);
  CHECK(frames.back().config_complete_id() == nonce);
  CHECK(std::count_if(frames.begin(), frames.end(), [](const pb::FromRadio &each) {
          return each.payload_variant_case() == pb::FromRadio::kConfigCompleteId;
        }) == 1);
}

TEST_CASE("a session may ask again at any time, in any order of kinds") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  app.send(want_config(69421));
  CHECK(app.stream().take_written() == capture("n3_nodes_only"));
  app.send(want_config(69420));
  CHECK(app.stream().take_written() == capture("n2_config_only"));
  bench.rx(heard_text(7, 100));
  CHECK(app.take().size() == 1);
  app.send(want_config(4711));
  CHECK(app.stream().take_written() == capture("n1_full"));
  bench.rx(heard_text(7, 101));
  CHECK(app.take_one().packet().id() == 101);
}

TEST_CASE("of several want_config in one read the last is served") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  app.raw(framed(want_config(1)) + framed(want_config(69420)) + framed(want_config(69421)));
  CHECK(app.stream().take_written() == capture("n3_nodes_only"));
}

TEST_CASE("a want_config before the first capture is held and ends after 8 s") {
  Bench bench;
  bench.start();
  CHECK(bench.host.health().state == MMX_HEALTH_DEGRADED);
  CHECK(bench.host.health().reason == "waiting for radio");
  CHECK(bench.status().find("\"state\":\"waiting for radio\"") != std::string::npos);
  App app = bench.connect();
  app.send(want_config(69420));
  CHECK(app.take().empty());
  bench.host.advance(5 * kSecond);
  app.send(heartbeat(2));
  CHECK(app.take_one().has_queue_status());
  bench.host.advance(2 * kSecond);
  app.send(want_config(69420));  // impatience wins no time
  CHECK_FALSE(app.closed());
  bench.host.advance(990 * kMillisecond);
  CHECK_FALSE(app.closed());
  bench.host.advance(20 * kMillisecond);
  CHECK(app.closed());
  CHECK(app.stream().close_reason() == "waiting for radio");
  CHECK(app.take().empty());
}

TEST_CASE("each held session has its own 8 s") {
  Bench bench;
  bench.start();
  App first = bench.connect();
  first.send(want_config(1));
  bench.host.advance(4 * kSecond);
  App second = bench.connect();
  second.send(want_config(2));
  bench.host.advance(4 * kSecond + 10 * kMillisecond);
  CHECK(first.closed());
  CHECK_FALSE(second.closed());
  bench.host.advance(4 * kSecond);
  CHECK(second.closed());
}

TEST_CASE("a held want_config is answered as soon as the capture is complete") {
  Bench bench;
  bench.start();
  App app = bench.connect();
  app.send(want_config(69420));
  bench.link({MMX_LINK_SYNCING, 1, 0, 0, 0, ""});
  bench.feed_dump("n1_full");
  bench.host.end_turn();
  CHECK(app.take().empty());
  bench.link({MMX_LINK_UP, 1, 1, 0, 0, ""});
  CHECK(app.stream().take_written() == capture("n2_config_only"));
  CHECK(bench.host.health().state == MMX_HEALTH_OK);
  bench.host.advance(10 * kSecond);
  CHECK_FALSE(app.closed());
}

TEST_CASE("a first capture that is swapped in is served only when whole") {
  Bench bench;
  bench.start();
  App app = bench.connect();
  app.send(want_config(4711));
  bench.link({MMX_LINK_SYNCING, 1, 1, 0, 1, ""});
  CHECK(app.take().empty());
  bench.feed_dump("n1_full");
  bench.link({MMX_LINK_UP, 1, 1, 0, 0, ""});
  CHECK(app.stream().take_written() == capture("n1_full"));
}

TEST_CASE("state that was there before is served though the radio is away") {
  Bench bench;
  meshtastic::DumpOrder order;
  for (const std::string &payload : payloads_of(capture("n1_full")))
    if (const auto slot = order.place(payload))
      bench.host.bus().preload(
          mmx::testing::state(meshtastic::encode_key(slot->key), slot->order, payload));
  bench.host.bus().preload(mmx::testing::link({MMX_LINK_DOWN, 1, 1, 1, 0, "no route"}));
  bench.start();
  bench.host.advance(1);
  CHECK(bench.host.health_history().size() == 2);  // never said to be waiting
  CHECK(bench.host.health().state == MMX_HEALTH_OK);
  App app = bench.connect();
  app.send(want_config(4711));
  CHECK(app.stream().take_written() == capture("n1_full"));
}

TEST_CASE("a replay of state that takes several turns is not served by halves") {
  Bench bench;
  bench.host.bus().preload(mmx::testing::link({MMX_LINK_DOWN, 1, 1, 1, 0, "no route"}));
  const std::string node = payloads_of(capture("n3_nodes_only"))[1];
  bench.host.bus().preload(
      mmx::testing::state(meshtastic::encode_key({Section::node, 9}), 1, node));
  bench.start();
  mmx::testing::FakeStream &stream = bench.host.net().open_session();
  stream.inject(framed(want_config(4711)));
  bench.feed_dump("n1_full");  // what did not fit into the first turn
  bench.host.end_turn();
  CHECK(stream.written().empty());
  bench.host.advance(1);
  CHECK(payloads_of(stream.written()).size() == 245);
}

TEST_CASE("live packets reach a session only after its config_complete") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  bench.rx(heard_text(7, 1));
  app.send(heartbeat(0));
  bench.rx(heard_text(7, 2));
  CHECK(app.take_one().has_queue_status());
  app.send(want_config(69420));
  CHECK(app.stream().take_written() == capture("n2_config_only"));
  bench.rx(heard_text(7, 3));
  CHECK(app.take_one().packet().id() == 3);
}

TEST_CASE("around a second handshake nothing is lost or doubled") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  // One turn: a packet, the question, another packet.
  bench.host.bus().deliver(mmx::testing::rx(heard_text(7, 1)));
  app.stream().inject(framed(want_config(69420)));
  bench.host.bus().deliver(mmx::testing::rx(heard_text(7, 2)));
  bench.host.end_turn();
  auto frames = app.take();
  REQUIRE(frames.size() == 2 + payloads_of(capture("n2_config_only")).size());
  CHECK(parse(frames.front()).packet().id() == 1);
  CHECK(parse(frames.back()).packet().id() == 2);
  CHECK(parse(frames[frames.size() - 2]).config_complete_id() == 69420);
}

TEST_CASE("while a new capture is swapped in the old one is served") {
  Bench bench;
  bench.start_with_radio();
  App before = bench.configured();
  bench.link({MMX_LINK_SYNCING, 1, 1, 1, 0, ""});
  bench.link({MMX_LINK_SYNCING, 1, 1, 0, 1, ""});
  bench.remove({Section::my_info, 0});
  bench.remove({Section::channel, 3});
  App app = bench.connect();
  app.send(want_config(4711));
  CHECK(app.stream().take_written() == capture("n1_full"));
  app.send(want_config(69421));
  CHECK(app.stream().take_written() == capture("n3_nodes_only"));
  bench.put({Section::my_info, 0}, payloads_of(capture("n1_full")).front());
  bench.link({MMX_LINK_UP, 1, 1, 0, 0, ""});
  CHECK_FALSE(before.closed());
  app.send(want_config(4711));
  CHECK(app.take().size() == 243);
}

TEST_CASE("images are built for who asks, again only when they changed") {
  Bench bench;
  bench.start_with_radio();
  CHECK(bench.number("builds") == 0);
  for (int i = 0; i < 5; ++i) bench.configured();
  CHECK(bench.number("builds") == 1);
  CHECK(bench.number("full_bytes") + 7 == 27453);
  const std::string node = payloads_of(capture("n3_nodes_only"))[1];
  bench.configured(69420);
  CHECK(bench.number("builds") == 2);
  bench.put({Section::node, 0x99}, node, 5000);  // concerns two of the three kinds
  bench.configured(69420);
  CHECK(bench.number("builds") == 2);
  bench.configured();
  bench.configured();
  CHECK(bench.number("builds") == 3);
}

TEST_CASE("a node heard since is appended, a changed one keeps its place") {
  Bench bench;
  bench.start_with_radio();
  const auto dump = payloads_of(capture("n3_nodes_only"));
  bench.put({Section::node, 0x77}, dump[5], 9000);
  App app = bench.connect();
  app.send(want_config(69421));
  auto frames = app.take();
  REQUIRE(frames.size() == dump.size() + 1);
  CHECK(frames[frames.size() - 2] == dump[5]);
  bench.remove({Section::node, 0x77});
  app.send(want_config(69421));
  CHECK(app.take() == dump);
}

TEST_CASE("a radio with another identity ends the sessions that were shown the old one") {
  Bench bench;
  bench.start_with_radio();
  App shown = bench.configured();
  App silent = bench.connect();
  bench.link({MMX_LINK_SYNCING, 2, 0, 0, 0, ""});
  CHECK(shown.closed());
  CHECK(shown.stream().close_reason() == "the radio behind this virtual node changed");
  CHECK_FALSE(silent.closed());
  CHECK(bench.number("records") == 0);
  silent.send(want_config(4711));
  CHECK(silent.take().empty());
  bench.feed_dump("n1_full", 1);  // late news of the old radio
  bench.host.end_turn();
  CHECK(bench.number("records") == 0);
  bench.feed_dump("n1_full", 2);
  bench.link({MMX_LINK_UP, 2, 1, 0, 0, ""});
  CHECK(silent.stream().take_written() == capture("n1_full"));
}

TEST_CASE("a changed node number ends the sessions even if nobody announced it") {
  Bench bench;
  bench.start_with_radio();
  App shown = bench.configured();
  pb::FromRadio info = parse(payloads_of(capture("n1_full")).front());
  info.mutable_my_info()->set_my_node_num(4242);
  bench.put({Section::my_info, 0}, info.SerializeAsString());
  CHECK(shown.closed());
}

TEST_CASE("sessions survive an outage of the radio") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  bench.link({MMX_LINK_DOWN, 1, 1, 1, 0, "connection reset"});
  bench.host.advance(3600 * kSecond);
  CHECK_FALSE(app.closed());
  app.take();
  app.send(want_config(4711));
  CHECK(app.stream().take_written() == capture("n1_full"));
  bench.link({MMX_LINK_SYNCING, 1, 1, 1, 0, ""});
  bench.link({MMX_LINK_UP, 1, 1, 0, 0, ""});
  bench.rx(heard_text(7, 5));
  CHECK(app.take_one().packet().id() == 5);
}

TEST_CASE("each handshake is one log line with its size") {
  Bench bench;
  bench.start_with_radio();
  bench.configured(69420);
  CHECK(bench.host.logged("config complete: nonce 69420 (config only)", MMX_LOG_INFO));
}
