// The virtual node's own life and its apps': radio away, another radio, hostile bytes, ends.
#include <string>

#include <catch2/catch.hpp>
#include "fixture.h"

using namespace vnode_test;

TEST_CASE("without a source it does not start") {
  Bench bench;
  bench.host.bus().set_bound_source(0);
  CHECK(bench.runner.start() == MMX_INVALID);
}

TEST_CASE("health tells whether there was a radio") {
  Bench bench;
  bench.start();
  CHECK(bench.host.health().state == MMX_HEALTH_DEGRADED);
  CHECK(bench.host.health().reason == "waiting for radio");
  bench.feed_radio();
  bench.link_up();
  CHECK(bench.host.health().state == MMX_HEALTH_OK);
}

TEST_CASE("with the radio away everything known is served, and what must go on the air is not") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy();
  App before = bench.started("before");
  bench.link_down();
  App app = bench.started("after");
  CHECK(!before.closed());
  app.send(bare(cmd::get_contacts));
  CHECK(app.take().size() == 7);
  CHECK(code_of(app.ask(bare(cmd::get_time))) == rsp::time);
  CHECK(app.ask(bare(cmd::sync_next)) == bare(rsp::no_more_messages));
  for (const std::string &transmits :
       {direct_text("x"), channel_text(0, "x"), bare(cmd::send_advert), status_request('A')}) {
    app.send(transmits);
    bench.reply(bench.command(), error(err::bad_state), MMX_MESSAGE_FINAL);
    CHECK(app.take_one() == error(err::bad_state));
  }
  SECTION("the radio comes back: nobody notices") {
    bench.link({MMX_LINK_SYNCING, 1, 1, 1, 0, ""});
    bench.feed_radio();
    bench.link_up();
    CHECK(app.take().empty());
    CHECK(before.take().empty());
    CHECK(!app.closed());
    CHECK(code_of(before.ask(app_start())) == rsp::self_info);
  }
}

TEST_CASE("settings changed by one app are seen by the others at their next APP_START") {
  Bench bench;
  bench.start_with_radio();
  App a = bench.started("a");
  App b = bench.started("b");
  meshcore::SelfInfo self;
  self.public_key = key('R');
  self.name = "New name";
  bench.put(meshcore::build_self_info(self));
  CHECK(meshcore::parse_self_info(b.ask(app_start()))->name == "New name");
  CHECK(meshcore::parse_self_info(a.ask(app_start()))->name == "New name");
}

TEST_CASE("another radio: apps that were shown the old one are closed with a reason") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started("phone");
  App silent = bench.connect();
  bench.rx(direct_message("of the old radio"));
  bench.link({MMX_LINK_SYNCING, 2, 0, 0, 0, "another radio is there"});
  CHECK(app.closed());
  CHECK(app.stream().close_reason() == "the radio behind this virtual node changed");
  CHECK(!silent.closed());
  CHECK(bench.host.health().state == MMX_HEALTH_DEGRADED);
  App again = bench.connect();
  again.send(app_start("phone"));
  CHECK(again.take().empty());
  // What is late from the old radio counts no more.
  bench.put(bare(rsp::tuning, std::string(8, 'o')), 1);
  bench.feed_radio(2, 'N');
  bench.link_up(2);
  const auto self = meshcore::parse_self_info(again.take_one());
  REQUIRE(self);
  CHECK(self->public_key == key('N'));
  CHECK(again.ask(bare(cmd::sync_next)) == bare(rsp::no_more_messages));
  bench.rx(direct_message("of the new one"));
  CHECK(again.take_one() == bare(psh::message_waiting));
  CHECK(meshcore::parse_message(silent.ask(bare(cmd::sync_next)))->text == "of the new one");
}

TEST_CASE("messages of the new radio wait for an identity that was thrown off") {
  Bench bench;
  bench.start_with_radio();
  bench.started("phone");
  bench.rx(direct_message("old"));
  bench.link({MMX_LINK_SYNCING, 2, 0, 0, 0, ""});
  bench.feed_radio(2, 'N');
  bench.link_up(2);
  bench.rx(direct_message("new"));
  App again = bench.connect();
  again.send(app_start("phone"));
  CHECK(codes_of(again.take()) == std::vector<int>{rsp::self_info, psh::message_waiting});
  CHECK(meshcore::parse_message(again.ask(bare(cmd::sync_next)))->text == "new");
  CHECK(again.ask(bare(cmd::sync_next)) == bare(rsp::no_more_messages));
}

