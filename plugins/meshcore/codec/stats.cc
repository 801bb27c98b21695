// See stats.h.
#include "plugins/meshcore/codec/stats.h"

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/codes.h"

namespace meshcore {
namespace {

using namespace bytes;

constexpr size_t server_blob_size = 60;  // what a 64 byte cipher block leaves behind the tag

enum Subtype : uint8_t { core = 0, radio = 1, packets = 2 };

bool is_stats(std::string_view frame, uint8_t subtype, size_t size) {
  return is(frame, response::stats, size) && u8(frame, 1) == subtype;
}

std::string stats_frame(uint8_t subtype) {
  std::string out;
  put8(out, response::stats);
  put8(out, subtype);
  return out;
}

}  // namespace

std::optional<CoreStats> parse_core_stats(std::string_view frame) {
  if (!is_stats(frame, core, 11)) return std::nullopt;
  return CoreStats{u16(frame, 2), u32(frame, 4), u16(frame, 8), u8(frame, 10)};
}

std::optional<RadioStats> parse_radio_stats(std::string_view frame) {
  if (!is_stats(frame, radio, 14)) return std::nullopt;
  return RadioStats{i16(frame, 2), i8(frame, 4), i8(frame, 5), u32(frame, 6), u32(frame, 10)};
}

std::optional<PacketStats> parse_packet_stats(std::string_view frame) {
  if (!is_stats(frame, packets, 26)) return std::nullopt;
  PacketStats stats{u32(frame, 2),  u32(frame, 6),  u32(frame, 10), u32(frame, 14),
                    u32(frame, 18), u32(frame, 22), std::nullopt};
  if (frame.size() >= 30) stats.receive_errors = u32(frame, 26);
  return stats;
}

std::string build_core_stats(const CoreStats &stats) {
  std::string out = stats_frame(core);
  put16(out, stats.battery_mv);
  put32(out, stats.uptime_s);
  put16(out, stats.errors);
  put8(out, stats.queue_length);
  return out;
}

std::string build_radio_stats(const RadioStats &stats) {
  std::string out = stats_frame(radio);
  put16(out, static_cast<uint16_t>(stats.noise_floor));
  put8(out, static_cast<uint8_t>(stats.last_rssi));
  put8(out, static_cast<uint8_t>(stats.last_snr_x4));
  put32(out, stats.tx_air_s);
  put32(out, stats.rx_air_s);
  return out;
}

std::string build_packet_stats(const PacketStats &stats) {
  std::string out = stats_frame(packets);
  for (const uint32_t value : {stats.received, stats.sent, stats.flood_tx, stats.direct_tx,
                               stats.flood_rx, stats.direct_rx}) {
    put32(out, value);
  }
  if (stats.receive_errors) put32(out, *stats.receive_errors);
  return out;
}

std::optional<ServerStats> parse_server_stats(std::string_view blob, uint8_t contact_type) {
  if (blob.size() < 48) return std::nullopt;
  ServerStats stats;
  stats.battery_mv = u16(blob, 0);
  stats.tx_queue = u16(blob, 2);
  stats.noise_floor = i16(blob, 4);
  stats.last_rssi = i16(blob, 6);
  stats.received = u32(blob, 8);
  stats.sent = u32(blob, 12);
  stats.tx_air_s = u32(blob, 16);
  stats.uptime_s = u32(blob, 20);
  stats.sent_flood = u32(blob, 24);
  stats.sent_direct = u32(blob, 28);
  stats.received_flood = u32(blob, 32);
  stats.received_direct = u32(blob, 36);
  stats.errors = u16(blob, 40);
  stats.last_snr_x4 = i16(blob, 42);
  stats.direct_duplicates = u16(blob, 44);
  stats.flood_duplicates = u16(blob, 46);
  if (contact_type == contact_type::room) {
    if (blob.size() >= 50) stats.posted = u16(blob, 48);
    if (blob.size() >= 52) stats.post_pushes = u16(blob, 50);
  } else if (contact_type == contact_type::repeater) {
    if (blob.size() >= 52) stats.rx_air_s = u32(blob, 48);
    if (blob.size() >= 56) stats.receive_errors = u32(blob, 52);
  }
  return stats;
}

std::string build_server_stats(const ServerStats &stats, uint8_t contact_type) {
  std::string out;
  put16(out, stats.battery_mv);
  put16(out, stats.tx_queue);
  put16(out, static_cast<uint16_t>(stats.noise_floor));
  put16(out, static_cast<uint16_t>(stats.last_rssi));
  for (const uint32_t value :
       {stats.received, stats.sent, stats.tx_air_s, stats.uptime_s, stats.sent_flood,
        stats.sent_direct, stats.received_flood, stats.received_direct}) {
    put32(out, value);
  }
  put16(out, stats.errors);
  put16(out, static_cast<uint16_t>(stats.last_snr_x4));
  put16(out, stats.direct_duplicates);
  put16(out, stats.flood_duplicates);
  if (contact_type == contact_type::room) {
    put16(out, stats.posted.value_or(0));
    put16(out, stats.post_pushes.value_or(0));
  } else if (contact_type == contact_type::repeater) {
    put32(out, stats.rx_air_s.value_or(0));
    put32(out, stats.receive_errors.value_or(0));
  }
  out.resize(server_blob_size, '\0');
  return out;
}

}  // namespace meshcore
