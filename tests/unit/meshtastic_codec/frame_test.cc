// Framing: whole streams, torn streams, junk of every kind around frames, and what is refused.
#include <catch2/catch.hpp>

#include "captures.h"
#include "plugins/meshtastic/codec/frame.h"

using namespace meshtastic;
using namespace std::string_literals;

namespace {

std::string frame(std::string_view payload) {
  std::string out;
  REQUIRE(append_frame(out, payload));
  return out;
}

struct Seen {
  std::vector<std::string> frames;
  std::vector<std::string> texts;
};

void take(FrameParser &parser, Seen &seen) {
  while (const auto event = parser.next()) {
    (event->kind == FrameEventKind::frame ? seen.frames : seen.texts).emplace_back(event->bytes);
  }
}

// The same bytes at once, byte by byte and in threes must give the same.
Seen parse(const std::string &bytes) {
  Seen whole;
  FrameParser parser;
  parser.feed(bytes);
  take(parser, whole);
  for (const size_t step : {1u, 3u}) {
    Seen torn;
    FrameParser again;
    for (size_t at = 0; at < bytes.size(); at += step) {
      const std::string piece = bytes.substr(at, step);
      again.feed(piece);
      take(again, torn);
    }
    CHECK(torn.frames == whole.frames);
    CHECK(torn.texts == whole.texts);
  }
  return whole;
}

const std::string junk_c3(32, '\xC3');

}  // namespace

TEST_CASE("every recording consists of frames and survives a round trip") {
  for (const char *ending : {".recv.bin", ".sent.bin"}) {
    for (const auto &name : captures::names(ending)) {
      INFO(name);
      const std::string bytes = captures::load(name);
      FrameParser parser;
      const auto frames = captures::frames_of(parser, bytes);
      CHECK(parser.counters().junk_bytes == 0);
      CHECK_FALSE(parser.mid_frame());
      std::string again;
      for (const auto &payload : frames) REQUIRE(append_frame(again, payload));
      CHECK(again == bytes);
    }
  }
}

TEST_CASE("the full dump has the frames the firmware sends") {
  CHECK(captures::frames("n1_full.recv.bin").size() == 244);
}

TEST_CASE("a stream torn at every byte gives the same frames") {
  const std::string bytes = captures::load("us_f_admin_self.recv.bin");
  const auto whole = captures::frames("us_f_admin_self.recv.bin");
  FrameParser parser;
  std::vector<std::string> frames;
  for (const char byte : bytes) {
    for (auto &payload : captures::frames_of(parser, {&byte, 1})) frames.push_back(payload);
  }
  CHECK(frames == whole);
}

TEST_CASE("a stream cut at any byte gives a prefix of its frames and says it is mid frame") {
  const std::string bytes = captures::load("unset_c_want_69421.recv.bin");
  const auto whole = captures::frames("unset_c_want_69421.recv.bin");
  size_t done = 0;
  size_t end_of_next = frame_header_size + whole[0].size();
  for (size_t cut = 1; cut < bytes.size(); ++cut) {
    FrameParser parser;
    const auto frames = captures::frames_of(parser, std::string_view(bytes).substr(0, cut));
    const bool at_end = cut == end_of_next;
    if (at_end) end_of_next += frame_header_size + whole[++done].size();
    CHECK(frames.size() == done);
    CHECK(parser.mid_frame() == !at_end);
  }
}

TEST_CASE("the rest of a torn frame may come with much behind it") {
  const std::string bytes = frame("hello") + frame(std::string(100, 'y'));
  for (size_t cut = 1; cut < bytes.size(); ++cut) {
    FrameParser parser;
    auto frames = captures::frames_of(parser, std::string_view(bytes).substr(0, cut));
    for (auto &payload : captures::frames_of(parser, std::string_view(bytes).substr(cut))) {
      frames.push_back(payload);
    }
    CHECK(frames == std::vector<std::string>{"hello", std::string(100, 'y')});
  }
}

