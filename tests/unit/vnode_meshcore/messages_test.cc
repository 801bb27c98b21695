// Messages: a queue for each session from its connect, MSG_WAITING, versions side by side, and what
// an identity missed while it was away.
#include <string>

#include <catch2/catch.hpp>
#include "fixture.h"

using namespace vnode_test;

namespace {

const std::string waiting = bare(psh::message_waiting);
const std::string no_more = bare(rsp::no_more_messages);

// The texts an app gets until there are no more.
std::vector<std::string> fetch(App &app) {
  app.take();
  std::vector<std::string> texts;
  for (int i = 0; i < 2000; ++i) {
    app.send(bare(cmd::sync_next));
    std::string answer;
    for (std::string &frame : app.take())
      if (frame != waiting) answer = std::move(frame);
    if (answer == no_more) return texts;
    const auto message = meshcore::parse_message(answer);
    REQUIRE(message);
    texts.push_back(message->text);
  }
  FAIL("messages without end");
  return texts;
}

using Texts = std::vector<std::string>;
using Options = mmx::testing::OptionTexts;

Texts numbered(int from, int to) {
  Texts texts;
  for (int i = from; i <= to; ++i) texts.push_back(std::to_string(i));
  return texts;
}

void hear(Bench &bench, int from, int to) {
  for (const std::string &text : numbered(from, to)) bench.rx(direct_message(text));
}

}  // namespace

TEST_CASE("every session gets every message once, from its connect on") {
  Bench bench;
  bench.start_with_radio();
  App a = bench.started("a");
  hear(bench, 1, 2);
  App b = bench.started("b");
  hear(bench, 3, 3);
  CHECK(fetch(a) == numbered(1, 3));
  CHECK(fetch(b) == numbered(3, 3));
  CHECK(fetch(a).empty());
  CHECK(fetch(b).empty());
  CHECK(bench.commands().empty());
}

TEST_CASE("MSG_WAITING comes when the queue fills, and not again before it was empty") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  hear(bench, 1, 1);
  CHECK(app.take_one() == waiting);
  hear(bench, 2, 3);
  CHECK(app.take().empty());
  for (int i = 0; i < 3; ++i) CHECK(code_of(app.ask(bare(cmd::sync_next))) == 16);
  hear(bench, 4, 4);
  CHECK(app.take_one() == waiting);
  CHECK(code_of(app.ask(bare(cmd::sync_next))) == 16);
  CHECK(app.ask(bare(cmd::sync_next)) == no_more);
  hear(bench, 5, 5);
  CHECK(app.take_one() == waiting);
}

TEST_CASE("MSG_WAITING also comes right after the connect when something waits") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  hear(bench, 1, 1);
  CHECK(app.take().empty());  // it has not spoken yet
  SECTION("behind the answer to APP_START") {
    app.send(app_start());
    CHECK(codes_of(app.take()) == std::vector<int>{rsp::self_info, psh::message_waiting});
    CHECK(codes_of({app.ask(app_start())}) == std::vector<int>{rsp::self_info});
  }
  SECTION("behind the answer to DEVICE_QUERY, and once more when it says who it is") {
    app.send(device_query(3));
    CHECK(codes_of(app.take()) == std::vector<int>{rsp::device_info, psh::message_waiting});
    app.send(app_start());
    CHECK(codes_of(app.take()) == std::vector<int>{rsp::self_info, psh::message_waiting});
  }
  CHECK(fetch(app) == numbered(1, 1));
}

TEST_CASE("a legacy app and a newer one side by side") {
  Bench bench;
  bench.start_with_radio();
  App legacy = bench.started("old", 1);
  App silent = bench.connect();
  silent.send(app_start("never asks"));
  App modern = bench.started("new", 3);
  for (App *app : {&legacy, &silent, &modern}) app->take();
  bench.rx(direct_message("hello"));
  bench.rx(channel_message("Bob: hi", 2));
  const std::string data(
      "\x1B\x26\0\0\x01\xFF\x01\x02\x04"
      "data",
      13);
  bench.rx(data);
  CHECK(bench.number("legacy") == 2);
  for (App *app : {&legacy, &silent, &modern}) {
    CHECK(app->take_one() == waiting);
    const bool is_legacy = app != &modern;
    const std::string direct = app->ask(bare(cmd::sync_next));
    const std::string channel = app->ask(bare(cmd::sync_next));
    CHECK(int{code_of(direct)} == (is_legacy ? 7 : 16));
    CHECK(int{code_of(channel)} == (is_legacy ? 8 : 17));
    CHECK(meshcore::parse_message(direct)->text == "hello");
    CHECK(meshcore::parse_message(direct)->snr_x4 == (is_legacy ? 0 : 38));
    CHECK(meshcore::parse_message(channel)->channel == 2);
    CHECK(app->ask(bare(cmd::sync_next)) == data);
  }
  SECTION("the version may change, and counts when a message is fetched") {
    bench.rx(direct_message("again"));
    modern.take();
    modern.ask(device_query(2));
    CHECK(int{code_of(modern.ask(bare(cmd::sync_next)))} == 7);
  }
}

