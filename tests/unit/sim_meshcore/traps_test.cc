// The traps of a real companion radio, which a gateway has to live with (docs/protocol notes 1.1,
// 2.6). Must not know the driver or the virtual node.
#include <catch2/catch.hpp>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/sim/meshcore/receiver.h"
#include "tests/unit/sim_meshcore/bench.h"

using namespace sim_test;  // NOLINT(google-build-using-namespace)
namespace code = meshcore::command;
namespace push = meshcore::push;
namespace response = meshcore::response;
namespace error = meshcore::error;
using sim::companion::Receiver;
using sim::companion::Transport;

namespace {

std::vector<std::string> all_of(Receiver &receiver, const std::string &bytes) {
  receiver.feed(bytes);
  std::vector<std::string> out;
  while (const auto command = receiver.next()) out.push_back(*command);
  return out;
}

}  // namespace

TEST_CASE("the newest client displaces the old one") {
  Bench bench;
  auto &first = bench.connect();
  auto &other = bench.connect();
  CHECK(first.is_closed());
  CHECK(other.is_open());
  CHECK(bench.count("displaced") == 1);
  CHECK(bench.ask(other, command(code::get_time)).size() == 1);
}

TEST_CASE("a channel text below eight bytes takes the device down") {
  Bench bench;
  auto &app = bench.connect();
  bench.ask(app, command(code::device_query, "\x03"));
  bench.ask(app, command(code::send_channel_text, std::string(6, '\0')));
  CHECK(app.is_closed());
  CHECK(bench.count("crashes") == 1);
  CHECK(bench.count("restarts") == 1);
}

TEST_CASE("messages are gone when read, and keep the format they were queued in") {
  Bench bench;
  auto &app = bench.connect();
  REQUIRE(bench.call("text", R"({"text":"old format"})") == MMX_OK);
  CHECK(only(Bench::heard(app), push::message_waiting).size() == 1);
  bench.ask(app, command(code::device_query, "\x03"));
  REQUIRE(bench.call("text", R"({"text":"new format"})") == MMX_OK);
  Bench::heard(app);
  CHECK(code_of(bench.ask(app, command(code::sync_next)).at(0)) == response::contact_message);
  CHECK(code_of(bench.ask(app, command(code::sync_next)).at(0)) == response::contact_message_v3);
  CHECK(code_of(bench.ask(app, command(code::sync_next)).at(0)) == response::no_more_messages);
}

TEST_CASE("data on a channel waits in the queue, raw data is a push") {
  Bench bench;
  auto &app = bench.connect();
  CHECK(bench.call("raw-data", R"({"text":"raw"})") == MMX_OK);
  CHECK(only(Bench::heard(app), push::raw_data).size() == 1);
  CHECK(bench.call("data", R"({"channel":1,"type":300,"text":"some"})") == MMX_OK);
  Bench::heard(app);
  const auto data = meshcore::parse_message(bench.ask(app, command(code::sync_next)).at(0));
  REQUIRE(data);
  CHECK(data->kind == meshcore::ReceivedMessage::Kind::data);
  CHECK(data->data_type == 300);
  CHECK(data->text == "some");
  CHECK(bench.call("data", R"({"channel":30})") == MMX_NOT_FOUND);
}

TEST_CASE("the offline queue holds sixteen and loses channel texts first") {
  Bench bench;
  auto &app = bench.connect();
  bench.ask(app, command(code::device_query, "\x03"));
  bench.call("channel-text", R"({"text":"the first to go"})");
  for (int i = 0; i < 15; ++i) bench.call("text", R"({"text":"direct"})");
  CHECK(bench.count("queued") == 16);
  bench.call("text", R"({"text":"takes the place"})");
  CHECK(bench.count("queued") == 16);
  bench.call("text", R"({"text":"finds none"})");
  CHECK(bench.count("lostMessages") == 2);
  Bench::heard(app);
  std::string all;
  for (int i = 0; i < 17; ++i) all += bench.ask(app, command(code::sync_next)).at(0);
  CHECK(all.find("the first to go") == std::string::npos);
  CHECK(all.find("takes the place") != std::string::npos);
  CHECK(all.find("finds none") == std::string::npos);
  CHECK(code_of(all.substr(all.size() - 1)) == response::no_more_messages);
}

