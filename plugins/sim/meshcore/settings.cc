// Implementation of settings.h.
#include "plugins/sim/meshcore/settings.h"

#include <algorithm>
#include <utility>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/crypto.h"
#include "plugins/meshcore/codec/text.h"

namespace sim::companion {
namespace {

namespace bytes = meshcore::bytes;
namespace command = meshcore::command;
namespace error = meshcore::error;
namespace response = meshcore::response;
using meshcore::build_error;
using meshcore::build_ok;

constexpr int8_t max_tx_dbm = 22;
constexpr std::array<uint32_t, 3> repeat_khz = {433'000, 869'495, 918'000};

std::string illegal() { return build_error(error::illegal_argument); }
std::string unsupported() { return build_error(error::unsupported); }

std::string two_numbers(uint8_t code, uint32_t first, uint32_t second) {
  std::string out;
  bytes::put8(out, code);
  bytes::put32(out, first);
  bytes::put32(out, second);
  return out;
}

// The firmware copies the name only up to its end: behind it stands what an earlier frame left.
std::string channel_info(const meshcore::ChannelInfo &channel) {
  std::string out = meshcore::build_channel_info(channel);
  constexpr size_t name_begin = 2;
  for (size_t i = name_begin + channel.name.size() + 1; i < name_begin + meshcore::name_size; ++i)
    out[i] = static_cast<char>(0xB3 ^ i);
  return out;
}

}  // namespace

Settings::Settings(std::string_view key, std::string name, size_t used_channels) {
  self_.tx_dbm = 20;
  self_.max_tx_dbm = max_tx_dbm;
  self_.public_key = key;
  self_.latitude_e6 = 47'269'000;
  self_.longitude_e6 = 11'404'000;
  self_.telemetry_modes = 2;
  self_.freq_khz = 869'618;
  self_.bandwidth_hz = 62'500;
  self_.spreading_factor = 8;
  self_.coding_rate = 5;
  self_.name = std::move(name);

  device_.version = meshcore::version;
  device_.max_contacts = 350;
  device_.max_channels = static_cast<uint8_t>(channels_.size());
  device_.ble_pin = 123'456;
  device_.build_date = "14 Aug 2026";
  device_.model = "Simulated companion";
  device_.firmware = "v1.17.1";

  for (size_t i = 0; i < channels_.size(); ++i) {
    meshcore::ChannelInfo &channel = channels_[i];
    channel.index = static_cast<uint8_t>(i);
    if (i >= used_channels) continue;
    if (i == 0) {
      channel.name = "Public";
      channel.secret = meshcore::public_channel_secret();
    } else if (i == 1) {
      channel.name = "#hikers";
      channel.secret = meshcore::hashtag_secret(channel.name);
    } else {
      channel.name = "Valley " + std::to_string(i);
      channel.secret = meshcore::hashtag_secret("private " + std::to_string(i));
    }
  }
  custom_vars_["gps"] = "0";
  custom_vars_["beeper"] = "on";
}

std::vector<uint8_t> Settings::used_channels() const {
  std::vector<uint8_t> out;
  for (const meshcore::ChannelInfo &channel : channels_) {
    if (!channel.empty()) out.push_back(channel.index);
  }
  return out;
}

bool Settings::stores(uint8_t type, unsigned hops) const {
  if (auto_add_hops_ != 0 && hops >= auto_add_hops_) return false;
  if (!manual_add()) return true;
  return type >= 1 && type <= 4 && (auto_add_mask_ >> type & 1) != 0;
}

std::string Settings::set_radio(const Command &c) {  // no length check
  const uint32_t khz = bytes::u32(c.memory, 1);
  const uint32_t hertz = bytes::u32(c.memory, 5);
  const uint8_t sf = c.u8(9);
  const uint8_t cr = c.u8(10);
  const uint8_t repeat = c.size > 11 ? c.u8(11) : 0;  // leaving it out turns repeating off
  const bool allowed = repeat == 0 || std::count(repeat_khz.begin(), repeat_khz.end(), khz) > 0;
  if (khz < 150'000 || khz > 2'500'000 || hertz < 7'000 || hertz > 500'000 || sf < 5 || sf > 12 ||
      cr < 5 || cr > 8 || !allowed)
    return illegal();
  self_.freq_khz = khz;
  self_.bandwidth_hz = hertz;
  self_.spreading_factor = sf;
  self_.coding_rate = cr;
  device_.repeat = repeat;
  return build_ok();
}

std::string Settings::set_location(const Command &c) {
  if (c.size < 9) return unsupported();
  const int32_t latitude = bytes::i32(c.memory, 1);
  const int32_t longitude = bytes::i32(c.memory, 5);
  if (latitude < -90'000'000 || latitude > 90'000'000 || longitude < -180'000'000 ||
      longitude > 180'000'000)
    return illegal();
  self_.latitude_e6 = latitude;
  self_.longitude_e6 = longitude;
  return build_ok();
}

std::string Settings::set_other(const Command &c) {  // the first byte is not checked for
  self_.manual_add = c.u8(1);
  if (c.size > 2) self_.telemetry_modes = c.u8(2);
  if (c.size > 3) self_.advert_location_policy = c.u8(3);
  if (c.size > 4) self_.multi_acks = c.u8(4);
  return build_ok();
}

std::string Settings::set_channel(const Command &c) {
  // 66 bytes would be a 32-byte key, which this firmware does not take.
  if (c.size < 50 || c.size >= 66) return unsupported();
  const size_t slot = c.u8(1);
  if (slot >= channels_.size()) return build_error(error::not_found);
  meshcore::ChannelInfo &channel = channels_[slot];
  channel.name = meshcore::cut_nul(c.memory.substr(2, meshcore::name_size - 1));
  std::copy_n(c.memory.begin() + 34, channel.secret.size(), channel.secret.begin());
  return build_ok();
}

std::string Settings::custom_vars() const {
  std::string out(1, static_cast<char>(response::custom_vars));
  for (const auto &[key, value] : custom_vars_) {
    if (out.size() + key.size() + value.size() > 140) break;
    if (out.size() > 1) out += ',';
    out.append(key).append(1, ':').append(value);
  }
  return out;
}

std::string Settings::set_custom_var(const Command &c) {
  if (c.size < 4) return unsupported();
  const std::string_view text = meshcore::cut_nul(c.said(1));
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return illegal();
  const auto known = custom_vars_.find(std::string(text.substr(0, colon)));
  if (known == custom_vars_.end()) return illegal();  // only what the board knows
  known->second = text.substr(colon + 1);
  return build_ok();
}

std::string Settings::set_default_scope(const Command &c) {
  if (c.size < 48) {
    default_scope_.clear();
    return build_ok();
  }
  const std::string_view name = meshcore::cut_nul(c.memory.substr(1, 31));
  if (name.empty()) return illegal();
  default_scope_.clear();
  bytes::put_field(default_scope_, name, 31);
  default_scope_ += c.memory.substr(32, 16);
  return build_ok();
}

std::string Settings::set_pin(const Command &c) {
  if (c.size < 5) return unsupported();
  const uint32_t pin = bytes::u32(c.memory, 1);
  if (pin != 0 && (pin < 100'000 || pin > 999'999)) return illegal();
  device_.ble_pin = pin;
  return build_ok();
}

std::optional<std::string> Settings::handle(const Command &c) {
  switch (c.u8(0)) {
    case command::set_name:
      if (c.size < 2) return unsupported();
      self_.name = meshcore::cut_nul(c.said(1).substr(0, meshcore::name_size - 1));
      return build_ok();
    case command::set_radio:
      return set_radio(c);
    case command::set_tx_power: {  // no length check
      const auto dbm = static_cast<int8_t>(c.memory[1]);
      if (dbm < -9 || dbm > max_tx_dbm) return illegal();
      self_.tx_dbm = dbm;
      return build_ok();
    }
    case command::set_location:
      return set_location(c);
    case command::get_battery:
      return meshcore::build_battery({battery_mv(), 64, 1024});
    case command::set_tuning:  // no length check
      rx_delay_ = bytes::u32(c.memory, 1);
      airtime_ = bytes::u32(c.memory, 5);
      return build_ok();
    case command::get_tuning:
      return two_numbers(response::tuning, rx_delay_, airtime_);
    case command::get_channel:
      if (c.size < 2) return unsupported();
      if (c.u8(1) >= channels_.size()) return build_error(error::not_found);
      return channel_info(channels_[c.u8(1)]);
    case command::set_channel:
      return set_channel(c);
    case command::set_pin:
      return set_pin(c);
    case command::set_other:
      return set_other(c);
    case command::get_custom_vars:
      return custom_vars();
    case command::set_custom_var:
      return set_custom_var(c);
    case command::set_auto_add:  // no length check
      auto_add_mask_ = c.u8(1);
      if (c.size > 2) auto_add_hops_ = std::min<uint8_t>(c.u8(2), 64);
      return build_ok();
    case command::get_auto_add: {
      std::string out(1, static_cast<char>(response::auto_add));
      bytes::put8(out, auto_add_mask_);
      bytes::put8(out, auto_add_hops_);
      return out;
    }
    case command::get_repeat_freq: {
      std::string out(1, static_cast<char>(response::repeat_freq));
      for (const uint32_t khz : repeat_khz) {
        bytes::put32(out, khz);
        bytes::put32(out, khz);
      }
      return out;
    }
    case command::set_path_hash_mode:
      if (c.size < 3 || c.u8(1) != 0) return unsupported();
      if (c.u8(2) > 2) return illegal();
      device_.path_hash_mode = c.u8(2);
      return build_ok();
    case command::set_default_scope:
      return set_default_scope(c);
    case command::get_default_scope:
      return std::string(1, static_cast<char>(response::default_scope)) + default_scope_;
    default:
      return std::nullopt;
  }
}

}  // namespace sim::companion