TEST_CASE("an identity gets what it missed while it was away, each message once") {
  Bench bench;
  bench.start_with_radio();
  App first = bench.started("phone");
  hear(bench, 1, 2);
  CHECK(fetch(first) == numbered(1, 2));
  first.hang_up();
  hear(bench, 3, 4);
  App again = bench.started("phone");
  hear(bench, 5, 5);
  CHECK(fetch(again) == numbered(3, 5));
  CHECK(fetch(again).empty());
  again.hang_up();
  App third = bench.started("phone");
  CHECK(fetch(third).empty());
}

TEST_CASE("another app or another address is another identity, and new ones get nothing") {
  Bench bench;
  bench.start_with_radio();
  App first = bench.started("phone");
  first.hang_up();
  hear(bench, 1, 2);
  App other_app = bench.started("tablet");
  App other_address = bench.started("phone", 3, "192.0.2.2");
  CHECK(fetch(other_app).empty());
  CHECK(fetch(other_address).empty());
  CHECK(bench.number("identities") == 3);
  App same = bench.started("phone");
  CHECK(fetch(same) == numbered(1, 2));
}

TEST_CASE("a personal listener knows one identity, whoever connects") {
  Bench bench(Options{{"personal", "true"}});
  bench.start_with_radio();
  App first = bench.started("phone");
  first.hang_up();
  hear(bench, 1, 2);
  App other = bench.connect("192.0.2.9");
  CHECK(fetch(other) == numbered(1, 2));  // without an APP_START, even
  CHECK(bench.number("identities") == 1);
}

TEST_CASE(
    "a message counts as delivered at the next SYNC_NEXT: a crash repeats it, never loses it") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started("phone");
  hear(bench, 1, 3);
  app.take();
  CHECK(meshcore::parse_message(app.ask(bare(cmd::sync_next)))->text == "1");
  CHECK(meshcore::parse_message(app.ask(bare(cmd::sync_next)))->text == "2");
  app.hang_up();
  App again = bench.started("phone");
  CHECK(fetch(again) == numbered(2, 3));
  again.hang_up();
  App third = bench.started("phone");
  CHECK(fetch(third).empty());
}

TEST_CASE("a backlog that was begun goes on at the next connect") {
  Bench bench;
  bench.start_with_radio();
  App first = bench.started("phone");
  first.hang_up();
  hear(bench, 1, 5);
  App second = bench.started("phone");
  hear(bench, 6, 6);
  for (int i = 0; i < 3; ++i) second.send(bare(cmd::sync_next));
  second.hang_up();
  App third = bench.started("phone");
  CHECK(fetch(third) == numbered(3, 6));
}

TEST_CASE("stored places only fill in what was missed while no session was connected") {
  Bench bench;
  bench.start_with_radio();
  App a = bench.started("phone");
  hear(bench, 1, 2);
  App b = bench.started("phone");
  hear(bench, 3, 3);
  CHECK(fetch(b) == numbered(3, 3));
  CHECK(fetch(a) == numbered(1, 3));
  a.hang_up();
  hear(bench, 4, 4);
  App c = bench.started("phone");
  CHECK(fetch(c).empty());
  CHECK(fetch(b) == numbered(4, 4));
}

TEST_CASE("what a dead connection still held goes to the one that took its place") {
  Bench bench;
  bench.start_with_radio();
  App dead = bench.started("phone");
  hear(bench, 1, 3);
  dead.take();
  dead.send_all({bare(cmd::sync_next), bare(cmd::sync_next)});  // 1 is confirmed, 2 is not
  App live = bench.started("phone");
  hear(bench, 4, 4);
  CHECK(fetch(live) == numbered(4, 4));
  dead.hang_up();
  CHECK(live.take_one() == waiting);
  CHECK(fetch(live) == numbered(2, 3));
  hear(bench, 5, 5);
  CHECK(fetch(live) == numbered(5, 5));
}

TEST_CASE("history for an identity that is new") {
  struct Row {
    std::string history;
    Texts wanted;
  };
  const auto row = GENERATE(Row{"none", {}}, Row{"0", {}}, Row{"2", {"4", "5"}},
                            Row{"20", {"1", "2", "3", "4", "5"}}, Row{"90s", {"3", "4", "5"}},
                            Row{"1h", {"1", "2", "3", "4", "5"}}, Row{"10ms", {}});
  Bench bench(Options{{"history", row.history}});
  bench.start_with_radio();
  hear(bench, 1, 2);
  bench.host.advance(60 * kSecond);
  hear(bench, 3, 3);
  bench.host.advance(50 * kSecond);
  hear(bench, 4, 5);
  bench.host.advance(1 * kSecond);
  App app = bench.started("new");
  CHECK(fetch(app) == row.wanted);
  app.hang_up();
  App again = bench.started("new");
  CHECK(fetch(again).empty());
}

