// Keys and order of retained records, and what is printed about payloads.
#include <catch2/catch.hpp>
#include <set>

#include "captures.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/state.h"
#include "samples.h"

using namespace meshcore;
using namespace std::string_literals;

TEST_CASE("keys go there and back") {
  std::set<std::string> keys;
  for (unsigned section = 1; section <= static_cast<unsigned>(Section::console); ++section) {
    for (const unsigned sub : {0U, 1U, 255U}) {
      StateKey key;
      key.section = static_cast<Section>(section);
      if (key.section == Section::contact) {
        key.public_key = std::string(32, static_cast<char>(sub));
      } else {
        key.sub = static_cast<uint8_t>(sub);
      }
      const std::string bytes = encode_key(key);
      CHECK(decode_key(bytes) == key);
      CHECK(keys.insert(bytes).second);
      CHECK_FALSE(decode_key(bytes + "x"));
      CHECK_FALSE(decode_key(std::string_view(bytes).substr(0, bytes.size() - 1)));
    }
  }
  CHECK_FALSE(decode_key(""));
  CHECK_FALSE(decode_key("\0\0"s));
  CHECK_FALSE(decode_key("\xFF\0"s));
  CHECK_FALSE(decode_key("\4" + std::string(31, 'k')));
}

TEST_CASE("records come in the order of their sections") {
  CHECK(state_order(Section::self_info, 0xFFFFFFFF) < state_order(Section::device_info, 0));
  CHECK(state_order(Section::contact, 1) < state_order(Section::contact, 2));
  CHECK(order_section(state_order(Section::channel, 39)) == Section::channel);
  CHECK(order_section(uint64_t{200} << 32) == Section::invalid);
}

TEST_CASE("which frames are state") {
  std::set<unsigned> codes;
  for (const auto &frame : samples::frames()) {
    const auto key = key_of(frame.payload);
    CHECK_FALSE(key_of(std::string_view(frame.payload).substr(0, frame.payload.size() - 1)));
    if (!key) continue;
    codes.insert(frame.code);
    CHECK(decode_key(encode_key(*key)) == key);
  }
  CHECK(codes == std::set<unsigned>{3, 5, 9, 12, 13, 18, 21, 23, 24, 25, 26, 28, 0x8B});
  ChannelInfo channel;
  channel.index = 39;
  CHECK(key_of(build_channel_info(channel)) == StateKey{Section::channel, 39, ""});
  Contact contact;
  contact.public_key = captures::key_b;
  CHECK(key_of(build_contact(contact)) == StateKey{Section::contact, 0, captures::key_b});
  CHECK_FALSE(key_of(build_contact(contact, push::new_advert)));
  CHECK_FALSE(key_of(""));
}

TEST_CASE("a line about a payload names it and gives nothing away") {
  std::set<std::string> lines;
  for (const auto &name : captures::names(".recv.bin")) {
    for (const auto &frame : captures::frames(name)) {
      const std::string line = describe_frame(frame);
      CHECK(line.size() < 120);
      CHECK_FALSE(line.starts_with("unknown"));
      for (const char *secret : {"Hello", "NodeA", "capture", "31a92e97", "TestRoom"}) {
        CHECK(line.find(secret) == std::string::npos);
      }
    }
  }
  for (const auto &name : captures::names(".sent.bin")) {
    if (name.starts_with("framing-")) continue;
    for (const auto &command : captures::frames(name)) {
      const std::string line = describe_command(command);
      CHECK(line.size() < 120);
      for (const char *secret : {"Hello", "password", "hello", "31a92e97", "#captures"}) {
        CHECK(line.find(secret) == std::string::npos);
      }
    }
  }
  CHECK(describe_command("\2\1\0"s + "1234prefix" + "reboot") ==
        "SEND_TXT_MSG cli to 707265666978, attempt 0, 6 bytes");
  CHECK(describe_command("\x09") == "ADD_UPDATE_CONTACT, too short");
  CHECK(describe_command("") == "empty command");
  CHECK(describe_command("\xFFxx") == "unknown command 0xff, 3 bytes");
  CHECK(describe_frame("") == "empty frame");
  CHECK(describe_frame(build_error(2)) == "ERR 2 (not found)");
  CHECK(describe_frame(build_sent({1, 0x73925FB4, 6996})) ==
        "SENT flood, tag b45f9273, wait 6996 ms");
  CHECK(hex("\0\xAB"s) == "00ab");
}
