// Every command gets its answer within a second, and direct answers leave in the order of commands.
#include <string>

#include <catch2/catch.hpp>
#include "fixture.h"

using namespace vnode_test;

namespace {

std::string reboot() { return bare(cmd::reboot, "reboot"); }
std::string own_telemetry() { return bare(cmd::send_telemetry, std::string(3, '\0')); }

}  // namespace

TEST_CASE(
    "a command is published as it came, in the name of its session, and its reply answers it") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  App other = bench.started();
  app.send(direct_text("hi"));
  CHECK(app.take().empty());
  const auto command = bench.command();
  CHECK(command.payload == direct_text("hi"));
  CHECK(command.session == app.session());
  CHECK(command.source == 0);
  bench.reply(command, sent(77));
  CHECK(app.take_one() == sent(77));
  SECTION("later replies are pushes, to the asker only") {
    const std::string confirmed = meshcore::build_send_confirmed({77, 900});
    bench.host.advance(20 * kSecond);
    bench.reply(command, confirmed, MMX_MESSAGE_FINAL);
    CHECK(app.take_one() == confirmed);
  }
  CHECK(other.take().empty());
  CHECK(bench.number("unanswered") == 0);
}

TEST_CASE("direct answers leave in the order of the commands, whoever is ready first") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.send_all({direct_text("a"), bare(cmd::get_tuning), channel_text(0, "b"),
                bare(cmd::get_contacts), bare(0xC8), bare(cmd::export_key)});
  CHECK(app.take().empty());
  const auto commands = bench.commands();
  REQUIRE(commands.size() == 3);
  bench.reply(commands[1], ok, MMX_MESSAGE_FINAL);
  CHECK(app.take().empty());
  bench.reply(commands[0], sent(1));
  const Frames answers = app.take();
  CHECK(codes_of(answers) == std::vector<int>{rsp::sent, rsp::tuning, rsp::ok, rsp::contacts_start,
                                              rsp::contact, rsp::contact, rsp::contact,
                                              rsp::contact, rsp::contact, rsp::contacts_end,
                                              rsp::error, rsp::disabled});
}

TEST_CASE("a read behind a write sees what the write changed") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.send_all({bare(cmd::set_custom_var, "gps:0"), bare(cmd::get_custom_vars)});
  bench.put(bare(rsp::custom_vars, "gps:0"));
  bench.reply(bench.command(), ok, MMX_MESSAGE_FINAL);
  CHECK(app.take() == Frames{ok, bare(rsp::custom_vars, "gps:0")});
}

TEST_CASE("pushes do not wait for the order") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.send(status_request('A'));
  const auto first = bench.command();
  bench.reply(first, sent(1));
  app.take();
  app.send(direct_text("x"));
  const std::string status = meshcore::build_prefix_push(psh::status_response, key('A'), "blob");
  bench.reply(first, status);
  CHECK(app.take_one() == status);
  bench.rx(meshcore::build_key_push(psh::advert, key('A')));
  CHECK(code_of(app.take_one()) == psh::advert);
}

TEST_CASE("a silent source is answered for within a second, and its late word is dropped") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.send(direct_text("a"));
  bench.host.advance(300 * kMillisecond);
  app.send_all({direct_text("b"), bare(cmd::get_tuning)});
  const auto commands = bench.commands();
  bench.host.advance(649 * kMillisecond);
  CHECK(app.take().empty());
  bench.host.advance(50 * kMillisecond);
  CHECK(app.take_one() == error(err::bad_state));
  bench.host.advance(300 * kMillisecond);
  const Frames rest = app.take();
  REQUIRE(rest.size() == 2);
  CHECK(rest[0] == error(err::bad_state));
  CHECK(code_of(rest[1]) == rsp::tuning);
  CHECK(bench.number("overdue") == 2);
  bench.reply(commands[0], sent(7));
  CHECK(app.take().empty());
  CHECK(bench.number("late") == 1);
  const std::string confirmed = meshcore::build_send_confirmed({7, 900});
  bench.reply(commands[0], confirmed, MMX_MESSAGE_FINAL);
  CHECK(app.take_one() == confirmed);
}

