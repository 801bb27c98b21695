// Canonical commands: what the firmware would read and nothing more, judged as it goes on.
#include <catch2/catch.hpp>
#include <set>

#include "captures.h"
#include "plugins/meshcore/codec/classify.h"
#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/model.h"
#include "samples.h"

using namespace meshcore;
using namespace std::string_literals;

namespace {

std::string canonical(const std::string &payload) {
  const ClassifiedCommand result = classify_command(payload);
  REQUIRE(result.ok);
  const ClassifiedCommand again = classify_command(result.canonical);
  REQUIRE(again.ok);
  CHECK(again.canonical == result.canonical);
  CHECK(again.labels == result.labels);
  return result.canonical;
}

bool refused(const std::string &payload) { return !classify_command(payload).ok; }

std::string sample(uint8_t code) {
  for (const auto &command : samples::commands()) {
    if (command.code == code) return command.payload;
  }
  FAIL("no sample");
  return {};
}

const std::string key(32, 'k');

}  // namespace

TEST_CASE("recorded commands pass as they are, or lose what the firmware does not read") {
  unsigned same = 0, shorter = 0, longer = 0, bad = 0;
  for (const auto &name : captures::names(".sent.bin")) {
    if (name.starts_with("framing-")) continue;
    for (const auto &payload : captures::frames(name)) {
      const ClassifiedCommand result = classify_command(payload);
      if (!result.ok) {
        ++bad;
        continue;
      }
      if (result.canonical == payload) {
        ++same;
      } else {
        ++(result.canonical.size() < payload.size() ? shorter : longer);
      }
      CHECK(canonical(payload) == result.canonical);
    }
  }
  CHECK(same > 500);
  CHECK(bad < 100);
  CHECK(longer == 0);
  CHECK(shorter < 10);
}

TEST_CASE("what the firmware refused as unsupported is refused, what it took is taken") {
  unsigned no = 0, yes = 0;
  for (const char *name :
       {"dm-v3-A.txt", "dm-v3-B.txt", "settings.txt", "errors.txt", "requests.txt"}) {
    std::string asked;
    for (const auto &line : captures::transcript(name)) {
      if (line.to_device) {
        asked = line.payload;
        continue;
      }
      if (asked.empty() || static_cast<uint8_t>(line.payload[0]) >= push::first) continue;
      INFO(name << " " << hex(asked));
      const auto error = parse_error(line.payload);
      if (error == error::unsupported) {
        CHECK(refused(asked));
        ++no;
      } else if (asked != captures::from_hex("3e00ff")) {
        // That one is too short as well, but got another error.
        CHECK_FALSE(refused(asked));
        ++yes;
      }
      asked.clear();
    }
  }
  CHECK(no > 60);
  CHECK(yes > 100);
}

TEST_CASE("a short channel text, which crashes radios, never passes") {
  for (size_t size = 0; size < 7; ++size) CHECK(refused("\3" + std::string(size, '\0')));
  CHECK(refused("\3\0\0"s + "1234"));
  CHECK(refused("\3\0\0"s + "1234" + "\0text"s));
  CHECK(canonical("\3\0\0"s + "1234x") == "\3\0\0"s + "1234x");
}

TEST_CASE("texts end at their NUL") {
  const std::string head = "\2\0\0"s + "1234prefix";
  CHECK(canonical(head + "hi\0hidden"s) == head + "hi");
  CHECK(refused(head + "\0hidden"s));
  CHECK(refused(head));
  CHECK(canonical("\3\0\1"s + "1234" + "hi\0x"s) == "\3\0\1"s + "1234hi");
  CHECK(canonical("\x08name\0x"s) == "\x08name");
  CHECK(refused("\x08\0x"s));
  CHECK(canonical("\x08" + std::string(40, 'n')).size() == 32);
  CHECK(canonical("\x08" + std::string(30, 'n') + "ä") == "\x08" + std::string(30, 'n'));
  CHECK(canonical("\x29gps:1\0,x"s) == "\x29gps:1");
  CHECK(canonical("\x01\3      app\0x"s) == "\x01\3      app");
  CHECK(canonical("\x1A" + key + "hello\0x"s) == "\x1A" + key + "hello");
  CHECK(canonical("\x1A" + key + std::string(20, 'p')) == "\x1A" + key + std::string(15, 'p'));
}

TEST_CASE("text types the firmware does not take are refused") {
  for (unsigned type = 0; type < 256; ++type) {
    const std::string tail = static_cast<char>(type) + "\0"s + "1234prefix" + "x";
    CHECK(refused("\2" + tail) == (type > 1));
    CHECK(refused("\3" + tail) == (type != 0));
  }
  const auto cli = classify_command("\2\1\0"s + "1234prefix" + "ver");
  CHECK(cli.labels == (label::remote_exec | label::admin_remote));
  CHECK(classify_sent(cli.canonical) == cli.labels);
  CHECK(classify_sent(sample(2)) == label::text);
  CHECK(classify_sent("\2\2\0"s + "1234prefix" + "x") == label::unknown);
  CHECK(classify_sent("\2"s + "1234") == label::control);  // CONTACTS_START
  CHECK(classify_sent("\x11" + std::string(20, 'x')) == label::text);
}

