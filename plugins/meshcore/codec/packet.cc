// See packet.h.
#include "plugins/meshcore/codec/packet.h"

#include <array>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/crypto.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/text.h"

namespace meshcore {
namespace {

using namespace bytes;

constexpr size_t max_packet = 255;
constexpr size_t max_payload = 184;
constexpr size_t signature_size = 64;
constexpr size_t advert_head = key_size + 4 + signature_size;

constexpr std::array<std::string_view, 16> type_names = {
    "REQ",  "RESPONSE", "TXT_MSG",   "ACK",     "ADVERT", "GRP_TXT", "GRP_DATA", "ANON_REQ",
    "PATH", "TRACE",    "MULTIPART", "CONTROL", "12",     "13",      "14",       "RAW_CUSTOM"};

bool has_transport_codes(uint8_t route) { return route == 0 || route == 3; }

}  // namespace

std::optional<Packet> parse_packet(std::string_view b) {
  if (b.size() < 2 || b.size() > max_packet) return std::nullopt;
  Packet packet;
  const uint8_t header = u8(b, 0);
  packet.route = header & 3U;
  packet.type = header >> 2 & 15U;
  packet.version = header >> 6;
  b.remove_prefix(1);
  if (has_transport_codes(packet.route)) {
    if (b.size() < 5) return std::nullopt;
    packet.transport_codes[0] = u16(b, 0);
    packet.transport_codes[1] = u16(b, 2);
    b.remove_prefix(4);
  }
  const uint8_t path_len = u8(b, 0);
  const auto path = path_bytes(path_len);
  b.remove_prefix(1);
  // A packet without payload is none.
  if (!path || b.size() <= *path || b.size() - *path > max_payload) return std::nullopt;
  packet.hash_size = static_cast<uint8_t>((path_len >> 6) + 1U);
  packet.hops = path_len & 63U;
  packet.path = b.substr(0, *path);
  packet.payload = b.substr(*path);
  return packet;
}

std::string build_packet(const Packet &packet) {
  std::string out;
  put8(out, packet.route | packet.type << 2U | packet.version << 6U);
  if (has_transport_codes(packet.route)) {
    put16(out, packet.transport_codes[0]);
    put16(out, packet.transport_codes[1]);
  }
  put8(out, (packet.hash_size - 1U) << 6U | packet.hops);
  out += packet.path;
  out += packet.payload;
  return out;
}

std::string_view packet_type_name(uint8_t type) { return type_names[type & 15U]; }

std::string packet_hash(const Packet &packet) {
  std::string covered;
  put8(covered, packet.type);
  if (packet.type == packet_type::trace) {
    put16(covered, (packet.hash_size - 1U) << 6U | packet.hops);
  }
  covered += packet.payload;
  const auto digest = sha256(covered);
  return {digest.begin(), digest.begin() + 8};
}

std::optional<uint32_t> packet_ack(const Packet &packet) {
  if (packet.type != packet_type::ack || packet.payload.size() < 4) return std::nullopt;
  return u32(packet.payload, 0);
}

std::optional<LoggedPacket> parse_log_rx(std::string_view frame) {
  if (!is(frame, push::log_rx_data, 4)) return std::nullopt;
  return LoggedPacket{i8(frame, 1), i8(frame, 2), frame.substr(3)};
}

std::string build_log_rx(const LoggedPacket &logged) {
  std::string out;
  if (logged.packet.size() + 3 > max_frame) return out;
  put8(out, push::log_rx_data);
  put8(out, static_cast<uint8_t>(logged.snr_x4));
  put8(out, static_cast<uint8_t>(logged.rssi));
  out += logged.packet;
  return out;
}

std::optional<Advert> parse_advert(std::string_view payload) {
  if (payload.size() <= advert_head) return std::nullopt;
  Advert advert;
  advert.public_key = payload.substr(0, key_size);
  advert.timestamp = u32(payload, key_size);
  advert.signature = payload.substr(key_size + 4, signature_size);
  std::string_view data = payload.substr(advert_head);
  const uint8_t flags = u8(data, 0);
  data.remove_prefix(1);
  advert.type = flags & 15U;
  if ((flags & 0x10U) != 0) {
    if (data.size() < 8) return std::nullopt;
    advert.latitude_e6 = i32(data, 0);
    advert.longitude_e6 = i32(data, 4);
    data.remove_prefix(8);
  }
  for (const unsigned feature : {0x20U, 0x40U}) {
    if ((flags & feature) == 0) continue;
    if (data.size() < 2) return std::nullopt;
    data.remove_prefix(2);
  }
  if ((flags & 0x80U) != 0) advert.name = clean_utf8(cut_nul(data));
  return advert;
}

std::string build_advert(const Advert &advert) {
  std::string out;
  put_field(out, advert.public_key, key_size);
  put32(out, advert.timestamp);
  put_field(out, advert.signature, signature_size);
  const bool position = advert.latitude_e6 && advert.longitude_e6;
  put8(out, (advert.type & 15U) | (position ? 0x10U : 0U) | (advert.name.empty() ? 0U : 0x80U));
  if (position) {
    put_signed32(out, *advert.latitude_e6);
    put_signed32(out, *advert.longitude_e6);
  }
  out += fit_utf8(advert.name, advert_head + 32 - out.size());
  return out;
}

}  // namespace meshcore
