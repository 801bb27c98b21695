// Frames that are retained as state: contacts, the node itself, the device, channels, battery. See
// model.h. Offsets are those of the protocol notes 2.3 and 2.4.
#include <algorithm>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/text.h"

namespace meshcore {
namespace {

using namespace bytes;

constexpr size_t contact_frame_size = 148;
constexpr size_t set_contact_min = 36;

std::string name_in(std::string_view field) { return clean_utf8(cut_nul(field)); }

std::string_view view(const auto &array) { return {array.data(), array.size()}; }

// What of a contact's layout stands in b, which begins with a code byte; missing parts are zero.
Contact read_contact(std::string_view b) {
  std::string whole(b.substr(0, contact_frame_size));
  whole.resize(contact_frame_size, '\0');
  b = whole;
  Contact contact;
  contact.public_key = b.substr(1, key_size);
  contact.type = u8(b, 33);
  contact.flags = u8(b, 34);
  contact.out_path_len = u8(b, 35);
  std::copy_n(b.begin() + 36, max_path, contact.out_path.begin());
  const std::string_view name = cut_nul(b.substr(100, name_size));
  std::copy(name.begin(), name.end(), contact.name_bytes.begin());
  contact.name = clean_utf8(name);
  contact.last_advert = u32(b, 132);
  contact.latitude_e6 = i32(b, 136);
  contact.longitude_e6 = i32(b, 140);
  contact.lastmod = u32(b, 144);
  return contact;
}

// 48 bytes that two frames share behind their code: index, name, key.
ChannelInfo read_channel(std::string_view b) {
  ChannelInfo channel;
  channel.index = u8(b, 1);
  channel.name = name_in(b.substr(2, name_size));
  std::copy_n(b.begin() + 34, channel_secret_size, channel.secret.begin());
  return channel;
}

std::string write_channel(uint8_t code, const ChannelInfo &channel) {
  std::string out;
  put8(out, code);
  put8(out, channel.index);
  // One byte stays for the NUL that the firmware looks for.
  put_field(out, fit_utf8(cut_nul(channel.name), name_size - 1), name_size);
  out += view(channel.secret);
  return out;
}

}  // namespace

void set_name(Contact &contact, std::string_view name) {
  name = fit_utf8(cut_nul(name), name_size - 1);
  contact.name = clean_utf8(name);
  contact.name_bytes.fill('\0');
  std::copy(name.begin(), name.end(), contact.name_bytes.begin());
}

std::string_view Contact::path() const {
  if (out_path_len == path_unknown) return {};
  return view(out_path).substr(0, path_bytes(out_path_len).value_or(0));
}

std::optional<size_t> path_bytes(uint8_t path_len) {
  const size_t hash = (path_len >> 6) + 1U;
  const size_t size = hash * (path_len & 63U);
  if (hash > 3 || size > max_path) return std::nullopt;
  return size;
}

std::optional<Contact> parse_contact(std::string_view frame) {
  if (!is(frame, response::contact, contact_frame_size) &&
      !is(frame, push::new_advert, contact_frame_size)) {
    return std::nullopt;
  }
  return read_contact(frame);
}

std::string build_contact(const Contact &contact, uint8_t code) {
  std::string out;
  out.reserve(contact_frame_size);
  put8(out, code);
  put_field(out, contact.public_key, key_size);
  put8(out, contact.type);
  put8(out, contact.flags);
  put8(out, contact.out_path_len);
  out += view(contact.out_path);
  const std::string_view wire = cut_nul(view(contact.name_bytes));
  put_field(out, wire.empty() ? fit_utf8(cut_nul(contact.name), name_size - 1) : wire, name_size);
  put32(out, contact.last_advert);
  put_signed32(out, contact.latitude_e6);
  put_signed32(out, contact.longitude_e6);
  put32(out, contact.lastmod);
  return out;
}

std::string build_set_contact(const Contact &contact) {
  return build_contact(contact, command::set_contact);
}

std::optional<Contact> parse_set_contact(std::string_view command) {
  if (!is(command, command::set_contact, set_contact_min)) return std::nullopt;
  return read_contact(command);
}

std::optional<SelfInfo> parse_self_info(std::string_view frame) {
  if (!is(frame, response::self_info, 58)) return std::nullopt;
  SelfInfo info;
  info.type = u8(frame, 1);
  info.tx_dbm = i8(frame, 2);
  info.max_tx_dbm = i8(frame, 3);
  info.public_key = frame.substr(4, key_size);
  info.latitude_e6 = i32(frame, 36);
  info.longitude_e6 = i32(frame, 40);
  info.multi_acks = u8(frame, 44);
  info.advert_location_policy = u8(frame, 45);
  info.telemetry_modes = u8(frame, 46);
  info.manual_add = u8(frame, 47);
  info.freq_khz = u32(frame, 48);
  info.bandwidth_hz = u32(frame, 52);
  info.spreading_factor = u8(frame, 56);
  info.coding_rate = u8(frame, 57);
  info.name = name_in(frame.substr(58));
  return info;
}

std::string build_self_info(const SelfInfo &info) {
  std::string out;
  put8(out, response::self_info);
  put8(out, info.type);
  put8(out, static_cast<uint8_t>(info.tx_dbm));
  put8(out, static_cast<uint8_t>(info.max_tx_dbm));
  put_field(out, info.public_key, key_size);
  put_signed32(out, info.latitude_e6);
  put_signed32(out, info.longitude_e6);
  put8(out, info.multi_acks);
  put8(out, info.advert_location_policy);
  put8(out, info.telemetry_modes);
  put8(out, info.manual_add);
  put32(out, info.freq_khz);
  put32(out, info.bandwidth_hz);
  put8(out, info.spreading_factor);
  put8(out, info.coding_rate);
  out += fit_utf8(cut_nul(info.name), max_frame - out.size());
  return out;
}

std::optional<DeviceInfo> parse_device_info(std::string_view frame) {
  if (!is(frame, response::device_info, 2)) return std::nullopt;
  DeviceInfo info;
  info.version = u8(frame, 1);
  if (frame.size() < 8) return info;
  // Before version 3 these six bytes were reserved; they read as zero.
  info.max_contacts = static_cast<uint16_t>(u8(frame, 2) * 2U);
  info.max_channels = u8(frame, 3);
  info.ble_pin = u32(frame, 4);
  info.build_date = name_in(frame.substr(8, 12));
  if (frame.size() > 20) info.model = name_in(frame.substr(20, 40));
  if (frame.size() > 60) info.firmware = name_in(frame.substr(60, 20));
  if (frame.size() > 80) info.repeat = u8(frame, 80);
  if (frame.size() > 81) info.path_hash_mode = u8(frame, 81);
  return info;
}

std::string build_device_info(const DeviceInfo &info) {
  std::string out;
  put8(out, response::device_info);
  put8(out, info.version);
  put8(out, std::min(info.max_contacts / 2U, 255U));
  put8(out, info.max_channels);
  put32(out, info.ble_pin);
  put_field(out, fit_utf8(info.build_date, 11), 12);
  put_field(out, fit_utf8(info.model, 39), 40);
  put_field(out, fit_utf8(info.firmware, 19), 20);
  if (info.version >= 9) put8(out, info.repeat);
  if (info.version >= 10) put8(out, info.path_hash_mode);
  return out;
}

bool ChannelInfo::empty() const { return name.empty() && all_zero(view(secret)); }

std::optional<ChannelInfo> parse_channel_info(std::string_view frame) {
  if (!is(frame, response::channel_info, 50)) return std::nullopt;
  return read_channel(frame);
}

std::string build_channel_info(const ChannelInfo &channel) {
  return write_channel(response::channel_info, channel);
}

std::optional<ChannelInfo> parse_set_channel(std::string_view command) {
  if (!is(command, command::set_channel, 50) || command.size() != 50) return std::nullopt;
  return read_channel(command);
}

std::string build_set_channel(const ChannelInfo &channel) {
  return write_channel(command::set_channel, channel);
}

std::optional<Battery> parse_battery(std::string_view frame) {
  if (!is(frame, response::battery, 3)) return std::nullopt;
  Battery battery;
  battery.millivolts = u16(frame, 1);
  if (frame.size() >= 7) battery.used_kb = u32(frame, 3);
  if (frame.size() >= 11) battery.total_kb = u32(frame, 7);
  return battery;
}

std::string build_battery(const Battery &battery) {
  std::string out;
  put8(out, response::battery);
  put16(out, battery.millivolts);
  if (battery.used_kb) {
    put32(out, *battery.used_kb);
    if (battery.total_kb) put32(out, *battery.total_kb);
  }
  return out;
}

}  // namespace meshcore
