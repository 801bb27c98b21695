// See state.h.
#include "plugins/meshcore/codec/state.h"

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/commands.h"

namespace meshcore {

std::string encode_key(const StateKey &key) {
  std::string out;
  bytes::put8(out, static_cast<uint8_t>(key.section));
  if (key.section == Section::contact) {
    bytes::put_field(out, key.public_key, key_size);
  } else {
    bytes::put8(out, key.sub);
  }
  return out;
}

std::optional<StateKey> decode_key(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const uint8_t section = bytes::u8(bytes, 0);
  if (section == 0 || section > static_cast<uint8_t>(Section::console)) return std::nullopt;
  StateKey key;
  key.section = static_cast<Section>(section);
  if (key.section == Section::contact) {
    if (bytes.size() != 1 + key_size) return std::nullopt;
    key.public_key = bytes.substr(1);
  } else {
    if (bytes.size() != 2) return std::nullopt;
    key.sub = bytes::u8(bytes, 1);
  }
  return key;
}

uint64_t state_order(Section section, uint32_t place) {
  return static_cast<uint64_t>(section) << 32 | place;
}

Section order_section(uint64_t order) {
  const uint64_t section = order >> 32;
  return section <= static_cast<uint64_t>(Section::console) ? static_cast<Section>(section)
                                                            : Section::invalid;
}

std::optional<StateKey> key_of(std::string_view frame) {
  const FrameInfo *info = frame_of(frame);
  if (info == nullptr || frame.size() < info->min_size) return std::nullopt;
  StateKey key;
  switch (info->code) {
    case response::self_info:
      key.section = Section::self_info;
      break;
    case response::device_info:
      key.section = Section::device_info;
      break;
    case response::time:
      key.section = Section::time;
      break;
    case response::contact:
      key.section = Section::contact;
      key.public_key = frame.substr(1, key_size);
      break;
    case response::channel_info:
      key.section = Section::channel;
      key.sub = bytes::u8(frame, 1);
      break;
    case response::battery:
      key.section = Section::battery;
      break;
    case response::stats:
      key.section = Section::stats;
      key.sub = bytes::u8(frame, 1);
      break;
    case response::custom_vars:
      key.section = Section::custom_vars;
      break;
    case response::tuning:
      key.section = Section::tuning;
      break;
    case response::auto_add:
      key.section = Section::auto_add;
      break;
    case response::repeat_freq:
      key.section = Section::repeat_freq;
      break;
    case response::default_scope:
      key.section = Section::default_scope;
      break;
    case push::telemetry_response:
      key.section = Section::telemetry;
      break;
    default:
      return std::nullopt;
  }
  return key;
}

}  // namespace meshcore
