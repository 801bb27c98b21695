// What a payload is or contains, as bits. They stand at the same positions as the labels of the
// SDK, which this library must not include; whoever joins both asserts that they agree.
#pragma once

#include <cstdint>

namespace meshtastic::label {

using Labels = uint64_t;

inline constexpr Labels bit(unsigned n) { return Labels{1} << n; }

inline constexpr Labels text = bit(0);
inline constexpr Labels position = bit(1);
inline constexpr Labels telemetry = bit(2);
inline constexpr Labels traceroute = bit(3);
inline constexpr Labels waypoint = bit(4);
inline constexpr Labels app_data = bit(5);
inline constexpr Labels history = bit(6);
inline constexpr Labels nodeinfo = bit(7);
inline constexpr Labels routing = bit(8);
inline constexpr Labels admin_read = bit(9);
inline constexpr Labels admin_write = bit(10);
inline constexpr Labels admin_destroy = bit(11);
inline constexpr Labels admin_time = bit(12);
inline constexpr Labels admin_contact = bit(13);
inline constexpr Labels admin_favorite = bit(14);
inline constexpr Labels admin_remote = bit(15);
inline constexpr Labels self_query = bit(16);
inline constexpr Labels file = bit(17);
inline constexpr Labels mqtt_proxy = bit(18);
inline constexpr Labels remote_exec = bit(19);
inline constexpr Labels raw = bit(20);
inline constexpr Labels log = bit(21);
inline constexpr Labels control = bit(22);
inline constexpr Labels config = bit(23);
inline constexpr Labels node = bit(24);
inline constexpr Labels notice = bit(25);
inline constexpr Labels neighbors = bit(31);
inline constexpr Labels alert = bit(32);
inline constexpr Labels unknown = bit(59);
inline constexpr Labels secret_key = bit(60);
inline constexpr Labels secret_password = bit(61);
inline constexpr Labels secret_pin = bit(62);
inline constexpr Labels secret_psk = bit(63);
inline constexpr Labels secrets = secret_key | secret_password | secret_pin | secret_psk;

// Every label this codec may emit.
inline constexpr Labels all = ((bit(26) - 1) | neighbors | alert | unknown | secrets);

}  // namespace meshtastic::label
