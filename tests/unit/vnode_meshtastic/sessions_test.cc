// The life of a session: heartbeats, goodbye, silence, bytes in any portions, peers that leave or
// misbehave, many at once, and what of the radio's traffic they see.
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include "fixture.h"
#include "plugins/meshtastic/codec/tables.h"

using namespace vnode_test;

TEST_CASE("every heartbeat is answered, in every state, and none is forwarded") {
  Bench bench;
  bench.start();
  App fresh = bench.connect();
  const auto check = [&](App &app) {
    for (const std::uint32_t nonce : {0u, 1u, 2u, 77u, 4294967295u}) {
      app.send(heartbeat(nonce));
      const pb::FromRadio answer = app.take_one();
      REQUIRE(answer.has_queue_status());
      CHECK(answer.queue_status().res() == 0);
      CHECK(answer.queue_status().free() == 16);
      CHECK(answer.queue_status().maxlen() == 16);
      CHECK(answer.queue_status().mesh_packet_id() == 0);
    }
  };
  check(fresh);
  fresh.send(want_config(1));
  check(fresh);
  bench.feed_dump("n1_full");
  bench.link({MMX_LINK_UP, 1, 1, 0, 0, ""});
  fresh.take();
  check(fresh);
  CHECK(bench.commands() == 0);
}

TEST_CASE("a heartbeat is answered with the free the source last told") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  bench.rx(queue_status(3));
  app.send(heartbeat(0));
  CHECK(app.take_one().queue_status().free() == 3);
}

TEST_CASE("disconnect ends that session only and is not forwarded") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  App other = bench.configured();
  app.raw(framed(disconnect()) + framed(to_radio(text_packet(1))));
  CHECK(app.closed());
  CHECK_FALSE(other.closed());
  CHECK(bench.commands() == 0);
}

TEST_CASE("a session that heard nothing for 30 s gets a sign of life") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  App mute = bench.connect();
  bench.host.advance(29 * kSecond);
  CHECK(app.take().empty());
  bench.host.advance(2 * kSecond);
  const pb::QueueStatus status = app.take_one().queue_status();
  CHECK(status.free() == 16);
  CHECK(status.mesh_packet_id() == 0);
  // Live traffic is a sign of life, too.
  for (int i = 0; i < 20; ++i) {
    bench.host.advance(10 * kSecond);
    bench.rx(heard_text(7, 100 + static_cast<std::uint32_t>(i)));
  }
  CHECK(app.take().size() == 20);
  bench.host.advance(300 * kSecond);
  const std::size_t signs = app.take().size();
  CHECK(signs >= 9);  // never a minute without, the least patient client's limit
  CHECK(signs <= 10);
  CHECK(mute.take().empty());
}

TEST_CASE("no sign of life to a session that waits for something") {
  Bench bench(mmx::testing::OptionTexts{{"keepalive", "5s"}});
  bench.start();
  App held = bench.connect();
  held.send(want_config(1));
  bench.host.advance(7 * kSecond);
  CHECK(held.take().empty());
}

TEST_CASE("without sessions no timer runs") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  app.stream().disconnect();
  bench.host.advance(100 * kSecond);
  CHECK(bench.host.armed_timers() == 0);
}

TEST_CASE("bytes may come in any portions") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  const std::string bytes = std::string(32, '\xC3') + framed(heartbeat(2)) +
                            framed(want_config(4711)) + framed(to_radio(text_packet(10)));
  for (const char byte : bytes) app.raw({&byte, 1});
  const std::string received = app.stream().take_written();
  const std::string status = framed(queue_status(16));
  REQUIRE(received.size() == status.size() + capture("n1_full").size());
  CHECK(received == status + capture("n1_full"));
  CHECK(bench.command().payload == to_radio(text_packet(10)));
}

TEST_CASE("junk, stray starts, oversize headers and unreadable frames are survived and counted") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  app.raw("GET / HTTP/1.1\r\n\r\n");
  app.raw(std::string("\x94\x94\x94\x94", 4) + framed(heartbeat(0)));
  CHECK(app.take().size() == 1);
  app.raw(std::string("\x94\xC3\x02\x01", 4) + framed(heartbeat(0)));
  CHECK(app.take().size() == 1);
  app.raw(framed("") + framed("\x0A\x05garb") + framed(heartbeat(0)));
  CHECK(app.take().size() == 1);
  CHECK(bench.number("bad_frames") == 1);
  CHECK(bench.number("junk_bytes") > 18);
  CHECK_FALSE(app.closed());
}

