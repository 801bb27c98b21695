// The console source against recorded devices: what it asks and how, and what it publishes.
#include <algorithm>
#include <catch2/catch.hpp>

#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/stats.h"
#include "rig.h"

using namespace meshcore_console_test;

namespace {

constexpr std::uint8_t kVer = 1, kBoard = 2, kRole = 3, kNode = 4, kClock = 6, kNeighbours = 7,
                       kAccess = 8;

std::string text_of(const Published *record, std::uint16_t field = MMX_FIELD_TEXT) {
  return record == nullptr ? "nothing" : std::string(record->record.text(field).value_or("none"));
}

// One printable line, ended by CR alone.
bool one_line(const std::string &written) {
  return written.size() > 1 && written.back() == '\r' &&
         std::all_of(written.begin(), written.end() - 1,
                     [](char each) { return each >= ' ' && each < 0x7F; });
}

}  // namespace

TEST_CASE("A repeater's console is read as it was recorded") {
  Rig rig("console-repeater");
  rig.up();
  REQUIRE(rig.phase() == MMX_LINK_UP);
  CHECK(rig.host.bus().last_link().complete == 1);
  CHECK(rig.host.health().state == MMX_HEALTH_OK);
  CHECK(static_cast<unsigned char>(rig.host.bus().identity().at(0)) == 0xC8);
  CHECK(rig.host.bus().identity().size() == 32);
  for (const std::string &each : rig.written()) {
    CAPTURE(each);
    CHECK(one_line(each));
  }

  CHECK(text_of(rig.console(kVer)) == "v1.17.1 (Build: 14 Aug 2026)");
  CHECK(text_of(rig.console(kBoard)) == "Linux native test node");
  CHECK(text_of(rig.console(kRole)) == "repeater");
  CHECK(text_of(rig.console(kNode), MMX_FIELD_LONG_NAME) == "TestRepeater");
  CHECK(text_of(rig.console(kNode), MMX_FIELD_FROM) == "c8f1b4d2815a");
  CHECK(rig.console(kNode)->record.type() == MMX_RECORD_NODE);
  CHECK(rig.console(kNode)->record.integer(MMX_FIELD_ROLE) == meshcore::contact_type::repeater);
  CHECK(text_of(rig.console(kClock)) == "03:24 - 21/11/2026 UTC");
  CHECK(rig.console(kClock)->record.integer(MMX_FIELD_TIME) == 1795231440 * kSecond);
  CHECK(rig.console(kNeighbours)->record.type() == MMX_RECORD_NEIGHBORS);
  CHECK(text_of(rig.console(kNeighbours)) == "b545d908:153:38");
  CHECK(text_of(rig.console(kNeighbours), MMX_FIELD_ROUTE) == "b545d908");
  CHECK(text_of(rig.console(kAccess)) ==
        "03 30F0C53E40FCD0E7BA9985917CFD68086ADA31E1A5FA2F7E1CFC1D4BDAE1F6EB\n"
        "03 177DA9C32FC5C4C234F939A74F0551CFC90C7D75BEF7FEA770FB81F25B941EBD");

  const auto core = meshcore::parse_core_stats(rig.stats(0));
  REQUIRE(core);
  CHECK(core->battery_mv == 4012);
  CHECK(core->uptime_s == 993);
  const auto radio = meshcore::parse_radio_stats(rig.stats(1));
  REQUIRE(radio);
  CHECK(radio->noise_floor == -112);
  CHECK(radio->last_snr_x4 == 38);
  const auto packets = meshcore::parse_packet_stats(rig.stats(2));
  REQUIRE(packets);
  CHECK(packets->received == 209);
  CHECK(packets->receive_errors == 0U);
}

TEST_CASE("A room's console is read, and what it does not know is not asked again") {
  Rig rig("console-room", {{"interval", "30s"}});
  rig.up();
  REQUIRE(rig.phase() == MMX_LINK_UP);
  CHECK(text_of(rig.console(kNode), MMX_FIELD_LONG_NAME) == "TestRoom");
  CHECK(rig.console(kNode)->record.integer(MMX_FIELD_ROLE) == meshcore::contact_type::room);
  CHECK(rig.console(kNeighbours) == nullptr);
  CHECK(text_of(rig.console(kAccess)).starts_with("02 177DA9C3"));
  CHECK(meshcore::parse_core_stats(rig.stats(0))->uptime_s == 973);
  CHECK(rig.asked("neighbors") == 1);
  rig.run(95 * kSecond);
  CHECK(rig.asked("neighbors") == 1);
  CHECK(rig.asked("stats-core") == 4);
  CHECK(rig.asked("get name") == 1);
  CHECK(rig.asked("get public.key") == 1);
}

