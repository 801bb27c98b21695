// Sections written back without the secrets that were withheld get the radio's own back.
#include <catch2/catch.hpp>

#include "messages.h"
#include "plugins/meshtastic/codec/redact.h"
#include "plugins/meshtastic/codec/restore.h"

using namespace meshtastic;
using messages::admin_command;
using messages::own;

namespace {

struct Case {
  pb::AdminMessage write;  // with its secret
  pb::FromRadio record;    // the radio's own
  StateKey key;
  label::Labels secret;
};

std::vector<Case> cases() {
  std::vector<Case> all(7);
  const std::string key(32, 'k');
  all[0].write.mutable_set_config()->mutable_security()->set_private_key(key);
  all[0].write.mutable_set_config()->mutable_security()->set_public_key("public");
  *all[0].record.mutable_config() = all[0].write.set_config();
  all[0].key = {Section::config, 8};
  all[0].secret = label::secret_key;
  all[1].write.mutable_set_config()->mutable_network()->set_wifi_psk("wifi");
  *all[1].record.mutable_config() = all[1].write.set_config();
  all[1].key = {Section::config, 4};
  all[1].secret = label::secret_password;
  all[2].write.mutable_set_config()->mutable_bluetooth()->set_fixed_pin(123456);
  *all[2].record.mutable_config() = all[2].write.set_config();
  all[2].key = {Section::config, 7};
  all[2].secret = label::secret_pin;
  all[3].write.mutable_set_module_config()->mutable_mqtt()->set_password("mqtt");
  *all[3].record.mutable_module_config() = all[3].write.set_module_config();
  all[3].key = {Section::module_config, 1};
  all[3].secret = label::secret_password;
  all[4].write.mutable_set_channel()->set_index(2);
  all[4].write.mutable_set_channel()->mutable_settings()->set_psk("psk");
  *all[4].record.mutable_channel() = all[4].write.set_channel();
  all[4].key = {Section::channel, 2};
  all[4].secret = label::secret_psk;
  all[5].write.mutable_store_ui_config()->set_pin_code(42);
  *all[5].record.mutable_deviceui_config() = all[5].write.store_ui_config();
  all[5].key = {Section::device_ui, 0};
  all[5].secret = label::secret_pin;
  all[6]
      .write.mutable_set_module_config()
      ->mutable_mesh_beacon()
      ->mutable_broadcast_offer_channel()
      ->set_psk("psk");
  *all[6].record.mutable_module_config() = all[6].write.set_module_config();
  all[6].key = {Section::module_config, 17};
  all[6].secret = label::secret_psk;
  return all;
}

}  // namespace

TEST_CASE("a section written back without a withheld secret gets it back") {
  for (const Case &test : cases()) {
    const std::string whole = admin_command(test.write.SerializeAsString(), own);
    const std::string record = test.record.SerializeAsString();
    std::string bare;
    REQUIRE(redact_to_radio(whole, label::secrets, bare) == Redaction::changed);
    CHECK(restore_needs(bare) == test.key);
    std::string out;
    REQUIRE(restore_secrets(bare, test.secret, record, out) == Restored::changed);
    CHECK(out == whole);

    // Without the record the caller learns that it must not send.
    CHECK(restore_secrets(bare, test.secret, std::nullopt, out) == Restored::unknown);
    // What was not withheld was cleared by the user.
    CHECK(restore_secrets(bare, label::secrets & ~test.secret, record, out) == Restored::unchanged);
    CHECK(restore_secrets(bare, 0, std::nullopt, out) == Restored::unchanged);
  }
}

TEST_CASE("what the app filled in stays") {
  for (Case &test : cases()) {
    const std::string record = test.record.SerializeAsString();
    const std::string whole = admin_command(test.write.SerializeAsString(), own);
    std::string out;
    CHECK_FALSE(restore_needs(whole));
    CHECK(restore_secrets(whole, label::secrets, record, out) == Restored::unchanged);
    CHECK(restore_secrets(whole, label::secrets, std::nullopt, out) == Restored::unchanged);
  }
}

TEST_CASE("a radio that has no secret gives none") {
  for (const Case &test : cases()) {
    const std::string whole = admin_command(test.write.SerializeAsString(), own);
    std::string bare;
    REQUIRE(redact_to_radio(whole, label::secrets, bare) == Redaction::changed);
    std::string record;
    REQUIRE(redact_from_radio(test.record.SerializeAsString(), label::secrets, record) ==
            Redaction::changed);
    std::string out;
    CHECK(restore_secrets(bare, label::secrets, record, out) == Restored::unchanged);
  }
}

TEST_CASE("other commands need nothing") {
  pb::AdminMessage message;
  message.mutable_set_config()->mutable_device()->set_role(1);
  std::string out;
  for (const std::string &command :
       {messages::text_command(), admin_command(message.SerializeAsString(), own),
        admin_command("\x12\xFF", own)}) {
    CHECK_FALSE(restore_needs(command));
    CHECK(restore_secrets(command, label::secrets, std::nullopt, out) == Restored::unchanged);
  }
  CHECK(restore_secrets("\xFF", label::secrets, std::nullopt, out) == Restored::invalid);
}
