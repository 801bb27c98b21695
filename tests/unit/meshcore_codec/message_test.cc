// Received messages in the old and the new form, and the commands that send texts.
#include <catch2/catch.hpp>
#include <map>

#include "captures.h"
#include "plugins/meshcore/codec/model.h"

using namespace meshcore;
using namespace std::string_literals;
using Kind = ReceivedMessage::Kind;

TEST_CASE("recorded messages go there and back in their own version") {
  std::map<uint8_t, unsigned> seen;
  for (const uint8_t code :
       {response::contact_message, response::channel_message, response::contact_message_v3,
        response::channel_message_v3, response::channel_data}) {
    for (const auto &frame : captures::all_frames_of_code(code)) {
      const auto message = parse_message(frame);
      REQUIRE(message);
      const bool legacy = code == response::contact_message || code == response::channel_message;
      CHECK(render_message(*message, legacy ? 0 : 3) == frame);
      // The other version loses the signal value at most.
      auto other = parse_message(render_message(*message, legacy ? 3 : 2));
      REQUIRE(other);
      CHECK(other->text == message->text);
      CHECK(other->timestamp == message->timestamp);
      CHECK(other->author == message->author);
      CHECK(other->kind == message->kind);
      if (legacy) CHECK(static_cast<uint8_t>(build_message(*message)[0]) == code + 9);
      ++seen[code];
    }
  }
  CHECK(seen[response::contact_message_v3] > 5);
  CHECK(seen[response::channel_message_v3] > 5);
  CHECK(seen[response::channel_data] > 0);
}

TEST_CASE("one message for apps of every version") {
  ReceivedMessage message;
  message.kind = Kind::direct;
  message.snr_x4 = -38;
  message.key_prefix = "prefix";
  message.path_len = path_unknown;
  message.timestamp = 0x01020304;
  message.text = "hi";
  const std::string tail = "prefix\xFF\0\4\3\2\1hi"s;
  for (const unsigned version : {0U, 1U, 2U}) {
    CHECK(render_message(message, static_cast<uint8_t>(version)) == "\x07" + tail);
  }
  for (const unsigned version : {3U, 13U, 255U}) {
    CHECK(render_message(message, static_cast<uint8_t>(version)) == "\x10\xDA\0\0"s + tail);
  }
  message.text_type = text_type::signed_plain;
  message.author = "abcd";
  CHECK(render_message(message, 1) == "\x07prefix\xFF\2\4\3\2\1abcdhi");
  message.kind = Kind::channel;
  message.channel = 2;
  message.text_type = 0;
  CHECK(render_message(message, 1) == "\x08\2\xFF\0\4\3\2\1hi"s);
  CHECK(render_message(message, 3) == "\x11\xDA\0\0\2\xFF\0\4\3\2\1hi"s);
  message.kind = Kind::data;
  message.data_type = 0xFF01;
  CHECK(render_message(message, 1) == "\x1B\xDA\0\0\2\xFF\1\xFF\2hi"s);
  CHECK(render_message(message, 1) == render_message(message, 3));
  message.kind = Kind::invalid;
  CHECK(render_message(message, 3).empty());
}

TEST_CASE("texts are cut at the limit of a frame, between characters") {
  ReceivedMessage message;
  message.kind = Kind::direct;
  message.key_prefix = "prefix";
  message.text = std::string(160, 'x');
  CHECK(build_message(message).size() == max_frame);
  message.text += "y";
  CHECK(parse_message(build_message(message))->text == std::string(160, 'x'));
  message.text = std::string(159, 'x') + "ä";
  CHECK(parse_message(build_message(message))->text == std::string(159, 'x'));
  message.kind = Kind::channel;
  message.text = std::string(200, 'x');
  CHECK(parse_message(build_message(message))->text.size() == 165);
  message.kind = Kind::data;
  CHECK(parse_message(build_message(message))->text.size() == 167);
}

TEST_CASE("messages keep hostile bytes, and short ones are none") {
  const std::string hostile = "a\0b\xF0\x9F"s;
  const auto message = parse_message("\x07prefix\0\0time"s + hostile);
  REQUIRE(message);
  CHECK(message->text == hostile);
  CHECK(parse_message("\x07prefix\0\0time"s)->text.empty());
  CHECK_FALSE(parse_message("\x07prefix\0\0tim"s));
  CHECK_FALSE(parse_message("\x07prefix\0\2timeabc"s));
  CHECK_FALSE(parse_message("\x08\0\0\0tim"s));
  CHECK_FALSE(parse_message("\x10\0\0\0prefix\0\0tim"s));
  CHECK_FALSE(parse_message("\x11"));
  CHECK_FALSE(parse_message("\x1B\0\0\0\0\0\1\0\5data"s));
  CHECK_FALSE(parse_message(""));
  CHECK_FALSE(parse_message("\x05"));
}

TEST_CASE("recorded text commands go there and back") {
  unsigned direct = 0, channel = 0, data = 0;
  for (const auto &command : captures::all_commands_of_code(command::send_text)) {
    const auto text = parse_text_command(command);
    REQUIRE(text.has_value() == (command.size() >= 14));
    if (!text) continue;
    CHECK(build_text_command(*text) == command);
    ++direct;
  }
  for (const auto &command : captures::all_commands_of_code(command::send_channel_text)) {
    const auto text = parse_channel_text_command(command);
    REQUIRE(text);
    CHECK(build_channel_text_command(*text) == command);
    ++channel;
  }
  for (const auto &command : captures::all_commands_of_code(command::send_channel_data)) {
    const auto sent = parse_channel_data_command(command);
    if (!sent) continue;
    CHECK(build_channel_data_command(*sent) == command);
    ++data;
  }
  CHECK(direct > 15);
  CHECK(channel > 10);
  CHECK(data >= 2);
  ChannelDataCommand routed;
  routed.path_len = 0x42;
  routed.path = "abcd";
  routed.data_type = 1;
  routed.data = "x";
  CHECK(parse_channel_data_command(build_channel_data_command(routed))->path == "abcd");
}
