// The logger: formats, levels, and lines nobody can forge.
#include "core/base/log.h"

#include <catch2/catch.hpp>
#include <thread>

#include "core/base/json.h"

namespace meshmux {
namespace {

log::Record sample() {
  return {log::Level::warn, INT64_C(1700000000123456789), "phones", 7, "192.168.1.9", "hello"};
}

TEST_CASE("a line in its three formats") {
  CHECK(log::render(sample(), log::Format::journald, false) == "<4>phones #7 192.168.1.9: hello");
  const std::string human = log::render(sample(), log::Format::human, false);
  CHECK_THAT(human, Catch::EndsWith(".123 warn  phones #7 192.168.1.9: hello"));
  CHECK(log::render(sample(), log::Format::human, true).find("\x1b[33m") != std::string::npos);
  const Json json = Json::parse(log::render(sample(), log::Format::json, false));
  CHECK(json == Json{{"time", "2023-11-14T22:13:20.123456Z"},
                     {"level", "warn"},
                     {"instance", "phones"},
                     {"session", 7},
                     {"address", "192.168.1.9"},
                     {"text", "hello"}});
  log::Record bare = sample();
  bare.instance.clear();
  bare.address.clear();
  bare.session = 0;
  CHECK(log::render(bare, log::Format::journald, false) == "<4>hello");
  CHECK(Json::parse(log::render(bare, log::Format::json, false)).size() == 3);
}

TEST_CASE("the level can change while running") {
  const log::Capture capture;
  log::set_level(log::Level::warn);
  log::info("a", "quiet");
  log::warn("a", "loud {}", 1);
  log::set_level(log::Level::info);
  log::info("a", "now heard");
  CHECK_FALSE(capture.contains("quiet"));
  CHECK(capture.contains("loud 1"));
  CHECK(capture.contains("now heard"));
  CHECK(log::parse_level("debug") == log::Level::debug);
  CHECK_FALSE(log::parse_level("loud"));
  CHECK(log::parse_format("auto") == log::Format::automatic);
  CHECK_FALSE(log::parse_format("xml"));
}

TEST_CASE("a capture puts back what it replaced") {
  const log::Level before = log::level();
  log::Capture outer;
  {
    const log::Capture inner;
    log::info({}, "inside");
  }
  log::info({}, "outside");
  CHECK(outer.records().size() == 1);
  CHECK(outer.contains("outside"));
  log::set_level(before);
}

TEST_CASE("nobody can forge a log line") {
  log::Capture capture;
  log::info({"pho\nnes", 3, "1.2.3.4\r"}, "name is {}", "x\n<2>phones: all is lost \x1b[2J\xFF");
  const std::vector<log::Record> records = capture.records();
  REQUIRE(records.size() == 1);
  for (const log::Format format : {log::Format::human, log::Format::journald, log::Format::json}) {
    const std::string line = log::render(records[0], format, false);
    INFO(line);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find('\r') == std::string::npos);
    CHECK(line.find('\x1b') == std::string::npos);
  }
  CHECK(records[0].instance == "pho\\nnes");
}

TEST_CASE("threads log one line at a time") {
  log::Capture capture;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int line = 0; line < 100; ++line) log::info("t", "thread {} line {}", i, line);
    });
  }
  for (std::thread &thread : threads) thread.join();
  CHECK(capture.records().size() == 400);
}

}  // namespace
}  // namespace meshmux
