// Framing: whole, torn byte by byte, behind noise, too long, empty.
#include <catch2/catch.hpp>

#include "captures.h"
#include "plugins/meshcore/codec/frame.h"

using namespace meshcore;
using namespace std::string_literals;
using captures::frames_of;
using Frames = std::vector<std::string>;

namespace {

std::string framed(std::string_view payload, char mark = to_app_mark) {
  std::string out;
  REQUIRE(append_frame(out, mark, payload));
  return out;
}

}  // namespace

TEST_CASE("every recording parses into frames from end to end, however it is torn") {
  size_t frames = 0;
  for (const std::string ending : {".recv.bin", ".sent.bin"}) {
    const char mark = ending == ".recv.bin" ? to_app_mark : to_device_mark;
    for (const auto &name : captures::names(ending)) {
      if (name.starts_with("framing-") && ending == ".sent.bin") continue;
      INFO(name);
      const std::string stream = captures::load(name);
      FrameParser whole(mark);
      const Frames expected = frames_of(whole, stream);
      CHECK(whole.counters().junk_bytes == 0);
      CHECK(whole.counters().oversize == 0);
      CHECK_FALSE(whole.mid_frame());
      std::string again;
      for (const auto &payload : expected) REQUIRE(append_frame(again, mark, payload));
      CHECK(again == stream);
      FrameParser torn(mark);
      Frames pieces;
      for (const char byte : stream) {
        for (auto &payload : frames_of(torn, {&byte, 1})) pieces.push_back(payload);
      }
      CHECK(pieces == expected);
      frames += expected.size();
    }
  }
  CHECK(frames > 2000);
}

TEST_CASE("noise before a frame is skipped byte by byte") {
  FrameParser parser(to_app_mark);
  CHECK(frames_of(parser, "boot: v1.17 <\r\n" + framed("\x05") + "xyz" + framed("ab")) ==
        Frames{"\x05", "ab"});
  CHECK(parser.counters().junk_bytes == 18);
  CHECK(parser.counters().junk_since_frame == 0);
  CHECK(frames_of(parser, "noise").empty());
  CHECK(parser.counters().junk_since_frame == 5);
  // The other direction's mark is noise as well.
  CHECK(frames_of(parser, framed("ab", to_device_mark)).empty());
}

TEST_CASE("a length of zero is skipped and the next frame is found") {
  FrameParser parser(to_device_mark);
  CHECK(frames_of(parser, "<\0\0"s + framed("\x05", to_device_mark)) == Frames{"\x05"});
  CHECK(parser.counters().frames == 1);
}

TEST_CASE("an oversize frame is swallowed whole, also in pieces") {
  const std::string longest(max_frame, 'a');
  const std::string big = ">\xB1\0"s + std::string(177, '>');
  FrameParser parser(to_app_mark);
  CHECK(frames_of(parser, framed(longest) + big + framed("x")) == Frames{longest, "x"});
  CHECK(parser.counters().oversize == 1);
  CHECK(frames_of(parser, ">\xFF\xFF").empty());
  for (int i = 0; i < 65535; ++i) REQUIRE(frames_of(parser, ">").empty());
  CHECK_FALSE(parser.mid_frame());
  CHECK(frames_of(parser, framed("x")) == Frames{"x"});
  // Firmware before 1.16 had a lower limit.
  FrameParser old(to_app_mark, max_frame_before_1_16);
  CHECK(frames_of(old, framed(longest) + framed("x")) == Frames{"x"});
}

TEST_CASE("a torn frame waits and takes what comes next") {
  FrameParser parser(to_device_mark);
  // The recorded case: 5 bytes announced, 2 sent, then a good frame of 1 byte in 4.
  CHECK(frames_of(parser, "<\5\0\xAB\xAB"s).empty());
  CHECK(parser.mid_frame());
  CHECK(frames_of(parser, framed("\x05", to_device_mark)) == Frames{"\xAB\xAB<\1\0"s});
  CHECK(parser.mid_frame() == false);
  CHECK(frames_of(parser, "\x05<\5\0\xAB"s).empty());
  parser.reset();
  CHECK_FALSE(parser.mid_frame());
  CHECK(frames_of(parser, framed("\x05", to_device_mark)) == Frames{"\x05"});
}

TEST_CASE("a whole frame is handed out without a copy") {
  const std::string stream = framed("payload");
  FrameParser parser(to_app_mark);
  parser.feed(stream);
  const auto payload = parser.next();
  REQUIRE(payload);
  CHECK(payload->data() == stream.data() + frame_header_size);
}

TEST_CASE("frames that cannot be are not built") {
  std::string out = "old";
  CHECK_FALSE(append_frame(out, to_app_mark, ""));
  CHECK_FALSE(append_frame(out, to_app_mark, std::string(max_frame + 1, 'x')));
  CHECK(out == "old");
  CHECK(frame_header('<', 0x1234) == std::array<char, 3>{'<', 0x34, 0x12});
}
