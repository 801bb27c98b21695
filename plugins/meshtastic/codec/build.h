// Builds the payloads meshmux sends in its own name, towards the radio and towards apps. They
// return unframed bytes. Must not hold state: ids and times come from the caller.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "admin.pb.h"
#include "mesh.pb.h"

namespace meshtastic {

// ToRadio.
std::string build_want_config(uint32_t nonce);
std::string build_heartbeat();  // nonce 0; nonce 1 would be sent on the air
std::string build_disconnect();
std::string build_to_radio(const pb::MeshPacket &packet);
// Administration of the own node. Requests set want_response, changes set want_ack as asked.
struct AdminOptions {
  bool want_response = false;
  bool want_ack = false;
};
std::string build_admin(uint32_t own, uint32_t packet_id, const pb::AdminMessage &message,
                        AdminOptions options);
// A read: member is the tag of a request in AdminMessage; value is true for flags, index + 1 for a
// channel, the type for config and module config. Empty if member is no request.
std::string build_admin_request(uint32_t own, uint32_t packet_id, uint32_t member, uint32_t value);
std::string build_set_time(uint32_t own, uint32_t packet_id, uint32_t seconds_since_1970);
std::string build_add_contact(uint32_t own, uint32_t packet_id, uint32_t node,
                              const pb::User &user);

// FromRadio.
std::string build_queue_status(int32_t res, uint32_t free, uint32_t maxlen, uint32_t packet_id);
// The file transfer is over: XModem with control CAN (24).
std::string build_transfer_cancelled();
std::string build_config_complete(uint32_t nonce);
std::string build_from_radio(const pb::MeshPacket &packet);
std::string build_node_frame(const pb::NodeInfo &node);
// Routing: an ACK with error 0, a NAK else; from and to are the own node as the firmware does it.
struct RoutingReply {
  uint32_t own = 0;
  uint32_t packet_id = 0;   // of the reply itself
  uint32_t request_id = 0;  // of what is answered
  uint32_t channel = 0;
  uint32_t error = 0;    // routing_error::*
  uint32_t rx_time = 0;  // s since 1970, 0 if unknown
};
std::string build_routing(const RoutingReply &reply);
// An administration answer from the own node to itself; payload is an AdminMessage.
std::string build_admin_response(uint32_t own, uint32_t packet_id, uint32_t request_id,
                                 std::string_view payload, uint32_t rx_time);
// Any other answer from the own node to itself (telemetry ...).
std::string build_data_response(uint32_t own, uint32_t packet_id, uint32_t request_id,
                                uint32_t portnum, std::string_view payload, uint32_t rx_time);
// A sent packet as other apps shall see it: from = own, rx_time, nothing that only the radio needs.
std::string build_sent(const pb::MeshPacket &packet, uint32_t own, uint32_t wire_id,
                       uint32_t rx_time);

}  // namespace meshtastic
