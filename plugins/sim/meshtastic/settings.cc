// Implementation of settings.h. Which writes reboot follows docs/protocol notes 2.8.
#include "plugins/sim/meshtastic/settings.h"

#include "plugins/meshtastic/codec/describe.h"

namespace sim {

namespace pb = meshtastic::pb;
using Admin = pb::AdminMessage;

Settings::Settings(std::uint32_t own, const std::string &key) {
  char tail[8];
  std::snprintf(tail, sizeof tail, "%04x", own & 0xFFFF);
  owner_.set_id(meshtastic::node_name(own));
  owner_.set_long_name(std::string("Simulated Radio ") + tail);
  owner_.set_short_name("SIM");
  owner_.set_hw_model(37);
  owner_.set_public_key(key);

  metadata_.set_firmware_version("2.7.26.simulated");
  metadata_.set_device_state_version(24);
  metadata_.set_has_wifi(true);
  metadata_.set_has_bluetooth(true);
  metadata_.set_hw_model(37);
  metadata_.set_has_pkc(true);
  metadata_.set_position_flags(811);

  screen_.set_version(1);
  screen_.set_screen_brightness(153);
  screen_.set_screen_timeout(30);

  for (int i = 0; i < 8; ++i) {
    channels_[static_cast<std::size_t>(i)].set_index(i);
    channels_[static_cast<std::size_t>(i)].mutable_settings();
  }
  channels_[0].set_role(1);
  channels_[0].mutable_settings()->set_psk("\x01");
  channels_[0].mutable_settings()->mutable_module_settings()->set_position_precision(32);
  channels_[1].set_role(2);
  channels_[1].mutable_settings()->set_name("Family");
  channels_[1].mutable_settings()->set_psk("sixteen bytes ok");

  configs_.resize(10);
  configs_[0].mutable_device()->set_node_info_broadcast_secs(10800);
  configs_[1].mutable_position()->set_position_broadcast_secs(900);
  configs_[1].mutable_position()->set_gps_mode(1);
  configs_[2].mutable_power()->set_ls_secs(300);
  configs_[3].mutable_network()->set_wifi_enabled(true);
  configs_[3].mutable_network()->set_wifi_ssid("mountain-hut");
  configs_[3].mutable_network()->set_wifi_psk("a simulated password");
  configs_[4].mutable_display()->set_screen_on_secs(600);
  configs_[5].mutable_lora()->set_use_preset(true);
  configs_[5].mutable_lora()->set_region(3);
  configs_[5].mutable_lora()->set_hop_limit(3);
  configs_[5].mutable_lora()->set_tx_enabled(true);
  configs_[5].mutable_lora()->set_tx_power(27);
  configs_[6].mutable_bluetooth()->set_enabled(true);
  configs_[6].mutable_bluetooth()->set_fixed_pin(123456);
  configs_[7].mutable_security()->set_public_key(key);
  configs_[7].mutable_security()->set_private_key(std::string(key.rbegin(), key.rend()));
  configs_[7].mutable_security()->set_serial_enabled(true);
  configs_[8].mutable_sessionkey();
  configs_[9].mutable_device_ui();

  modules_.resize(13);
  modules_[0].mutable_mqtt()->set_address("mqtt.example.org");
  modules_[0].mutable_mqtt()->set_username("simulated");
  modules_[0].mutable_mqtt()->set_password("another simulated password");
  modules_[1].mutable_serial();
  modules_[2].mutable_external_notification();
  modules_[3].mutable_store_forward();
  modules_[4].mutable_range_test();
  modules_[5].mutable_telemetry();
  modules_[6].mutable_canned_message();
  modules_[7].mutable_audio();
  modules_[8].mutable_remote_hardware();
  modules_[9].mutable_neighbor_info();
  modules_[10].mutable_ambient_lighting();
  modules_[11].mutable_detection_sensor();
  modules_[12].mutable_paxcounter();

  canned_messages_ = "On my way|At the hut|Need help|Yes|No";
  ringtone_ = "24:d=32,o=5,b=565:f6,p,f6,4p,p,f6,p,f6,2p";
}

std::optional<Admin> Settings::read(const Admin &request) const {
  Admin answer;
  switch (request.payload_variant_case()) {
    case Admin::kGetChannelRequest:
      if (request.get_channel_request() == 0 || request.get_channel_request() > channels_.size())
        return std::nullopt;
      *answer.mutable_get_channel_response() = channels_[request.get_channel_request() - 1];
      return answer;
    case Admin::kGetOwnerRequest:
      *answer.mutable_get_owner_response() = owner_;
      return answer;
    case Admin::kGetConfigRequest:
      if (request.get_config_request() >= configs_.size()) return std::nullopt;
      *answer.mutable_get_config_response() = configs_[request.get_config_request()];
      return answer;
    case Admin::kGetModuleConfigRequest:
      if (request.get_module_config_request() >= modules_.size()) return std::nullopt;
      *answer.mutable_get_module_config_response() = modules_[request.get_module_config_request()];
      return answer;
    case Admin::kGetCannedMessageModuleMessagesRequest:
      answer.set_get_canned_message_module_messages_response(canned_messages_);
      return answer;
    case Admin::kGetDeviceMetadataRequest:
      *answer.mutable_get_device_metadata_response() = metadata_;
      return answer;
    case Admin::kGetRingtoneRequest:
      answer.set_get_ringtone_response(ringtone_);
      return answer;
    case Admin::kGetDeviceConnectionStatusRequest: {
      auto &status = *answer.mutable_get_device_connection_status_response();
      status.mutable_wifi()->mutable_status()->set_is_connected(true);
      status.mutable_wifi()->set_ssid("mountain-hut");
      status.mutable_bluetooth()->set_pin(123456);
      return answer;
    }
    case Admin::kGetNodeRemoteHardwarePinsRequest:
      answer.mutable_get_node_remote_hardware_pins_response();
      return answer;
    case Admin::kGetUiConfigRequest:
      *answer.mutable_get_ui_config_response() = screen_;
      return answer;
    default:
      return std::nullopt;
  }
}

std::optional<bool> Settings::write(const Admin &request) {
  switch (request.payload_variant_case()) {
    case Admin::kSetOwner: {
      const bool changed = owner_.long_name() != request.set_owner().long_name() ||
                           owner_.short_name() != request.set_owner().short_name();
      if (!request.set_owner().long_name().empty())
        owner_.set_long_name(request.set_owner().long_name().substr(0, 39));
      if (!request.set_owner().short_name().empty())
        owner_.set_short_name(request.set_owner().short_name().substr(0, 4));
      return changed;
    }
    case Admin::kSetChannel: {
      const auto index = static_cast<std::size_t>(request.set_channel().index());
      if (index >= channels_.size()) return std::nullopt;
      channels_[index] = request.set_channel();
      return false;
    }
    case Admin::kSetConfig: {
      const auto which = static_cast<std::size_t>(request.set_config().payload_variant_case());
      if (which == 0 || which > configs_.size()) return std::nullopt;
      configs_[which - 1] = request.set_config();
      // Firmware without a private key in what it is given makes itself a new one; here it is lost.
      return which == 2 || which == 4 || which == 7;  // position, network, bluetooth
    }
    case Admin::kSetModuleConfig: {
      const auto which =
          static_cast<std::size_t>(request.set_module_config().payload_variant_case());
      if (which == 0 || which > modules_.size()) return std::nullopt;
      modules_[which - 1] = request.set_module_config();
      return true;
    }
    case Admin::kSetCannedMessageModuleMessages:
      canned_messages_ = request.set_canned_message_module_messages();
      return false;
    case Admin::kSetRingtoneMessage:
      ringtone_ = request.set_ringtone_message();
      return false;
    case Admin::kStoreUiConfig:
      screen_ = request.store_ui_config();
      return false;
    case Admin::kSetTimeOnly:
    case Admin::kSetFixedPosition:
    case Admin::kRemoveFixedPosition:
    case Admin::kAddContact:
      return false;
    default:
      return std::nullopt;
  }
}

}  // namespace sim