TEST_CASE("contacts are brought to a full layout") {
  const std::string head = "\x09" + key + "\1\0\xFF"s;
  const std::string least = canonical(head);
  CHECK(least == head + std::string(100, '\0'));
  CHECK(canonical(head + std::string(100, 'x')).size() == 136);
  CHECK(canonical(head + std::string(107, 'x')).size() == 136);
  CHECK(canonical(head + std::string(108, 'x')).size() == 144);
  CHECK(canonical(head + std::string(111, 'x')).size() == 144);
  CHECK(canonical(head + std::string(112, 'x')).size() == 148);
  CHECK(canonical(head + std::string(140, 'x')).size() == 148);
  // Behind the NUL of the name, and in its last byte, nothing stays.
  std::string named = head + std::string(64, '\0') + "name\0secret"s;
  CHECK(canonical(named).find("secret") == std::string::npos);
  named = head + std::string(64, '\0') + std::string(32, 'n') + "1234";
  const auto contact = parse_set_contact(canonical(named));
  REQUIRE(contact);
  CHECK(contact->name == std::string(31, 'n'));
  CHECK(refused("\x09" + key + "\1\0"s));
}

TEST_CASE("fixed commands lose trailing bytes") {
  for (const uint8_t code : {5, 10, 20, 23, 33, 35, 40, 43, 59, 60, 64}) {
    const std::string bare(1, static_cast<char>(code));
    CHECK(canonical(bare + "trailing") == bare);
  }
  for (const uint8_t code :
       {6, 12, 13, 14, 15, 16, 21, 22, 24, 27, 28, 29, 30, 31, 37, 42, 52, 56, 61}) {
    INFO(unsigned{code});
    CHECK(canonical(sample(code) + "trailing") == sample(code));
  }
  CHECK(canonical("\x04"
                  "123") == "\x04");
  CHECK(canonical("\x04"
                  "12345") ==
        "\x04"
        "1234");
  CHECK(canonical("\x07\x02") == "\x07");
  CHECK(canonical("\x07\x01x") == "\x07\x01");
  CHECK(canonical(sample(11) + "\1xyz").size() == 12);
  CHECK(canonical("\x26\1\2\3\4\5\6").size() == 5);
  CHECK(canonical("\x3A\1\2\3").size() == 3);
  CHECK(canonical("\x11" + std::string(31, 'k')) == "\x11");
  CHECK(canonical("\x11" + key + "x") == "\x11" + key);
}

TEST_CASE("the words of the fatal commands are checked") {
  CHECK(refused("\x13rebo0t"));
  CHECK(canonical("\x13rebootx") == "\x13reboot");
  CHECK(refused("\x33RESET"));
  CHECK(canonical("\x33reset!") == "\x33reset");
}

TEST_CASE("reserved bytes") {
  CHECK(canonical("\x27xyz") == "\x27\0\0\0"s);
  CHECK(canonical("\x27xyz" + key + "x") == "\x27\0\0\0"s + key);
  CHECK(refused("\x27xyz" + std::string(31, 'k')));
  CHECK(refused("\x27xyz1"));
  CHECK(canonical("\x2A\7" + key) == "\x2A\0"s + key);
  CHECK(refused("\x34\1" + key));
  CHECK(refused("\x3D\1\1"));
  CHECK(
      refused("\x37\x7F"
              "data"));
}

TEST_CASE("channels have exactly one form") {
  CHECK(refused(sample(32) + "x"));
  CHECK(refused("\x20\1" + std::string(32, 'n') + std::string(32, 's')));
  const std::string dirty = "\x20\1" + "name\0leftover"s + std::string(19, 'x') + key.substr(16);
  CHECK(canonical(dirty) == "\x20\1" + "name"s + std::string(28, '\0') + key.substr(16));
  // Clearing a slot holds no secret.
  CHECK(classify_command("\x20\1" + std::string(48, '\0')).labels ==
        (label::admin_write | label::config));
}

TEST_CASE("scopes") {
  CHECK(canonical("\x36\0"s + "short") == "\x36\0"s);
  CHECK(canonical("\x36\0"s + key) == "\x36\0"s + key.substr(16));
  CHECK(canonical("\x36\1" + key) == "\x36\1");
  CHECK(refused("\x36\2"));
  CHECK(classify_command("\x36\0"s).labels == label::app_data);
  CHECK(canonical("\x3Fshort") == "\x3F");
  CHECK(canonical(sample(63) + "x") == sample(63));
  CHECK(classify_command("\x3F").labels == label::admin_write);
}

TEST_CASE("channel data is checked field by field") {
  const auto data = [](const std::string &path, const std::string &rest) {
    return "\x3E\1" + path + rest;
  };
  CHECK_FALSE(refused(data("\xFF", "\1\xFF")));
  CHECK(refused(data("\xFF", "\1")));
  CHECK(refused(data("\xFF", "\0\0data"s)));
  CHECK_FALSE(refused(data("\xFF", "\1\xFF" + std::string(167, 'd'))));
  CHECK(refused(data("\xFF", "\1\xFF" + std::string(168, 'd'))));
  CHECK_FALSE(refused(data("\2hh", "\1\0d"s)));
  CHECK(refused(data("\2h", "\1\0"s)));
  CHECK_FALSE(refused(data("\x41hh", "\1\0d"s)));
  CHECK(refused(data("\xC1hhhh", "\1\0d"s)));  // reserved size of a hop
  CHECK(refused(data("\x7F" + std::string(126, 'h'), "\1\0d"s)));
}

TEST_CASE("raw data needs its path and four bytes") {
  CHECK(
      refused("\x19\x80"
              "data"));
  CHECK(refused("\x19\2hdat"));
  CHECK(refused("\x19\1hdat"));
  CHECK_FALSE(refused("\x19\1hdata"));
  CHECK(
      refused("\x19\x7F"
              "datadata"));
}
