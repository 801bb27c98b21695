// Direct answers, pushes, and what of a frame or command names its target. See model.h.
#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/model.h"

namespace meshcore {
namespace {

using namespace bytes;

std::string with_u32(uint8_t code, uint32_t value) {
  std::string out;
  put8(out, code);
  put32(out, value);
  return out;
}

std::optional<uint32_t> u32_behind(std::string_view frame, uint8_t code) {
  if (!is(frame, code, 5)) return std::nullopt;
  return u32(frame, 1);
}

// Where the tag of a frame stands; 0 if it has none.
size_t tag_at(std::string_view frame) {
  if (is(frame, response::sent, 10) || is(frame, push::binary_response, 6)) return 2;
  if (is(frame, push::trace_data, 12)) return 4;
  return 0;
}

}  // namespace

std::optional<Sent> parse_sent(std::string_view frame) {
  if (!is(frame, response::sent, 10)) return std::nullopt;
  return Sent{u8(frame, 1), u32(frame, 2), u32(frame, 6)};
}

std::string build_sent(const Sent &sent) {
  std::string out;
  put8(out, response::sent);
  put8(out, sent.flood);
  put32(out, sent.tag);
  put32(out, sent.timeout_ms);
  return out;
}

std::string build_ok() { return {static_cast<char>(response::ok)}; }

std::string build_error(uint8_t code) {
  return {static_cast<char>(response::error), static_cast<char>(code)};
}

std::optional<uint8_t> parse_error(std::string_view frame) {
  if (!is(frame, response::error, 1)) return std::nullopt;
  return frame.size() > 1 ? u8(frame, 1) : error::unsupported;
}

std::string build_disabled() { return {static_cast<char>(response::disabled)}; }
std::string build_no_more_messages() { return {static_cast<char>(response::no_more_messages)}; }
std::string build_message_waiting() { return {static_cast<char>(push::message_waiting)}; }

std::string build_time(uint32_t seconds) { return with_u32(response::time, seconds); }
std::optional<uint32_t> parse_time(std::string_view frame) {
  return u32_behind(frame, response::time);
}
std::string build_contacts_start(uint32_t total) {
  return with_u32(response::contacts_start, total);
}
std::optional<uint32_t> parse_contacts_start(std::string_view frame) {
  return u32_behind(frame, response::contacts_start);
}
std::string build_contacts_end(uint32_t lastmod) {
  return with_u32(response::contacts_end, lastmod);
}
std::optional<uint32_t> parse_contacts_end(std::string_view frame) {
  return u32_behind(frame, response::contacts_end);
}

std::optional<SendConfirmed> parse_send_confirmed(std::string_view frame) {
  if (!is(frame, push::send_confirmed, 9)) return std::nullopt;
  return SendConfirmed{u32(frame, 1), u32(frame, 5)};
}

std::string build_send_confirmed(const SendConfirmed &confirmed) {
  std::string out = with_u32(push::send_confirmed, confirmed.ack);
  put32(out, confirmed.trip_ms);
  return out;
}

std::optional<std::string_view> push_key_prefix(std::string_view frame) {
  if (frame.size() < 2 + key_prefix_size) return std::nullopt;
  switch (u8(frame, 0)) {
    case push::login_success:
    case push::login_fail:
    case push::status_response:
    case push::telemetry_response:
    case push::path_discovery:
      return frame.substr(2, key_prefix_size);
    default:
      return std::nullopt;
  }
}

std::optional<std::string_view> push_data(std::string_view frame) {
  if (is(frame, push::binary_response, 6)) return frame.substr(6);
  if (!is(frame, push::status_response, 8) && !is(frame, push::telemetry_response, 8)) {
    return std::nullopt;
  }
  return frame.substr(8);
}

std::string build_prefix_push(uint8_t code, std::string_view key, std::string_view data) {
  std::string out;
  put8(out, code);
  put8(out, 0);
  put_field(out, key, key_prefix_size);
  out += data.substr(0, max_frame - out.size());
  return out;
}

std::string build_binary_response(uint32_t tag, std::string_view data) {
  std::string out;
  put8(out, push::binary_response);
  put8(out, 0);
  put32(out, tag);
  out += data.substr(0, max_frame - out.size());
  return out;
}

std::optional<std::string_view> push_public_key(std::string_view frame) {
  if (frame.size() < 1 + key_size) return std::nullopt;
  switch (u8(frame, 0)) {
    case push::advert:
    case push::path_updated:
    case push::contact_deleted:
    case push::new_advert:
      return frame.substr(1, key_size);
    default:
      return std::nullopt;
  }
}

std::string build_key_push(uint8_t code, std::string_view public_key) {
  std::string out;
  put8(out, code);
  put_field(out, public_key, key_size);
  return out;
}

std::optional<uint32_t> frame_tag(std::string_view frame) {
  const size_t at = tag_at(frame);
  if (at == 0) return std::nullopt;
  return u32(frame, at);
}

std::string with_tag(std::string_view frame, uint32_t tag) {
  std::string out(frame);
  if (const size_t at = tag_at(frame); at != 0) {
    std::string number;
    put32(number, tag);
    out.replace(at, number.size(), number);
  }
  return out;
}

std::optional<LoginSuccess> parse_login_success(std::string_view frame) {
  if (!is(frame, push::login_success, 8)) return std::nullopt;
  LoginSuccess login;
  login.legacy_permissions = u8(frame, 1);
  login.key_prefix = frame.substr(2, key_prefix_size);
  if (frame.size() >= 14) {
    login.server_time = u32(frame, 8);
    login.permissions = u8(frame, 12);
    login.firmware_level = u8(frame, 13);
  }
  return login;
}

std::string build_login_success(const LoginSuccess &login) {
  std::string out;
  put8(out, push::login_success);
  put8(out, login.legacy_permissions);
  put_field(out, login.key_prefix, key_prefix_size);
  if (login.server_time) {
    put32(out, *login.server_time);
    put8(out, login.permissions);
    put8(out, login.firmware_level);
  }
  return out;
}

std::optional<std::string_view> command_key(std::string_view command) {
  if (command.empty()) return std::nullopt;
  size_t at = 1;
  switch (u8(command, 0)) {
    case command::set_contact:
    case command::reset_path:
    case command::remove_contact:
    case command::share_contact:
    case command::export_contact:
    case command::send_login:
    case command::send_status:
    case command::has_connection:
    case command::logout:
    case command::get_contact:
    case command::send_binary:
    case command::send_anonymous:
      break;
    case command::get_advert_path:
    case command::send_path_discovery:
      at = 2;
      break;
    case command::send_telemetry:
      at = 4;
      break;
    default:
      return std::nullopt;
  }
  if (command.size() < at + key_size) return std::nullopt;
  return command.substr(at, key_size);
}

std::optional<std::string_view> command_password(std::string_view command) {
  if (!is(command, command::send_login, 1 + key_size)) return std::nullopt;
  const std::string_view rest = command.substr(1 + key_size);
  return rest.substr(0, rest.find('\0'));
}

std::optional<std::string_view> command_request(std::string_view command) {
  if (!is(command, command::send_binary, 2 + key_size) &&
      !is(command, command::send_anonymous, 2 + key_size)) {
    return std::nullopt;
  }
  return command.substr(1 + key_size);
}

std::optional<uint32_t> command_trace_tag(std::string_view command) {
  if (!is(command, command::send_trace, 11)) return std::nullopt;
  return u32(command, 1);
}

std::string with_trace_tag(std::string_view command, uint32_t tag) {
  std::string out(command);
  if (is(command, command::send_trace, 11)) {
    std::string number;
    put32(number, tag);
    out.replace(1, number.size(), number);
  }
  return out;
}

uint32_t contacts_since(std::string_view command) {
  return is(command, command::get_contacts, 5) ? u32(command, 1) : 0;
}

bool is_self_telemetry(std::string_view command) {
  return command.size() == 4 && is(command, command::send_telemetry, 4);
}

}  // namespace meshcore
