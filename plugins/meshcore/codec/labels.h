// What a payload is or contains, as bits. They stand at the same positions as the labels of the
// SDK, which this library must not include; whoever joins both asserts that they agree.
#pragma once

#include <cstdint>

namespace meshcore::label {

using Labels = uint64_t;

inline constexpr Labels bit(unsigned n) { return Labels{1} << n; }

inline constexpr Labels text = bit(0);
inline constexpr Labels position = bit(1);
inline constexpr Labels telemetry = bit(2);
inline constexpr Labels traceroute = bit(3);
inline constexpr Labels app_data = bit(5);
inline constexpr Labels routing = bit(8);
inline constexpr Labels admin_write = bit(10);
inline constexpr Labels admin_destroy = bit(11);
inline constexpr Labels admin_time = bit(12);
inline constexpr Labels admin_remote = bit(15);
inline constexpr Labels self_query = bit(16);
inline constexpr Labels remote_exec = bit(19);
inline constexpr Labels raw = bit(20);
inline constexpr Labels control = bit(22);
inline constexpr Labels config = bit(23);
inline constexpr Labels node = bit(24);
inline constexpr Labels notice = bit(25);
inline constexpr Labels contacts = bit(26);
inline constexpr Labels advert = bit(27);
inline constexpr Labels login = bit(28);
inline constexpr Labels sign = bit(29);
inline constexpr Labels key_export = bit(30);
inline constexpr Labels neighbors = bit(31);
inline constexpr Labels contacts_read = bit(33);
inline constexpr Labels unknown = bit(59);
inline constexpr Labels secret_key = bit(60);
inline constexpr Labels secret_password = bit(61);
inline constexpr Labels secret_pin = bit(62);
inline constexpr Labels secret_psk = bit(63);
inline constexpr Labels secrets = secret_key | secret_password | secret_pin | secret_psk;

// Every label this codec may emit.
inline constexpr Labels all =
    text | position | telemetry | traceroute | app_data | routing | admin_write | admin_destroy |
    admin_time | admin_remote | self_query | remote_exec | raw | control | config | node | notice |
    contacts | advert | login | sign | key_export | neighbors | contacts_read | unknown | secrets;

}  // namespace meshcore::label
