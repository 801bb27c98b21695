// The numbers of the companion protocol: commands, responses, pushes, errors, sizes (docs/protocol
// notes 2.2 to 2.5). The first byte of every payload is one of them. Must not know layouts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace meshcore {

// What an app sends.
namespace command {
inline constexpr uint8_t app_start = 1, send_text = 2, send_channel_text = 3, get_contacts = 4,
                         get_time = 5, set_time = 6, send_advert = 7, set_name = 8, set_contact = 9,
                         sync_next = 10, set_radio = 11, set_tx_power = 12, reset_path = 13,
                         set_location = 14, remove_contact = 15, share_contact = 16,
                         export_contact = 17, import_contact = 18, reboot = 19, get_battery = 20,
                         set_tuning = 21, device_query = 22, export_key = 23, import_key = 24,
                         send_raw = 25, send_login = 26, send_status = 27, has_connection = 28,
                         logout = 29, get_contact = 30, get_channel = 31, set_channel = 32,
                         sign_start = 33, sign_data = 34, sign_finish = 35, send_trace = 36,
                         set_pin = 37, set_other = 38, send_telemetry = 39, get_custom_vars = 40,
                         set_custom_var = 41, get_advert_path = 42, get_tuning = 43,
                         send_binary = 50, factory_reset = 51, send_path_discovery = 52,
                         set_flood_scope = 54, send_control = 55, get_stats = 56,
                         send_anonymous = 57, set_auto_add = 58, get_auto_add = 59,
                         get_repeat_freq = 60, set_path_hash_mode = 61, send_channel_data = 62,
                         set_default_scope = 63, get_default_scope = 64, send_packet = 65;
}  // namespace command

// What the device answers.
namespace response {
inline constexpr uint8_t ok = 0, error = 1, contacts_start = 2, contact = 3, contacts_end = 4,
                         self_info = 5, sent = 6, contact_message = 7, channel_message = 8,
                         time = 9, no_more_messages = 10, exported_contact = 11, battery = 12,
                         device_info = 13, private_key = 14, disabled = 15, contact_message_v3 = 16,
                         channel_message_v3 = 17, channel_info = 18, sign_start = 19,
                         signature = 20, custom_vars = 21, advert_path = 22, tuning = 23,
                         stats = 24, auto_add = 25, repeat_freq = 26, channel_data = 27,
                         default_scope = 28;
}  // namespace response

// What the device says by itself.
namespace push {
inline constexpr uint8_t first = 0x80;
inline constexpr uint8_t advert = 0x80, path_updated = 0x81, send_confirmed = 0x82,
                         message_waiting = 0x83, raw_data = 0x84, login_success = 0x85,
                         login_fail = 0x86, status_response = 0x87, log_rx_data = 0x88,
                         trace_data = 0x89, new_advert = 0x8A, telemetry_response = 0x8B,
                         binary_response = 0x8C, path_discovery = 0x8D, control_data = 0x8E,
                         contact_deleted = 0x8F, contacts_full = 0x90;
}  // namespace push

// Second byte of response::error.
namespace error {
inline constexpr uint8_t unsupported = 1, not_found = 2, table_full = 3, bad_state = 4, file_io = 5,
                         illegal_argument = 6;
}

// Types in a contact and in an advert.
namespace contact_type {
inline constexpr uint8_t none = 0, chat = 1, repeater = 2, room = 3, sensor = 4;
}

// txt_type of direct texts.
namespace text_type {
inline constexpr uint8_t plain = 0, cli = 1, signed_plain = 2;
}

inline constexpr uint8_t version = 13;    // VER_CODE this code speaks, firmware 1.16 to 1.17
inline constexpr size_t max_frame = 176;  // payload, firmware 1.16 and later
inline constexpr size_t max_frame_before_1_16 = 172;
inline constexpr size_t key_size = 32;        // public key
inline constexpr size_t key_prefix_size = 6;  // as texts and pushes carry it
inline constexpr size_t max_path = 64;
inline constexpr size_t max_text = 160;          // direct text, bytes
inline constexpr size_t max_channel_data = 167;  // command 62
inline constexpr size_t max_password = 15;
inline constexpr size_t max_sign_data = 8192;  // one signature
inline constexpr size_t name_size = 32;        // field of a contact, channel or node name
inline constexpr size_t channel_secret_size = 16;
inline constexpr uint8_t path_unknown = 0xFF;  // out_path_len; in a message: came direct

}  // namespace meshcore