TEST_CASE("of two requests in a row only the second is answered") {
  Bench bench;
  auto &app = bench.connect();
  const std::string room = bench.peer(app, meshcore::contact_type::room);
  const std::string repeater = bench.peer(app, meshcore::contact_type::repeater);
  for (const std::string &key : {room, repeater}) {
    bench.ask(app, command(code::send_login, key + "password"));
    CHECK(only(bench.wait(app, 2 * second), push::login_success).size() == 1);
  }
  bench.ask(app, command(code::send_status, room));
  bench.ask(app, command(code::send_status, repeater));
  const Frames answers = only(bench.wait(app, 5 * second), push::status_response);
  REQUIRE(answers.size() == 1);
  CHECK(meshcore::push_key_prefix(answers[0]) == repeater.substr(0, 6));
  CHECK(answers[0].size() == 8 + 60);
  CHECK(bench.count("discardedAnswers") == 1);
}

TEST_CASE("over Wi-Fi nothing is read while contacts are on their way") {
  Bench bench;
  auto &app = bench.connect();
  app.inject(framed(command(code::get_contacts)) + framed(command(code::get_battery)) +
             framed(command(code::get_contacts)));
  bench.host.end_turn();
  const Frames frames = bench.wait(app, second);
  REQUIRE(frames.size() == 42 + 1 + 42);
  CHECK(code_of(frames[41]) == response::contacts_end);
  CHECK(code_of(frames[42]) == response::battery);
  CHECK(error_in(frames) == 0);
}

TEST_CASE("on a serial line a new start kills the stream, and a second one is refused") {
  // The path is never made: the fake host opens no line; link and cable have a test of their own.
  Bench bench({{"pty", std::string(MESHMUX_BUILD_DIR) + "/sim-meshcore-test-line"}, {"seed", "1"}});
  auto &line = bench.host.net().last_connect();
  line.accept();
  bench.host.end_turn();
  line.inject(framed(command(code::get_contacts)) + framed(command(code::get_contacts)) +
              framed(command(code::get_battery)));
  bench.host.end_turn();
  Frames frames = Bench::heard(line);
  REQUIRE(frames.size() == 3);
  CHECK(code_of(frames[0]) == response::contacts_start);
  CHECK(error_in(frames) == error::bad_state);
  CHECK(code_of(frames[2]) == response::battery);
  bench.host.advance(second / 400);
  bench.ask(line, command(code::app_start, std::string(7, ' ')));
  frames = bench.wait(line, second);
  CHECK(only(frames, response::contacts_end).empty());
  bench.ask(line, command(code::get_contacts));
  CHECK(only(bench.wait(line, second), response::contacts_end).size() == 1);
}

TEST_CASE("a restart forgets the version, the queue and the time") {
  Bench bench;
  auto *app = &bench.connect();
  bench.ask(*app, command(code::device_query, "\x03"));
  bench.call("text");
  std::string later;
  meshcore::bytes::put32(later, static_cast<uint32_t>(bench.host.clock().wall_ns() / second));
  bench.ask(*app, command(code::set_time, later));
  CHECK(bench.ask(*app, command(code::reboot, "reboot")).empty());
  CHECK(app->is_closed());
  app = &bench.connect();
  CHECK(bench.count("queued") == 0);
  const auto now = meshcore::parse_time(bench.ask(*app, command(code::get_time)).at(0)).value();
  CHECK(now < bench.host.clock().wall_ns() / second - 200);
  bench.call("text");
  Bench::heard(*app);
  CHECK(code_of(bench.ask(*app, command(code::sync_next)).at(0)) == response::contact_message);
}

TEST_CASE("at most eight direct texts can be confirmed") {
  Bench bench;
  auto &app = bench.connect();
  const std::string key = bench.peer(app, meshcore::contact_type::chat);
  for (uint32_t i = 0; i < 9; ++i)
    bench.ask(app, meshcore::build_text_command({0, 0, 1000 + i, key.substr(0, 6), "hello"}));
  CHECK(only(bench.wait(app, 5 * second), push::send_confirmed).size() == 8);
}

