// See restore.h. A secret that is empty in the command and full in the radio's record is taken from
// the record, in the section that is written and nowhere else.
#include "plugins/meshtastic/codec/restore.h"

#include "admin.pb.h"
#include "mesh.pb.h"
#include "plugins/meshtastic/codec/answer.h"

namespace meshtastic {

namespace {

// What one restoration met.
struct Outcome {
  bool missing = false;  // a withheld secret is absent in the command
  bool filled = false;
};

void fill(std::string *field, const std::string *truth, Outcome &outcome) {
  if (!field->empty()) return;
  outcome.missing = true;
  if (truth == nullptr || truth->empty()) return;
  *field = *truth;
  outcome.filled = true;
}

// Pins: the setter differs a message, so the caller applies the value.
uint32_t pin(uint32_t present, const uint32_t *truth, Outcome &outcome) {
  if (present != 0) return present;
  outcome.missing = true;
  if (truth == nullptr || *truth == 0) return present;
  outcome.filled = true;
  return *truth;
}

void restore_settings(pb::ChannelSettings &settings, const pb::ChannelSettings *truth,
                      label::Labels withheld, Outcome &outcome) {
  if ((withheld & label::secret_psk) == 0) return;
  fill(settings.mutable_psk(), truth != nullptr ? &truth->psk() : nullptr, outcome);
}

void restore_ui(pb::DeviceUIConfig &ui, const pb::DeviceUIConfig *truth, label::Labels withheld,
                Outcome &outcome) {
  if ((withheld & label::secret_pin) == 0) return;
  const uint32_t code = truth != nullptr ? truth->pin_code() : 0;
  ui.set_pin_code(pin(ui.pin_code(), truth != nullptr ? &code : nullptr, outcome));
}

void restore_config(pb::Config &config, const pb::FromRadio *record, label::Labels withheld,
                    Outcome &outcome) {
  const pb::Config *truth = record != nullptr ? &record->config() : nullptr;
  if (config.has_security() && (withheld & label::secret_key) != 0) {
    fill(config.mutable_security()->mutable_private_key(),
         truth != nullptr ? &truth->security().private_key() : nullptr, outcome);
  } else if (config.has_network() && (withheld & label::secret_password) != 0) {
    fill(config.mutable_network()->mutable_wifi_psk(),
         truth != nullptr ? &truth->network().wifi_psk() : nullptr, outcome);
  } else if (config.has_bluetooth() && (withheld & label::secret_pin) != 0) {
    const uint32_t code = truth != nullptr ? truth->bluetooth().fixed_pin() : 0;
    config.mutable_bluetooth()->set_fixed_pin(
        pin(config.bluetooth().fixed_pin(), truth != nullptr ? &code : nullptr, outcome));
  } else if (config.has_device_ui()) {
    restore_ui(*config.mutable_device_ui(),
               record != nullptr ? &record->deviceui_config() : nullptr, withheld, outcome);
  }
}

void restore_module(pb::ModuleConfig &module, const pb::FromRadio *record, label::Labels withheld,
                    Outcome &outcome) {
  const pb::ModuleConfig *truth = record != nullptr ? &record->module_config() : nullptr;
  if (module.has_mqtt() && (withheld & label::secret_password) != 0) {
    fill(module.mutable_mqtt()->mutable_password(),
         truth != nullptr ? &truth->mqtt().password() : nullptr, outcome);
  } else if (module.has_mesh_beacon()) {
    pb::ModuleConfig::MeshBeaconConfig &beacon = *module.mutable_mesh_beacon();
    const auto *known = truth != nullptr ? &truth->mesh_beacon() : nullptr;
    if (beacon.has_broadcast_offer_channel()) {
      restore_settings(*beacon.mutable_broadcast_offer_channel(),
                       known != nullptr ? &known->broadcast_offer_channel() : nullptr, withheld,
                       outcome);
    }
    if (beacon.has_broadcast_on_channel()) {
      restore_settings(*beacon.mutable_broadcast_on_channel(),
                       known != nullptr ? &known->broadcast_on_channel() : nullptr, withheld,
                       outcome);
    }
  }
}

void restore_message(pb::AdminMessage &message, const pb::FromRadio *record, label::Labels withheld,
                     Outcome &outcome) {
  if (message.has_set_config()) {
    restore_config(*message.mutable_set_config(), record, withheld, outcome);
  } else if (message.has_set_module_config()) {
    restore_module(*message.mutable_set_module_config(), record, withheld, outcome);
  } else if (message.has_set_channel() && message.set_channel().has_settings()) {
    restore_settings(*message.mutable_set_channel()->mutable_settings(),
                     record != nullptr ? &record->channel().settings() : nullptr, withheld,
                     outcome);
  } else if (message.has_store_ui_config()) {
    restore_ui(*message.mutable_store_ui_config(),
               record != nullptr ? &record->deviceui_config() : nullptr, withheld, outcome);
  }
}

std::optional<pb::AdminMessage> admin_of(const pb::ToRadio &command) {
  if (!command.has_packet()) return std::nullopt;
  return admin_in(command.packet());
}

bool parse(google::protobuf::MessageLite &message, std::string_view bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

std::optional<StateKey> restore_needs(std::string_view to_radio_payload) {
  pb::ToRadio command;
  if (!parse(command, to_radio_payload)) return std::nullopt;
  auto message = admin_of(command);
  if (!message) return std::nullopt;
  // A section that lacks nothing, or holds no secrets, misses nothing either.
  Outcome outcome;
  restore_message(*message, nullptr, label::secrets, outcome);
  if (!outcome.missing) return std::nullopt;
  return record_written(*message);
}

Restored restore_secrets(std::string_view to_radio_payload, label::Labels withheld,
                         std::optional<std::string_view> record, std::string &out) {
  pb::ToRadio command;
  if (!parse(command, to_radio_payload)) return Restored::invalid;
  auto message = admin_of(command);
  if (!message) return Restored::unchanged;
  pb::FromRadio truth;
  const bool known = record.has_value() && parse(truth, *record);
  Outcome outcome;
  restore_message(*message, known ? &truth : nullptr, withheld, outcome);
  if (outcome.missing && !known) return Restored::unknown;
  if (!outcome.filled) return Restored::unchanged;
  command.mutable_packet()->mutable_decoded()->set_payload(message->SerializeAsString());
  out = command.SerializeAsString();
  return Restored::changed;
}

}  // namespace meshtastic
