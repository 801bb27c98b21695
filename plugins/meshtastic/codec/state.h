// The retained records of a radio: their keys, and their order, which is the place of a frame in
// the firmware's dump (docs/protocol notes 2.1). Driver, virtual node and simulator share it. Must
// not know how records are stored.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/meshtastic/codec/classify.h"

namespace meshtastic {

// In the order of a full dump; what stands after `file` is never part of a handshake.
enum class Section : uint8_t {
  invalid = 0,
  my_info,         // sub 0
  device_ui,       // sub 0
  own_node,        // sub 0
  metadata,        // sub 0
  region_presets,  // sub 0
  channel,         // sub = index
  config,          // sub = tag in Config; empty_slot + n for the n-th empty frame
  module_config,   // sub = tag in ModuleConfig; empty_slot + n for the n-th empty frame
  node,            // sub = node number
  file,            // sub = place in the manifest
  other,           // sub = FromRadio tag << 16 | n: dump frames of firmware newer than this code
  answer,          // sub = tag of the answer in AdminMessage; payload FromRadio{packet}
  own_telemetry,   // sub = tag in Telemetry; payload FromRadio{packet}
};

inline constexpr uint32_t empty_slot = 0x100;

struct StateKey {
  Section section = Section::invalid;
  uint32_t sub = 0;
  auto operator<=>(const StateKey &) const = default;
};

// Five bytes: section, then sub big-endian.
std::string encode_key(StateKey key);
// Nothing if bytes is no key.
std::optional<StateKey> decode_key(std::string_view bytes);

// Sort order of a record: the section, then place within it (from 0).
uint64_t state_order(Section section, uint32_t place);
inline Section order_section(uint64_t order) { return static_cast<Section>(order >> 32); }

// What a want_config asks for.
enum class HandshakeKind : uint8_t { invalid = 0, full, config_only, nodes_only };
HandshakeKind handshake_kind(uint32_t nonce);
// Whether records of that section are sent in that handshake. config_complete is not a record.
bool in_handshake(HandshakeKind kind, Section section);

// Tag of the member a FromRadio / ToRadio carries, 0 if none or unreadable. Cheap: no parse.
uint32_t from_radio_member(std::string_view payload);
uint32_t to_radio_member(std::string_view payload);
// Tags of members, as from_radio_member gives them.
namespace from_radio {
inline constexpr uint32_t packet = 2, my_info = 3, node_info = 4, config = 5, log_record = 6,
                          config_complete_id = 7, rebooted = 8, module_config = 9, channel = 10,
                          queue_status = 11, xmodem = 12, metadata = 13, mqtt_proxy = 14,
                          file_info = 15, client_notification = 16, device_ui = 17,
                          lockdown_status = 18, region_presets = 19;
}
namespace to_radio {
inline constexpr uint32_t packet = 1, want_config_id = 3, disconnect = 4, xmodem = 5,
                          mqtt_proxy = 6, heartbeat = 7;
}

// Gives every frame of one dump its key and order. Fed in the order of arrival; frames met again
// (firmware repeats nodes while its list is re-sorted) get the key and order they had.
class DumpOrder {
 public:
  // own: for dumps without my_info (nodes only); else learned from my_info.
  explicit DumpOrder(OwnNode own = {}) : own_(own) {}

  struct Slot {
    StateKey key;
    uint64_t order = 0;
    bool repeated = false;
  };
  // Nothing for frames that are no part of a dump (packet, queue_status, config_complete_id, log
  // records, rebooted, file transfer, MQTT, notifications) and for unreadable ones.
  std::optional<Slot> place(std::string_view from_radio_payload);

  OwnNode own() const { return own_; }
  // Order for a node first heard after the dump: behind all others.
  uint64_t append_node(uint32_t number);

 private:
  Slot slot(StateKey key);
  StateKey config_key(Section section, std::string_view body);

  OwnNode own_;
  std::map<StateKey, uint64_t> orders_;
  std::map<Section, uint32_t> next_;
  std::map<Section, uint32_t> empties_;
  std::map<uint32_t, uint32_t> others_;
};

// Key for a live packet of the own node that answers an app's question: administration answers
// (from = own) and the own telemetry. Nothing for all other packets.
std::optional<StateKey> answer_key(OwnNode own, std::string_view from_radio_payload);

}  // namespace meshtastic
