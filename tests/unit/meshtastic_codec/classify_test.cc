// What commands are: every port, every administration to every kind of destination, other members.
#include <catch2/catch.hpp>

#include "captures.h"
#include "messages.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/frame.h"

using namespace meshtastic;
using messages::admin_command;
using messages::admin_payload;
using messages::classify;
using messages::other;
using messages::own;

TEST_CASE("every port keeps its label, whomever it goes to and whoever says he sends") {
  for (uint32_t number = 0; number <= 511; ++number) {
    if (number == port::admin || number == port::store_forward) continue;
    for (const uint32_t to : {own, other, broadcast_node}) {
      auto packet = messages::packet(number, "x", to);
      packet.set_from(other);
      const auto result = classify(messages::to_radio(packet));
      INFO(number);
      REQUIRE(result.ok);
      CHECK(result.labels == port_labels(number));
      pb::ToRadio canonical;
      REQUIRE(canonical.ParseFromString(result.canonical));
      CHECK(canonical.packet().from() == 0);
      CHECK(canonical.packet().id() == 77);
      CHECK(canonical.packet().decoded().payload() == "x");
    }
  }
}

TEST_CASE("every administration carries its effect, and another node's the remote label too") {
  for (const AdminInfo &info : known_admin()) {
    for (const uint32_t from : {0u, own, other, broadcast_node}) {
      for (const uint32_t to : {own, broadcast_no_lora_node, other, broadcast_node, 0u}) {
        auto packet = messages::packet(port::admin, admin_payload(info.number), to);
        packet.set_from(from);
        const auto result = classify(messages::to_radio(packet));
        INFO(info.name << " to " << to << " from " << from);
        REQUIRE(result.ok);
        const bool local = to == own || to == broadcast_no_lora_node;
        const label::Labels expected = info.labels | (local ? 0 : label::admin_remote);
        CHECK((result.labels & ~label::secrets) == expected);
        // Nothing that changes a radio may look like what apps may send by default.
        if (info.kind != AdminKind::request) {
          CHECK(
              (result.labels & (label::admin_write | label::admin_destroy | label::admin_favorite |
                                label::admin_time | label::admin_contact)) != 0);
        }
        CHECK((result.labels & (label::text | label::self_query | label::app_data)) == 0);
      }
    }
  }
}

TEST_CASE("while the own number is unknown, all administration is local") {
  const auto result = classify(admin_command(admin_payload(97), other), {});
  CHECK(result.labels == label::admin_destroy);
}

TEST_CASE("writing the security section is destructive as well") {
  pb::AdminMessage message;
  message.mutable_set_config()->mutable_security()->set_public_key("p");
  CHECK(classify(admin_command(message.SerializeAsString(), own)).labels ==
        (label::admin_write | label::admin_destroy));
}

TEST_CASE("administration that is empty, unknown, mixed with unknown or broken is unknown") {
  const auto bad = label::unknown | label::admin_destroy;
  CHECK(classify(admin_command("", own)).labels == bad);
  CHECK(classify(admin_command("\xAA\x06\x01x", own)).labels == bad);  // a passkey alone
  CHECK(classify(admin_command(std::string("\xF8\x07\x01", 3), own)).labels == bad);  // tag 127
  CHECK(classify(admin_command("\x08\x01" + std::string("\xF8\x07\x01", 3), own)).labels ==
        (bad | label::admin_read));
  CHECK(classify(admin_command("\x12\xFF", own)).labels == bad);
  CHECK(classify(admin_command("\x08", own)).labels == bad);
}

TEST_CASE("history is what clients ask, not what servers say") {
  const auto labels = [](uint32_t rr) {
    pb::StoreAndForward message;
    message.set_rr(rr);
    return classify(messages::to_radio(
                        messages::packet(port::store_forward, message.SerializeAsString(), own)))
        .labels;
  };
  for (const uint32_t rr : {64u, 65u, 66u, 67u, 68u, 106u}) CHECK(labels(rr) == label::history);
  for (const uint32_t rr : {0u, 1u, 2u, 7u, 9u}) CHECK(labels(rr) == label::unknown);
  CHECK(classify(messages::to_radio(messages::packet(port::store_forward, "\x12", own))).labels ==
        label::unknown);
}

TEST_CASE("a question for the own telemetry is a self-query") {
  auto packet = messages::packet(port::telemetry, "", own);
  CHECK(classify(messages::to_radio(packet)).labels == label::telemetry);
  packet.mutable_decoded()->set_want_response(true);
  CHECK(classify(messages::to_radio(packet)).labels == label::self_query);
  CHECK(classify(messages::to_radio(packet), {}).labels == label::telemetry);
  packet.set_to(other);
  CHECK(classify(messages::to_radio(packet)).labels == label::telemetry);
  packet.set_to(broadcast_node);
  CHECK(classify(messages::to_radio(packet)).labels == label::telemetry);
}

