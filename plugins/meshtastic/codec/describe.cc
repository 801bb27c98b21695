// See describe.h.
#include "plugins/meshtastic/codec/describe.h"

#include <cstdio>

#include "admin.pb.h"
#include "mesh.pb.h"
#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/tables.h"

namespace meshtastic {

namespace {

std::string number(uint64_t value) { return std::to_string(value); }

std::string node_or_all(uint32_t node) { return node == broadcast_node ? "all" : node_name(node); }

std::string describe_data(const pb::MeshPacket &packet) {
  if (!packet.has_decoded()) {
    return "encrypted, " + number(packet.encrypted().size()) + " bytes";
  }
  const pb::Data &data = packet.decoded();
  std::string line = std::string(port_info(data.portnum()).name) + " (port " +
                     number(data.portnum()) + "), " + number(data.payload().size()) + " bytes";
  if (const auto admin = admin_in(packet)) {
    line += ", ";
    line += admin_info(admin_member(*admin)).name;
  }
  pb::Routing routing;
  if (data.portnum() == port::routing && routing.ParseFromString(data.payload()) &&
      routing.variant_case() == pb::Routing::kErrorReason) {
    const std::string_view name = routing_error_name(routing.error_reason());
    line += ", error ";
    line += name.empty() ? number(routing.error_reason()) : std::string(name);
  }
  if (data.want_response()) line += ", wants response";
  if (data.request_id() != 0) line += ", answers " + number(data.request_id());
  if (data.reply_id() != 0) line += ", replies to " + number(data.reply_id());
  return line;
}

std::string describe_packet(const pb::MeshPacket &packet) {
  std::string line = "packet " + number(packet.id()) + " from " + node_name(packet.from()) +
                     " to " + node_or_all(packet.to()) + " channel " + number(packet.channel()) +
                     ": " + describe_data(packet);
  if (packet.want_ack()) line += ", wants ack";
  if (packet.pki_encrypted()) line += ", pki";
  return line;
}

std::string describe_queue(const pb::QueueStatus &status) {
  return "queue status for " + number(status.mesh_packet_id()) + ": result " +
         std::to_string(status.res()) + ", " + number(status.free()) + " of " +
         number(status.maxlen()) + " free";
}

template <class Message>
std::string section(const char *kind, const Message &message) {
  const auto tag = static_cast<uint64_t>(message.payload_variant_case());
  return std::string(kind) + (tag == 0 ? " empty" : " section " + number(tag));
}

bool parse(google::protobuf::MessageLite &message, std::string_view bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

std::string node_name(uint32_t number) {
  char text[16];
  std::snprintf(text, sizeof text, "!%08x", number);
  return text;
}

std::string describe_from_radio(std::string_view payload) {
  pb::FromRadio message;
  if (!parse(message, payload)) return "unreadable, " + number(payload.size()) + " bytes";
  using F = pb::FromRadio;
  switch (message.payload_variant_case()) {
    case F::kPacket:
      return describe_packet(message.packet());
    case F::kMyInfo:
      return "own node " + node_name(message.my_info().my_node_num());
    case F::kNodeInfo:
      return "node " + node_name(message.node_info().num());
    case F::kConfig:
      return section("config", message.config());
    case F::kLogRecord:
      return "log record";
    case F::kConfigCompleteId:
      return "config complete " + number(message.config_complete_id());
    case F::kRebooted:
      return "rebooted";
    case F::kModuleConfig:
      return section("module config", message.module_config());
    case F::kChannel:
      return "channel " + std::to_string(message.channel().index());
    case F::kQueueStatus:
      return describe_queue(message.queue_status());
    case F::kXmodemPacket:
      return "file transfer block";
    case F::kMetadata:
      return "device metadata";
    case F::kMqttClientProxyMessage:
      return "mqtt proxy message";
    case F::kFileInfo:
      return "file of " + number(message.file_info().size_bytes()) + " bytes";
    case F::kClientNotification:
      return "notification about " + number(message.client_notification().reply_id());
    case F::kDeviceuiConfig:
      return "device ui config";
    case F::kLockdownStatus:
      return "lockdown status " + number(message.lockdown_status().state());
    case F::kRegionPresets:
      return "region presets";
    case F::PAYLOAD_VARIANT_NOT_SET:
      break;
  }
  return "unknown, " + number(payload.size()) + " bytes";
}

std::string describe_to_radio(std::string_view payload) {
  pb::ToRadio message;
  if (!parse(message, payload)) return "unreadable, " + number(payload.size()) + " bytes";
  using T = pb::ToRadio;
  switch (message.payload_variant_case()) {
    case T::kPacket:
      return describe_packet(message.packet());
    case T::kWantConfigId:
      return "want config " + number(message.want_config_id());
    case T::kDisconnect:
      return "disconnect";
    case T::kXmodemPacket:
      return "file transfer block";
    case T::kMqttClientProxyMessage:
      return "mqtt proxy message";
    case T::kHeartbeat:
      return "heartbeat " + number(message.heartbeat().nonce());
    case T::PAYLOAD_VARIANT_NOT_SET:
      break;
  }
  return "unknown, " + number(payload.size()) + " bytes";
}

}  // namespace meshtastic