TEST_CASE("a peer that sends only junk is closed") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  for (int i = 0; i < 63; ++i) app.raw(std::string(1024, 'x'));
  CHECK_FALSE(app.closed());
  for (int i = 0; i < 2; ++i) app.raw(std::string(1024, 'x'));
  CHECK(app.closed());
  CHECK(app.stream().close_reason() == "sends bytes that are no frames");
}

TEST_CASE("the CLI sends and closes at once: what it sent is carried out") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  app.stream().inject(framed(want_config(4711)) + framed(to_radio(text_packet(10))));
  app.stream().end();
  bench.host.end_turn();
  const auto command = bench.command();
  CHECK(command.payload == to_radio(text_packet(10)));
  CHECK_FALSE(app.closed());
  SECTION("it is told the fate and closed") {
    bench.receipt(command, {MMX_DELIVERY_QUEUED, 0, 15, 10});
    CHECK(app.closed());
    CHECK(parse(app.take().back()).queue_status().mesh_packet_id() == 10);
  }
  SECTION("a silent source does not keep it open") {
    bench.host.advance(250 * kMillisecond);
    CHECK(app.closed());
    CHECK(parse(app.take().back()).queue_status().mesh_packet_id() == 10);
  }
}

TEST_CASE("an idle session that ends its side is closed at once, with its answers") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  app.stream().inject(framed(want_config(69420)));
  app.stream().end();
  bench.host.end_turn();
  CHECK(app.closed());
  CHECK(app.stream().take_written() == capture("n2_config_only"));
}

TEST_CASE("one that waits for the radio with its side ended is still answered") {
  Bench bench;
  bench.start();
  App app = bench.connect();
  app.stream().inject(framed(want_config(69420)));
  app.stream().end();
  bench.host.end_turn();
  CHECK_FALSE(app.closed());
  bench.feed_dump("n1_full");
  bench.link({MMX_LINK_UP, 1, 1, 0, 0, ""});
  CHECK(app.closed());
  CHECK(app.stream().take_written() == capture("n2_config_only"));
}

TEST_CASE("the client family is guessed from its first words") {
  Bench bench;
  bench.start_with_radio();
  struct Row {
    std::string bytes;
    std::string name;
  };
  const std::vector<Row> rows = {{std::string(32, '\xC3') + framed(want_config(123)), "python"},
                                 {std::string(4, '\x94') + framed(heartbeat(1)), "android"},
                                 {framed(heartbeat(99)) + framed(want_config(69420)), "ios"},
                                 {framed(want_config(123)), "js"},
                                 {framed(to_radio(text_packet(1))), ""}};
  for (const Row &row : rows) {
    App app = bench.connect();
    app.raw(row.bytes);
    CHECK(bench.host.net().client_of(app.session()) == row.name);
    App torn = bench.connect();
    for (const char byte : row.bytes) torn.raw({&byte, 1});
    CHECK(bench.host.net().client_of(torn.session()) == row.name);
  }
}

TEST_CASE("of the radio's events apps see packets and notices only") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  for (const std::string &payload : payloads_of(capture("n1_full"))) bench.rx(payload);
  pb::FromRadio message;
  message.set_rebooted(true);
  bench.rx(message.SerializeAsString());
  message.mutable_log_record()->set_message("boot");
  bench.rx(message.SerializeAsString());
  message.mutable_xmodem_packet()->set_seq(1);
  bench.rx(message.SerializeAsString());
  message.mutable_mqtt_client_proxy_message()->set_data("x");
  bench.rx(message.SerializeAsString());
  bench.rx("");
  bench.rx("\xFF\xFF");
  bench.rx(heard_text(0, 5));  // from nobody
  bench.rx(heard_text(7, 6), MMX_MESSAGE_QUIET);
  CHECK(app.take().empty());
  message.mutable_client_notification()->set_message("low entropy key");
  bench.rx(message.SerializeAsString());
  CHECK(app.take_one().has_client_notification());
  bench.rx(heard_text(7, 7));
  CHECK(app.take_one().packet().id() == 7);
}

TEST_CASE("live frames travel untouched") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  // An encoding no library would write, with a field nobody knows.
  std::string odd = heard_text(7, 1);
  odd.insert(0, std::string("\x08\x80\x00", 3));
  odd += std::string("\xF8\x06\x05", 3);
  bench.rx(odd);
  CHECK(app.take() == std::vector<std::string>{odd});
}

