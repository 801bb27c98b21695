// See build.h.
#include "plugins/meshtastic/codec/build.h"

#include "plugins/meshtastic/codec/tables.h"

namespace meshtastic {

namespace {

// Fields of an answer the firmware itself sets on packets from the own node to itself.
constexpr uint32_t own_hop_limit = 3;

pb::MeshPacket self_packet(uint32_t own, uint32_t packet_id, uint32_t rx_time) {
  pb::MeshPacket packet;
  packet.set_from(own);
  packet.set_to(own);
  packet.set_id(packet_id);
  if (rx_time != 0) packet.set_rx_time(rx_time);
  packet.set_hop_limit(own_hop_limit);
  return packet;
}

std::string wrap(pb::MeshPacket &&packet) {
  pb::FromRadio message;
  *message.mutable_packet() = std::move(packet);
  return message.SerializeAsString();
}

bool set_request(pb::AdminMessage &message, uint32_t member, uint32_t value) {
  using Admin = pb::AdminMessage;
  switch (member) {
    case Admin::kGetChannelRequest:
      message.set_get_channel_request(value);
      return true;
    case Admin::kGetOwnerRequest:
      message.set_get_owner_request(true);
      return true;
    case Admin::kGetConfigRequest:
      message.set_get_config_request(value);
      return true;
    case Admin::kGetModuleConfigRequest:
      message.set_get_module_config_request(value);
      return true;
    case Admin::kGetCannedMessageModuleMessagesRequest:
      message.set_get_canned_message_module_messages_request(true);
      return true;
    case Admin::kGetDeviceMetadataRequest:
      message.set_get_device_metadata_request(true);
      return true;
    case Admin::kGetRingtoneRequest:
      message.set_get_ringtone_request(true);
      return true;
    case Admin::kGetDeviceConnectionStatusRequest:
      message.set_get_device_connection_status_request(true);
      return true;
    case Admin::kGetNodeRemoteHardwarePinsRequest:
      message.set_get_node_remote_hardware_pins_request(true);
      return true;
    case Admin::kGetUiConfigRequest:
      message.set_get_ui_config_request(true);
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string build_want_config(uint32_t nonce) {
  pb::ToRadio message;
  message.set_want_config_id(nonce);
  return message.SerializeAsString();
}

std::string build_heartbeat() {
  pb::ToRadio message;
  message.mutable_heartbeat();
  return message.SerializeAsString();
}

std::string build_disconnect() {
  pb::ToRadio message;
  message.set_disconnect(true);
  return message.SerializeAsString();
}

std::string build_to_radio(const pb::MeshPacket &packet) {
  pb::ToRadio message;
  *message.mutable_packet() = packet;
  return message.SerializeAsString();
}

std::string build_admin(uint32_t own, uint32_t packet_id, const pb::AdminMessage &message,
                        AdminOptions options) {
  pb::ToRadio to_radio;
  pb::MeshPacket &packet = *to_radio.mutable_packet();
  packet.set_to(own);
  packet.set_id(packet_id);
  packet.set_want_ack(options.want_ack);
  packet.set_priority(priority::reliable);
  pb::Data &data = *packet.mutable_decoded();
  data.set_portnum(port::admin);
  data.set_payload(message.SerializeAsString());
  data.set_want_response(options.want_response);
  return to_radio.SerializeAsString();
}

std::string build_admin_request(uint32_t own, uint32_t packet_id, uint32_t member, uint32_t value) {
  pb::AdminMessage message;
  if (!set_request(message, member, value)) return {};
  return build_admin(own, packet_id, message, {.want_response = true});
}

std::string build_set_time(uint32_t own, uint32_t packet_id, uint32_t seconds_since_1970) {
  pb::AdminMessage message;
  message.set_set_time_only(seconds_since_1970);
  return build_admin(own, packet_id, message, {});
}

std::string build_add_contact(uint32_t own, uint32_t packet_id, uint32_t node,
                              const pb::User &user) {
  pb::AdminMessage message;
  message.mutable_add_contact()->set_node_num(node);
  *message.mutable_add_contact()->mutable_user() = user;
  return build_admin(own, packet_id, message, {});
}

std::string build_queue_status(int32_t res, uint32_t free, uint32_t maxlen, uint32_t packet_id) {
  pb::FromRadio message;
  pb::QueueStatus &status = *message.mutable_queue_status();
  status.set_res(res);
  status.set_free(free);
  status.set_maxlen(maxlen);
  status.set_mesh_packet_id(packet_id);
  return message.SerializeAsString();
}

std::string build_transfer_cancelled() {
  constexpr uint32_t can = 24;
  pb::FromRadio message;
  message.mutable_xmodem_packet()->set_control(can);
  return message.SerializeAsString();
}

std::string build_config_complete(uint32_t nonce) {
  pb::FromRadio message;
  message.set_config_complete_id(nonce);
  return message.SerializeAsString();
}

std::string build_from_radio(const pb::MeshPacket &packet) { return wrap(pb::MeshPacket(packet)); }

std::string build_node_frame(const pb::NodeInfo &node) {
  pb::FromRadio message;
  *message.mutable_node_info() = node;
  return message.SerializeAsString();
}

std::string build_routing(const RoutingReply &reply) {
  pb::Routing routing;
  routing.set_error_reason(reply.error);
  pb::MeshPacket packet = self_packet(reply.own, reply.packet_id, reply.rx_time);
  packet.clear_hop_limit();
  packet.set_channel(reply.channel);
  packet.set_priority(priority::ack);
  pb::Data &data = *packet.mutable_decoded();
  data.set_portnum(port::routing);
  data.set_payload(routing.SerializeAsString());
  data.set_request_id(reply.request_id);
  return wrap(std::move(packet));
}

std::string build_admin_response(uint32_t own, uint32_t packet_id, uint32_t request_id,
                                 std::string_view payload, uint32_t rx_time) {
  return build_data_response(own, packet_id, request_id, port::admin, payload, rx_time);
}

std::string build_data_response(uint32_t own, uint32_t packet_id, uint32_t request_id,
                                uint32_t portnum, std::string_view payload, uint32_t rx_time) {
  pb::MeshPacket packet = self_packet(own, packet_id, rx_time);
  packet.set_priority(priority::reliable);
  pb::Data &data = *packet.mutable_decoded();
  data.set_portnum(portnum);
  data.set_payload(payload.data(), payload.size());
  data.set_request_id(request_id);
  return wrap(std::move(packet));
}

std::string build_sent(const pb::MeshPacket &packet, uint32_t own, uint32_t wire_id,
                       uint32_t rx_time) {
  pb::MeshPacket sent = packet;
  sent.set_from(own);
  sent.set_id(wire_id);
  if (rx_time != 0) sent.set_rx_time(rx_time);
  sent.clear_delayed();
  sent.clear_next_hop();
  sent.clear_relay_node();
  sent.clear_tx_after();
  return wrap(std::move(sent));
}

}  // namespace meshtastic
