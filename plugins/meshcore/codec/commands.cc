// See commands.h. The two tables are ascending; the completeness test holds them against the notes.
#include "plugins/meshcore/codec/commands.h"

#include <algorithm>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/model.h"

namespace meshcore {
namespace {

namespace c = command;
namespace r = response;
using T = Treatment;

constexpr uint8_t none = 0xFF;
using Answers = std::array<uint8_t, 6>;

constexpr Answers one(uint8_t a) { return {a, none, none, none, none, none}; }
constexpr Answers ok_or_error = {r::ok, r::error, none, none, none, none};
constexpr Answers or_error(uint8_t a) { return {a, r::error, none, none, none, none}; }
constexpr Answers nothing = {none, none, none, none, none, none};

constexpr bool air = true;
constexpr bool flood = true;

// code, name, least size, treatment, transmits, floods, answers
constexpr CommandInfo commands[] = {
    {c::app_start, "APP_START", 8, T::local, false, false, one(r::self_info)},
    {c::send_text, "SEND_TXT_MSG", 14, T::forward, air, flood, or_error(r::sent)},
    {c::send_channel_text, "SEND_CHANNEL_TXT_MSG", 8, T::forward, air, flood, ok_or_error},
    {c::get_contacts,
     "GET_CONTACTS",
     1,
     T::local,
     false,
     false,
     {r::contacts_start, r::contact, r::contacts_end, r::error, none, none}},
    {c::get_time, "GET_DEVICE_TIME", 1, T::local, false, false, one(r::time)},
    {c::set_time, "SET_DEVICE_TIME", 5, T::forward, false, false, ok_or_error},
    {c::send_advert, "SEND_SELF_ADVERT", 1, T::forward, air, flood, ok_or_error},
    {c::set_name, "SET_ADVERT_NAME", 2, T::forward, false, false, ok_or_error},
    {c::set_contact, "ADD_UPDATE_CONTACT", 36, T::forward, false, false, ok_or_error},
    {c::sync_next,
     "SYNC_NEXT_MESSAGE",
     1,
     T::local,
     false,
     false,
     {r::contact_message, r::channel_message, r::contact_message_v3, r::channel_message_v3,
      r::channel_data, r::no_more_messages}},
    {c::set_radio, "SET_RADIO_PARAMS", 11, T::forward, false, false, ok_or_error},
    {c::set_tx_power, "SET_RADIO_TX_POWER", 2, T::forward, false, false, ok_or_error},
    {c::reset_path, "RESET_PATH", 33, T::forward, false, false, ok_or_error},
    {c::set_location, "SET_ADVERT_LATLON", 9, T::forward, false, false, ok_or_error},
    {c::remove_contact, "REMOVE_CONTACT", 33, T::forward, false, false, ok_or_error},
    {c::share_contact, "SHARE_CONTACT", 33, T::forward, air, false, ok_or_error},
    {c::export_contact, "EXPORT_CONTACT", 1, T::forward, false, false,
     or_error(r::exported_contact)},
    {c::import_contact, "IMPORT_CONTACT", 99, T::forward, false, false, ok_or_error},
    {c::reboot, "REBOOT", 7, T::fatal, false, false, nothing},
    {c::get_battery, "GET_BATT_AND_STORAGE", 1, T::cached, false, false, one(r::battery)},
    {c::set_tuning, "SET_TUNING_PARAMS", 9, T::forward, false, false, ok_or_error},
    {c::device_query, "DEVICE_QUERY", 2, T::local, false, false, one(r::device_info)},
    {c::export_key,
     "EXPORT_PRIVATE_KEY",
     1,
     T::never,
     false,
     false,
     {r::private_key, r::disabled, r::error, none, none, none}},
    {c::import_key,
     "IMPORT_PRIVATE_KEY",
     65,
     T::forward,
     false,
     false,
     {r::ok, r::disabled, r::error, none, none, none}},
    {c::send_raw, "SEND_RAW_DATA", 6, T::forward, air, false, ok_or_error},
    {c::send_login, "SEND_LOGIN", 33, T::request, air, flood, or_error(r::sent)},
    {c::send_status, "SEND_STATUS_REQ", 33, T::request, air, flood, or_error(r::sent)},
    {c::has_connection, "HAS_CONNECTION", 33, T::local, false, false, ok_or_error},
    {c::logout, "LOGOUT", 33, T::local, false, false, ok_or_error},
    {c::get_contact, "GET_CONTACT_BY_KEY", 33, T::local, false, false, or_error(r::contact)},
    {c::get_channel, "GET_CHANNEL", 2, T::local, false, false, or_error(r::channel_info)},
    {c::set_channel, "SET_CHANNEL", 50, T::forward, false, false, ok_or_error},
    {c::sign_start, "SIGN_START", 1, T::session, false, false, or_error(r::sign_start)},
    {c::sign_data, "SIGN_DATA", 2, T::session, false, false, ok_or_error},
    {c::sign_finish, "SIGN_FINISH", 1, T::session, false, false, or_error(r::signature)},
    {c::send_trace, "SEND_TRACE_PATH", 11, T::forward, air, false, or_error(r::sent)},
    {c::set_pin, "SET_DEVICE_PIN", 5, T::forward, false, false, ok_or_error},
    {c::set_other, "SET_OTHER_PARAMS", 2, T::forward, false, false, ok_or_error},
    {c::send_telemetry, "SEND_TELEMETRY_REQ", 4, T::request, air, flood, or_error(r::sent)},
    {c::get_custom_vars, "GET_CUSTOM_VARS", 1, T::local, false, false, one(r::custom_vars)},
    {c::set_custom_var, "SET_CUSTOM_VAR", 4, T::forward, false, false, ok_or_error},
    {c::get_advert_path, "GET_ADVERT_PATH", 34, T::forward, false, false, or_error(r::advert_path)},
    {c::get_tuning, "GET_TUNING_PARAMS", 1, T::local, false, false, one(r::tuning)},
    {c::send_binary, "SEND_BINARY_REQ", 34, T::request, air, flood, or_error(r::sent)},
    {c::factory_reset, "FACTORY_RESET", 6, T::fatal, false, false, ok_or_error},
    {c::send_path_discovery, "SEND_PATH_DISCOVERY_REQ", 34, T::request, air, flood,
     or_error(r::sent)},
    {c::set_flood_scope, "SET_FLOOD_SCOPE_KEY", 2, T::session, false, false, ok_or_error},
    {c::send_control, "SEND_CONTROL_DATA", 2, T::forward, air, false, ok_or_error},
    {c::get_stats, "GET_STATS", 2, T::cached, false, false, or_error(r::stats)},
    {c::send_anonymous, "SEND_ANON_REQ", 34, T::request, air, flood, or_error(r::sent)},
    {c::set_auto_add, "SET_AUTOADD_CONFIG", 2, T::forward, false, false, ok_or_error},
    {c::get_auto_add, "GET_AUTOADD_CONFIG", 1, T::local, false, false, one(r::auto_add)},
    {c::get_repeat_freq, "GET_ALLOWED_REPEAT_FREQ", 1, T::local, false, false, one(r::repeat_freq)},
    {c::set_path_hash_mode, "SET_PATH_HASH_MODE", 3, T::forward, false, false, ok_or_error},
    {c::send_channel_data, "SEND_CHANNEL_DATA", 5, T::forward, air, flood, ok_or_error},
    {c::set_default_scope, "SET_DEFAULT_FLOOD_SCOPE", 1, T::forward, false, false, ok_or_error},
    {c::get_default_scope, "GET_DEFAULT_FLOOD_SCOPE", 1, T::local, false, false,
     one(r::default_scope)},
    {c::send_packet, "SEND_RAW_PACKET", 4, T::forward, air, false, ok_or_error},
};

constexpr FrameInfo frames[] = {
    {r::ok, "OK", 1},
    {r::error, "ERR", 1},
    {r::contacts_start, "CONTACTS_START", 5},
    {r::contact, "CONTACT", 148},
    {r::contacts_end, "END_OF_CONTACTS", 5},
    {r::self_info, "SELF_INFO", 58},
    {r::sent, "SENT", 10},
    {r::contact_message, "CONTACT_MSG_RECV", 13},
    {r::channel_message, "CHANNEL_MSG_RECV", 8},
    {r::time, "CURR_TIME", 5},
    {r::no_more_messages, "NO_MORE_MESSAGES", 1},
    {r::exported_contact, "EXPORT_CONTACT", 2},
    {r::battery, "BATT_AND_STORAGE", 3},
    {r::device_info, "DEVICE_INFO", 2},
    {r::private_key, "PRIVATE_KEY", 65},
    {r::disabled, "DISABLED", 1},
    {r::contact_message_v3, "CONTACT_MSG_RECV_V3", 16},
    {r::channel_message_v3, "CHANNEL_MSG_RECV_V3", 11},
    {r::channel_info, "CHANNEL_INFO", 50},
    {r::sign_start, "SIGN_START", 6},
    {r::signature, "SIGNATURE", 65},
    {r::custom_vars, "CUSTOM_VARS", 1},
    {r::advert_path, "ADVERT_PATH", 6},
    {r::tuning, "TUNING_PARAMS", 9},
    {r::stats, "STATS", 2},
    {r::auto_add, "AUTOADD_CONFIG", 2},
    {r::repeat_freq, "ALLOWED_REPEAT_FREQ", 1},
    {r::channel_data, "CHANNEL_DATA_RECV", 9},
    {r::default_scope, "DEFAULT_FLOOD_SCOPE", 1},
    {push::advert, "ADVERT", 33},
    {push::path_updated, "PATH_UPDATED", 33},
    {push::send_confirmed, "SEND_CONFIRMED", 9},
    {push::message_waiting, "MSG_WAITING", 1},
    {push::raw_data, "RAW_DATA", 4},
    {push::login_success, "LOGIN_SUCCESS", 8},
    {push::login_fail, "LOGIN_FAIL", 8},
    {push::status_response, "STATUS_RESPONSE", 8},
    {push::log_rx_data, "LOG_RX_DATA", 3},
    {push::trace_data, "TRACE_DATA", 12},
    {push::new_advert, "NEW_ADVERT", 148},
    {push::telemetry_response, "TELEMETRY_RESPONSE", 8},
    {push::binary_response, "BINARY_RESPONSE", 6},
    {push::path_discovery, "PATH_DISCOVERY_RESPONSE", 10},
    {push::control_data, "CONTROL_DATA", 4},
    {push::contact_deleted, "CONTACT_DELETED", 33},
    {push::contacts_full, "CONTACTS_FULL", 1},
};

// Entries by their code, so that finding one costs a look.
template <class Info, size_t Count>
constexpr std::array<const Info *, 256> indexed(const Info (&table)[Count]) {
  std::array<const Info *, 256> index{};
  for (const Info &info : table) index[info.code] = &info;
  return index;
}

constexpr auto commands_by_code = indexed(commands);
constexpr auto frames_by_code = indexed(frames);

}  // namespace

const CommandInfo *find_command(uint8_t code) { return commands_by_code[code]; }
std::span<const CommandInfo> all_commands() { return commands; }
const FrameInfo *find_frame(uint8_t code) { return frames_by_code[code]; }
std::span<const FrameInfo> all_frames() { return frames; }

const CommandInfo *command_of(std::string_view payload) {
  return payload.empty() ? nullptr : find_command(bytes::u8(payload, 0));
}

const FrameInfo *frame_of(std::string_view payload) {
  return payload.empty() ? nullptr : find_frame(bytes::u8(payload, 0));
}

bool answers(std::string_view command_payload, std::string_view frame) {
  const CommandInfo *info = command_of(command_payload);
  if (info == nullptr || frame.empty()) return false;
  const uint8_t code = bytes::u8(frame, 0);
  if (code == response::error || code == response::disabled) return true;
  if (is_self_telemetry(command_payload)) return code == push::telemetry_response;
  return code != none &&
         std::find(info->answers.begin(), info->answers.end(), code) != info->answers.end();
}

bool transmits(std::string_view command_payload) {
  const CommandInfo *info = command_of(command_payload);
  return info != nullptr && info->transmits && !is_self_telemetry(command_payload);
}

Treatment treatment_of(std::string_view command_payload) {
  const CommandInfo *info = command_of(command_payload);
  if (info == nullptr) return Treatment::invalid;
  return is_self_telemetry(command_payload) ? Treatment::cached : info->treatment;
}

}  // namespace meshcore