TEST_CASE("A console without echo is read too") {
  Rig rig("console-repeater");
  rig.echoes = false;
  rig.accept();
  rig.give("Welcome to TestRepeater\r\n");
  rig.run(10 * kSecond);
  CHECK(rig.phase() == MMX_LINK_UP);
  CHECK(text_of(rig.console(kAccess)).starts_with("03 30F0C53E"));
  CHECK(text_of(rig.console(kNeighbours)) == "b545d908:153:38");
}

TEST_CASE("Several neighbours come line by line, none is an empty list") {
  Rig rig("console-repeater", {{"commands", "neighbors"}});
  rig.answers["neighbors"] =
      "neighbors\r\n  -> B545D908:153:38\nC0FFEE01:7:-12\nC0FFEE02:99999:0\r\n";
  rig.up();
  CHECK(text_of(rig.console(kNeighbours)) == "b545d908:153:38\nc0ffee01:7:-12\nc0ffee02:99999:0");
  CHECK(text_of(rig.console(kNeighbours), MMX_FIELD_ROUTE) == "b545d908 c0ffee01 c0ffee02");
  Rig alone("console-repeater", {{"commands", "neighbors"}});
  alone.answers["neighbors"] = "neighbors\r\n  -> -none-\r\n";
  alone.up();
  CHECK(text_of(alone.console(kNeighbours)).empty());
}

TEST_CASE("Lines of debug builds are not answers") {
  Rig rig("console-repeater", {{"interval", "30s"}});
  rig.special = [&](const std::string &line) -> std::optional<std::string> {
    std::string out = rig.answers.at(line);
    out.insert(0, "DEBUG: MyMesh::loop() stats-core\r\n03:24:55 - 21/11/2026 U RAW: 110A\r\n");
    return out + "03:24:56 - 21/11/2026 U: RX, len=40 (type=4, route=F)\r\nDEBUG: end\r\n";
  };
  rig.accept();
  for (int i = 0; i < 40 && rig.phase() != MMX_LINK_UP; ++i) rig.run(kSecond);
  REQUIRE(rig.phase() == MMX_LINK_UP);
  CHECK(text_of(rig.console(kVer)) == "v1.17.1 (Build: 14 Aug 2026)");
  CHECK(text_of(rig.console(kNeighbours)) == "b545d908:153:38");
  CHECK(text_of(rig.console(kAccess)).find("DEBUG") == std::string::npos);
  CHECK(meshcore::parse_packet_stats(rig.stats(2))->received == 209);
  CHECK(rig.host.metric("console_packet_logs_total") > 20);
  CHECK(rig.host.metric("console_other_lines_total") > 10);
}

TEST_CASE("A half line that stood in the device's buffer spoils nothing") {
  Rig rig("console-repeater");
  rig.buffer = "get na";
  rig.up();
  CHECK(rig.phase() == MMX_LINK_UP);
  CHECK(text_of(rig.console(kVer)) == "v1.17.1 (Build: 14 Aug 2026)");
}

TEST_CASE("A device that boots while the port is opened is waited for") {
  Rig rig("console-room");
  rig.mute = {"ver"};
  rig.accept();
  rig.give("Room ID: B2EE9BB545E4C6B2EE2CF3BEBAF70B36F31D065DAAA31D4BF822B987B42643C4\r\n");
  rig.run(6 * kSecond);
  CHECK(rig.phase() == MMX_LINK_SYNCING);
  rig.mute.clear();
  rig.run(15 * kSecond);
  CHECK(rig.phase() == MMX_LINK_UP);
}

TEST_CASE("Silence to one question costs that question only") {
  Rig rig("console-repeater", {{"interval", "30s"}});
  rig.mute = {"stats-radio"};
  rig.accept();
  rig.run(20 * kSecond);
  REQUIRE(rig.phase() == MMX_LINK_UP);
  CHECK(rig.stats(1).empty());
  CHECK_FALSE(rig.stats(2).empty());
  CHECK(rig.host.metric("console_unanswered_total") == 1);
  rig.mute.clear();
  rig.run(40 * kSecond);
  CHECK_FALSE(rig.stats(1).empty());
}

TEST_CASE("A late answer is not taken for that to another question") {
  Rig rig("console-repeater", {{"commands", "stats-core, clock"}});
  const std::string late = rig.answers.at("stats-core");
  rig.mute = {"stats-core"};
  bool given = false;
  rig.special = [&](const std::string &line) -> std::optional<std::string> {
    if (line != "ver" || given || rig.asked("stats-core") == 0) return std::nullopt;
    given = true;
    return late + rig.answers.at("ver");
  };
  rig.accept();
  rig.run(12 * kSecond);
  CHECK(given);
  CHECK(rig.phase() == MMX_LINK_UP);
  CHECK(rig.stats(0).empty());
  CHECK(text_of(rig.console(kClock)) == "03:24 - 21/11/2026 UTC");
}

