// Secrets: found, cut out without a trace, and everything else left byte for byte.
#include <catch2/catch.hpp>

#include "captures.h"
#include "messages.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/redact.h"

using namespace meshtastic;
using messages::own;

namespace {

std::string redacted(const std::string &payload, label::Labels mask = label::secrets) {
  std::string out = "old";
  const Redaction result = redact_from_radio(payload, mask, out);
  if (result == Redaction::unchanged) {
    CHECK(out == "old");
    return payload;
  }
  REQUIRE(result == Redaction::changed);
  return out;
}

template <class Fill>
pb::FromRadio from_radio_with(Fill fill) {
  pb::FromRadio message;
  fill(message);
  return message;
}

std::string answer(const pb::AdminMessage &message) {
  return build_admin_response(own, 5, 6, message.SerializeAsString(), 7);
}

pb::AdminMessage answer_in(const std::string &payload) {
  pb::FromRadio message;
  REQUIRE(message.ParseFromString(payload));
  pb::AdminMessage admin;
  REQUIRE(admin.ParseFromString(message.packet().decoded().payload()));
  return admin;
}

}  // namespace

TEST_CASE("the recorded dump loses its secrets and nothing else") {
  size_t changed = 0;
  for (const auto &payload : captures::frames("n1_full.recv.bin")) {
    const std::string out = redacted(payload);
    if (out == payload) continue;
    ++changed;
    CHECK(out.size() < payload.size());
    CHECK(secrets_in_from_radio(out) == 0);
    pb::FromRadio expected;
    REQUIRE(expected.ParseFromString(payload));
    if (expected.config().has_security()) {
      expected.mutable_config()->mutable_security()->clear_private_key();
    } else if (expected.config().has_bluetooth()) {
      expected.mutable_config()->mutable_bluetooth()->clear_fixed_pin();
    } else if (expected.module_config().has_mqtt()) {
      expected.mutable_module_config()->mutable_mqtt()->clear_password();
    } else {
      REQUIRE(expected.has_channel());
      expected.mutable_channel()->mutable_settings()->clear_psk();
    }
    CHECK(out == expected.SerializeAsString());
  }
  CHECK(changed == 4);
}

TEST_CASE("only what the mask names goes") {
  for (const auto &payload : captures::frames("n1_full.recv.bin")) {
    const auto found = secrets_in_from_radio(payload);
    CHECK(redacted(payload, 0) == payload);
    CHECK(redacted(payload, label::secrets & ~found) == payload);
    CHECK((redacted(payload, found) != payload) == (found != 0));
  }
}

TEST_CASE("every place of a secret in a frame") {
  const std::pair<label::Labels, pb::FromRadio> places[] = {
      {label::secret_key, from_radio_with([](auto &m) {
         m.mutable_config()->mutable_security()->set_private_key("k");
       })},
      {label::secret_password,
       from_radio_with([](auto &m) { m.mutable_config()->mutable_network()->set_wifi_psk("k"); })},
      {label::secret_pin,
       from_radio_with([](auto &m) { m.mutable_config()->mutable_bluetooth()->set_fixed_pin(9); })},
      {label::secret_pin,
       from_radio_with([](auto &m) { m.mutable_config()->mutable_device_ui()->set_pin_code(9); })},
      {label::secret_pin,
       from_radio_with([](auto &m) { m.mutable_deviceui_config()->set_pin_code(9); })},
      {label::secret_password, from_radio_with([](auto &m) {
         m.mutable_module_config()->mutable_mqtt()->set_password("k");
       })},
      {label::secret_psk,
       from_radio_with([](auto &m) { m.mutable_channel()->mutable_settings()->set_psk("k"); })},
      {label::secret_psk, from_radio_with([](auto &m) {
         m.mutable_module_config()
             ->mutable_mesh_beacon()
             ->mutable_broadcast_offer_channel()
             ->set_psk("k");
       })},
      {label::secret_psk, from_radio_with([](auto &m) {
         m.mutable_module_config()->mutable_mesh_beacon()->mutable_broadcast_on_channel()->set_psk(
             "k");
       })},
  };
  for (const auto &[secret, message] : places) {
    const std::string payload = message.SerializeAsString();
    CHECK(secrets_in_from_radio(payload) == secret);
    const std::string out = redacted(payload, secret);
    CHECK(secrets_in_from_radio(out) == 0);
    // The section stays, empty: an app must see that it exists.
    pb::FromRadio left;
    REQUIRE(left.ParseFromString(out));
    CHECK(left.payload_variant_case() == message.payload_variant_case());
  }
}

