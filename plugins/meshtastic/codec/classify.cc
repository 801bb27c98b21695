// See classify.h. Parsing is done by protobuf itself; labels come from the tables, so that what is
// forwarded and what was judged are one and the same message.
#include "plugins/meshtastic/codec/classify.h"

#include "admin.pb.h"
#include "mesh.pb.h"
#include "plugins/meshtastic/codec/frame.h"
#include "plugins/meshtastic/codec/redact.h"
#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/codec/tables.h"

namespace meshtastic {

namespace {

bool parse(google::protobuf::MessageLite &message, std::string_view bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// Where administration goes: 1 never leaves the radio; broadcast is executed here and there.
bool leaves_radio(OwnNode own, uint32_t to) {
  return own.has_value() && to != *own && to != broadcast_no_lora_node;
}

// The lite runtime keeps unknown fields without a way to ask for them: they are what is left when
// everything known is gone.
bool has_unknown_fields(pb::AdminMessage message) {
  message.clear_session_passkey();
  message.clear_payload_variant();
  return message.ByteSizeLong() != 0;
}

bool has_unknown_fields(pb::ToRadio message) {
  message.clear_payload_variant();
  return message.ByteSizeLong() != 0;
}

// Copies what is known, one by one: what is not named here does not travel.
pb::Data known_fields(const pb::Data &data) {
  pb::Data known;
  known.set_portnum(data.portnum());
  known.set_payload(data.payload());
  known.set_want_response(data.want_response());
  known.set_dest(data.dest());
  known.set_source(data.source());
  known.set_request_id(data.request_id());
  known.set_reply_id(data.reply_id());
  known.set_emoji(data.emoji());
  if (data.has_bitfield()) known.set_bitfield(data.bitfield());
  known.set_xeddsa_signature(data.xeddsa_signature());
  return known;
}

// As above. `from` is missing on purpose: only the radio says who sends.
pb::MeshPacket known_fields(const pb::MeshPacket &packet) {
  pb::MeshPacket known;
  known.set_to(packet.to());
  known.set_channel(packet.channel());
  if (packet.has_decoded()) {
    *known.mutable_decoded() = known_fields(packet.decoded());
  } else if (packet.has_encrypted()) {
    known.set_encrypted(packet.encrypted());
  }
  known.set_id(packet.id());
  if (packet.has_rx_time()) known.set_rx_time(packet.rx_time());
  known.set_rx_snr(packet.rx_snr());
  known.set_hop_limit(packet.hop_limit());
  known.set_want_ack(packet.want_ack());
  known.set_priority(packet.priority());
  if (packet.has_rx_rssi()) known.set_rx_rssi(packet.rx_rssi());
  known.set_delayed(packet.delayed());
  known.set_via_mqtt(packet.via_mqtt());
  known.set_hop_start(packet.hop_start());
  known.set_public_key(packet.public_key());
  known.set_pki_encrypted(packet.pki_encrypted());
  known.set_next_hop(packet.next_hop());
  known.set_relay_node(packet.relay_node());
  known.set_tx_after(packet.tx_after());
  known.set_transport_mechanism(packet.transport_mechanism());
  known.set_xeddsa_signed(packet.xeddsa_signed());
  return known;
}

label::Labels admin_labels(const pb::AdminMessage &message) {
  const auto member = static_cast<uint32_t>(message.payload_variant_case());
  label::Labels labels = admin_info(member).labels;
  // A changed identity key cuts the radio off from everyone who knows it.
  if (message.has_set_config() && message.set_config().has_security()) {
    labels |= label::admin_destroy;
  }
  if (has_unknown_fields(message)) labels |= label::unknown | label::admin_destroy;
  return labels;
}

label::Labels classify_admin(OwnNode own, uint32_t to, pb::Data &data) {
  label::Labels labels = leaves_radio(own, to) ? label::admin_remote : 0;
  pb::AdminMessage message;
  if (!parse(message, data.payload())) {
    return labels | label::unknown | label::admin_destroy;
  }
  data.set_payload(message.SerializeAsString());
  return labels | admin_labels(message);
}

// Only clients' questions are history; a phone that plays server is not.
label::Labels classify_history(pb::Data &data) {
  constexpr uint32_t first_client_request = 64;
  pb::StoreAndForward message;
  if (!parse(message, data.payload())) return label::unknown;
  data.set_payload(message.SerializeAsString());
  return message.rr() >= first_client_request ? label::history : label::unknown;
}

label::Labels classify_data(OwnNode own, uint32_t to, pb::Data &data) {
  switch (data.portnum()) {
    case port::admin:
      return classify_admin(own, to, data);
    case port::store_forward:
      return classify_history(data);
    case port::telemetry:
      if (data.want_response() && own.has_value() && to == *own) return label::self_query;
      break;
    default:
      break;
  }
  return port_labels(data.portnum());
}

label::Labels classify_packet(OwnNode own, pb::MeshPacket &packet) {
  packet = known_fields(packet);
  switch (packet.payload_variant_case()) {
    case pb::MeshPacket::kDecoded:
      return classify_data(own, packet.to(), *packet.mutable_decoded());
    case pb::MeshPacket::kEncrypted:
      return label::raw;
    case pb::MeshPacket::PAYLOAD_VARIANT_NOT_SET:
      break;
  }
  return label::unknown;
}

label::Labels classify_member(OwnNode own, pb::ToRadio &message) {
  switch (message.payload_variant_case()) {
    case pb::ToRadio::kPacket:
      return classify_packet(own, *message.mutable_packet());
    case pb::ToRadio::kWantConfigId:
    case pb::ToRadio::kDisconnect:
    case pb::ToRadio::kHeartbeat:
      return label::control;
    case pb::ToRadio::kXmodemPacket:
      return label::file;
    case pb::ToRadio::kMqttClientProxyMessage:
      return label::mqtt_proxy;
    case pb::ToRadio::PAYLOAD_VARIANT_NOT_SET:
      break;
  }
  return label::unknown;
}

label::Labels labels_of_member(uint32_t member) {
  switch (member) {
    case from_radio::my_info:
    case from_radio::config:
    case from_radio::module_config:
    case from_radio::channel:
    case from_radio::metadata:
    case from_radio::file_info:
    case from_radio::device_ui:
    case from_radio::region_presets:
      return label::config;
    case from_radio::node_info:
      return label::node;
    case from_radio::log_record:
      return label::log;
    case from_radio::config_complete_id:
    case from_radio::rebooted:
    case from_radio::queue_status:
      return label::control;
    case from_radio::xmodem:
      return label::file;
    case from_radio::mqtt_proxy:
      return label::mqtt_proxy;
    case from_radio::client_notification:
    case from_radio::lockdown_status:
      return label::notice;
    default:
      return label::unknown;
  }
}

label::Labels labels_of_heard(OwnNode own, const pb::MeshPacket &packet) {
  if (!packet.has_decoded()) return packet.has_encrypted() ? label::raw : label::unknown;
  const pb::Data &data = packet.decoded();
  if (data.portnum() != port::admin) return port_labels(data.portnum());
  pb::AdminMessage message;
  const label::Labels remote =
      own.has_value() && packet.from() != *own ? label::admin_remote : label::Labels{0};
  if (!parse(message, data.payload())) return label::unknown | remote;
  const AdminInfo info = admin_info(static_cast<uint32_t>(message.payload_variant_case()));
  // Here an answer is what a read brought, not an attempt to teach the radio something.
  return remote | (info.kind == AdminKind::response ? label::admin_read : admin_labels(message));
}

}  // namespace

OwnNode own_node_from_identity(std::string_view identity) {
  if (identity.size() != 4) return std::nullopt;
  uint32_t number = 0;
  for (size_t i = 4; i > 0; --i) number = (number << 8) | static_cast<uint8_t>(identity[i - 1]);
  return number;
}

std::string identity_from_node(uint32_t number) {
  std::string identity;
  for (int i = 0; i < 4; ++i) identity.push_back(static_cast<char>(number >> (8 * i)));
  return identity;
}

ClassifiedCommand classify_to_radio(OwnNode own, std::string_view payload) {
  if (payload.size() > max_payload_size) return {};
  pb::ToRadio message;
  if (!parse(message, payload)) return {};
  ClassifiedCommand result;
  result.labels = classify_member(own, message);
  if (has_unknown_fields(message)) result.labels |= label::unknown;
  result.canonical = message.SerializeAsString();
  // Re-encoding may lengthen what was encoded sparingly; the radio would not take it.
  if (result.canonical.size() > max_payload_size) return {};
  result.labels |= secrets_in_to_radio(result.canonical);
  result.ok = true;
  return result;
}

label::Labels classify_from_radio(OwnNode own, std::string_view payload) {
  const uint32_t member = from_radio_member(payload);
  const label::Labels secrets = secrets_in_from_radio(payload);
  if (member != from_radio::packet) return labels_of_member(member) | secrets;
  pb::FromRadio message;
  if (!parse(message, payload)) return label::unknown | secrets;
  return labels_of_heard(own, message.packet()) | secrets;
}

}  // namespace meshtastic