TEST_CASE("A console that falls silent is opened again") {
  Rig rig("console-repeater", {{"interval", "10s"}});
  rig.up();
  REQUIRE(rig.phase() == MMX_LINK_UP);
  rig.special = [](const std::string &) { return std::string(); };
  for (int i = 0; i < 40 && !rig.connecting(); ++i) rig.run(kSecond);
  REQUIRE(rig.connecting());
  CHECK(rig.host.bus().last_link().stale == 1);
  CHECK(rig.host.health().state == MMX_HEALTH_DEGRADED);
  rig.special = nullptr;
  rig.up();
  CHECK(rig.phase() == MMX_LINK_UP);
  CHECK(rig.host.bus().last_link().stale == 0);
}

TEST_CASE("A lost line is opened again, later and later") {
  Rig rig("console-repeater");
  std::int64_t before = 0;
  std::int64_t last = 0;
  for (int i = 0; i < 6; ++i) {
    rig.host.net().connecting().at(0)->refuse();
    rig.host.end_turn();
    before = rig.host.clock().mono_ns();
    while (!rig.connecting()) rig.host.advance(20 * kMillisecond);
    last = rig.host.clock().mono_ns() - before;
    CHECK(last <= 31 * kSecond);
  }
  CHECK(last > 10 * kSecond);
  rig.up();
  CHECK(rig.phase() == MMX_LINK_UP);
  rig.link().end();
  rig.host.end_turn();
  CHECK(rig.phase() == MMX_LINK_DOWN);
  CHECK(rig.host.bus().last_link().complete == 1);
}

TEST_CASE("Modem lines are tried both ways where nothing is said about them") {
  Rig rig("console-repeater", {{"connect", "serial:///dev/ttyUSB1"}});
  CHECK(rig.link().uri() == "serial:///dev/ttyUSB1?lines=both");
  rig.mute = {"ver"};
  rig.accept();
  for (int i = 0; i < 60 && !rig.connecting(); ++i) rig.run(kSecond);
  REQUIRE(rig.connecting());
  CHECK(rig.link().uri() == "serial:///dev/ttyUSB1?lines=none");
  rig.mute.clear();
  rig.up();
  REQUIRE(rig.phase() == MMX_LINK_UP);
  rig.link().disconnect(MMX_ERROR, "unplugged");
  rig.host.end_turn();
  for (int i = 0; i < 60 && !rig.connecting(); ++i) rig.run(kSecond);
  CHECK(rig.link().uri() == "serial:///dev/ttyUSB1?lines=none");

  Rig said("console-repeater", {{"connect", "serial:///dev/ttyUSB1?baud=9600"}, {"lines", "keep"}});
  CHECK(said.link().uri() == "serial:///dev/ttyUSB1?baud=9600&lines=keep");
  Rig uri("console-repeater", {{"connect", "serial:///dev/ttyUSB1?lines=none"}});
  CHECK(uri.link().uri() == "serial:///dev/ttyUSB1?lines=none");
}

TEST_CASE("A clock that is behind is set from a synchronised host clock") {
  const auto behind = [](Rig &rig, std::int64_t seconds) {
    rig.clock = rig.host.clock().wall_ns() / kSecond - seconds;
  };
  SECTION("behind") {
    Rig rig("console-repeater");
    behind(rig, 600);
    rig.up();
    const std::int64_t now = rig.host.clock().wall_ns() / kSecond;
    CHECK(*rig.clock <= now);
    CHECK(*rig.clock > now - 10);
    CHECK(rig.asked("clock") == 2);
  }
  SECTION("within its minute, or ahead") {
    Rig rig("console-repeater");
    behind(rig, -600);
    rig.up();
    CHECK(rig.phase() == MMX_LINK_UP);
    CHECK(rig.asked("clock") == 1);
  }
  SECTION("the host's clock is not to be trusted") {
    Rig rig("console-repeater");
    rig.host.clock().set_wall_clock(mmx::testing::WallClock::unsynchronised);
    behind(rig, 600);
    rig.up();
    CHECK(rig.asked("clock") == 1);
  }
  SECTION("not wanted") {
    Rig rig("console-repeater", {{"set_clock", "false"}});
    behind(rig, 600);
    rig.up();
    CHECK(rig.asked("clock") == 1);
  }
  SECTION("refused") {
    Rig rig("console-repeater");
    behind(rig, 600);
    rig.special = [](const std::string &line) -> std::optional<std::string> {
      if (!line.starts_with("time ")) return std::nullopt;
      return line + "\r\n  -> (ERR: clock cannot go backwards)\r\n";
    };
    rig.up();
    CHECK(rig.phase() == MMX_LINK_UP);
    CHECK(rig.asked("clock") == 1);
    CHECK(rig.host.logged("could not be set", MMX_LOG_WARN));
  }
}

