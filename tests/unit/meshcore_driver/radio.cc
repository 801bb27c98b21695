// See rig.h. The radio's usual answers.
#include <algorithm>
#include <utility>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/crypto.h"
#include "plugins/meshcore/codec/stats.h"
#include "rig.h"

namespace meshcore_driver_test {

std::vector<std::string> Rig::contact_stream() const {
  std::vector<std::string> frames{
      meshcore::build_contacts_start(static_cast<std::uint32_t>(contacts.size()))};
  std::uint32_t newest = 0;
  for (const meshcore::Contact &each : contacts) {
    frames.push_back(meshcore::build_contact(each));
    newest = std::max(newest, each.lastmod);
  }
  frames.push_back(meshcore::build_contacts_end(newest));
  return frames;
}

std::vector<std::string> Rig::answer(const std::string &asked) {
  if (special) {
    if (auto frames = special(asked)) return *frames;
  }
  const std::uint8_t code = code_of(asked);
  if (!answers || mute.contains(code)) return {};
  if (refuses.contains(code)) return {meshcore::build_error(refuses[code])};
  const auto known = [&](std::string_view key) {
    return std::find_if(contacts.begin(), contacts.end(), [&](const meshcore::Contact &each) {
      return each.public_key.starts_with(key);
    });
  };
  switch (code) {
    case command::app_start: {
      meshcore::SelfInfo self;
      self.public_key = own_key;
      self.name = name;
      self.freq_khz = 869'618;
      self.bandwidth_hz = 62'500;
      self.spreading_factor = 8;
      self.coding_rate = 8;
      return {meshcore::build_self_info(self)};
    }
    case command::device_query: {
      meshcore::DeviceInfo device;
      device.version = version;
      device.max_contacts = 350;
      device.max_channels = static_cast<std::uint8_t>(channels.size());
      device.ble_pin = 123456;
      device.firmware = "v1.17.1";
      device.repeat = repeat;
      return {meshcore::build_device_info(device)};
    }
    case command::get_time:
      return {meshcore::build_time(device_now())};
    case command::set_time: {
      const std::uint32_t wanted = meshcore::bytes::u32(asked, 1);
      if (wanted < device_now()) return {meshcore::build_error(error::illegal_argument)};
      behind_s -= static_cast<std::int64_t>(wanted) - device_now();
      return {meshcore::build_ok()};
    }
    case command::get_contacts:
      return contact_stream();
    case command::get_contact: {
      const auto found = known(asked.substr(1, 32));
      return {found == contacts.end() ? meshcore::build_error(error::not_found)
                                      : meshcore::build_contact(*found)};
    }
    case command::get_channel: {
      const std::uint8_t slot = meshcore::bytes::u8(asked, 1);
      return {slot < channels.size() ? meshcore::build_channel_info(channels[slot])
                                     : meshcore::build_error(error::not_found)};
    }
    case command::sync_next: {
      if (queue.empty()) return {meshcore::build_no_more_messages()};
      std::string frame = queue.front();
      queue.pop_front();
      return {frame};
    }
    case command::get_battery:
      return {meshcore::build_battery({4100, 10, 100})};
    case command::get_stats:
      switch (meshcore::bytes::u8(asked, 1)) {
        case 0:
          return {meshcore::build_core_stats({4100, uptime_s, 0, 0})};
        case 1:
          return {meshcore::build_radio_stats({})};
        default:
          return {meshcore::build_packet_stats({})};
      }
    case command::get_auto_add:
      return {bytes({response::auto_add, 1, 0})};
    case command::get_tuning:
      return {bytes({response::tuning, 0, 0, 0, 0, 1, 0, 0, 0})};
    case command::get_default_scope:
      return {bytes({response::default_scope})};
    case command::get_custom_vars:
      return {bytes({response::custom_vars}) + "gps:0"};
    case command::get_repeat_freq:
      return {bytes({response::repeat_freq})};
    case command::send_text: {
      const auto text = meshcore::parse_text_command(asked);
      const std::uint32_t ack =
          text->text_type != 0
              ? 0
              : meshcore::expected_ack(text->timestamp, text->attempt, 0, text->text, own_key);
      return {meshcore::build_sent({flood, ack, est_timeout_ms})};
    }
    case command::send_trace:
      return {meshcore::build_sent({0, meshcore::bytes::u32(asked, 1), est_timeout_ms})};
    case command::send_login:
      return {meshcore::build_sent({flood, meshcore::bytes::u32(asked, 1), est_timeout_ms})};
    case command::send_telemetry:
      if (asked.size() == 4) return {prefix_push(push::telemetry_response, own_key[0], "")};
      [[fallthrough]];
    case command::send_status:
    case command::send_binary:
    case command::send_anonymous:
    case command::send_path_discovery:
      return {meshcore::build_sent({flood, next_tag_++, est_timeout_ms})};
    case command::sign_start:
      return {bytes({response::sign_start, 0, 0, 0x20, 0, 0})};
    case command::sign_finish:
      return {bytes({response::signature}) + std::string(64, 's')};
    case command::reboot:
    case command::factory_reset:
      return {};
    case command::set_contact: {
      const auto made = meshcore::parse_set_contact(asked);
      const auto found = known(made->public_key);
      if (found != contacts.end()) {
        *found = *made;
      } else {
        contacts.push_back(*made);
      }
      return {meshcore::build_ok()};
    }
    case command::remove_contact: {
      const auto found = known(asked.substr(1, 32));
      if (found == contacts.end()) return {meshcore::build_error(error::not_found)};
      contacts.erase(found);
      return {meshcore::build_ok()};
    }
    case command::reset_path: {
      const auto found = known(asked.substr(1, 32));
      if (found == contacts.end()) return {meshcore::build_error(error::not_found)};
      found->out_path_len = meshcore::path_unknown;
      return {meshcore::build_ok()};
    }
    case command::set_name:
      name = asked.substr(1);
      return {meshcore::build_ok()};
    case command::set_channel: {
      const auto made = meshcore::parse_set_channel(asked);
      channels.at(made->index) = *made;
      return {meshcore::build_ok()};
    }
    default:
      return {meshcore::build_ok()};
  }
}

}  // namespace meshcore_driver_test