TEST_CASE("a source that went away ends its commands") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.send(direct_text("a"));
  bench.reply(bench.command(), "", MMX_MESSAGE_FINAL);
  CHECK(app.take_one() == error(err::bad_state));
  app.send(direct_text("a"));
  const auto command = bench.command();
  bench.reply(command, "");  // a record without bytes says nothing to an app
  CHECK(app.take().empty());
  bench.reply(command, sent(1));
  CHECK(app.take_one() == sent(1));
}

TEST_CASE("before the first capture commands wait for it, but less than a second") {
  Bench bench;
  bench.start();
  App app = bench.connect();
  app.send_all({app_start(), device_query(3), bare(cmd::get_contacts), bare(cmd::sync_next)});
  CHECK(app.take().empty());
  SECTION("the radio comes in time") {
    bench.host.advance(900 * kMillisecond);
    bench.feed_radio();
    CHECK(app.take().empty());
    bench.link_up();
    bench.host.end_turn();
    CHECK(codes_of(app.take()) == std::vector<int>{rsp::self_info, rsp::device_info,
                                                   rsp::contacts_start, rsp::contact, rsp::contact,
                                                   rsp::contact, rsp::contact, rsp::contact,
                                                   rsp::contacts_end, rsp::no_more_messages});
  }
  SECTION("it does not") {
    bench.host.advance(1 * kSecond);
    CHECK(app.take() == Frames{error(err::bad_state), error(err::bad_state), error(err::bad_state),
                               bare(rsp::no_more_messages)});
    CHECK(bench.number("overdue") == 0);
    bench.feed_radio();
    bench.link_up();
    CHECK(app.take().empty());
    CHECK(code_of(app.ask(app_start())) == rsp::self_info);
  }
}

TEST_CASE("half of a replay of retained state is not served") {
  Bench bench;
  const std::string first = contact('A', 100);
  bench.host.bus().preload(mmx::testing::link({MMX_LINK_UP, 1, 1, 0, 0, ""}));
  bench.host.bus().preload(mmx::testing::state(meshcore::encode_key(*meshcore::key_of(first)),
                                               meshcore::state_order(Section::contact, 0), first));
  bench.start();
  const std::string waiting = "\"waiting_for_radio\":true";
  CHECK(bench.status().find(waiting) != std::string::npos);
  bench.put(contact('B', 100));  // the replay goes on in a second turn
  CHECK(bench.status().find(waiting) != std::string::npos);
  bench.host.advance(1);
  CHECK(bench.status().find(waiting) == std::string::npos);
  CHECK(bench.host.is_ready());
}

TEST_CASE("battery, statistics and own telemetry: from state while young, else asked for") {
  struct Row {
    std::string command;
    int answer;
    std::int64_t age_s;
  };
  const Row row = GENERATE(Row{bare(cmd::get_battery), rsp::battery, 10},
                           Row{bare(cmd::get_stats, std::string(1, '\0')), rsp::stats, 4},
                           Row{own_telemetry(), psh::telemetry_response, 10});
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  bench.host.advance(row.age_s * kSecond - 1);
  CHECK(code_of(app.ask(row.command)) == row.answer);
  CHECK(bench.commands().empty());
  bench.host.advance(1);
  app.send(row.command);
  CHECK(app.take().empty());
  const auto command = bench.command();
  SECTION("the radio answers") {
    const std::string fresh = bare(static_cast<std::uint8_t>(row.answer), std::string(12, '\2'));
    bench.reply(command, fresh, MMX_MESSAGE_FINAL);
    CHECK(app.take_one() == fresh);
  }
  SECTION("the radio cannot: what is known is better than an error") {
    bench.reply(command, error(err::bad_state), MMX_MESSAGE_FINAL);
    CHECK(code_of(app.take_one()) == row.answer);
  }
  SECTION("the source is silent") {
    bench.host.advance(1 * kSecond);
    CHECK(code_of(app.take_one()) == row.answer);
    bench.reply(command, bare(static_cast<std::uint8_t>(row.answer), std::string(12, '\2')));
    CHECK(app.take().empty());
    CHECK(bench.number("late") == 1);
  }
}

