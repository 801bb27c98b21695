// See tables.h.
#include "plugins/meshtastic/codec/tables.h"

#include <algorithm>
#include <array>

namespace meshtastic {

namespace {

using enum RateClass;

// What is named here but labelled unknown is known and still nobody's default right.
constexpr PortInfo ports[] = {
    {port::unknown, "unknown", label::unknown, unlimited},
    {port::text, "text", label::text, RateClass::text},
    {port::remote_hardware, "remote hardware", label::remote_exec, unlimited},
    {port::position, "position", label::position, RateClass::position},
    {port::nodeinfo, "node info", label::nodeinfo, unlimited},
    {port::routing, "routing", label::routing, unlimited},
    {port::admin, "admin", label::unknown | label::admin_destroy, unlimited},
    {port::text_compressed, "compressed text", label::text, unlimited},
    {port::waypoint, "waypoint", label::waypoint, RateClass::waypoint},
    {port::audio, "audio", label::unknown, unlimited},
    {port::detection_sensor, "detection sensor", label::alert, unlimited},
    {port::alert, "alert", label::alert, RateClass::alert},
    {port::key_verification, "key verification", label::unknown, unlimited},
    {port::remote_shell, "remote shell", label::remote_exec, unlimited},
    {port::reply, "reply", label::app_data, unlimited},
    {port::ip_tunnel, "ip tunnel", label::remote_exec, unlimited},
    {port::paxcounter, "pax counter", label::telemetry, unlimited},
    {35, "store and forward++", label::unknown, unlimited},
    {port::node_status, "node status", label::app_data, unlimited},
    {port::mesh_beacon, "mesh beacon", label::unknown, unlimited},
    {port::serial, "serial", label::remote_exec, unlimited},
    {port::store_forward, "store and forward", label::history, unlimited},
    {port::range_test, "range test", label::unknown, unlimited},
    {port::telemetry, "telemetry", label::telemetry, RateClass::telemetry},
    {68, "zps", label::unknown, unlimited},
    {port::simulator, "simulator", label::remote_exec, unlimited},
    {port::traceroute, "traceroute", label::traceroute, RateClass::traceroute},
    {port::neighborinfo, "neighbour info", label::neighbors, unlimited},
    {port::atak_plugin, "atak plugin", label::app_data, unlimited},
    {73, "map report", label::unknown, unlimited},
    {74, "power stress", label::remote_exec, unlimited},
    {75, "lorawan bridge", label::unknown, unlimited},
    {76, "reticulum tunnel", label::unknown, unlimited},
    {77, "cayenne", label::unknown, unlimited},
    {port::atak_plugin_v2, "atak plugin v2", label::app_data, unlimited},
    {port::lora_ota, "lora ota", label::remote_exec, unlimited},
    {112, "group alarm", label::unknown, unlimited},
    {port::private_first, "private", label::app_data, unlimited},
    {257, "atak forwarder", label::app_data, unlimited},
};

constexpr auto request = AdminKind::request;
constexpr auto response = AdminKind::response;
constexpr auto change = AdminKind::change;
constexpr auto read = label::admin_read;
// An answer nobody asked an app for makes the radio learn what it says.
constexpr auto write = label::admin_write;
constexpr auto destroy = label::admin_destroy;
constexpr auto favorite = label::admin_favorite;

constexpr AdminInfo admins[] = {
    {1, "get_channel_request", read, request, 2},
    {2, "get_channel_response", write, response, 0},
    {3, "get_owner_request", read, request, 4},
    {4, "get_owner_response", write, response, 0},
    {5, "get_config_request", read, request, 6},
    {6, "get_config_response", write, response, 0},
    {7, "get_module_config_request", read, request, 8},
    {8, "get_module_config_response", write, response, 0},
    {10, "get_canned_message_module_messages_request", read, request, 11},
    {11, "get_canned_message_module_messages_response", write, response, 0},
    {12, "get_device_metadata_request", read, request, 13},
    {13, "get_device_metadata_response", write, response, 0},
    {14, "get_ringtone_request", read, request, 15},
    {15, "get_ringtone_response", write, response, 0},
    {16, "get_device_connection_status_request", read, request, 17},
    {17, "get_device_connection_status_response", write, response, 0},
    {18, "set_ham_mode", write, change, 0},
    {19, "get_node_remote_hardware_pins_request", read, request, 20},
    {20, "get_node_remote_hardware_pins_response", write, response, 0},
    {21, "enter_dfu_mode_request", destroy, change, 0},
    {22, "delete_file_request", destroy, change, 0},
    {23, "set_scale", write, change, 0},
    {24, "backup_preferences", write, change, 0},
    {25, "restore_preferences", destroy, change, 0},
    {26, "remove_backup_preferences", write, change, 0},
    {27, "send_input_event", write, change, 0},
    {32, "set_owner", write, change, 0},
    {33, "set_channel", write, change, 0},
    {34, "set_config", write, change, 0},
    {35, "set_module_config", write, change, 0},
    {36, "set_canned_message_module_messages", write, change, 0},
    {37, "set_ringtone_message", write, change, 0},
    {38, "remove_by_nodenum", write, change, 0},
    {39, "set_favorite_node", favorite, change, 0},
    {40, "remove_favorite_node", favorite, change, 0},
    {41, "set_fixed_position", write, change, 0},
    {42, "remove_fixed_position", write, change, 0},
    {43, "set_time_only", label::admin_time, change, 0},
    {44, "get_ui_config_request", read, request, 45},
    {45, "get_ui_config_response", write, response, 0},
    {46, "store_ui_config", write, change, 0},
    {47, "set_ignored_node", favorite, change, 0},
    {48, "remove_ignored_node", favorite, change, 0},
    {49, "toggle_muted_node", favorite, change, 0},
    {64, "begin_edit_settings", write, change, 0},
    {65, "commit_edit_settings", write, change, 0},
    {66, "add_contact", label::admin_contact, change, 0},
    {67, "key_verification", write, change, 0},
    {94, "factory_reset_device", destroy, change, 0},
    {95, "reboot_ota_seconds", destroy, change, 0},
    {96, "exit_simulator", destroy, change, 0},
    {97, "reboot_seconds", destroy, change, 0},
    {98, "shutdown_seconds", destroy, change, 0},
    {99, "factory_reset_config", destroy, change, 0},
    {100, "nodedb_reset", destroy, change, 0},
    {102, "ota_request", destroy, change, 0},
    {103, "sensor_config", write, change, 0},
    {104, "lockdown_auth", destroy, change, 0},
};

struct ErrorName {
  uint32_t code;
  std::string_view name;
};

constexpr ErrorName error_names[] = {
    {0, "none"},
    {1, "no route"},
    {2, "got nak"},
    {3, "timeout"},
    {4, "no interface"},
    {5, "max retransmit"},
    {6, "no channel"},
    {7, "too large"},
    {8, "no response"},
    {9, "duty cycle limit"},
    {32, "bad request"},
    {33, "not authorized"},
    {34, "pki failed"},
    {35, "pki unknown pubkey"},
    {36, "admin bad session key"},
    {37, "admin public key unauthorized"},
    {38, "rate limit exceeded"},
    {39, "pki send fail public key"},
};

}  // namespace

uint32_t rate_window_ms(RateClass rate) {
  switch (rate) {
    case RateClass::text:
      return 2000;
    case RateClass::position:
    case RateClass::waypoint:
    case RateClass::alert:
    case RateClass::telemetry:
      return 10000;
    case RateClass::traceroute:
      return 30000;
    case invalid:
    case unlimited:
      break;
  }
  return 0;
}

std::span<const PortInfo> known_ports() { return ports; }

PortInfo port_info(uint32_t number) {
  const auto *found =
      std::lower_bound(std::begin(ports), std::end(ports), number,
                       [](const PortInfo &info, uint32_t wanted) { return info.number < wanted; });
  if (found != std::end(ports) && found->number == number) return *found;
  if (number >= port::private_first && number <= port::max) {
    return {number, "private", label::app_data, unlimited};
  }
  return {number, "unknown", label::unknown, unlimited};
}

std::span<const AdminInfo> known_admin() { return admins; }

AdminInfo admin_info(uint32_t number) {
  const auto *found =
      std::lower_bound(std::begin(admins), std::end(admins), number,
                       [](const AdminInfo &info, uint32_t wanted) { return info.number < wanted; });
  if (found != std::end(admins) && found->number == number) return *found;
  return {number, "unknown", label::unknown | label::admin_destroy, AdminKind::invalid, 0};
}

std::string_view routing_error_name(uint32_t code) {
  for (const ErrorName &known : error_names) {
    if (known.code == code) return known.name;
  }
  return {};
}

}  // namespace meshtastic