TEST_CASE("Commands of apps are refused, with an answer") {
  Rig rig("console-room");
  rig.up();
  const std::size_t before = rig.written().size();
  std::uint64_t id = 0;
  rig.runner.deliver(mmx::testing::tx(std::string("\x13reboot"), 1), &id);
  const auto replies = rig.host.bus().take(MMX_KIND_REPLY);
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].cause == id);
  CHECK(replies[0].is_final());
  CHECK(replies[0].payload == std::string("\x01\x01"));
  rig.run(2 * kSecond);
  CHECK(rig.written().size() == before);
}

TEST_CASE("Another device at the same line is another identity") {
  Rig rig("console-repeater");
  rig.up();
  const std::string first = rig.host.bus().identity();
  rig.link().disconnect(MMX_ERROR, "unplugged");
  rig.host.end_turn();
  Rig room("console-room");
  rig.answers = room.answers;
  for (int i = 0; i < 60 && !rig.connecting(); ++i) rig.run(kSecond);
  rig.up();
  CHECK(rig.phase() == MMX_LINK_UP);
  CHECK(rig.host.bus().identity() != first);
  CHECK(text_of(rig.console(kNode), MMX_FIELD_LONG_NAME) == "TestRoom");
  CHECK(rig.console(kNeighbours) == nullptr);
}

TEST_CASE("Only known questions are accepted as commands") {
  mmx::testing::FakeHost host("room");
  mmx::testing::InstanceRunner runner(
      host, &meshcore_console::console_type(),
      {{"connect", "tcp://192.0.2.7:23"}, {"commands", "stats-core, erase"}});
  CHECK(runner.start() == MMX_INVALID);
  CHECK(host.logged("\"erase\"", MMX_LOG_ERROR));
  CHECK(host.net().count() == 0);
}

TEST_CASE("Interval and commands change while it runs") {
  const OptionTexts connect{{"connect", "tcp://192.0.2.7:23"}};
  Rig rig("console-repeater");
  rig.up();
  CHECK(rig.runner.reconfigure(
            {{"connect", "tcp://192.0.2.7:23"}, {"commands", "get radio"}, {"interval", "10s"}}) ==
        MMX_OK);
  rig.run(kSecond);
  CHECK(rig.asked("get radio") == 1);
  rig.run(21 * kSecond);
  CHECK(rig.asked("get radio") == 3);
  CHECK(text_of(rig.console(12)) == "869.6179809,62.5,8,5");
  CHECK(rig.runner.reconfigure({{"connect", "tcp://192.0.2.8:23"}}) == MMX_UNSUPPORTED);
  CHECK(rig.host.control_call("ask").first == MMX_OK);
  rig.run(kSecond);
  CHECK(rig.asked("get radio") == 4);
  CHECK(rig.host.control_status().find("\"node\":\"TestRepeater\"") != std::string::npos);
  CHECK(rig.host.control_call("sing").first == MMX_UNSUPPORTED);
  CHECK(rig.host.control_call("reconnect").first == MMX_OK);
  rig.host.end_turn();
  CHECK(rig.phase() == MMX_LINK_DOWN);
}

TEST_CASE("It stops in every state") {
  SECTION("while it connects") {
    Rig rig("console-room");
    CHECK(rig.runner.stop_and_wait());
  }
  SECTION("while it is away") {
    Rig rig("console-room");
    rig.link().refuse();
    rig.host.end_turn();
    CHECK(rig.runner.stop_and_wait());
  }
  SECTION("in the middle of a question") {
    Rig rig("console-room");
    rig.mute = {"get public.key"};
    rig.accept();
    rig.run(kSecond);
    CHECK(rig.runner.stop_and_wait());
  }
  SECTION("between rounds") {
    Rig rig("console-room");
    rig.up();
    CHECK(rig.runner.stop_and_wait());
  }
}

TEST_CASE("Noise of any kind is survived") {
  Rig rig("console-repeater", {{"interval", "10s"}});
  std::uint32_t seed = 12345;
  const auto random = [&] { return seed = seed * 1664525U + 1013904223U, seed >> 16; };
  rig.special = [&](const std::string &line) -> std::optional<std::string> {
    std::string noise;
    for (std::uint32_t i = random() % 300; i > 0; --i) noise += static_cast<char>(random());
    const auto known = rig.answers.find(line);
    return noise + (known == rig.answers.end() ? "" : "\r\n" + known->second) + noise;
  };
  for (int i = 0; i < 300; ++i) {
    if (rig.connecting()) rig.accept();
    rig.run(kSecond);
  }
  rig.special = nullptr;
  for (int i = 0; i < 120 && rig.phase() != MMX_LINK_UP; ++i) {
    if (rig.connecting()) rig.accept();
    rig.run(kSecond);
  }
  CHECK(rig.phase() == MMX_LINK_UP);
}
