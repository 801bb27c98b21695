// The living mesh around the simulated radio: acknowledgements, rooms, repeaters, traces, and that
// a seed decides everything. Must not know the driver or the virtual node.
#include <catch2/catch.hpp>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/crypto.h"
#include "plugins/meshcore/codec/lpp.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/packet.h"
#include "plugins/meshcore/codec/stats.h"
#include "tests/unit/sim_meshcore/bench.h"

using namespace sim_test;  // NOLINT(google-build-using-namespace)
namespace code = meshcore::command;
namespace push = meshcore::push;
namespace response = meshcore::response;
namespace error = meshcore::error;
namespace contact_type = meshcore::contact_type;
using meshcore::bytes::put32;
using meshcore::bytes::u32;

namespace {

std::string own_key(Bench &bench, mmx::testing::FakeStream &app) {
  return meshcore::parse_self_info(
             bench.ask(app, command(code::app_start, std::string(7, ' '))).at(0))
      ->public_key;
}

std::string text_to(const std::string &key, const std::string &text, uint32_t timestamp) {
  return meshcore::build_text_command({0, 0, timestamp, key.substr(0, 6), text});
}

std::vector<meshcore::ReceivedMessage> drain(Bench &bench, mmx::testing::FakeStream &app) {
  std::vector<meshcore::ReceivedMessage> out;
  Bench::heard(app);
  for (;;) {
    const auto message = meshcore::parse_message(bench.ask(app, command(code::sync_next)).at(0));
    if (!message) return out;
    out.push_back(*message);
  }
}

uint32_t device_time(Bench &bench, mmx::testing::FakeStream &app) {
  return meshcore::parse_time(bench.ask(app, command(code::get_time)).at(0)).value();
}

}  // namespace

TEST_CASE("a direct text is acknowledged with the real value, and answered") {
  Bench bench;
  auto &app = bench.connect();
  bench.ask(app, command(code::device_query, "\x03"));
  const std::string key = bench.peer(app, contact_type::chat);
  const uint32_t expected =
      meshcore::expected_ack(4711, 0, meshcore::text_type::plain, "hello", own_key(bench, app));
  const auto sent = meshcore::parse_sent(bench.ask(app, text_to(key, "hello", 4711)).at(0));
  REQUIRE(sent);
  CHECK(sent->flood == 0);
  CHECK(sent->tag == expected);
  const Frames frames = bench.wait(app, 4 * second);
  const Frames confirmed = only(frames, push::send_confirmed);
  REQUIRE(confirmed.size() == 1);
  CHECK(meshcore::parse_send_confirmed(confirmed[0])->ack == expected);
  const auto messages = drain(bench, app);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].text == "echo: hello");
  CHECK(messages[0].key_prefix == key.substr(0, 6));
}

TEST_CASE("a text without a path floods and brings the path back") {
  Bench bench;
  auto &app = bench.connect();
  const std::string key = bench.peer(app, contact_type::chat, false);
  const auto sent = meshcore::parse_sent(bench.ask(app, text_to(key, "hello", 1)).at(0));
  REQUIRE(sent);
  CHECK(sent->flood == 1);
  const Frames frames = bench.wait(app, 4 * second);
  CHECK(only(frames, push::path_updated).size() == 1);
  CHECK(only(frames, push::send_confirmed).size() == 1);
  CHECK(meshcore::parse_contact(bench.ask(app, command(code::get_contact, key)).at(0))
            ->out_path_len != meshcore::path_unknown);
}

TEST_CASE("texts that cannot be sent are refused") {
  Bench bench;
  auto &app = bench.connect();
  const std::string key = bench.peer(app, contact_type::chat);
  CHECK(error_in(bench.ask(app, text_to(std::string(6, 'q'), "x", 1))) == error::not_found);
  CHECK(error_in(bench.ask(app, text_to(key, std::string(161, 'x'), 1))) == error::table_full);
  CHECK(error_in(bench.ask(app, meshcore::build_text_command({2, 0, 1, key.substr(0, 6), "x"}))) ==
        error::unsupported);
  CHECK(error_in(bench.ask(app, meshcore::build_channel_text_command({0, 41, 1, "x"}))) ==
        error::not_found);
  CHECK(error_in(bench.ask(app, meshcore::build_channel_text_command({1, 0, 1, "x"}))) ==
        error::unsupported);
  // An unused slot is taken: the text is lost in the air.
  CHECK(error_in(bench.ask(app, meshcore::build_channel_text_command({0, 30, 1, "x"}))) == 0);
}

