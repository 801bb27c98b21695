// The frames as structures: parse functions for hostile input and builders for exact bytes
// (docs/protocol notes 2.3 to 2.5). A parser returns nothing for a frame of another code or below
// its least length; a field that older firmware does not send keeps its default. Must not know
// transports.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/codes.h"

namespace meshcore {

// Responses that are state ------------------------------------------------------------------

struct Contact {
  std::string public_key;  // 32 bytes
  uint8_t type = 0;
  uint8_t flags = 0;  // bit 0 favourite, 1 to 3 telemetry permissions
  uint8_t out_path_len = path_unknown;
  std::array<char, max_path> out_path{};
  std::string name;  // cleaned: valid UTF-8, cut at NUL
  // As on the wire up to the NUL, zeros behind it. Builders take these, and name if they are empty.
  std::array<char, name_size> name_bytes{};
  uint32_t last_advert = 0;
  int32_t latitude_e6 = 0;
  int32_t longitude_e6 = 0;
  uint32_t lastmod = 0;
  bool favourite() const { return (flags & 1) != 0; }
  unsigned hops() const { return out_path_len & 63U; }  // if the path is known
  std::string_view path() const;                        // borrowed; empty if unknown or senseless
};
// Both forms of the name at once, cut to 31 bytes.
void set_name(Contact &contact, std::string_view name);
// How many bytes of hops a path length byte stands for: its upper two bits are the bytes of a hop
// less one. Nothing for the reserved size and for more than max_path.
std::optional<size_t> path_bytes(uint8_t path_len);
// response::contact and push::new_advert share the layout.
std::optional<Contact> parse_contact(std::string_view frame);
std::string build_contact(const Contact &contact, uint8_t code = response::contact);
// The command SET_CONTACT (9) with all its fields, and what one says. A short form has no position
// or lastmod; they are zero then (the device puts its clock for a missing lastmod: below 148
// bytes).
std::string build_set_contact(const Contact &contact);
std::optional<Contact> parse_set_contact(std::string_view command);

struct SelfInfo {
  uint8_t type = contact_type::chat;
  int8_t tx_dbm = 0;
  int8_t max_tx_dbm = 0;
  std::string public_key;
  int32_t latitude_e6 = 0;
  int32_t longitude_e6 = 0;
  uint8_t multi_acks = 0;
  uint8_t advert_location_policy = 0;
  uint8_t telemetry_modes = 0;
  uint8_t manual_add = 0;
  uint32_t freq_khz = 0;
  uint32_t bandwidth_hz = 0;
  uint8_t spreading_factor = 0;
  uint8_t coding_rate = 0;
  std::string name;
};
std::optional<SelfInfo> parse_self_info(std::string_view frame);
std::string build_self_info(const SelfInfo &info);

struct DeviceInfo {
  uint8_t version = 0;  // VER_CODE
  uint16_t max_contacts = 0;
  uint8_t max_channels = 0;
  uint32_t ble_pin = 0;
  std::string build_date, model, firmware;
  uint8_t repeat = 0;
  uint8_t path_hash_mode = 0;
};
std::optional<DeviceInfo> parse_device_info(std::string_view frame);
std::string build_device_info(const DeviceInfo &info);

struct ChannelInfo {
  uint8_t index = 0;
  std::string name;
  std::array<char, channel_secret_size> secret{};
  bool empty() const;  // no name and an all-zero key
};
std::optional<ChannelInfo> parse_channel_info(std::string_view frame);
std::string build_channel_info(const ChannelInfo &channel);  // zero-padded
std::optional<ChannelInfo> parse_set_channel(std::string_view command);
std::string build_set_channel(const ChannelInfo &channel);

struct Battery {
  uint16_t millivolts = 0;
  std::optional<uint32_t> used_kb, total_kb;
};
std::optional<Battery> parse_battery(std::string_view frame);
std::string build_battery(const Battery &battery);

// Messages ----------------------------------------------------------------------------------

// What SYNC_NEXT brings, of either version. On the bus it always travels as v3 (16, 17, 27).
struct ReceivedMessage {
  enum class Kind : uint8_t { invalid = 0, direct, channel, data };
  Kind kind = Kind::invalid;
  int8_t snr_x4 = 0;
  std::string key_prefix;  // direct: 6 bytes
  uint8_t channel = 0;     // channel, data
  uint8_t path_len = 0;
  uint8_t text_type = 0;
  uint32_t timestamp = 0;
  std::string author;      // direct of type signed_plain: 4 bytes
  std::string text;        // raw bytes as received; data: the data
  uint16_t data_type = 0;  // data
};
std::optional<ReceivedMessage> parse_message(std::string_view frame);
// v3 frame, cut at max_frame.
std::string build_message(const ReceivedMessage &message);
// As an app of that version gets it: 7 or 8 below 3, 16 or 17 from 3 on; data always 27.
std::string render_message(const ReceivedMessage &message, uint8_t app_version);

// Answers -----------------------------------------------------------------------------------

struct Sent {
  uint8_t flood = 0;
  uint32_t tag = 0;  // expected ack, or tag of a request
  uint32_t timeout_ms = 0;
};
std::optional<Sent> parse_sent(std::string_view frame);
std::string build_sent(const Sent &sent);
std::string build_ok();
std::string build_disabled();
std::string build_no_more_messages();
std::string build_message_waiting();
std::string build_error(uint8_t code);
std::optional<uint8_t> parse_error(std::string_view frame);  // a bare ERR counts as unsupported
std::string build_time(uint32_t seconds);
std::optional<uint32_t> parse_time(std::string_view frame);
std::string build_contacts_start(uint32_t total);
std::optional<uint32_t> parse_contacts_start(std::string_view frame);
std::string build_contacts_end(uint32_t lastmod);
std::optional<uint32_t> parse_contacts_end(std::string_view frame);

// Pushes ------------------------------------------------------------------------------------

struct SendConfirmed {
  uint32_t ack = 0;
  uint32_t trip_ms = 0;
};
std::optional<SendConfirmed> parse_send_confirmed(std::string_view frame);
std::string build_send_confirmed(const SendConfirmed &confirmed);
// Six key bytes of the node a push (85, 86, 87, 8B, 8D) is about.
std::optional<std::string_view> push_key_prefix(std::string_view frame);
// A push about a node: 86, 87, 8B, 8D. key is a whole one or a prefix; data is cut at max_frame.
std::string build_prefix_push(uint8_t code, std::string_view key, std::string_view data);
// What 87 and 8B carry behind the prefix (statistics, LPP), 8C behind the tag.
std::optional<std::string_view> push_data(std::string_view frame);
std::string build_binary_response(uint32_t tag, std::string_view data);
// The whole key of a push (80, 81, 8F; 8A has it as well).
std::optional<std::string_view> push_public_key(std::string_view frame);
std::string build_key_push(uint8_t code, std::string_view public_key);
// 0x8C: its tag; with_tag gives the same frame with another one. Also for SENT and 0x89.
std::optional<uint32_t> frame_tag(std::string_view frame);
std::string with_tag(std::string_view frame, uint32_t tag);

struct LoginSuccess {
  uint8_t legacy_permissions = 0;
  std::string key_prefix;
  std::optional<uint32_t> server_time;
  uint8_t permissions = 0, firmware_level = 0;
};
std::optional<LoginSuccess> parse_login_success(std::string_view frame);
std::string build_login_success(const LoginSuccess &login);  // 14 bytes with server_time, else 8

// Commands ----------------------------------------------------------------------------------

struct TextCommand {  // 2
  uint8_t text_type = 0;
  uint8_t attempt = 0;
  uint32_t timestamp = 0;
  std::string key_prefix;
  std::string text;
};
std::optional<TextCommand> parse_text_command(std::string_view command);
std::string build_text_command(const TextCommand &text);

struct ChannelTextCommand {  // 3
  uint8_t text_type = 0;
  uint8_t channel = 0;
  uint32_t timestamp = 0;
  std::string text;
};
std::optional<ChannelTextCommand> parse_channel_text_command(std::string_view command);
std::string build_channel_text_command(const ChannelTextCommand &text);

struct ChannelDataCommand {  // 62
  uint8_t channel = 0;
  uint8_t path_len = path_unknown;  // path_unknown: flood
  std::string path;
  uint16_t data_type = 0;  // never 0
  std::string data;
};
std::optional<ChannelDataCommand> parse_channel_data_command(std::string_view command);
std::string build_channel_data_command(const ChannelDataCommand &data);

// The 32 key bytes a command is about (9, 13, 15, 16, 17, 26 to 30, 39, 42, 50, 52, 57); nothing
// for the others and the forms without one.
std::optional<std::string_view> command_key(std::string_view command);
// SEND_LOGIN: its password, up to a NUL.
std::optional<std::string_view> command_password(std::string_view command);
// SEND_BINARY_REQ, SEND_ANON_REQ: the request behind the key; its first byte is the type.
std::optional<std::string_view> command_request(std::string_view command);
// SEND_TRACE_PATH: the tag, and the same command with another one.
std::optional<uint32_t> command_trace_tag(std::string_view command);
std::string with_trace_tag(std::string_view command, uint32_t tag);
// GET_CONTACTS: since, 0 if absent.
uint32_t contacts_since(std::string_view command);
// SEND_TELEMETRY_REQ in its self form.
bool is_self_telemetry(std::string_view command);

}  // namespace meshcore
