// Implementation of server.h.
#include "plugins/sim/meshcore/server.h"

#include <array>
#include <cstdio>
#include <ctime>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/lpp.h"
#include "plugins/meshcore/codec/stats.h"

namespace sim::companion {
namespace {

namespace bytes = meshcore::bytes;
namespace contact_type = meshcore::contact_type;

constexpr uint8_t guest = 0;
constexpr uint8_t read_write = 2;
constexpr uint8_t admin = 3;
constexpr size_t block = 16;  // what is encrypted arrives in whole blocks
constexpr size_t tag_size = 4;

// As it comes out of the decryption: the tag is gone, the padding is not.
std::string padded(std::string answer) {
  const size_t whole = (answer.size() + tag_size + block - 1) / block * block;
  answer.resize(whole - tag_size, '\0');
  return answer;
}

std::string neighbours(const Mesh &mesh, const Peer &self, std::string_view request) {
  const unsigned count = request.size() > 2 ? bytes::u8(request, 2) : 10;
  const unsigned offset = request.size() > 4 ? bytes::u16(request, 3) : 0;
  const unsigned prefix = request.size() > 6 ? bytes::u8(request, 6) : 6;
  unsigned total = 0;
  unsigned returned = 0;
  std::string entries;
  for (const Peer &peer : mesh.peers()) {
    if (peer.type != contact_type::repeater || peer.key == self.key) continue;
    const unsigned place = total++;
    if (place < offset || returned >= count || entries.size() + prefix + 5 > 130) continue;
    ++returned;
    bytes::put_field(entries, peer.key, prefix);
    bytes::put32(entries, 30 + 60 * place);
    bytes::put8(entries, static_cast<uint8_t>(peer.snr_x4));
  }
  std::string out;
  bytes::put16(out, total);
  bytes::put16(out, returned);
  return out + entries;
}

std::string clock_text(uint32_t seconds) {
  const std::time_t time = seconds;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%02d:%02d - %d/%d/%d UTC", parts.tm_hour, parts.tm_min,
                parts.tm_mday, parts.tm_mon + 1, parts.tm_year + 1900);
  return text.data();
}

}  // namespace

bool fresh(Peer &peer, uint32_t timestamp) {
  if (timestamp < peer.us.last_timestamp) return false;
  peer.us.last_timestamp = timestamp;
  return true;
}

std::optional<std::string> log_in(Peer &server, const Passwords &passwords,
                                  std::string_view password, uint32_t timestamp, Moment moment) {
  if (timestamp <= server.us.last_timestamp) return std::nullopt;  // taken for a replay
  const bool room = server.type == contact_type::room;
  uint8_t permissions = server.us.permissions;
  if (password == passwords.admin) {
    permissions = admin;
  } else if (password == passwords.guest) {
    permissions = room ? read_write : guest;
  } else if (!password.empty() || !server.us.known) {
    return std::nullopt;
  }
  server.us = {true, permissions, timestamp};
  meshcore::LoginSuccess success;
  success.legacy_permissions = permissions == admin ? 1 : 0;
  success.key_prefix = server.prefix();
  success.server_time = moment.now;
  success.permissions = permissions;
  success.firmware_level = room ? 1 : 2;
  return meshcore::build_login_success(success);
}

std::optional<std::string> status_of(const Peer &peer, Moment moment) {
  if (!peer.is_server() || !peer.us.known) return std::nullopt;
  meshcore::ServerStats stats;
  stats.battery_mv = static_cast<uint16_t>(3900 + bytes::u8(peer.key, 1));
  stats.noise_floor = -112;
  stats.last_rssi = -70;
  stats.last_snr_x4 = static_cast<int16_t>(int{peer.snr_x4});
  stats.received = moment.packets;
  stats.sent = moment.packets / 4;
  stats.tx_air_s = moment.uptime / 100;
  stats.uptime_s = moment.uptime + 86'400;
  stats.sent_flood = moment.packets / 8;
  stats.sent_direct = moment.packets / 8;
  stats.received_flood = moment.packets / 2;
  stats.received_direct = moment.packets / 2;
  if (peer.type == contact_type::room) {
    stats.posted = peer.posted;
    stats.post_pushes = peer.pushed;
  } else {
    stats.rx_air_s = moment.uptime / 50;
    stats.receive_errors = 3;
  }
  return meshcore::build_server_stats(stats, peer.type);
}

