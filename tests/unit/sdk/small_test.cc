// The small header-only helpers of the glue: waiting times and JSON.
#include <catch2/catch.hpp>

#include "meshmux/backoff.hpp"
#include "meshmux/json.hpp"
#include "meshmux/units.hpp"

TEST_CASE("backoff: under a second first, never above 30 s, spread out") {
  for (const std::uint64_t random : {0ULL, 1ULL << 40, ~0ULL}) {
    mmx::Backoff backoff;
    REQUIRE(backoff.after_loss(random) <= mmx::kSecondNs);
    std::int64_t last = 0;
    for (int i = 0; i < 20; ++i) {
      last = backoff.after_loss(random);
      REQUIRE(last <= 30 * mmx::kSecondNs);
      REQUIRE(last >= mmx::kSecondNs);
    }
    REQUIRE(last >= 15 * mmx::kSecondNs);
    backoff.reached();
    REQUIRE(backoff.after_loss(random) <= mmx::kSecondNs);
    REQUIRE(backoff.after_displacement(random) >= 30 * mmx::kSecondNs);
    for (int i = 0; i < 9; ++i) REQUIRE(backoff.after_displacement(random) <= 5 * mmx::kMinuteNs);
  }
}

TEST_CASE("status is JSON whatever a radio calls itself") {
  mmx::Json json;
  json.open().string("name", "a\"b\\c\n").flag("yes", true).open("in").number("n", 3).close();
  json.integer("below", -4);
  REQUIRE(json.close().take() == R"({"name":"a\"b\\c\u000a","yes":true,"in":{"n":3},"below":-4})");
}

TEST_CASE("JSON passes UTF-8 and shows everything else as question marks") {
  const auto quoted = [](std::string_view value) {
    mmx::Json json;
    return json.open().string("k", value).close().take();
  };
  REQUIRE(quoted("J\u00fcrgen \u20ac \U0001F4E1") == "{\"k\":\"J\u00fcrgen \u20ac \U0001F4E1\"}");
  for (const std::string_view bad : {"\xff", "\xc3", "\xc0\x80", "\xe2\x82", "\xed\xa0\x80",
                                     "\xf4\x90\x80\x80", "\xf0\x80\x80\x80"}) {
    REQUIRE(quoted(bad) == "{\"k\":\"" + std::string(bad.size(), '?') + "\"}");
  }
}
