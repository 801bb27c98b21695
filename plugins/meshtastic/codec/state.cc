// See state.h.
#include "plugins/meshtastic/codec/state.h"

#include <algorithm>

#include "admin.pb.h"
#include "mesh.pb.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/codec/wire.h"

namespace meshtastic {

namespace {

// The last member of a oneof that a parser would keep, given the tags that belong to it.
std::optional<wire::Field> member_field(std::string_view payload, uint32_t first, uint32_t end) {
  wire::Reader reader(payload);
  std::optional<wire::Field> found;
  while (auto field = reader.next()) {
    if (field->number >= first && field->number < end) found = field;
  }
  if (!reader.ok()) return std::nullopt;
  return found;
}

// Tags above what is known today may be members of newer firmware.
constexpr uint32_t end_of_members = 64;

std::optional<wire::Field> from_radio_field(std::string_view payload) {
  return member_field(payload, from_radio::packet, end_of_members);
}

Section single_section(uint32_t member) {
  switch (member) {
    case from_radio::my_info:
      return Section::my_info;
    case from_radio::device_ui:
      return Section::device_ui;
    case from_radio::metadata:
      return Section::metadata;
    case from_radio::region_presets:
      return Section::region_presets;
    default:
      return Section::invalid;
  }
}

bool part_of_dump(uint32_t member) {
  switch (member) {
    case 0:
    case from_radio::packet:
    case from_radio::log_record:
    case from_radio::config_complete_id:
    case from_radio::rebooted:
    case from_radio::queue_status:
    case from_radio::xmodem:
    case from_radio::mqtt_proxy:
    case from_radio::client_notification:
    case from_radio::lockdown_status:
      return false;
    default:
      return true;
  }
}

uint32_t number_in(std::string_view message, uint32_t field) {
  const auto found = wire::last(message, field);
  return found ? static_cast<uint32_t>(found->value) : 0;
}

}  // namespace

std::string encode_key(StateKey key) {
  std::string bytes(1, static_cast<char>(key.section));
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(key.sub >> shift));
  }
  return bytes;
}

std::optional<StateKey> decode_key(std::string_view bytes) {
  if (bytes.size() != 5) return std::nullopt;
  const auto section = static_cast<uint8_t>(bytes[0]);
  if (section == 0 || section > static_cast<uint8_t>(Section::own_telemetry)) return std::nullopt;
  StateKey key{static_cast<Section>(section), 0};
  for (size_t i = 1; i < 5; ++i) key.sub = (key.sub << 8) | static_cast<uint8_t>(bytes[i]);
  return key;
}

uint64_t state_order(Section section, uint32_t place) {
  return (static_cast<uint64_t>(section) << 32) | place;
}

HandshakeKind handshake_kind(uint32_t nonce) {
  if (nonce == nonce_config_only) return HandshakeKind::config_only;
  if (nonce == nonce_nodes_only) return HandshakeKind::nodes_only;
  return HandshakeKind::full;
}

bool in_handshake(HandshakeKind kind, Section section) {
  if (section == Section::invalid || section > Section::other) return false;
  switch (kind) {
    case HandshakeKind::full:
      return true;
    case HandshakeKind::config_only:
      return section != Section::node;
    case HandshakeKind::nodes_only:
      return section == Section::node || section == Section::own_node;
    case HandshakeKind::invalid:
      break;
  }
  return false;
}

uint32_t from_radio_member(std::string_view payload) {
  const auto field = from_radio_field(payload);
  return field ? field->number : 0;
}

uint32_t to_radio_member(std::string_view payload) {
  const auto field = member_field(payload, to_radio::packet, end_of_members);
  return field ? field->number : 0;
}

DumpOrder::Slot DumpOrder::slot(StateKey key) {
  const auto found = orders_.find(key);
  if (found != orders_.end()) return {key, found->second, true};
  const uint64_t order = state_order(key.section, next_[key.section]++);
  orders_.emplace(key, order);
  return {key, order, false};
}

StateKey DumpOrder::config_key(Section section, std::string_view body) {
  const auto member = member_field(body, 1, empty_slot);
  if (member) return {section, member->number};
  return {section, empty_slot + empties_[section]++};
}

std::optional<DumpOrder::Slot> DumpOrder::place(std::string_view from_radio_payload) {
  const auto field = from_radio_field(from_radio_payload);
  if (!field || field->type != wire::Type::bytes || !part_of_dump(field->number)) {
    return std::nullopt;
  }
  const std::string_view body = field->body;
  switch (field->number) {
    case from_radio::my_info:
      own_ = number_in(body, 1);
      return slot({Section::my_info, 0});
    case from_radio::node_info: {
      const uint32_t number = number_in(body, 1);
      if (own_ == number) return slot({Section::own_node, 0});
      return slot({Section::node, number});
    }
    case from_radio::channel:
      return slot({Section::channel, number_in(body, 1)});
    case from_radio::config:
      return slot(config_key(Section::config, body));
    case from_radio::module_config:
      return slot(config_key(Section::module_config, body));
    case from_radio::file_info:
      return slot({Section::file, next_[Section::file]});
    default:
      break;
  }
  const Section single = single_section(field->number);
  if (single != Section::invalid) return slot({single, 0});
  return slot({Section::other, (field->number << 16) | others_[field->number]++});
}

uint64_t DumpOrder::append_node(uint32_t number) { return slot({Section::node, number}).order; }

std::optional<StateKey> answer_key(OwnNode own, std::string_view from_radio_payload) {
  const auto field = from_radio_field(from_radio_payload);
  if (!own || !field || field->number != from_radio::packet) return std::nullopt;
  pb::MeshPacket packet;
  if (!packet.ParseFromArray(field->body.data(), static_cast<int>(field->body.size()))) {
    return std::nullopt;
  }
  if (packet.from() != *own || !packet.has_decoded()) return std::nullopt;
  const std::string &payload = packet.decoded().payload();
  if (packet.decoded().portnum() == port::admin) {
    pb::AdminMessage message;
    if (!message.ParseFromString(payload)) return std::nullopt;
    const AdminInfo info = admin_info(static_cast<uint32_t>(message.payload_variant_case()));
    if (info.kind != AdminKind::response) return std::nullopt;
    return StateKey{Section::answer, info.number};
  }
  if (packet.decoded().portnum() == port::telemetry) {
    pb::Telemetry telemetry;
    if (!telemetry.ParseFromString(payload)) return std::nullopt;
    const auto variant = static_cast<uint32_t>(telemetry.variant_case());
    if (variant == 0) return std::nullopt;
    return StateKey{Section::own_telemetry, variant};
  }
  return std::nullopt;
}

}  // namespace meshtastic