TEST_CASE("a room: silence for a wrong password, posts for the right one") {
  Bench bench;
  auto &app = bench.connect();
  bench.ask(app, command(code::device_query, "\x03"));
  const std::string room = bench.peer(app, contact_type::room);
  REQUIRE(bench.call("post", R"({"text":"before the login"})") == MMX_OK);
  const auto login = [&](const std::string &password) {
    const auto sent =
        meshcore::parse_sent(bench.ask(app, command(code::send_login, room + password)).at(0));
    REQUIRE(sent);
    CHECK(sent->tag == u32(room, 0));
    return only(bench.wait(app, 10 * second), push::login_success);
  };
  CHECK(login("nope").empty());
  CHECK(login("").empty());  // not a member yet
  const Frames success = login("hello");
  REQUIRE(success.size() == 1);
  CHECK(success[0].size() == 14);
  CHECK(meshcore::parse_login_success(success[0])->permissions == 2);
  auto messages = drain(bench, app);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].text_type == meshcore::text_type::signed_plain);
  CHECK(messages[0].author.size() == 4);
  CHECK(messages[0].text == "before the login");

  const uint32_t now = device_time(bench, app);
  bench.ask(app, text_to(room, "a post", now));
  CHECK(only(bench.wait(app, 10 * second), push::send_confirmed).size() == 1);
  messages = drain(bench, app);
  REQUIRE(messages.size() == 1);  // somebody replied; the own post does not come back
  CHECK(messages[0].text == "re: a post");

  // The same second again: acknowledged and dropped. Older: not even that.
  bench.ask(app, text_to(room, "another post", now));
  CHECK(only(bench.wait(app, 10 * second), push::send_confirmed).size() == 1);
  CHECK(drain(bench, app).empty());
  bench.ask(app, text_to(room, "an old post", now - 100));
  CHECK(only(bench.wait(app, 10 * second), push::send_confirmed).empty());
  CHECK(login("").size() == 1);  // a member now
}

TEST_CASE("a post from the future locks its author out until then") {
  Bench bench;
  auto &app = bench.connect();
  const std::string room = bench.peer(app, contact_type::room);
  bench.ask(app, command(code::send_login, room + "hello"));
  bench.wait(app, 2 * second);
  bench.ask(app, text_to(room, "from tomorrow", device_time(bench, app) + 60));
  bench.wait(app, 2 * second);
  const auto answers = [&] {
    bench.ask(app, command(code::send_status, room));
    return only(bench.wait(app, 5 * second), push::status_response).size();
  };
  CHECK(answers() == 0);
  bench.host.advance(60 * second);
  CHECK(answers() == 1);
}

TEST_CASE("after a restart servers take requests for old until the clock is set") {
  Bench bench;
  auto *app = &bench.connect();
  const std::string room = bench.peer(*app, contact_type::room);
  bench.host.advance(60 * second);
  const auto login = [&] {
    bench.ask(*app, command(code::send_login, room + "hello"));
    return only(bench.wait(*app, 5 * second), push::login_success).size();
  };
  CHECK(login() == 1);
  bench.ask(*app, command(code::reboot, "reboot"));
  app = &bench.connect();
  CHECK(login() == 0);
  std::string now;
  put32(now, static_cast<uint32_t>(bench.host.clock().wall_ns() / second));
  bench.ask(*app, command(code::set_time, now));
  CHECK(login() == 1);
}

