// Implements the answers from state. Must not know sessions.
#include "plugins/vnode/meshtastic/local_reads.h"

#include <utility>

#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/codec/wire.h"

namespace meshtastic_vnode {

namespace {

using meshtastic::pb::MeshPacket;
namespace port = meshtastic::port;
namespace routing_error = meshtastic::routing_error;

LocalAnswer data(std::uint32_t portnum, std::string payload) {
  return {LocalAnswer::Kind::data, portnum, 0, std::move(payload)};
}

LocalAnswer routing(std::uint32_t error) { return {LocalAnswer::Kind::routing, 0, error, {}}; }

LocalAnswer read_admin(const Mirror &mirror, const MeshPacket &request) {
  const auto message = meshtastic::admin_in(request);
  if (!message) return routing(routing_error::bad_request);
  // A channel beyond the last has no record; the firmware calls that a bad request.
  const auto key = meshtastic::record_read(*message);
  if (!key) return routing(routing_error::bad_request);
  auto answer = meshtastic::answer_from_record(*message, mirror.payload(*key));
  if (!answer) return routing(routing_error::bad_request);
  return data(port::admin, std::move(*answer));
}

LocalAnswer read_telemetry(const Mirror &mirror, const MeshPacket &request) {
  // FromRadio.packet, MeshPacket.decoded, Data.payload; NodeInfo.device_metrics, Telemetry's own.
  constexpr std::uint32_t decoded = 4, payload = 2, node_metrics = 6, device_metrics = 2;
  const std::uint32_t variant = meshtastic::telemetry_variant(request.decoded());
  if (const auto record = mirror.payload({Section::own_telemetry, variant})) {
    const auto body =
        meshtastic::wire::at(*record, {meshtastic::from_radio::packet, decoded, payload});
    if (body) return data(port::telemetry, std::string(body->body));
  }
  if (variant == device_metrics) {
    const auto node = mirror.payload({Section::own_node, 0});
    const auto metrics =
        node ? meshtastic::wire::at(*node, {meshtastic::from_radio::node_info, node_metrics})
             : std::nullopt;
    if (metrics) {
      std::string telemetry;
      meshtastic::wire::append_bytes(telemetry, device_metrics, metrics->body);
      return data(port::telemetry, std::move(telemetry));
    }
  }
  return routing(routing_error::no_response);
}

}  // namespace

LocalAnswer read_locally(const Mirror &mirror, std::uint32_t own, const MeshPacket &request) {
  // Before the own number was known the gate had to take every node for the own one.
  if (request.to() != own && request.to() != meshtastic::broadcast_no_lora_node)
    return routing(routing_error::not_authorized);
  if (!request.decoded().want_response()) {
    if (request.want_ack()) return routing(routing_error::none);
    return {LocalAnswer::Kind::silence, 0, 0, {}};
  }
  switch (request.decoded().portnum()) {
    case port::admin:
      return read_admin(mirror, request);
    case port::telemetry:
      return read_telemetry(mirror, request);
    default:
      return routing(routing_error::no_response);
  }
}

}  // namespace meshtastic_vnode