TEST_CASE("every place of a secret in an administration answer; the passkey stays") {
  pb::AdminMessage places[6];
  places[0].mutable_get_config_response()->mutable_security()->set_private_key("k");
  places[1].mutable_get_config_response()->mutable_network()->set_wifi_psk("k");
  places[2].mutable_get_module_config_response()->mutable_mqtt()->set_password("k");
  places[3].mutable_get_channel_response()->mutable_settings()->set_psk("k");
  places[4].mutable_get_ui_config_response()->set_pin_code(9);
  places[5].mutable_get_device_connection_status_response()->mutable_bluetooth()->set_pin(9);
  for (pb::AdminMessage &message : places) {
    message.set_session_passkey("passkey");
    const std::string payload = answer(message);
    CHECK(secrets_in_from_radio(payload) != 0);
    const std::string out = redacted(payload);
    CHECK(secrets_in_from_radio(out) == 0);
    const pb::AdminMessage left = answer_in(out);
    CHECK(left.payload_variant_case() == message.payload_variant_case());
    CHECK(left.session_passkey() == "passkey");
    pb::FromRadio outer;
    REQUIRE(outer.ParseFromString(out));
    CHECK(outer.packet().id() == 5);
    CHECK(outer.packet().decoded().request_id() == 6);
  }
}

TEST_CASE("other ports may carry any bytes") {
  pb::AdminMessage message;
  message.mutable_get_config_response()->mutable_security()->set_private_key("k");
  pb::MeshPacket packet = messages::packet(port::private_first, message.SerializeAsString(), own);
  CHECK(redacted(build_from_radio(packet)) == build_from_radio(packet));
  packet.mutable_decoded()->set_portnum(port::admin);
  packet.mutable_decoded()->set_payload("\x12\xFF broken");
  CHECK(redacted(build_from_radio(packet)) == build_from_radio(packet));
}

TEST_CASE("unknown fields and their order stay as they were") {
  std::string security;
  wire::append_bytes(security, 77, "first");
  wire::append_bytes(security, 2, "private");
  wire::append_bytes(security, 1, "public");
  wire::append_bytes(security, 2, "private again");
  std::string kept;
  wire::append_bytes(kept, 77, "first");
  wire::append_bytes(kept, 1, "public");
  const auto frame = [](const std::string &section) {
    std::string config;
    wire::append_bytes(config, 8, section);
    std::string out;
    wire::append_bytes(out, 5, config);
    return out;
  };
  CHECK(redacted(frame(security)) == frame(kept));
}

TEST_CASE("a secret in administration that breaks off goes with all of it") {
  pb::AdminMessage message;
  message.mutable_get_config_response()->mutable_security()->set_private_key("private");
  pb::MeshPacket packet =
      messages::packet(port::admin, message.SerializeAsString() + "\x12\xFF", own);
  const std::string out = redacted(build_from_radio(packet));
  CHECK(out.find("private") == std::string::npos);
  pb::FromRadio left;
  REQUIRE(left.ParseFromString(out));
  CHECK(left.packet().decoded().payload().empty());
  CHECK(left.packet().id() == packet.id());
}

TEST_CASE("a frame that cannot be read is not passed on") {
  std::string out;
  CHECK(redact_from_radio("\x2A\x05", label::secrets, out) == Redaction::invalid);
  CHECK(redact_from_radio("\xFF", 0, out) == Redaction::invalid);
  // Unreadable within a section.
  CHECK(redact_from_radio("\x2A\x03\x42\x05x", label::secrets, out) == Redaction::invalid);
}

TEST_CASE("commands lose their secrets too, for records and logs") {
  pb::AdminMessage message;
  message.mutable_set_channel()->mutable_settings()->set_psk("k");
  const std::string command = messages::admin_command(message.SerializeAsString(), messages::other);
  CHECK(secrets_in_to_radio(command) == label::secret_psk);
  std::string out;
  REQUIRE(redact_to_radio(command, label::secrets, out) == Redaction::changed);
  CHECK(secrets_in_to_radio(out) == 0);
}
