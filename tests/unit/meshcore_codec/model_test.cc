// State frames, answers and pushes: every recorded one is parsed and built again to the byte.
#include <catch2/catch.hpp>
#include <set>

#include "captures.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/text.h"
#include "samples.h"

using namespace meshcore;
using namespace std::string_literals;

TEST_CASE("recorded contacts go there and back") {
  std::set<std::string> names;
  unsigned checked = 0;
  for (const uint8_t code : {response::contact, push::new_advert}) {
    for (const auto &frame : captures::all_frames_of_code(code)) {
      const auto contact = parse_contact(frame);
      REQUIRE(contact);
      INFO(contact->name);
      // All but the bytes behind the name's NUL.
      std::string clean = frame;
      const size_t used = cut_nul(std::string_view(frame).substr(100, 32)).size();
      clean.replace(100 + used, 32 - used, 32 - used, '\0');
      CHECK(build_contact(*contact, code) == clean);
      CHECK(clean_utf8(contact->name) == contact->name);
      CHECK(contact->type <= contact_type::sensor);
      names.insert(contact->name);
      ++checked;
    }
  }
  CHECK(checked > 300);
  CHECK(names.size() > 60);
  CHECK(names.contains("TestRepeater"));
}

TEST_CASE("recorded contact commands go there and back") {
  unsigned checked = 0;
  for (const auto &command : captures::all_commands_of_code(command::set_contact)) {
    const auto contact = parse_set_contact(command);
    REQUIRE(contact.has_value() == (command.size() >= 36));
    if (!contact) continue;
    CHECK(build_set_contact(*contact).starts_with(command));
    ++checked;
  }
  CHECK(checked > 60);
}

TEST_CASE("a contact and its name") {
  Contact contact;
  contact.public_key = std::string(32, 'k');
  contact.name = "by name only";
  CHECK(parse_contact(build_contact(contact))->name == "by name only");
  set_name(contact, std::string(30, 'n') + "ä");
  CHECK(contact.name == std::string(30, 'n'));
  CHECK(parse_contact(build_contact(contact))->name == contact.name);
  // A name cut inside a character keeps its bytes and shows what is whole.
  std::string frame = build_contact(contact);
  frame.replace(100, 6, "Gr\xC3\0xx"s);
  const auto cut = parse_contact(frame);
  CHECK(cut->name == "Gr");
  CHECK(build_contact(*cut).substr(100, 6) == "Gr\xC3\0\0\0"s);
  contact.flags = 1;
  contact.out_path_len = 0x42;
  contact.out_path[0] = 'h';
  CHECK(contact.favourite());
  CHECK(contact.hops() == 2);
  CHECK(contact.path().size() == 4);
  contact.out_path_len = path_unknown;
  CHECK(contact.path().empty());
  contact.out_path_len = 0xC1;
  CHECK(contact.path().empty());
  CHECK_FALSE(parse_contact(build_contact(contact).substr(0, 147)));
  CHECK_FALSE(parse_contact("\x04" + std::string(147, 'x')));
}

TEST_CASE("path lengths") {
  CHECK(path_bytes(0) == 0);
  CHECK(path_bytes(0x3F) == 63);
  CHECK(path_bytes(0x41) == 2);
  CHECK(path_bytes(0x60) == 64);
  CHECK_FALSE(path_bytes(0x61));
  CHECK(path_bytes(0x95) == 63);
  CHECK_FALSE(path_bytes(0xC0));
}