TEST_CASE("the other members of ToRadio") {
  CHECK(classify(build_want_config(69420)).labels == label::control);
  CHECK(classify(build_want_config(0)).labels == label::control);
  CHECK(classify(build_want_config(0)).canonical == std::string("\x18\x00", 2));
  CHECK(classify(build_heartbeat()).labels == label::control);
  CHECK(classify(build_disconnect()).labels == label::control);
  pb::ToRadio message;
  message.mutable_xmodem_packet()->set_control(1);
  CHECK(classify(message.SerializeAsString()).labels == label::file);
  message.mutable_mqtt_client_proxy_message()->set_topic("t");
  CHECK(classify(message.SerializeAsString()).labels == label::mqtt_proxy);
  message.mutable_packet()->set_encrypted("x");
  for (const uint32_t to : {own, other, broadcast_node}) {
    message.mutable_packet()->set_to(to);
    CHECK(classify(message.SerializeAsString()).labels == label::raw);
  }
  message.mutable_packet()->clear_payload_variant();
  CHECK(classify(message.SerializeAsString()).labels == label::unknown);
  CHECK(classify("").labels == label::unknown);
}

TEST_CASE("what is no ToRadio, or too long for the radio, is refused") {
  CHECK_FALSE(classify_to_radio(own, "\xFF").ok);
  CHECK_FALSE(classify_to_radio(own, "\x0A\x05").ok);
  CHECK_FALSE(classify_to_radio(own, std::string(513, '\0')).ok);
  CHECK_FALSE(
      classify_to_radio(own, messages::to_radio(messages::packet(1, std::string(600, 'x'), other)))
          .ok);
  // A negative number in five bytes grows to ten when it is written properly.
  for (const size_t size : {490u, 505u}) {
    std::string packet("\x60\xFF\xFF\xFF\xFF\x0F");
    wire::append_bytes(packet, 5, std::string(size - 6, 'x'));
    std::string grows;
    wire::append_bytes(grows, 1, packet);
    REQUIRE(grows.size() <= max_payload_size);
    CHECK(classify(grows).ok == (size == 490));
  }
}

TEST_CASE("secrets in a command are named") {
  const auto labels = [](const pb::AdminMessage &message) {
    return classify(admin_command(message.SerializeAsString(), own)).labels & label::secrets;
  };
  pb::AdminMessage message;
  message.mutable_set_config()->mutable_security()->set_private_key("k");
  CHECK(labels(message) == label::secret_key);
  message.mutable_set_config()->mutable_network()->set_wifi_psk("w");
  CHECK(labels(message) == label::secret_password);
  message.mutable_set_config()->mutable_bluetooth()->set_fixed_pin(123456);
  CHECK(labels(message) == label::secret_pin);
  message.mutable_set_channel()->mutable_settings()->set_psk("p");
  CHECK(labels(message) == label::secret_psk);
  message.mutable_set_module_config()->mutable_mqtt()->set_password("m");
  CHECK(labels(message) == label::secret_password);
  message.mutable_store_ui_config()->set_pin_code(1);
  CHECK(labels(message) == label::secret_pin);
  message.mutable_lockdown_auth()->set_passphrase("l");
  CHECK(labels(message) == label::secret_password);
  message.set_get_owner_request(true);
  CHECK(labels(message) == 0);
}

TEST_CASE("identity is the own number in four bytes") {
  CHECK(identity_from_node(0x12345678) == "\x78\x56\x34\x12");
  CHECK(own_node_from_identity("\x78\x56\x34\x12") == 0x12345678u);
  CHECK_FALSE(own_node_from_identity(""));
  CHECK_FALSE(own_node_from_identity("12345"));
}

TEST_CASE("what a radio sends is labelled by what it is") {
  pb::MeshPacket packet = messages::packet(port::text, "x", own);
  packet.set_from(other);
  CHECK(classify_from_radio(own, build_from_radio(packet)) == label::text);
  packet.set_encrypted("x");
  CHECK(classify_from_radio(own, build_from_radio(packet)) == label::raw);
  CHECK(classify_from_radio(own, build_queue_status(0, 16, 16, 1)) == label::control);
  CHECK(classify_from_radio(own, build_config_complete(1)) == label::control);
  CHECK(classify_from_radio(own, build_node_frame(pb::NodeInfo())) == label::node);
  pb::AdminMessage answer;
  answer.mutable_get_config_response()->mutable_security()->set_private_key("k");
  CHECK(classify_from_radio(own, build_admin_response(own, 1, 2, answer.SerializeAsString(), 0)) ==
        (label::admin_read | label::secret_key));
  CHECK(
      classify_from_radio(other, build_admin_response(own, 1, 2, answer.SerializeAsString(), 0)) ==
      (label::admin_read | label::admin_remote | label::secret_key));
  pb::FromRadio message;
  message.mutable_log_record();
  CHECK(classify_from_radio(own, message.SerializeAsString()) == label::log);
  message.mutable_xmodem_packet();
  CHECK(classify_from_radio(own, message.SerializeAsString()) == label::file);
  message.mutable_mqtt_client_proxy_message();
  CHECK(classify_from_radio(own, message.SerializeAsString()) == label::mqtt_proxy);
  message.mutable_client_notification();
  CHECK(classify_from_radio(own, message.SerializeAsString()) == label::notice);
  message.mutable_file_info();
  CHECK(classify_from_radio(own, message.SerializeAsString()) == label::config);
  CHECK(classify_from_radio(own, "\xFF") == label::unknown);
  CHECK(classify_from_radio(own, "") == label::unknown);
}
