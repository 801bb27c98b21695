// See describe.h. What is printed is chosen field by field; nothing is printed because it is there.
#include "plugins/meshcore/codec/describe.h"

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/packet.h"

namespace meshcore {
namespace {

using namespace bytes;

std::string number(uint64_t value) { return std::to_string(value); }

std::string tag_text(uint32_t tag) {
  std::string raw;
  put32(raw, tag);
  return hex(raw);
}

std::string unknown(const char *what, std::string_view payload) {
  if (payload.empty()) return std::string("empty ") + what;
  return std::string("unknown ") + what + " 0x" + hex(payload.substr(0, 1)) + ", " +
         number(payload.size()) + " bytes";
}

std::string prefix(std::string_view key) { return hex(key.substr(0, key_prefix_size)); }

const char *error_name(uint8_t code) {
  switch (code) {
    case error::unsupported:
      return "unsupported";
    case error::not_found:
      return "not found";
    case error::table_full:
      return "table full";
    case error::bad_state:
      return "bad state";
    case error::file_io:
      return "file error";
    case error::illegal_argument:
      return "illegal argument";
    default:
      return "?";
  }
}

std::string describe_message(const ReceivedMessage &message) {
  std::string out;
  if (message.kind == ReceivedMessage::Kind::direct) {
    out = " from " + hex(message.key_prefix) + ", type " + number(message.text_type);
  } else {
    out = " on channel " + number(message.channel);
  }
  return out + ", " + number(message.text.size()) + " bytes";
}

std::string details(std::string_view frame) {
  if (const auto error = parse_error(frame)) {
    return " " + number(*error) + " (" + error_name(*error) + ")";
  }
  if (const auto sent = parse_sent(frame)) {
    return std::string(sent->flood != 0 ? " flood" : " direct") + ", tag " + tag_text(sent->tag) +
           ", wait " + number(sent->timeout_ms) + " ms";
  }
  if (const auto message = parse_message(frame)) return describe_message(*message);
  if (const auto key = push_key_prefix(frame)) return " of " + hex(*key);
  if (const auto key = push_public_key(frame)) return " of " + prefix(*key);
  if (const auto contact = parse_contact(frame)) {
    return " " + prefix(contact->public_key) + ", type " + number(contact->type);
  }
  if (const auto confirmed = parse_send_confirmed(frame)) {
    return " " + tag_text(confirmed->ack) + " after " + number(confirmed->trip_ms) + " ms";
  }
  if (const auto tag = frame_tag(frame)) return ", tag " + tag_text(*tag);
  if (const auto total = parse_contacts_start(frame)) return ", " + number(*total) + " contacts";
  if (const auto seconds = parse_time(frame)) return " " + number(*seconds);
  if (const auto logged = parse_log_rx(frame)) {
    const auto packet = parse_packet(logged->packet);
    if (!packet) return ", unreadable packet";
    return " " + std::string(packet_type_name(packet->type)) + ", " + number(packet->hops) +
           " hops";
  }
  if (is(frame, response::channel_info, 2)) return " " + number(u8(frame, 1));
  if (is(frame, response::stats, 2)) return " " + number(u8(frame, 1));
  if (is(frame, response::device_info, 2)) return ", version " + number(u8(frame, 1));
  return {};
}

}  // namespace

std::string hex(std::string_view b) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * b.size());
  for (const char c : b) {
    const auto byte = static_cast<uint8_t>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15U];
  }
  return out;
}

std::string describe_command(std::string_view payload) {
  const CommandInfo *info = command_of(payload);
  if (info == nullptr) return unknown("command", payload);
  std::string out = info->name;
  if (payload.size() < info->min_size) return out + ", too short";
  if (const auto text = parse_text_command(payload)) {
    return out + (text->text_type == text_type::cli ? " cli" : "") + " to " +
           hex(text->key_prefix) + ", attempt " + number(text->attempt) + ", " +
           number(text->text.size()) + " bytes";
  }
  if (const auto text = parse_channel_text_command(payload)) {
    return out + " on channel " + number(text->channel) + ", " + number(text->text.size()) +
           " bytes";
  }
  if (const auto data = parse_channel_data_command(payload)) {
    return out + " on channel " + number(data->channel) + ", " + number(data->data.size()) +
           " bytes";
  }
  if (const auto request = command_request(payload)) {
    out += " " + number(u8(*request, 0));
  }
  if (const auto key = command_key(payload)) return out + " " + prefix(*key);
  if (is_self_telemetry(payload)) return out + " self";
  if (const auto tag = command_trace_tag(payload)) return out + ", tag " + tag_text(*tag);
  switch (info->code) {
    case command::get_channel:
    case command::set_channel:
    case command::get_stats:
      return out + " " + number(u8(payload, 1));
    case command::device_query:
      return out + ", version " + number(u8(payload, 1));
    case command::get_contacts:
      return out + ", since " + number(contacts_since(payload));
    default:
      return out;
  }
}

std::string describe_frame(std::string_view payload) {
  const FrameInfo *info = frame_of(payload);
  if (info == nullptr) return unknown("frame", payload);
  std::string out = info->name;
  if (payload.size() < info->min_size) return out + ", too short";
  return out + details(payload);
}

}  // namespace meshcore