TEST_CASE("payload sizes from 0 to 512 pass, 513 and more do not") {
  for (const size_t size : {0u, 1u, 510u, 512u}) {
    const std::string payload(size, 'x');
    const Seen seen = parse(frame(payload));
    REQUIRE(seen.frames.size() == 1);
    CHECK(seen.frames[0] == payload);
  }
  std::string out = "kept";
  CHECK_FALSE(append_frame(out, std::string(513, 'x')));
  CHECK(out == "kept");
}

TEST_CASE("an announced length above 512 is no frame, and the next frame is found") {
  for (const std::string &header : {"\x94\xC3\x02\x01"s, "\x94\xC3\xFF\xFF"s}) {
    const Seen seen = parse(header + frame("hello"));
    CHECK(seen.frames == std::vector<std::string>{"hello"});
    FrameParser parser;
    captures::frames_of(parser, header);
    CHECK(parser.counters().oversize == 1);
  }
}

TEST_CASE("a senseless length that begins a header is examined again") {
  CHECK(parse("\x94\xC3"s + frame("a")).frames == std::vector<std::string>{"a"});
  // 94 C3 FF 94 | C3 ...: the second length byte is the first of a header.
  CHECK(parse("\x94\xC3\xFF"s + frame("b")).frames == std::vector<std::string>{"b"});
}

TEST_CASE("frames behind start bytes, wake-up bytes and both are found") {
  for (int count = 1; count <= 5; ++count) {
    CHECK(parse(std::string(count, '\x94') + frame("x")).frames.size() == 1);
  }
  CHECK(parse(junk_c3 + frame("x")).frames.size() == 1);
  CHECK(parse("\x94"
              "a\x94"s +
              frame("x"))
            .frames.size() == 1);
  CHECK(parse(junk_c3 + frame("x")).texts.empty());
}

TEST_CASE("the magic may stand inside a payload") {
  const std::string payload = "a\x94\xC3\x00\x01z\x94"s;
  CHECK(parse(frame(payload) + frame("b")).frames == std::vector<std::string>{payload, "b"});
}

TEST_CASE("text between frames comes as lines, never longer than the bound") {
  Seen seen = parse("boot: ok\r\nnext" + frame("x") + "\n\n" + frame("y"));
  CHECK(seen.frames == std::vector<std::string>{"x", "y"});
  CHECK(seen.texts == std::vector<std::string>{"boot: ok", "next"});

  seen = parse(std::string(FrameParser::max_text_size * 2 + 1, 't'));
  REQUIRE(seen.texts.size() == 2);
  CHECK(seen.texts[0].size() == FrameParser::max_text_size);

  // A false header at the very end of a full line must not stretch it.
  seen = parse(std::string(FrameParser::max_text_size - 1, 't') +
               "\x94\xC3"
               "zz" +
               frame("x"));
  for (const auto &text : seen.texts) CHECK(text.size() <= FrameParser::max_text_size);
  CHECK(seen.frames.size() == 1);

  FrameParser parser;
  parser.feed("no end");
  CHECK_FALSE(parser.next());
  const auto rest = parser.take_text();
  REQUIRE(rest);
  CHECK(rest->bytes == "no end");
  CHECK_FALSE(parser.take_text());
}

TEST_CASE("a connection that sends no frame shows it") {
  FrameParser parser;
  captures::frames_of(parser, std::string(1000, 'n'));
  CHECK(parser.counters().junk_since_frame == 1000);
  captures::frames_of(parser, frame("x"));
  CHECK(parser.counters().junk_since_frame == 0);
  CHECK(parser.counters().junk_bytes == 1000);
}

TEST_CASE("reset forgets half a frame") {
  FrameParser parser;
  const std::string bytes = frame("hello");
  captures::frames_of(parser, std::string_view(bytes).substr(0, 6));
  CHECK(parser.mid_frame());
  parser.reset();
  CHECK_FALSE(parser.mid_frame());
  CHECK(captures::frames_of(parser, bytes) == std::vector<std::string>{"hello"});
}

TEST_CASE("the opening of a serial port outlasts the longest half frame") {
  std::string opening = frame(std::string(512, 'x')).substr(0, frame_header_size);
  append_wakeup(opening, serial_opening_size);
  FrameParser parser;
  captures::frames_of(parser, opening);
  CHECK_FALSE(parser.mid_frame());
}