TEST_CASE("recorded device, self and channel frames go there and back") {
  unsigned self = 0, device = 0, channels = 0;
  for (const auto &frame : captures::all_frames_of_code(response::self_info)) {
    const auto info = parse_self_info(frame);
    REQUIRE(info);
    CHECK(build_self_info(*info) == frame);
    CHECK(info->freq_khz == 869618);
    ++self;
  }
  for (const auto &frame : captures::all_frames_of_code(response::device_info)) {
    const auto info = parse_device_info(frame);
    REQUIRE(info);
    CHECK(build_device_info(*info) == frame);
    CHECK(info->version == 13);
    CHECK(info->max_contacts == 350);
    CHECK(info->firmware == "v1.17.1");
    ++device;
  }
  for (const auto &frame : captures::all_frames_of_code(response::channel_info)) {
    const auto info = parse_channel_info(frame);
    REQUIRE(info);
    // Leftovers behind the name go.
    std::string clean = frame;
    const size_t used = cut_nul(std::string_view(frame).substr(2, 32)).size();
    clean.replace(2 + used, 32 - used, 32 - used, '\0');
    CHECK(build_channel_info(*info) == clean);
    CHECK(parse_set_channel(build_set_channel(*info))->secret == info->secret);
    CHECK(info->empty() == (info->name.empty() && info->secret == decltype(info->secret){}));
    ++channels;
  }
  CHECK(self > 20);
  CHECK(device > 20);
  CHECK(channels > 20);
}

TEST_CASE("device info of older versions") {
  DeviceInfo info;
  info.version = 8;
  info.model = "Board";
  CHECK(build_device_info(info).size() == 80);
  info.version = 9;
  info.repeat = 1;
  CHECK(build_device_info(info).size() == 81);
  CHECK(parse_device_info(build_device_info(info))->repeat == 1);
  CHECK(parse_device_info(build_device_info(info))->model == "Board");
  CHECK(parse_device_info("\x0D\2")->version == 2);
  CHECK(parse_device_info("\x0D\2\0\0\0\0\0\0"s + "date")->build_date == "date");
  CHECK_FALSE(parse_device_info("\x0D"));
  info.max_contacts = 1000;
  CHECK(parse_device_info(build_device_info(info))->max_contacts == 510);
}

TEST_CASE("recorded answers and small pushes go there and back") {
  unsigned checked = 0;
  for (const auto &name : captures::names(".recv.bin")) {
    for (const auto &frame : captures::frames(name)) {
      INFO(hex(frame));
      std::string again;
      if (const auto battery = parse_battery(frame)) again = build_battery(*battery);
      if (const auto sent = parse_sent(frame)) again = build_sent(*sent);
      if (const auto error = parse_error(frame)) again = build_error(*error);
      if (const auto time = parse_time(frame)) again = build_time(*time);
      if (const auto total = parse_contacts_start(frame)) again = build_contacts_start(*total);
      if (const auto lastmod = parse_contacts_end(frame)) again = build_contacts_end(*lastmod);
      if (const auto push = parse_send_confirmed(frame)) again = build_send_confirmed(*push);
      if (const auto login = parse_login_success(frame)) again = build_login_success(*login);
      const auto code = static_cast<uint8_t>(frame[0]);
      if (code == push::telemetry_response || code == push::status_response) {
        again = build_prefix_push(code, *push_key_prefix(frame), *push_data(frame));
      }
      if (code == push::binary_response) {
        again = build_binary_response(*frame_tag(frame), *push_data(frame));
      }
      if (code == push::advert || code == push::path_updated) {
        again = build_key_push(code, *push_public_key(frame));
      }
      if (again.empty()) continue;
      CHECK(again == frame);
      ++checked;
    }
  }
  CHECK(checked > 300);
}

TEST_CASE("small frames") {
  CHECK(build_ok() == "\0"s);
  CHECK(build_error(4) == "\1\4");
  CHECK(parse_error("\1") == error::unsupported);
  CHECK_FALSE(parse_error(build_ok()));
  CHECK(build_disabled() == "\x0F");
  CHECK(build_no_more_messages() == "\x0A");
  CHECK(build_message_waiting() == "\x83");
  CHECK(build_time(0x04030201) == "\x09\1\2\3\4");
  CHECK(parse_battery("\x0C\x94\x0F")->millivolts == 3988);
  CHECK(build_battery({3988, {}, {}}) == "\x0C\x94\x0F");
  CHECK_FALSE(parse_battery("\x0C\x94\x0F")->used_kb);
  CHECK_FALSE(parse_time("\x09\1\2\3"));
}

