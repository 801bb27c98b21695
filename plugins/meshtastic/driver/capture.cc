// See capture.h.
#include "plugins/meshtastic/driver/capture.h"

#include <utility>

#include "plugins/meshtastic/codec/wire.h"

namespace meshtastic_driver {

namespace from_radio = meshtastic::from_radio;
namespace wire = meshtastic::wire;

namespace {

std::uint32_t number_at(std::string_view payload, std::uint32_t member, std::uint32_t field) {
  const auto found = wire::at(payload, {member, field});
  return found ? static_cast<std::uint32_t>(found->value) : 0;
}

}  // namespace

void Capture::begin(meshtastic::HandshakeKind kind, std::uint32_t nonce) {
  running_ = true;
  nonce_ = nonce;
  order_ = meshtastic::DumpOrder();
  places_.clear();
  dump_ = Dump();
  dump_.kind = kind;
}

Took Capture::take(std::string_view payload) {
  const std::uint32_t member = meshtastic::from_radio_member(payload);
  if (member == from_radio::config_complete_id) {
    // The end of somebody else's dump, or of one given up long ago.
    const auto id = wire::last(payload, from_radio::config_complete_id);
    if (!id || static_cast<std::uint32_t>(id->value) != nonce_) return Took::part;
    return dump_.own != 0 ? Took::complete : Took::broken;
  }
  const auto slot = order_.place(payload);
  if (!slot) return Took::other;
  if (member == from_radio::my_info) {
    constexpr std::uint32_t my_node_num = 1, reboot_count = 8;
    dump_.own = number_at(payload, member, my_node_num);
    dump_.reboot_count = number_at(payload, member, reboot_count);
  }
  keep(*slot, payload);
  return Took::part;
}

void Capture::keep(const meshtastic::DumpOrder::Slot &slot, std::string_view payload) {
  const auto found = places_.find(slot.key);
  if (found != places_.end()) {
    dump_.records[found->second].payload = payload;
    return;
  }
  if (dump_.records.size() >= kMostRecords) return;
  places_.emplace(slot.key, dump_.records.size());
  dump_.records.push_back({slot.key, slot.order, std::string(payload)});
}

Dump Capture::finish() {
  running_ = false;
  places_.clear();
  return std::exchange(dump_, Dump());
}

}  // namespace meshtastic_driver