TEST_CASE("commands without a length check read what an earlier one left") {
  Bench bench;
  auto &app = bench.connect();
  bench.ask(app, command(code::set_name, std::string(30, '\x0B')));
  CHECK(error_in(bench.ask(app, command(code::set_tuning))) == 0);
  const std::string tuning = bench.ask(app, command(code::get_tuning)).at(0);
  CHECK(meshcore::bytes::u32(tuning, 5) == 0x0B0B0B0B);
}

TEST_CASE("the Wi-Fi receiver never finds back, the serial one does") {
  Receiver wifi(Transport::wifi);
  CHECK(all_of(wifi, framed("\x05")).size() == 1);
  CHECK(all_of(wifi, std::string("<\0\0", 3) + framed("\x05")).size() == 1);
  CHECK(all_of(wifi, "xyz" + framed("\x05")).empty());
  CHECK(all_of(wifi, framed("\x05")).empty());

  Receiver serial(Transport::serial);
  CHECK(all_of(serial, "xyz\r\n" + framed("\x05")).size() == 1);
  // Too long: cut and handed on, the rest is swallowed.
  const auto cut =
      all_of(serial, std::string("<\xC8\0", 3) + std::string(200, '\x16') + framed("\x05"));
  REQUIRE(cut.size() == 2);
  CHECK(cut[0].size() == meshcore::max_frame);
  // A torn frame eats the start of the next one.
  CHECK(all_of(serial, std::string("<\x05\0\xAB", 4)).empty());
  CHECK(all_of(serial, framed("\x05")).at(0) == std::string("\xAB<\x01\0\x05", 5));
}

TEST_CASE("faults on request") {
  Bench bench;
  CHECK(bench.call("drop") == MMX_CLOSED);
  auto *app = &bench.connect();

  SECTION("drop in the middle of a frame") {
    CHECK(bench.call("drop-mid-frame") == MMX_OK);
    const std::string half = app->take_written();
    CHECK(app->is_closed());
    REQUIRE(half.size() > 3);
    CHECK(half.size() < 3U + static_cast<unsigned char>(half[1]));
  }
  SECTION("stall and resume") {
    CHECK(bench.call("stall") == MMX_OK);
    CHECK(bench.ask(*app, command(code::get_time)).empty());
    CHECK(bench.call("resume") == MMX_OK);
    CHECK(Bench::heard(*app).size() == 1);
  }
  SECTION("another key") {
    const auto key = [&] {
      return meshcore::parse_self_info(
                 bench.ask(*app, command(code::app_start, std::string(7, ' '))).at(0))
          ->public_key;
    };
    const std::string before = key();
    CHECK(bench.call("renumber", R"({"num":7})") == MMX_OK);
    CHECK(app->is_closed());
    app = &bench.connect();
    CHECK(key() != before);
  }
  SECTION("pulled and plugged in again") {
    CHECK(bench.call("unplug") == MMX_OK);
    CHECK(app->is_closed());
    // Nobody answers there; what was asked meanwhile is answered when it is back.
    auto &later = bench.connect();
    CHECK(bench.ask(later, command(code::get_time)).empty());
    CHECK(bench.call("replug") == MMX_OK);
    CHECK(Bench::heard(later).size() == 1);
  }
  SECTION("a contact is lost on the way") {
    bench.call("lose-contact");
    bench.ask(*app, command(code::get_contacts));
    CHECK(bench.wait(*app, second).size() == 40);
    bench.ask(*app, command(code::get_contacts));
    CHECK(bench.wait(*app, second).size() == 41);
  }
  SECTION("boot text, garbage, nonsense") {
    CHECK(bench.call("boot-text") == MMX_OK);
    CHECK(bench.call("garbage") == MMX_OK);
    CHECK(app->take_written().find("rst:0x1") != std::string::npos);
    CHECK(bench.call("explode") == MMX_UNSUPPORTED);
    CHECK(bench.call("text", "[]") == MMX_INVALID);
    CHECK(bench.call("text", R"({"from":"zz"})") == MMX_OK);
    CHECK(bench.call("text", R"({"from":"ffffffffffff"})") == MMX_NOT_FOUND);
  }
}