TEST_CASE("a login keeps its long form") {
  unsigned seen = 0;
  for (const auto &frame : captures::all_frames_of_code(push::login_success)) {
    CHECK(frame.size() == 14);
    CHECK(parse_login_success(frame)->firmware_level >= 1);
    ++seen;
  }
  CHECK(seen >= 2);
  LoginSuccess old;
  old.key_prefix = "prefix";
  CHECK(build_login_success(old).size() == 8);
  CHECK_FALSE(parse_login_success(build_login_success(old))->server_time);
}

TEST_CASE("tags are found and replaced") {
  const std::string sent = build_sent({1, 0x11223344, 5000});
  CHECK(frame_tag(sent) == 0x11223344);
  CHECK(with_tag(sent, 7) == build_sent({1, 7, 5000}));
  const std::string binary = build_binary_response(5, "data");
  CHECK(with_tag(binary, 6) == build_binary_response(6, "data"));
  for (const auto &frame : captures::all_frames_of_code(push::trace_data)) {
    REQUIRE(frame_tag(frame));
    const std::string other = with_tag(frame, 99);
    CHECK(frame_tag(other) == 99);
    CHECK(with_tag(other, *frame_tag(frame)) == frame);
  }
  CHECK_FALSE(frame_tag(build_ok()));
  CHECK(with_tag(build_ok(), 5) == build_ok());
  CHECK(with_tag("", 5).empty());
}

TEST_CASE("keys in commands and pushes") {
  const std::string key(32, 'k');
  std::set<unsigned> with_key, prefixed, keyed;
  for (const auto &command : samples::commands()) {
    const auto found = command_key(command.payload);
    if (!found) continue;
    CHECK(*found == key);
    with_key.insert(command.code);
    CHECK_FALSE(command_key(
        std::string_view(command.payload)
            .substr(0, static_cast<size_t>(found->data() - command.payload.data()) + 31)));
  }
  CHECK(with_key == std::set<unsigned>{9, 13, 15, 16, 17, 26, 27, 28, 29, 30, 39, 42, 50, 52, 57});
  for (const auto &frame : samples::frames()) {
    if (push_key_prefix(frame.payload)) prefixed.insert(frame.code);
    if (push_public_key(frame.payload)) keyed.insert(frame.code);
  }
  CHECK(prefixed == std::set<unsigned>{0x85, 0x86, 0x87, 0x8B, 0x8D});
  CHECK(keyed == std::set<unsigned>{0x80, 0x81, 0x8A, 0x8F});
  CHECK_FALSE(command_key(""));
  CHECK_FALSE(push_key_prefix(""));
  CHECK_FALSE(push_public_key(""));
  CHECK(build_prefix_push(0x8B, key, std::string(300, 'd')).size() == max_frame);
}

TEST_CASE("parts of commands") {
  const std::string key(32, 'k');
  CHECK(command_password("\x1A" + key + "hello") == "hello");
  CHECK(command_password("\x1A" + key)->empty());
  CHECK_FALSE(command_password("\x1B" + key + "hello"));
  CHECK(command_request("\x32" + key + "\1x") == "\1x");
  CHECK_FALSE(command_request("\x32" + key));
  CHECK(contacts_since("\4\1\0\0\0"s) == 1);
  CHECK(contacts_since("\4\1\0\0"s) == 0);
  CHECK(is_self_telemetry("\x27\0\0\0"s));
  CHECK_FALSE(is_self_telemetry("\x27\0\0\0"s + key));
  const std::string trace = "\x24\1\0\0\0auth\0h"s;
  CHECK(command_trace_tag(trace) == 1);
  CHECK(command_trace_tag(with_trace_tag(trace, 2)) == 2);
  CHECK(with_trace_tag(with_trace_tag(trace, 2), 1) == trace);
  CHECK(with_trace_tag("\x24", 2) == "\x24");
}
