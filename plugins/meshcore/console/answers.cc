// See answers.h. The JSON of a console is one flat object of numbers; that is all that is read.
#include "plugins/meshcore/console/answers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>

#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/describe.h"

namespace meshcore_console {

namespace {

// The number behind "key": in an object.
std::optional<double> number(std::string_view json, std::string_view key) {
  const std::string quoted = '"' + std::string(key) + '"';
  std::size_t at = json.find(quoted);
  if (at == std::string_view::npos) return std::nullopt;
  at += quoted.size();
  const auto skip_blanks = [&] {
    while (at < json.size() && json[at] == ' ') ++at;
  };
  skip_blanks();
  if (at == json.size() || json[at] != ':') return std::nullopt;
  ++at;
  skip_blanks();
  double value = 0;
  const auto [end, error] = std::from_chars(json.data() + at, json.data() + json.size(), value);
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  return value;
}

template <class Number>
Number fit(double value) {
  constexpr auto least = static_cast<double>(std::numeric_limits<Number>::min());
  constexpr auto most = static_cast<double>(std::numeric_limits<Number>::max());
  return static_cast<Number>(std::clamp(std::round(value), least, most));
}

// False, and field untouched, where the object has no such number.
template <class Number>
bool read(std::string_view json, std::string_view key, Number &field, double factor = 1) {
  const auto value = number(json, key);
  if (value) field = fit<Number>(*value * factor);
  return value.has_value();
}

// Takes a whole decimal number and the text behind it off the front.
std::optional<std::int64_t> take_number(std::string_view &text, std::string_view behind) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(behind)) return std::nullopt;
  text.remove_prefix(behind.size());
  return value;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    unsigned byte = 0;
    const char *const from = text.data() + at;
    const auto [end, error] = std::from_chars(from, from + 2, byte, 16);
    if (error != std::errc() || end != from + 2) return std::nullopt;
    bytes.push_back(static_cast<char>(byte));
  }
  return bytes;
}

}  // namespace

std::optional<meshcore::CoreStats> parse_core(std::string_view json) {
  meshcore::CoreStats stats;
  if (!read(json, "battery_mv", stats.battery_mv)) return std::nullopt;
  if (!read(json, "uptime_secs", stats.uptime_s)) return std::nullopt;
  read(json, "errors", stats.errors);
  read(json, "queue_len", stats.queue_length);
  return stats;
}

std::optional<meshcore::RadioStats> parse_radio(std::string_view json) {
  meshcore::RadioStats stats;
  if (!read(json, "noise_floor", stats.noise_floor)) return std::nullopt;
  if (!read(json, "last_rssi", stats.last_rssi)) return std::nullopt;
  read(json, "last_snr", stats.last_snr_x4, 4);
  read(json, "tx_air_secs", stats.tx_air_s);
  read(json, "rx_air_secs", stats.rx_air_s);
  return stats;
}

std::optional<meshcore::PacketStats> parse_packets(std::string_view json) {
  meshcore::PacketStats stats;
  if (!read(json, "recv", stats.received)) return std::nullopt;
  if (!read(json, "sent", stats.sent)) return std::nullopt;
  read(json, "flood_tx", stats.flood_tx);
  read(json, "direct_tx", stats.direct_tx);
  read(json, "flood_rx", stats.flood_rx);
  read(json, "direct_rx", stats.direct_rx);
  std::uint32_t errors = 0;
  if (read(json, "recv_errors", errors)) stats.receive_errors = errors;
  return stats;
}

std::optional<std::int64_t> parse_clock(std::string_view text) {
  const auto hour = take_number(text, ":");
  const auto minute = hour ? take_number(text, " - ") : std::nullopt;
  const auto day = minute ? take_number(text, "/") : std::nullopt;
  const auto month = day ? take_number(text, "/") : std::nullopt;
  const auto year = month ? take_number(text, " UTC") : std::nullopt;
  if (!year) return std::nullopt;
  const auto within = [](std::int64_t value, std::int64_t least, std::int64_t most) {
    return value >= least && value <= most;
  };
  if (!within(*hour, 0, 23) || !within(*minute, 0, 59) || !within(*day, 1, 31) ||
      !within(*month, 1, 12) || !within(*year, 1970, 2199)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + *hour) * 60 + *minute) * 60;
}

std::optional<std::string> parse_key(std::string_view text) {
  if (text.size() != 2 * meshcore::key_size) return std::nullopt;
  return from_hex(text);
}

std::optional<NeighbourLine> parse_neighbour(std::string_view line) {
  constexpr std::size_t prefix_digits = 8;
  if (line.size() < prefix_digits + 1 || line[prefix_digits] != ':') return std::nullopt;
  auto prefix = from_hex(line.substr(0, prefix_digits));
  if (!prefix) return std::nullopt;
  line.remove_prefix(prefix_digits + 1);
  const auto ago = take_number(line, ":");
  const auto snr = ago ? take_number(line, "") : std::nullopt;
  if (!snr || !line.empty()) return std::nullopt;
  return NeighbourLine{*std::move(prefix), fit<std::uint32_t>(static_cast<double>(*ago)),
                       fit<std::int32_t>(static_cast<double>(*snr))};
}

bool is_access_entry(std::string_view line) {
  return line.size() == 3 + 2 * meshcore::key_size && line[2] == ' ' &&
         from_hex(line.substr(0, 2)).has_value() && parse_key(line.substr(3)).has_value();
}

std::uint8_t contact_type_of(std::string_view role) {
  if (role == "repeater") return meshcore::contact_type::repeater;
  if (role == "room_server") return meshcore::contact_type::room;
  if (role == "sensor") return meshcore::contact_type::sensor;
  return meshcore::contact_type::none;
}

}  // namespace meshcore_console