TEST_CASE("frames of one turn leave in one write") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  const std::size_t calls = app.stream().write_calls();
  const std::size_t flushes = app.stream().flushes();
  for (std::uint32_t i = 0; i < 50; ++i)
    bench.host.bus().deliver(mmx::testing::rx(heard_text(7, i + 1)));
  bench.host.end_turn();
  CHECK(app.stream().write_calls() == calls + 1);
  CHECK(app.stream().flushes() == flushes + 1);
  CHECK(app.take().size() == 50);
}

TEST_CASE("200 sessions that join at any time get exactly what came after their handshake") {
  Bench bench;
  bench.start_with_radio();
  std::mt19937 random(7);
  struct Member {
    App app;
    std::string expected;
  };
  std::vector<Member> members;
  std::uint32_t id = 0;
  for (int round = 0; round < 400; ++round) {
    if (members.size() < 200) {
      App app = bench.configured(69421);
      members.push_back({app, {}});
    }
    const std::uint32_t burst = random() % 8;
    for (std::uint32_t i = 0; i < burst; ++i) {
      const std::string payload =
          heard_text(7 + id % 5, id + 1, std::string(random() % 180, 'a' + id % 26));
      ++id;
      // Some are sent by one of the members.
      const bool echo = random() % 4 == 0;
      const std::size_t sender = random() % members.size();
      if (echo)
        bench.host.bus().deliver(mmx::testing::sent(1, members[sender].app.session(), payload));
      else
        bench.host.bus().deliver(mmx::testing::rx(payload));
      for (std::size_t m = 0; m < members.size(); ++m)
        if (!echo || m != sender) members[m].expected += framed(payload);
    }
    bench.host.end_turn();
  }
  REQUIRE(members.size() == 200);
  std::size_t wrong = 0;
  for (Member &member : members)
    wrong += member.app.stream().take_written() == member.expected ? 0 : 1;
  CHECK(wrong == 0);
  CHECK(id > 1000);
}

TEST_CASE("a client that stops reading costs the others nothing") {
  Bench bench;
  bench.start_with_radio();
  App slow = bench.configured();
  App quick = bench.configured();
  slow.stream().hold();
  std::string expected;
  for (std::uint32_t i = 1; i <= 2000; ++i) {
    const std::string payload = heard_text(7, i, std::string(150, 'x'));
    expected += framed(payload);
    bench.rx(payload);
  }
  CHECK(quick.stream().take_written() == expected);
  CHECK(slow.stream().pending() == expected.size());
  // It shares the memory of the log: a dozen buffers, not one a frame.
  CHECK(bench.host.ledger().buffers < 20);
  slow.stream().drain();
  CHECK(slow.stream().take_written() == expected);
  bench.rx(heard_text(7, 3000));
  CHECK(bench.host.ledger().buffers < 6);
}

TEST_CASE("when the core ends a slow session the others go on") {
  Bench bench;
  bench.start_with_radio();
  App slow = bench.configured();
  App quick = bench.configured();
  slow.stream().hold();
  bench.rx(heard_text(7, 1));
  slow.stream().disconnect(MMX_TIMED_OUT, "reads too slowly");
  bench.rx(heard_text(7, 2));
  CHECK(quick.take().size() == 2);
  CHECK(bench.number("open") == 1);
}

TEST_CASE("stop ends every session and waits for the last") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  App other = bench.connect();
  CHECK(bench.runner.stop_and_wait());
  CHECK(app.closed());
  CHECK(other.closed());
  CHECK(app.stream().close_reason() == "the virtual node is stopping");
}

TEST_CASE("stop without sessions is at once") {
  Bench bench;
  bench.start_with_radio();
  bench.runner.stop();
  CHECK(bench.host.health().state == MMX_HEALTH_STOPPED);
}

TEST_CASE("moving the listener or changing the keepalive disturbs nobody") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.configured();
  CHECK(bench.runner.reconfigure({{"listen", "tcp://127.0.0.1:4999"}, {"keepalive", "5s"}}) ==
        MMX_OK);
  CHECK_FALSE(app.closed());
  app.take();
  bench.host.advance(6 * kSecond);
  CHECK(app.take_one().has_queue_status());
}

TEST_CASE("without a source it does not start") {
  Bench bench;
  bench.host.bus().set_bound_source(0);
  CHECK(bench.runner.start() != MMX_OK);
}

TEST_CASE("out of memory for an image ends that session, not the virtual node") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  bench.host.faults().fail(mmx::testing::Operation::buffer_new, 1);
  app.send(want_config(4711));
  CHECK(app.closed());
  App next = bench.connect();
  next.send(want_config(4711));
  CHECK(next.stream().take_written() == capture("n1_full"));
}

TEST_CASE("a session at rest is small") { CHECK(sizeof(meshtastic_vnode::AppSession) < 1536); }
