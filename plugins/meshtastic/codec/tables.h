// What the public protocol's numbers mean for meshmux: every known port and every member of
// AdminMessage with its label, its answer and its rate limit, and the codes used in answers. Facts
// from docs/protocol notes 2.4 to 3.2. Must not parse anything.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "plugins/meshtastic/codec/labels.h"

namespace meshtastic {

inline constexpr uint32_t broadcast_node = 0xFFFFFFFF;
inline constexpr uint32_t broadcast_no_lora_node = 1;  // handled by the radio itself, never sent
inline constexpr size_t max_data_payload = 233;        // bytes; longer ones are TOO_LARGE
inline constexpr size_t max_channels = 8;
inline constexpr uint32_t nonce_config_only = 69420;
inline constexpr uint32_t nonce_nodes_only = 69421;

namespace port {
inline constexpr uint32_t unknown = 0;
inline constexpr uint32_t text = 1;
inline constexpr uint32_t remote_hardware = 2;
inline constexpr uint32_t position = 3;
inline constexpr uint32_t nodeinfo = 4;
inline constexpr uint32_t routing = 5;
inline constexpr uint32_t admin = 6;
inline constexpr uint32_t text_compressed = 7;
inline constexpr uint32_t waypoint = 8;
inline constexpr uint32_t audio = 9;
inline constexpr uint32_t detection_sensor = 10;
inline constexpr uint32_t alert = 11;
inline constexpr uint32_t key_verification = 12;
inline constexpr uint32_t remote_shell = 13;
inline constexpr uint32_t reply = 32;
inline constexpr uint32_t ip_tunnel = 33;
inline constexpr uint32_t paxcounter = 34;
inline constexpr uint32_t node_status = 36;
inline constexpr uint32_t mesh_beacon = 37;
inline constexpr uint32_t serial = 64;
inline constexpr uint32_t store_forward = 65;
inline constexpr uint32_t range_test = 66;
inline constexpr uint32_t telemetry = 67;
inline constexpr uint32_t simulator = 69;
inline constexpr uint32_t traceroute = 70;
inline constexpr uint32_t neighborinfo = 71;
inline constexpr uint32_t atak_plugin = 72;
inline constexpr uint32_t atak_plugin_v2 = 78;
inline constexpr uint32_t lora_ota = 79;
inline constexpr uint32_t private_first = 256;
inline constexpr uint32_t max = 511;
}  // namespace port

// Codes of Routing.error_reason and QueueStatus.res.
namespace routing_error {
inline constexpr uint32_t none = 0;
inline constexpr uint32_t no_route = 1;
inline constexpr uint32_t got_nak = 2;
inline constexpr uint32_t timeout = 3;
inline constexpr uint32_t no_interface = 4;
inline constexpr uint32_t max_retransmit = 5;
inline constexpr uint32_t no_channel = 6;
inline constexpr uint32_t too_large = 7;
inline constexpr uint32_t no_response = 8;
inline constexpr uint32_t duty_cycle_limit = 9;
inline constexpr uint32_t bad_request = 32;
inline constexpr uint32_t not_authorized = 33;
inline constexpr uint32_t pki_failed = 34;
inline constexpr uint32_t pki_unknown_pubkey = 35;
inline constexpr uint32_t admin_bad_session_key = 36;
inline constexpr uint32_t admin_public_key_unauthorized = 37;
inline constexpr uint32_t rate_limit_exceeded = 38;
inline constexpr uint32_t pki_send_fail_public_key = 39;
}  // namespace routing_error

namespace queue_res {
inline constexpr int32_t ok = 0;
inline constexpr int32_t full = 32;
inline constexpr int32_t no_interfaces = 33;
inline constexpr int32_t disabled = 34;
inline constexpr int32_t should_release = 35;  // some releases say this for success
}  // namespace queue_res

namespace priority {
inline constexpr uint32_t background = 10;
inline constexpr uint32_t normal = 64;
inline constexpr uint32_t reliable = 70;
inline constexpr uint32_t ack = 120;
}  // namespace priority

namespace transport {
inline constexpr uint32_t internal = 0;
inline constexpr uint32_t lora = 1;
inline constexpr uint32_t mqtt = 5;
inline constexpr uint32_t api = 7;
}  // namespace transport

// The firmware's own limits a port, per connection (docs/protocol notes 2.5). Each class is counted
// apart from the others.
enum class RateClass : uint8_t {
  invalid = 0,
  unlimited,
  text,
  position,
  waypoint,
  alert,
  telemetry,
  traceroute
};

// Milliseconds between two packets of a class that the radio lets through; 0 for unlimited.
uint32_t rate_window_ms(RateClass rate);

struct PortInfo {
  uint32_t number;
  std::string_view name;  // lower-case words, as on screen
  label::Labels labels;   // of a packet on this port; port::admin is decided by its payload
  RateClass rate;
};

// Every port the public protocol names, in order of number.
std::span<const PortInfo> known_ports();
// Never fails: private ports are app-data, and what nobody knows is label::unknown.
PortInfo port_info(uint32_t number);
inline label::Labels port_labels(uint32_t number) { return port_info(number).labels; }

// Whether a member of AdminMessage asks for something, answers, or changes something.
enum class AdminKind : uint8_t { invalid = 0, request, response, change };

struct AdminInfo {
  uint32_t number;  // tag in AdminMessage
  std::string_view name;
  label::Labels labels;  // effect, without secrets and without admin_remote
  AdminKind kind;
  uint32_t response;  // tag of the answer to a request, else 0
};

// Every member of the oneof, in order of number.
std::span<const AdminInfo> known_admin();
// Members nobody knows are label::unknown | label::admin_destroy, kind invalid.
AdminInfo admin_info(uint32_t number);

// Name of Routing.error_reason, "error N" style for unknown ones is not made here: empty then.
std::string_view routing_error_name(uint32_t code);

}  // namespace meshtastic
