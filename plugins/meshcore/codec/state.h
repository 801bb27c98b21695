// The retained records of a companion radio: their keys and their order (the order in which apps
// usually ask). A record's payload is the device's response frame. Driver, virtual node and
// simulator share it. Must not know how records are stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace meshcore {

enum class Section : uint8_t {
  invalid = 0,
  self_info,      // SELF_INFO
  device_info,    // DEVICE_INFO as the device sent it (pin included; redaction takes it out)
  time,           // CURR_TIME; the device clock at the message's mono_ns
  contact,        // CONTACT, one a key; lastmod is the mirror's, never falling for one contact
  channel,        // CHANNEL_INFO, one a slot up to max_channels, empty slots too, names zero-padded
  battery,        // BATT_AND_STORAGE
  stats,          // STATS, one a subtype (0 to 2)
  custom_vars,    // CUSTOM_VARS
  tuning,         // TUNING_PARAMS
  auto_add,       // AUTOADD_CONFIG
  repeat_freq,    // ALLOWED_REPEAT_FREQ
  default_scope,  // DEFAULT_FLOOD_SCOPE
  telemetry,      // TELEMETRY_RESPONSE of the own node
  console,        // meshcore-console: text of one of its lines ("stats-core"), sub is its number
};

struct StateKey {
  Section section = Section::invalid;
  uint8_t sub = 0;         // slot or subtype
  std::string public_key;  // contact only, 32 bytes
  bool operator==(const StateKey &) const = default;
};

// Section, then the 32 key bytes of a contact, or the sub byte.
std::string encode_key(const StateKey &key);
// Nothing if bytes is no key.
std::optional<StateKey> decode_key(std::string_view bytes);
// Section << 32 | place. place of a contact: its place in the device's dump; of a channel its slot.
uint64_t state_order(Section section, uint32_t place);
Section order_section(uint64_t order);
// The key under which a response frame is retained; nothing for frames that are no state. Of any
// TELEMETRY_RESPONSE it is Section::telemetry: whether it is of the own node is for the caller.
std::optional<StateKey> key_of(std::string_view frame);

}  // namespace meshcore
