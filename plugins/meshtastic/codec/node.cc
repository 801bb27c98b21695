// See node.h.
#include "plugins/meshtastic/codec/node.h"

#include <algorithm>

#include "plugins/meshtastic/codec/describe.h"
#include "plugins/meshtastic/codec/tables.h"

namespace meshtastic {

namespace {

bool same(const google::protobuf::MessageLite &left, const google::protobuf::MessageLite &right) {
  return left.SerializeAsString() == right.SerializeAsString();
}

bool fold_user(pb::NodeInfo &node, const pb::MeshPacket &packet) {
  pb::User heard;
  if (!heard.ParseFromString(packet.decoded().payload())) return false;
  const pb::User &known = node.user();
  if (known.public_key().size() == 32 && !heard.public_key().empty() &&
      known.public_key() != heard.public_key()) {
    return false;
  }
  heard.set_id(node_name(node.num()));
  if (heard.public_key().empty()) heard.set_public_key(known.public_key());
  if (heard.macaddr().empty()) heard.set_macaddr(known.macaddr());
  const bool changed = !node.has_user() || !same(known, heard);
  if (changed) *node.mutable_user() = heard;
  return changed;
}

// The record holds what the firmware's own list holds of a position, not all a packet may say.
bool fold_position(pb::NodeInfo &node, const pb::MeshPacket &packet, Heard heard, uint32_t now) {
  pb::Position fix;
  if (!fix.ParseFromString(packet.decoded().payload())) return false;
  if (!fix.has_latitude_i() || !fix.has_longitude_i()) return false;
  uint32_t time = fix.time() != 0 ? fix.time() : fix.timestamp();
  if (time == 0) time = packet.rx_time() != 0 ? packet.rx_time() : now;
  if (heard == Heard::replayed && node.has_position() && node.position().time() > time) {
    return false;
  }
  pb::Position kept = node.position();
  kept.set_latitude_i(fix.latitude_i());
  kept.set_longitude_i(fix.longitude_i());
  if (fix.has_altitude()) {
    kept.set_altitude(fix.altitude());
  } else {
    kept.clear_altitude();
  }
  kept.set_time(time);
  kept.set_location_source(fix.location_source());
  const bool changed = !node.has_position() || !same(kept, node.position());
  if (changed) *node.mutable_position() = kept;
  return changed;
}

bool fold_metrics(pb::NodeInfo &node, const pb::MeshPacket &packet) {
  pb::Telemetry telemetry;
  if (!telemetry.ParseFromString(packet.decoded().payload())) return false;
  if (!telemetry.has_device_metrics()) return false;
  const bool changed =
      !node.has_device_metrics() || !same(telemetry.device_metrics(), node.device_metrics());
  if (changed) *node.mutable_device_metrics() = telemetry.device_metrics();
  return changed;
}

bool fold_heard(pb::NodeInfo &node, const pb::MeshPacket &packet, Heard heard, uint32_t now) {
  const pb::NodeInfo before = node;
  uint32_t time = packet.rx_time();
  if (time == 0 && heard != Heard::replayed) time = now;
  node.set_last_heard(std::max(node.last_heard(), time));
  if (heard == Heard::live) {
    if (packet.rx_snr() != 0) node.set_snr(packet.rx_snr());
    node.set_via_mqtt(packet.via_mqtt());
    if (const auto hops = hops_of(packet)) node.set_hops_away(*hops);
  }
  return !same(before, node);
}

}  // namespace

std::optional<pb::NodeInfo> node_from_frame(std::string_view from_radio_payload) {
  pb::FromRadio message;
  if (!message.ParseFromArray(from_radio_payload.data(),
                              static_cast<int>(from_radio_payload.size())) ||
      !message.has_node_info()) {
    return std::nullopt;
  }
  return std::move(*message.mutable_node_info());
}

pb::NodeInfo new_node(uint32_t number) {
  pb::NodeInfo node;
  node.set_num(number);
  return node;
}

uint32_t fold_packet(pb::NodeInfo &node, const pb::MeshPacket &packet, Heard heard, uint32_t now) {
  if (node.num() != packet.from() || heard == Heard::invalid) return 0;
  uint32_t changed = fold_heard(node, packet, heard, now) ? fold::heard : 0;
  if (!packet.has_decoded()) return changed;
  switch (packet.decoded().portnum()) {
    case port::nodeinfo:
      if (fold_user(node, packet)) changed |= fold::user;
      if ((changed & fold::user) != 0 && heard == Heard::live) {
        node.set_channel(packet.channel());
      }
      break;
    case port::position:
      if (fold_position(node, packet, heard, now)) changed |= fold::position;
      break;
    case port::telemetry:
      if (fold_metrics(node, packet)) changed |= fold::metrics;
      break;
    default:
      break;
  }
  return changed;
}

void merge_dump(pb::NodeInfo &dumped, const pb::NodeInfo &kept) {
  if (!dumped.has_user() && kept.has_user()) *dumped.mutable_user() = kept.user();
  if (!dumped.has_position() && kept.has_position()) {
    *dumped.mutable_position() = kept.position();
  }
  if (!dumped.has_device_metrics() && kept.has_device_metrics()) {
    *dumped.mutable_device_metrics() = kept.device_metrics();
  }
  if (kept.last_heard() > dumped.last_heard()) {
    dumped.set_last_heard(kept.last_heard());
    if (kept.snr() != 0) dumped.set_snr(kept.snr());
    if (kept.has_hops_away()) dumped.set_hops_away(kept.hops_away());
  }
}

std::optional<uint32_t> hops_of(const pb::MeshPacket &packet) {
  // Old firmware sends no hop_start; a bitfield shows that 0 is meant.
  if (packet.hop_start() == 0 && !(packet.has_decoded() && packet.decoded().has_bitfield())) {
    return std::nullopt;
  }
  if (packet.hop_start() < packet.hop_limit()) return std::nullopt;
  return packet.hop_start() - packet.hop_limit();
}

}  // namespace meshtastic
