// Packets as they cross the air, for raw feeds (docs/protocol notes 4.1 to 4.3): header, path,
// hash, adverts. Encrypted payloads stay closed. Must not know the companion protocol.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace meshcore {

// Of a packet's header.
namespace packet_type {
inline constexpr uint8_t request = 0, response = 1, text = 2, ack = 3, advert = 4, group_text = 5,
                         group_data = 6, anonymous = 7, path = 8, trace = 9, multipart = 10,
                         control = 11, raw = 15;
}

struct Packet {
  uint8_t route = 0;  // 0 transport flood, 1 flood, 2 direct, 3 transport direct
  uint8_t type = 0;   // 0 REQ ... 15 RAW_CUSTOM
  uint8_t version = 0;
  uint16_t transport_codes[2] = {0, 0};
  uint8_t hash_size = 1;  // bytes of a hop
  uint8_t hops = 0;
  std::string_view path;  // borrowed from the bytes parsed
  std::string_view payload;
};
std::optional<Packet> parse_packet(std::string_view bytes);
// The fields are taken as they are; path must be hash_size times hops bytes.
std::string build_packet(const Packet &packet);
// "ADVERT", "TXT_MSG" ...
std::string_view packet_type_name(uint8_t type);
// 8 bytes: SHA-256(type, path length for traces, payload).
std::string packet_hash(const Packet &packet);
// The ack of a packet of type ACK as SENT and 0x82 show it; bytes behind it do not count.
std::optional<uint32_t> packet_ack(const Packet &packet);

// Push 0x88: a packet as it was heard. packet is borrowed.
struct LoggedPacket {
  int8_t snr_x4 = 0;
  int8_t rssi = 0;
  std::string_view packet;
};
std::optional<LoggedPacket> parse_log_rx(std::string_view frame);
// Empty for a packet that does not fit: devices drop those too.
std::string build_log_rx(const LoggedPacket &logged);

struct Advert {
  std::string_view public_key;  // 32 bytes, borrowed
  uint32_t timestamp = 0;
  std::string_view signature;  // 64 bytes, not verified here
  uint8_t type = 0;
  std::optional<int32_t> latitude_e6, longitude_e6;
  std::string name;  // cleaned
};
std::optional<Advert> parse_advert(std::string_view payload);
// The payload; the position goes in if both halves are there, the name as far as it fits.
std::string build_advert(const Advert &advert);

}  // namespace meshcore