TEST_CASE("frames torn at every byte, and noise between them") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  const std::string bytes = "noise" + framed(app_start()) + std::string("<\0\0", 3) + "\r\n" +
                            framed(device_query(3)) + ">>" + framed(bare(cmd::get_tuning));
  for (const char byte : bytes) app.raw({&byte, 1});
  CHECK(codes_of(app.take()) == std::vector<int>{rsp::self_info, rsp::device_info, rsp::tuning});
  CHECK(bench.number("junk_bytes") == 9);
}

TEST_CASE("a frame that is too long gets an error in its place, and the next one its answer") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  std::string oversize("<\xB1\0", 3);
  oversize += std::string(0xB1, 'x');
  app.raw(framed(bare(cmd::get_tuning)) + oversize + framed(bare(cmd::get_auto_add)) + oversize);
  CHECK(codes_of(app.take()) ==
        std::vector<int>{rsp::tuning, rsp::error, rsp::auto_add, rsp::error});
  CHECK(app.ask(bare(cmd::get_time, std::string(175, 'x'))).size() == 5);
}

TEST_CASE("whoever sends much that is no frame is closed with a reason") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  App other = bench.started();
  for (int i = 0; i < 15; ++i) app.raw(std::string(4096, 'j'));
  CHECK(!app.closed());
  app.raw(framed(app_start()));
  CHECK(code_of(app.take_one()) == rsp::self_info);
  for (int i = 0; i < 17; ++i) app.raw(std::string(4096, 'j'));
  CHECK(app.closed());
  CHECK(app.stream().close_reason() == "sends bytes that are no frames");
  CHECK(!other.closed());
}

TEST_CASE(
    "commands before the end of a connection are carried out and answered, then it is closed") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.stream().inject(framed(direct_text("last words")) + framed(bare(cmd::get_tuning)));
  app.stream().end();
  bench.host.end_turn();
  CHECK(!app.closed());
  bench.reply(bench.command(), vnode_test::sent(1));
  CHECK(codes_of(app.take()) == std::vector<int>{rsp::sent, rsp::tuning});
  CHECK(app.closed());
  SECTION("at once if nothing is owed") {
    App idle = bench.started();
    idle.stream().end();
    bench.host.end_turn();
    CHECK(idle.closed());
  }
  SECTION("and within a second if the source is silent") {
    App late = bench.started();
    late.stream().inject(framed(direct_text("x")));
    late.stream().end();
    bench.host.advance(1 * kSecond);
    CHECK(late.take() == Frames{error(err::bad_state)});
    CHECK(late.closed());
  }
}

TEST_CASE("nothing is sent to an app that only listens, however long it does") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  bench.host.advance(mmx::testing::kHour);
  CHECK(app.take().empty());
  CHECK(!app.closed());
}

TEST_CASE("small answers that a slow app does not take do not hold everybody's memory") {
  Bench bench;
  bench.start_with_radio();
  App slow = bench.started();
  App busy = bench.started();
  slow.stream().hold(0);
  for (int i = 0; i < 3000; ++i) {
    slow.send(bare(cmd::sync_next));
    busy.send_all(Frames(20, bare(cmd::get_contact, key('A'))));
    busy.take();
  }
  CHECK(slow.stream().pending() == 3000 * 4);
  // 4 KiB of four bytes each in shared buffers at most, the rest side by side.
  CHECK(bench.host.ledger().buffers < 1040);
}

TEST_CASE("it stops in time, with apps, open commands and slow readers") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  App slow = bench.started();
  slow.stream().hold(0);
  app.send(direct_text("x"));
  slow.send(bare(cmd::get_contacts));
  for (unsigned i = 0; i < 200; ++i) bench.rx(raw_packet(i, 170));
  CHECK(bench.runner.stop_and_wait());
  CHECK(app.closed());
  CHECK(slow.closed());
}

TEST_CASE("options that may change while apps are connected") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  CHECK(bench.runner.reconfigure({{"history", "3"}, {"personal", "true"}}) == MMX_OK);
  CHECK(bench.runner.reconfigure({{"history", "nonsense"}}) == MMX_INVALID);
  bench.rx(direct_message("1"));
  App other = bench.connect();
  CHECK(meshcore::parse_message(other.ask(bare(cmd::sync_next)))->text == "1");
  CHECK(!app.closed());
}

TEST_CASE("status tells how it is without telling texts, names or keys") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started("an app");
  bench.rx(direct_message("private words"));
  app.send(direct_text("more words"));
  CHECK(bench.number("contacts") == 5);
  CHECK(bench.number("channels") == 2);
  CHECK(bench.number("open") == 1);
  CHECK(bench.number("started") == 1);
  CHECK(bench.number("messages") == 1);
  CHECK(bench.number("unanswered") == 1);
  CHECK(bench.status().find("words") == std::string::npos);
  CHECK(bench.status().find("Public") == std::string::npos);
  CHECK(bench.host.metric("vnode_commands_total") == 1);
}
