// Administration reads answered from retained records, and which record a message reads or writes.
// For the virtual node, which answers reads itself, and the driver, which re-reads what was
// written. Must not know who may ask.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "admin.pb.h"
#include "plugins/meshtastic/codec/state.h"

namespace meshtastic {

// The record that holds the answer to a request (the owner is in own_node). Nothing if message is
// no request, or one that no record answers (a channel index out of range).
std::optional<StateKey> record_read(const pb::AdminMessage &message);
// The record a change touches: set_owner, set_channel, set_config, set_module_config,
// store_ui_config, canned messages, ringtone, set and remove fixed position. Nothing for others.
std::optional<StateKey> record_written(const pb::AdminMessage &message);
// A request that reads the record again; nothing if none does. For build_admin.
std::optional<pb::AdminMessage> request_for(StateKey key);

// A settings record made of the radio's answer to a read: what a dump would have held. Nothing for
// other messages, and for the owner, which is only part of a record.
struct SectionRecord {
  StateKey key;
  std::string payload;  // FromRadio
};
std::optional<SectionRecord> record_from_answer(const pb::AdminMessage &message);

// The AdminMessage payload that answers request, made of the record record_read named (its
// FromRadio bytes, redacted or not). Without a record the answer is the right member, empty: what a
// radio does not know. Nothing if message is no request. Never carries a session passkey.
std::optional<std::string> answer_from_record(const pb::AdminMessage &message,
                                              std::optional<std::string_view> record);

// The AdminMessage inside a packet on the admin port; nothing if it is none or cannot be read.
std::optional<pb::AdminMessage> admin_in(const pb::MeshPacket &packet);
// Tag of its member, 0 if none.
inline uint32_t admin_member(const pb::AdminMessage &message) {
  return static_cast<uint32_t>(message.payload_variant_case());
}
// The Telemetry variant an app asks for with want_response; 2 (device metrics) if it names none.
uint32_t telemetry_variant(const pb::Data &data);

}  // namespace meshtastic