std::optional<std::string> telemetry_of(const Peer &peer, Mesh &mesh) {
  if (!peer.shares_telemetry || (peer.is_server() && !peer.us.known)) return std::nullopt;
  meshcore::LppBuilder lpp;
  lpp.voltage(1, 3.9 + mesh.random().between(0, 0.3));
  if (peer.type == contact_type::sensor) {
    lpp.temperature(1, mesh.random().between(-10, 25))
        .humidity(1, mesh.random().between(30, 90))
        .pressure(1, mesh.random().between(980, 1030))
        .gps(2, peer.latitude_e6 / 1e6, peer.longitude_e6 / 1e6, 574);
  } else {
    lpp.temperature(1, mesh.random().between(5, 25));
  }
  return padded(lpp.bytes());
}

std::optional<std::string> request(Peer &peer, Mesh &mesh, std::string_view own_key,
                                   std::string_view request, uint32_t timestamp, Moment moment) {
  if (request.empty()) return std::nullopt;
  if (peer.is_server() && (!peer.us.known || !fresh(peer, timestamp))) return std::nullopt;
  const uint8_t type = bytes::u8(request, 0);
  const bool repeater = peer.type == contact_type::repeater;
  if (type == 1) return status_of(peer, moment);
  if (type == 3) return telemetry_of(peer, mesh);
  if (type == 5 && peer.is_server() && peer.us.permissions == admin) {
    std::string list(own_key.substr(0, meshcore::key_prefix_size));
    bytes::put8(list, peer.us.permissions);
    return padded(std::move(list));
  }
  if (type == 6 && repeater) return padded(neighbours(mesh, peer, request));
  if (type == 7 && repeater) return padded("v1.17.1\n" + peer.name + "\nThe simulation");
  return std::nullopt;
}

std::optional<std::string> anonymous(const Peer &peer, std::string_view data, Moment moment) {
  if (peer.type != contact_type::repeater || data.empty()) return std::nullopt;
  std::string out;
  bytes::put32(out, moment.now);
  switch (bytes::u8(data, 0)) {
    case 1:
      return padded(out + "*,#tyrol");
    case 2:
      return padded(out + peer.name + "\nThe simulation");
    case 3:
      bytes::put8(out, 0);
      return padded(std::move(out));
    default:
      return std::nullopt;
  }
}

std::optional<std::string> console(Peer &server, std::string_view line, Moment moment) {
  if (!server.is_server() || !server.us.known || server.us.permissions != admin)
    return std::nullopt;
  std::string echo;
  if (line.size() > 3 && line[2] == '|') {
    echo = line.substr(0, 3);
    line.remove_prefix(3);
  }
  const auto is = [line](std::string_view word) { return line.substr(0, word.size()) == word; };
  std::string answer = "Unknown command";
  if (is("ver")) answer = "v1.17.1 (Build: 14 Aug 2026)";
  if (is("clock")) answer = clock_text(moment.now);
  if (is("board")) answer = "Simulated board";
  if (is("get name")) answer = "> " + server.name;
  if (is("get radio")) answer = "> 869.6179809,62.5,8,5";
  if (is("get role")) answer = server.type == contact_type::room ? "> room_server" : "> repeater";
  if (is("neighbors") && server.type == contact_type::repeater) answer = "-none-";
  if (is("advert")) answer = "OK - Advert sent";
  if (is("set name ")) {
    server.name = line.substr(9, meshcore::name_size - 1);
    answer = "OK";
  }
  return echo + answer;
}

}  // namespace sim::companion