TEST_CASE("a history nobody can understand is an error at the start") {
  for (const std::string text :
       {"", "some", "5 h", "-1", "5y", "99999999999999999999", "999999999999d"}) {
    Bench bench(Options{{"history", text}});
    CHECK(bench.runner.start() == MMX_INVALID);
    CHECK(bench.host.logged("history", MMX_LOG_ERROR));
  }
}

TEST_CASE("the log is bounded: the oldest messages go, and are counted where they were owed") {
  Bench bench(Options{{"message_log", "3"}});
  bench.start_with_radio();
  App slow = bench.started("slow");
  App away = bench.started("away");
  away.hang_up();
  hear(bench, 1, 5);
  CHECK(bench.number("messages") == 3);
  CHECK(fetch(slow) == numbered(3, 5));
  CHECK(bench.number("messages_lost") == 2);
  App back = bench.started("away");
  CHECK(fetch(back) == numbered(3, 5));
  CHECK(bench.runner.reconfigure({{"message_log", "1"}}) == MMX_OK);
  CHECK(bench.number("messages") == 1);
}

TEST_CASE("a channel message of one app appears in every other app's queue, not in its own") {
  Bench bench;
  bench.start_with_radio();
  App a = bench.started("a");
  App b = bench.started("b");
  App same = bench.started("a");
  a.send(channel_text(0, "hi"));
  const auto command = bench.command();
  bench.sent(channel_message("Hill: hi"), a.session());
  bench.reply(command, ok, MMX_MESSAGE_FINAL);
  CHECK(a.take() == Frames{ok});
  CHECK(fetch(b) == Texts{"Hill: hi"});
  CHECK(fetch(same) == Texts{"Hill: hi"});
  CHECK(a.ask(bare(cmd::sync_next)) == no_more);
  bench.rx(channel_message("Bob: hello"));
  CHECK(a.take_one() == waiting);
  CHECK(fetch(a) == Texts{"Bob: hello"});
}

TEST_CASE("own messages are passed over wherever they stand in the queue") {
  Bench bench;
  bench.start_with_radio();
  App a = bench.started("a");
  hear(bench, 1, 1);
  bench.sent(channel_message("mine"), a.session());
  bench.sent(channel_message("mine too"), a.session());
  hear(bench, 2, 2);
  bench.sent(channel_message("mine again"), a.session());
  CHECK(fetch(a) == numbered(1, 2));
}

TEST_CASE("an identity is not given its own message after it left") {
  Bench bench;
  bench.start_with_radio();
  App a = bench.started("one shot");
  const std::uint64_t session = a.session();
  a.hang_up();
  bench.sent(channel_message("mine"), session);
  hear(bench, 1, 1);
  App again = bench.started("one shot");
  CHECK(fetch(again) == numbered(1, 1));
}

TEST_CASE("direct texts of one app are not shown to others; messages of bridges are") {
  Bench bench;
  bench.start_with_radio();
  App a = bench.started("a");
  App b = bench.started("b");
  bench.sent(direct_text("secret"), a.session());
  CHECK(fetch(b).empty());
  bench.sent(channel_message("from a bridge"), 0);
  CHECK(fetch(a) == Texts{"from a bridge"});
  CHECK(fetch(b) == Texts{"from a bridge"});
}

TEST_CASE("quiet events and frames that are no messages stay out of the queues") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  bench.rx(direct_message("quiet"), MMX_MESSAGE_QUIET);
  bench.rx(direct_message("x").substr(0, 10));
  bench.rx(direct_message("x") + std::string(200, 'x'));
  bench.rx("");
  CHECK(fetch(app).empty());
  CHECK(bench.number("hidden") == 3);
}

TEST_CASE("the table of identities is bounded, and whoever was away longest is forgotten") {
  Bench bench;
  bench.start_with_radio();
  App faithful = bench.started("faithful");
  for (int i = 0; i < 300; ++i) bench.started("app " + std::to_string(i)).hang_up();
  CHECK(bench.number("identities") == 257);
  hear(bench, 1, 1);
  App old = bench.started("app 0");
  CHECK(fetch(old).empty());
  App recent = bench.started("app 299");
  CHECK(fetch(recent) == numbered(1, 1));
  CHECK(fetch(faithful) == numbered(1, 1));
}
