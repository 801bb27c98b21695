// What consoles print, cut into lines and told apart.
#include <catch2/catch.hpp>
#include <set>

#include "plugins/meshcore/console/lines.h"
#include "plugins/meshcore/console/questions.h"
#include "transcript.h"

using namespace meshcore_console;
using meshcore_console_test::transcript;

namespace {

std::vector<std::string> lines_of(std::string_view bytes, std::size_t piece) {
  LineSplitter splitter;
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    splitter.feed(bytes.substr(at, piece));
    while (const auto line = splitter.next()) lines.emplace_back(*line);
  }
  return lines;
}

}  // namespace

TEST_CASE("Every recorded answer comes out as echo and reply, however it is cut") {
  for (const char *name : {"console-room", "console-repeater"}) {
    std::size_t replies = 0;
    for (const auto &each : transcript(name)) {
      CAPTURE(name, each.typed);
      const auto whole = lines_of(each.printed, each.printed.size());
      CHECK(lines_of(each.printed, 1) == whole);
      CHECK(lines_of(each.printed, 7) == whole);
      REQUIRE(whole.size() >= 2);
      CHECK(whole[0] + '\r' == each.typed);
      if (each.typed == "get acl\r") {
        CHECK(whole[1] == "ACL:");
        CHECK(whole.size() == 4);
        continue;
      }
      CHECK(whole.size() == 2);
      CHECK(reply_of(whole[1]));
      ++replies;
    }
    CHECK(replies >= 18);
  }
}

TEST_CASE("The quirks of both consoles are read") {
  for (const char *name : {"console-room-quirks", "console-repeater-quirks"}) {
    std::string all;
    for (const auto &each : transcript(name)) all += each.printed;
    std::size_t versions = 0;
    for (const auto &line : lines_of(all, 3)) {
      const auto reply = reply_of(line);
      versions += reply && reply->starts_with("v1.17.1") ? 1 : 0;
    }
    CAPTURE(name);
    CHECK(versions == 4);
  }
}

TEST_CASE("Replies lose their mark and that of a setting") {
  CHECK(reply_of("  -> v1.17.1 (Build: 14 Aug 2026)") == "v1.17.1 (Build: 14 Aug 2026)");
  CHECK(reply_of("  -> > TestRoom") == "TestRoom");
  CHECK(reply_of("  -> > ") == "");
  CHECK(reply_of("  -> >") == "");
  CHECK(reply_of("  ->    logging on") == "   logging on");
  CHECK(reply_of("  -> q1|> TestRoom") == "q1|> TestRoom");
  CHECK_FALSE(reply_of("ver"));
  CHECK_FALSE(reply_of(" -> one blank"));
  CHECK_FALSE(reply_of("DEBUG:  -> inside"));
  CHECK_FALSE(reply_of("  ->"));
}

TEST_CASE("A line without an end does not grow, and what follows it is read") {
  LineSplitter splitter;
  for (int i = 0; i < 100; ++i) {
    const std::string noise(100, 'x');
    splitter.feed(noise);
    CHECK_FALSE(splitter.next());
  }
  splitter.feed("x\r\n  -> good\r\n");
  CHECK(splitter.next() == "  -> good");
  CHECK(splitter.overlong() == 1);
}

TEST_CASE("A packet log is known by its time") {
  CHECK(is_packet_log("03:24:55 - 21/11/2026 U RAW: 1100AB"));
  CHECK(is_packet_log("[03:24:55] RX, len=40"));
  CHECK_FALSE(is_packet_log("03:24 - 21/11/2026 UTC"));
  CHECK_FALSE(is_packet_log("DEBUG: loop"));
  CHECK_FALSE(is_packet_log(""));
}

TEST_CASE("A refusal is known, also for settings") {
  CHECK(is_refusal("neighbors", "not supported"));
  CHECK(is_refusal("frobnicate", "Unknown command"));
  CHECK(is_refusal("get frobnicate", "??: frobnicate"));
  CHECK_FALSE(is_refusal("get name", "??: what a name"));
  CHECK_FALSE(is_refusal("get name", "Unknown"));
}

TEST_CASE("No question may change anything or tell a secret") {
  CHECK(find_question("stats-core") != nullptr);
  for (const char *text :
       {"", "stats-core ", "erase", "reboot", "get prv.key", "get guest.password", "password x",
        "ver\rerase", "set name x", "clock sync", "log", "advert"}) {
    CAPTURE(text);
    CHECK(find_question(text) == nullptr);
  }
  std::set<int> numbers;
  for (const Question &each : all_questions()) {
    CHECK(numbers.insert(each.number).second);
    const std::string_view text = each.text;
    CHECK((text.starts_with("get ") || text.starts_with("stats-") || text == "ver" ||
           text == "board" || text == "clock" || text == "neighbors"));
  }
  for (const char *text : opening_questions()) CHECK(find_question(text) != nullptr);
}
