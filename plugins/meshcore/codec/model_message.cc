// Received texts and channel data in their old and new forms, and the commands that send texts. See
// model.h.
#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/text.h"

namespace meshcore {
namespace {

using namespace bytes;

constexpr size_t author_size = 4;
constexpr size_t v3_prefix = 3;  // SNR and two reserved bytes behind the code

using Kind = ReceivedMessage::Kind;

// Appends as much text as the frame has room for; what must be cut is cut between characters.
void put_text(std::string &out, std::string_view text) {
  const size_t room = max_frame - out.size();
  out += text.size() > room ? fit_utf8(text, room) : text;
}

// b begins with the byte behind the code, or behind the v3 prefix.
std::optional<ReceivedMessage> read_direct(std::string_view b) {
  if (b.size() < 12) return std::nullopt;
  ReceivedMessage message;
  message.kind = Kind::direct;
  message.key_prefix = b.substr(0, key_prefix_size);
  message.path_len = u8(b, 6);
  message.text_type = u8(b, 7);
  message.timestamp = u32(b, 8);
  b.remove_prefix(12);
  if (message.text_type == text_type::signed_plain) {
    if (b.size() < author_size) return std::nullopt;
    message.author = b.substr(0, author_size);
    b.remove_prefix(author_size);
  }
  message.text = b;
  return message;
}

std::optional<ReceivedMessage> read_channel(std::string_view b) {
  if (b.size() < 7) return std::nullopt;
  ReceivedMessage message;
  message.kind = Kind::channel;
  message.channel = u8(b, 0);
  message.path_len = u8(b, 1);
  message.text_type = u8(b, 2);
  message.timestamp = u32(b, 3);
  message.text = b.substr(7);
  return message;
}

std::optional<ReceivedMessage> read_data(std::string_view b) {
  if (b.size() < 5) return std::nullopt;
  const size_t size = u8(b, 4);
  if (b.size() < 5 + size) return std::nullopt;
  ReceivedMessage message;
  message.kind = Kind::data;
  message.channel = u8(b, 0);
  message.path_len = u8(b, 1);
  message.data_type = u16(b, 2);
  message.text = b.substr(5, size);
  return message;
}

}  // namespace

std::optional<ReceivedMessage> parse_message(std::string_view frame) {
  if (frame.empty()) return std::nullopt;
  switch (u8(frame, 0)) {
    case response::contact_message:
      return read_direct(frame.substr(1));
    case response::channel_message:
      return read_channel(frame.substr(1));
    default:
      break;
  }
  if (frame.size() < 1 + v3_prefix) return std::nullopt;
  const std::string_view body = frame.substr(1 + v3_prefix);
  std::optional<ReceivedMessage> message;
  switch (u8(frame, 0)) {
    case response::contact_message_v3:
      message = read_direct(body);
      break;
    case response::channel_message_v3:
      message = read_channel(body);
      break;
    case response::channel_data:
      message = read_data(body);
      break;
    default:
      break;
  }
  if (message) message->snr_x4 = i8(frame, 1);
  return message;
}

std::string build_message(const ReceivedMessage &message) {
  return render_message(message, version);
}

std::string render_message(const ReceivedMessage &message, uint8_t app_version) {
  const bool legacy = app_version < 3 && message.kind != Kind::data;
  std::string out;
  out.reserve(max_frame);
  switch (message.kind) {
    case Kind::direct:
      put8(out, legacy ? response::contact_message : response::contact_message_v3);
      break;
    case Kind::channel:
      put8(out, legacy ? response::channel_message : response::channel_message_v3);
      break;
    case Kind::data:
      put8(out, response::channel_data);
      break;
    case Kind::invalid:
      return out;
  }
  if (!legacy) {
    put8(out, static_cast<uint8_t>(message.snr_x4));
    put16(out, 0);
  }
  if (message.kind == Kind::direct) {
    put_field(out, message.key_prefix, key_prefix_size);
    put8(out, message.path_len);
    put8(out, message.text_type);
    put32(out, message.timestamp);
    if (message.text_type == text_type::signed_plain) put_field(out, message.author, author_size);
    put_text(out, message.text);
  } else if (message.kind == Kind::channel) {
    put8(out, message.channel);
    put8(out, message.path_len);
    put8(out, message.text_type);
    put32(out, message.timestamp);
    put_text(out, message.text);
  } else {
    put8(out, message.channel);
    put8(out, message.path_len);
    put16(out, message.data_type);
    const std::string_view data =
        std::string_view(message.text).substr(0, max_frame - out.size() - 1);
    put8(out, static_cast<unsigned>(data.size()));
    out += data;
  }
  return out;
}

std::optional<TextCommand> parse_text_command(std::string_view command) {
  if (!is(command, command::send_text, 14)) return std::nullopt;
  TextCommand text;
  text.text_type = u8(command, 1);
  text.attempt = u8(command, 2);
  text.timestamp = u32(command, 3);
  text.key_prefix = command.substr(7, key_prefix_size);
  text.text = cut_nul(command.substr(13));
  return text;
}

std::string build_text_command(const TextCommand &text) {
  std::string out;
  put8(out, command::send_text);
  put8(out, text.text_type);
  put8(out, text.attempt);
  put32(out, text.timestamp);
  put_field(out, text.key_prefix, key_prefix_size);
  put_text(out, cut_nul(text.text));
  return out;
}

std::optional<ChannelTextCommand> parse_channel_text_command(std::string_view command) {
  if (!is(command, command::send_channel_text, 8)) return std::nullopt;
  ChannelTextCommand text;
  text.text_type = u8(command, 1);
  text.channel = u8(command, 2);
  text.timestamp = u32(command, 3);
  text.text = cut_nul(command.substr(7));
  return text;
}

std::string build_channel_text_command(const ChannelTextCommand &text) {
  std::string out;
  put8(out, command::send_channel_text);
  put8(out, text.text_type);
  put8(out, text.channel);
  put32(out, text.timestamp);
  put_text(out, cut_nul(text.text));
  return out;
}

std::optional<ChannelDataCommand> parse_channel_data_command(std::string_view command) {
  if (!is(command, command::send_channel_data, 5)) return std::nullopt;
  ChannelDataCommand data;
  data.channel = u8(command, 1);
  data.path_len = u8(command, 2);
  size_t path = 0;
  if (data.path_len != path_unknown) {
    const auto size = path_bytes(data.path_len);
    if (!size) return std::nullopt;
    path = *size;
  }
  if (command.size() < 5 + path) return std::nullopt;
  data.path = command.substr(3, path);
  data.data_type = u16(command, 3 + path);
  data.data = command.substr(5 + path);
  if (data.data_type == 0 || data.data.size() > max_channel_data) return std::nullopt;
  return data;
}

std::string build_channel_data_command(const ChannelDataCommand &data) {
  std::string out;
  put8(out, command::send_channel_data);
  put8(out, data.channel);
  put8(out, data.path_len);
  const size_t path =
      data.path_len == path_unknown ? 0 : path_bytes(data.path_len).value_or(data.path.size());
  put_field(out, data.path, path);
  put16(out, data.data_type);
  out += data.data;
  return out;
}

}  // namespace meshcore
