// Statistics: the companion's own (command 56), and the structures of repeaters and rooms, which
// only the contact's type tells apart because both arrive padded to 60 bytes (docs/protocol notes
// 2.4, 4.7). Must not know how they were asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace meshcore {

struct CoreStats {
  uint16_t battery_mv = 0;
  uint32_t uptime_s = 0;
  uint16_t errors = 0;
  uint8_t queue_length = 0;
};
struct RadioStats {
  int16_t noise_floor = 0;
  int8_t last_rssi = 0;
  int8_t last_snr_x4 = 0;
  uint32_t tx_air_s = 0, rx_air_s = 0;
};
struct PacketStats {
  uint32_t received = 0, sent = 0, flood_tx = 0, direct_tx = 0, flood_rx = 0, direct_rx = 0;
  std::optional<uint32_t> receive_errors;
};
std::optional<CoreStats> parse_core_stats(std::string_view frame);
std::optional<RadioStats> parse_radio_stats(std::string_view frame);
std::optional<PacketStats> parse_packet_stats(std::string_view frame);
std::string build_core_stats(const CoreStats &stats);
std::string build_radio_stats(const RadioStats &stats);
std::string build_packet_stats(const PacketStats &stats);

// The blob of 0x87 (behind the key prefix) and of 0x8C to a status request.
struct ServerStats {
  uint16_t battery_mv = 0, tx_queue = 0;
  int16_t noise_floor = 0, last_rssi = 0, last_snr_x4 = 0;
  uint32_t received = 0, sent = 0, tx_air_s = 0, uptime_s = 0;
  uint32_t sent_flood = 0, sent_direct = 0, received_flood = 0, received_direct = 0;
  uint16_t errors = 0, direct_duplicates = 0, flood_duplicates = 0;
  std::optional<uint32_t> rx_air_s, receive_errors;  // repeaters
  std::optional<uint16_t> posted, post_pushes;       // rooms
};
std::optional<ServerStats> parse_server_stats(std::string_view blob, uint8_t contact_type);
std::string build_server_stats(const ServerStats &stats, uint8_t contact_type);  // 60 bytes, padded

}  // namespace meshcore
