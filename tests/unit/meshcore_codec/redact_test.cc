// Secrets: found, removed, and nothing else touched.
#include <catch2/catch.hpp>

#include "captures.h"
#include "plugins/meshcore/codec/classify.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/redact.h"
#include "samples.h"

using namespace meshcore;
using namespace std::string_literals;

TEST_CASE("every secret of every sample goes, its label with it, and all else stays") {
  const auto check = [](const std::string &payload, label::Labels labels, bool is_command) {
    const label::Labels secret = labels & label::secrets;
    std::string out = "old";
    const auto redact = is_command ? redact_command : redact_frame;
    CHECK((is_command ? secrets_in_command : secrets_in_frame)(payload) == secret);
    if (secret == 0) {
      CHECK(redact(payload, label::secrets, out) == Redaction::unchanged);
      CHECK(out == "old");
      return;
    }
    CHECK(redact(payload, label::secrets & ~secret, out) == Redaction::unchanged);
    REQUIRE(redact(payload, secret, out) == Redaction::changed);
    const label::Labels left = is_command ? classify_command(out).labels : classify_frame(out);
    CHECK(left == (labels & ~label::secrets));
    CHECK(redact(out, label::secrets, out) == Redaction::unchanged);
    size_t differing = payload.size() - out.size();
    for (size_t at = 0; at < out.size(); ++at) differing += payload[at] != out[at] ? 1 : 0;
    CHECK(differing <= 64);
    CHECK(differing >= 4);
  };
  for (const auto &command : samples::commands()) {
    INFO(command.name);
    check(command.payload, command.labels, true);
  }
  for (const auto &frame : samples::frames()) {
    INFO(frame.name);
    check(frame.payload, frame.labels, false);
  }
}

TEST_CASE("the layouts by hand") {
  std::string out;
  DeviceInfo info;
  info.version = 13;
  info.ble_pin = 123456;
  info.model = "Board";
  CHECK((classify_frame(build_device_info(info)) & label::secret_pin) != 0);
  REQUIRE(redact_frame(build_device_info(info), label::secret_pin, out) == Redaction::changed);
  info.ble_pin = 0;
  CHECK(out == build_device_info(info));
  ChannelInfo channel;
  channel.name = "Field";
  channel.secret.fill('s');
  REQUIRE(redact_frame(build_channel_info(channel), label::secret_psk, out) == Redaction::changed);
  CHECK(parse_channel_info(out)->name == "Field");
  channel.secret.fill('\0');
  CHECK(out == build_channel_info(channel));
  const std::string login = "\x1A" + std::string(32, 'k');
  REQUIRE(redact_command(login + "hello", label::secrets, out) == Redaction::changed);
  CHECK(out == login);
  CHECK(classify_command(login).labels == label::login);
  // A pin cut short is a pin as well.
  CHECK(secrets_in_frame("\x0D\x0D\0\0\1"s) == label::secret_pin);
  REQUIRE(redact_frame("\x0D\x0D\0\0\1"s, label::secrets, out) == Redaction::changed);
  CHECK(out == "\x0D\x0D\0\0\0"s);
}

TEST_CASE("what cannot be read is not passed on") {
  std::string out = "old";
  for (const std::string &bad : {""s, "\xFF"s, "\x12\1"s}) {
    CHECK(redact_frame(bad, label::secrets, out) == Redaction::invalid);
    CHECK(redact_command(bad, label::secrets, out) == Redaction::invalid);
  }
  CHECK(out == "old");
}

TEST_CASE("recordings lose channel keys and nothing else") {
  unsigned changed = 0;
  for (const auto &name : captures::names(".recv.bin")) {
    for (const auto &frame : captures::frames(name)) {
      std::string out;
      const Redaction result = redact_frame(frame, label::secrets, out);
      CHECK(result != Redaction::invalid);
      if (result != Redaction::changed) continue;
      ++changed;
      const auto code = static_cast<uint8_t>(frame[0]);
      CHECK((code == response::channel_info || code == response::default_scope ||
             code == response::device_info));
      CHECK(out.size() == frame.size());
    }
  }
  CHECK(changed > 10);
}
