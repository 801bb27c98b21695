// Text helpers, durations, sizes and results.
#include "core/base/text.h"

#include <array>
#include <catch2/catch.hpp>

namespace meshmux {
namespace {

Result<int64_t> twice(std::string_view text) {
  MMX_TRY(const int64_t value, parse_int(text));
  return value * 2;
}

Result<void> must_be_number(std::string_view text) {
  MMX_CHECK(parse_int(text));
  return {};
}

TEST_CASE("a result carries a value or an error") {
  CHECK(*twice("21") == 42);
  CHECK(twice("x").code() == MMX_INVALID);
  CHECK(twice("x").error().message == "\"x\" is no whole number");
  CHECK(must_be_number("1").ok());
  CHECK_FALSE(must_be_number("").ok());
  CHECK(twice("x").value_or(7) == 7);
}

TEST_CASE("split keeps empty parts") {
  CHECK(split("", ',').size() == 1);
  CHECK(split("a,,b,", ',') == std::vector<std::string_view>{"a", "", "b", ""});
  CHECK(trim(" \ta b\r\n") == "a b");
  CHECK(join(std::vector<std::string>{"a", "b"}, ", ") == "a, b");
}

TEST_CASE("suggestions name near words only") {
  const std::vector<std::string> words{"listen", "policy", "source", "max_sessions"};
  CHECK(suggestion("lisen", words) == "listen");
  CHECK(suggestion("Polcy", words) == "policy");
  CHECK(suggestion("soruce", words) == "source");
  CHECK(suggestion("max-session", words) == "max_sessions");
  CHECK(suggestion("colour", words).empty());
  CHECK(did_you_mean("polixy", words) == " (did you mean \"policy\"?)");
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("ab", "ba") == 1);
}

TEST_CASE("broken UTF-8 and control characters are made harmless") {
  CHECK(scrub_utf8("gr\xC3\xBC\xC3\x9F"
                   "e \xF0\x9F\x93\xA1") ==
        "gr\xC3\xBC\xC3\x9F"
        "e \xF0\x9F\x93\xA1");
  CHECK(scrub_utf8("a\xFF"
                   "b") ==
        "a\xEF\xBF\xBD"
        "b");
  CHECK(scrub_utf8("\xC0\xAF") == "\xEF\xBF\xBD\xEF\xBF\xBD");          // overlong
  CHECK(scrub_utf8("\xED\xA0\x80").find("\xED") == std::string::npos);  // surrogate
  CHECK(scrub_utf8("\xE2\x82") == "\xEF\xBF\xBD\xEF\xBF\xBD");          // cut off
  CHECK(escape_control("a\nb\r\t\x1b[31m\x7f") == "a\\nb\\r\\t\\x1b[31m\\x7f");
  CHECK(escape_control("\xE2\x80\xAE"
                       "x") == "\\u202ex");  // right-to-left override
  CHECK(escape_control(std::string_view("\0", 1)) == "\\x00");
}

TEST_CASE("durations are read and written as people do") {
  CHECK(*parse_duration("250ms") == 250000000);
  CHECK(*parse_duration("1.5s") == 1500000000);
  CHECK(*parse_duration("5m") == 300000000000);
  CHECK(*parse_duration("2h") == 7200000000000);
  CHECK(*parse_duration("7d") == 604800000000000);
  CHECK(*parse_duration("0") == 0);
  for (const char *const wrong :
       {"", "s", "-1s", "30", "5 m", "1x", "999999999d", "1..5s", "1m30s"}) {
    INFO(wrong);
    CHECK(parse_duration(wrong).code() == MMX_INVALID);
  }
  CHECK(parse_duration("30").error().message.find("30s") != std::string::npos);
  for (const int64_t ns : {int64_t{0}, int64_t{1}, int64_t{1500000}, int64_t{90000000000},
                           int64_t{86400000000000}, INT64_MAX}) {
    CHECK(*parse_duration(format_duration(ns)) == ns);
  }
  CHECK(format_duration(90000000000) == "90s");
  CHECK(format_duration(-1000000) == "-1ms");
}

TEST_CASE("sizes are powers of 1024") {
  CHECK(*parse_size("512") == 512);
  CHECK(*parse_size("64k") == 65536);
  CHECK(*parse_size("8M") == 8388608);
  CHECK(*parse_size("8MiB") == 8388608);
  CHECK(*parse_size("1GB") == 1073741824);
  for (const char *const wrong : {"", "k", "-1", "8X", "9999999999T", "8 M", "iB"}) {
    INFO(wrong);
    CHECK(parse_size(wrong).code() == MMX_INVALID);
  }
  CHECK(format_size(8388608) == "8M");
  CHECK(format_size(1000) == "1000");
  CHECK(format_size(0) == "0");
}

}  // namespace
}  // namespace meshmux