TEST_CASE("statistics of a kind the radio does not have get the radio's error") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.send(bare(cmd::get_stats, "\x07"));
  bench.reply(bench.command(), error(err::illegal_argument), MMX_MESSAGE_FINAL);
  CHECK(app.take_one() == error(err::illegal_argument));
}

TEST_CASE("own telemetry is answered by the push alone, in its place") {
  Bench bench;
  bench.start_with_radio();
  bench.host.advance(20 * kSecond);
  App app = bench.started();
  app.send_all({own_telemetry(), bare(cmd::get_tuning)});
  const std::string answer = meshcore::build_prefix_push(psh::telemetry_response, key('R'), "lpp");
  bench.reply(bench.command(), answer, MMX_MESSAGE_FINAL);
  CHECK(codes_of(app.take()) == std::vector<int>{psh::telemetry_response, rsp::tuning});
}

TEST_CASE("what sends the radio away has no answer, unless it is refused") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.send_all({reboot(), bare(cmd::get_tuning)});
  const auto command = bench.command();
  CHECK(app.take().empty());
  SECTION("it was done") {
    bench.reply(command, ok, MMX_MESSAGE_FINAL);
    CHECK(code_of(app.take_one()) == rsp::tuning);
  }
  SECTION("nothing is heard of it") {
    bench.host.advance(1 * kSecond);
    CHECK(code_of(app.take_one()) == rsp::tuning);
    CHECK(bench.number("overdue") == 0);
  }
  SECTION("the link is down") {
    bench.reply(command, error(err::bad_state), MMX_MESSAGE_FINAL);
    CHECK(codes_of(app.take()) == std::vector<int>{rsp::error, rsp::tuning});
  }
  SECTION("the source ended it") {
    bench.reply(command, "", MMX_MESSAGE_FINAL);
    CHECK(code_of(app.take_one()) == rsp::tuning);
  }
}

TEST_CASE("a reply that cannot be the answer to its command is none") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  const std::string wrong = GENERATE(std::string(1, '\0'), bare(rsp::tuning, std::string(8, '\1')),
                                     bare(rsp::exported_contact, std::string(300, 'x')));
  app.send(direct_text("x"));
  bench.reply(bench.command(), wrong, MMX_MESSAGE_FINAL);
  CHECK(app.take_one() == error(err::bad_state));
}

TEST_CASE("thousands of commands at once before the first capture, all answered in time") {
  Bench bench;
  bench.start();
  App app = bench.connect();
  Frames flood(8000, bare(cmd::get_tuning));
  flood.push_back(bare(cmd::get_time));
  app.send_all(flood);
  CHECK(app.stream().is_paused());
  CHECK(bench.number("unanswered") == 8001);
  bench.host.advance(1 * kSecond);
  const Frames answers = app.take();
  REQUIRE(answers.size() == 8001);
  CHECK(answers[7999] == error(err::bad_state));
  CHECK(code_of(answers[8000]) == rsp::time);
  CHECK(!app.stream().is_paused());
}

TEST_CASE("an app that is owed many answers is not read from until it has some") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.send_all(Frames(64, direct_text("x")));
  CHECK(app.stream().is_paused());
  const auto commands = bench.commands();
  REQUIRE(commands.size() == 64);
  for (std::size_t i = 0; i < 32; ++i) bench.reply(commands[i], sent(1));
  CHECK(!app.stream().is_paused());
  CHECK(app.take().size() == 32);
}

TEST_CASE("replies and pushes to an app that is gone are counted") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.send(direct_text("x"));
  const auto command = bench.command();
  app.hang_up();
  bench.reply(command, sent(1));
  CHECK(bench.number("dropped") == 1);
}