TEST_CASE("a repeater answers requests and its console") {
  Bench bench;
  auto &app = bench.connect();
  bench.ask(app, command(code::device_query, "\x03"));
  const std::string key = bench.peer(app, contact_type::repeater);
  bench.ask(app, command(code::send_login, key + "password"));
  const Frames success = only(bench.wait(app, 2 * second), push::login_success);
  REQUIRE(success.size() == 1);
  CHECK(meshcore::parse_login_success(success[0])->permissions == 3);
  CHECK(meshcore::parse_login_success(success[0])->firmware_level == 2);

  const auto binary = [&](const std::string &request) {
    const auto sent =
        meshcore::parse_sent(bench.ask(app, command(code::send_binary, key + request)).at(0));
    REQUIRE(sent);
    const Frames answers = only(bench.wait(app, 3 * second), push::binary_response);
    REQUIRE(answers.size() == 1);
    CHECK(meshcore::frame_tag(answers[0]) == sent->tag);
    CHECK((answers[0].size() - 6 + 4) % 16 == 0);
    return answers[0].substr(6);
  };
  CHECK(meshcore::parse_server_stats(binary("\x01"), contact_type::repeater));
  CHECK_FALSE(meshcore::parse_lpp(binary(std::string("\x03\0\0\0\0abcd", 9))).empty());
  CHECK(binary(std::string("\x05\0\0", 3)).substr(0, 6) == own_key(bench, app).substr(0, 6));
  CHECK(meshcore::bytes::u16(binary(std::string("\x06\0\x05\0\0\0\x06rnd!", 11)), 2) == 5);
  CHECK(binary("\x07").substr(0, 7) == "v1.17.1");

  const std::string cli = meshcore::build_text_command({1, 0, 5, key.substr(0, 6), "K7|ver"});
  CHECK(meshcore::parse_sent(bench.ask(app, cli).at(0))->tag == 0);
  bench.wait(app, 2 * second);
  const auto messages = drain(bench, app);
  REQUIRE(messages.size() == 1);
  CHECK(messages[0].text_type == meshcore::text_type::cli);
  CHECK(messages[0].text == "K7|v1.17.1 (Build: 14 Aug 2026)");

  std::string trace = command(code::send_trace);
  put32(trace, 0xBEEF);
  put32(trace, 0);
  trace += std::string(1, '\0') + key.substr(0, 1);
  CHECK(meshcore::parse_sent(bench.ask(app, trace).at(0))->tag == 0xBEEF);
  const Frames traced = only(bench.wait(app, 2 * second), push::trace_data);
  REQUIRE(traced.size() == 1);
  CHECK(meshcore::frame_tag(traced[0]) == 0xBEEFU);

  CHECK(only((bench.ask(app, command(code::send_path_discovery, std::string(1, '\0') + key)),
              bench.wait(app, 2 * second)),
             push::path_discovery)
            .size() == 1);
  CHECK(only((bench.ask(app, command(code::send_anonymous, key + "\x02")),
              bench.wait(app, 2 * second)),
             push::binary_response)
            .size() == 1);
  bench.ask(app, command(code::send_control, std::string("\x80\x04tag!\0\0\0\0", 10)));
  CHECK_FALSE(only(bench.wait(app, 3 * second), push::control_data).empty());
}

TEST_CASE("telemetry comes from those who permit it") {
  Bench bench;
  auto &app = bench.connect();
  const std::string sensor = bench.peer(app, contact_type::sensor);
  const std::string reserved(3, '\0');
  bench.ask(app, command(code::send_telemetry, reserved + sensor));
  CHECK(only(bench.wait(app, 3 * second), push::telemetry_response).size() == 1);
  const std::string room = bench.peer(app, contact_type::room);  // not logged in
  bench.ask(app, command(code::send_telemetry, reserved + room));
  CHECK(only(bench.wait(app, 3 * second), push::telemetry_response).empty());
  // Of itself: the push alone.
  const Frames own = bench.ask(app, command(code::send_telemetry, reserved));
  REQUIRE(own.size() == 1);
  CHECK(code_of(own[0]) == push::telemetry_response);
}

TEST_CASE("signing needs a start and has a limit") {
  Bench bench;
  auto &app = bench.connect();
  CHECK(error_in(bench.ask(app, command(code::sign_data, "x"))) == error::bad_state);
  CHECK(code_of(bench.ask(app, command(code::sign_start)).at(0)) == response::sign_start);
  for (int i = 0; i < 46; ++i) bench.ask(app, command(code::sign_data, std::string(175, 'x')));
  CHECK(error_in(bench.ask(app, command(code::sign_data, std::string(175, 'x')))) ==
        error::table_full);
  const Frames first = bench.ask(app, command(code::sign_finish));
  CHECK(first.at(0).size() == 65);
  CHECK(error_in(bench.ask(app, command(code::sign_finish))) == error::bad_state);
}

TEST_CASE("a busy mesh says everything, in whole packets") {
  Bench bench({{"traffic", "busy"}, {"texts", "0.3"}});
  auto &app = bench.connect();
  bench.ask(app, command(code::device_query, "\x03"));
  bench.host.advance(60 * second);
  const Frames frames = Bench::heard(app);
  for (const uint8_t wanted : {push::advert, push::message_waiting, push::log_rx_data,
                               push::path_updated, push::trace_data})
    CHECK_FALSE(only(frames, wanted).empty());
  for (const std::string &frame : only(frames, push::log_rx_data)) {
    const auto packet = meshcore::parse_packet(std::string_view(frame).substr(3));
    REQUIRE(packet);
    if (packet->type == 4) CHECK(meshcore::parse_advert(packet->payload));
  }
}

TEST_CASE("the same seed gives the same mesh, another seed another") {
  const auto world = [](const char *seed) {
    Bench bench({{"seed", seed}, {"contacts", "20"}, {"traffic", "busy"}});
    auto &app = bench.connect();
    bench.ask(app, command(code::get_contacts));
    bench.host.advance(5 * second);
    return app.take_written();
  };
  const std::string first = world("7");
  CHECK(first.size() > 4000);
  CHECK(first == world("7"));
  CHECK(first != world("8"));
}
