// See records_parts.h.
#include <utility>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/lpp.h"
#include "plugins/meshcore/codec/stats.h"
#include "plugins/meshcore/driver/records_parts.h"

namespace meshcore_driver {

namespace {

namespace bytes = meshcore::bytes;
namespace push = meshcore::push;

// The first value of each kind; channel 1 is the node itself and stands first.
void add_values(std::string_view lpp, NeutralRecord &out) {
  bool voltage = false, temperature = false, humidity = false, pressure = false, place = false;
  mmx::Record &fields = out.fields();
  const auto once = [&](bool &seen, std::uint16_t key, double value) {
    if (!std::exchange(seen, true)) fields.add_float(key, value);
  };
  for (const meshcore::LppValue &each : meshcore::parse_lpp(lpp)) {
    if (each.values.empty()) continue;
    switch (each.type) {
      case 116:
        once(voltage, MMX_FIELD_VOLTAGE_V, each.values[0]);
        break;
      case 103:
        once(temperature, MMX_FIELD_TEMPERATURE_C, each.values[0]);
        break;
      case 104:
        once(humidity, MMX_FIELD_HUMIDITY_PCT, each.values[0]);
        break;
      case 115:
        once(pressure, MMX_FIELD_PRESSURE_HPA, each.values[0]);
        break;
      case 136:
        if (each.values.size() < 3 || std::exchange(place, true)) break;
        fields.add_float(MMX_FIELD_LATITUDE, each.values[0])
            .add_float(MMX_FIELD_LONGITUDE, each.values[1])
            .add_float(MMX_FIELD_ALTITUDE_M, each.values[2]);
        break;
      default:
        break;
    }
  }
}

void add_server_stats(const meshcore::ServerStats &stats, NeutralRecord &out) {
  out.fields()
      .add_float(MMX_FIELD_VOLTAGE_V, stats.battery_mv / 1000.0)
      .add(MMX_FIELD_UPTIME_S, stats.uptime_s)
      .add(MMX_FIELD_RSSI_DBM, stats.last_rssi)
      .add_float(MMX_FIELD_SNR_DB, stats.last_snr_x4 / 4.0);
}

std::string hops_text(std::string_view path, std::size_t hash_size) {
  std::string text;
  for (std::size_t at = 0; hash_size > 0 && at + hash_size <= path.size(); at += hash_size) {
    if (!text.empty()) text += ' ';
    text += meshcore::hex(path.substr(at, hash_size));
  }
  return text;
}

}  // namespace

void describe_telemetry(std::string_view frame, NeutralRecord &out) {
  const auto prefix = meshcore::push_key_prefix(frame);
  if (!prefix) return;
  out.begin(MMX_RECORD_TELEMETRY);
  out.text(MMX_FIELD_FROM, meshcore::hex(*prefix));
  add_values(frame.substr(2 + meshcore::key_prefix_size), out);
}

void describe_trace(std::string_view frame, NeutralRecord &out) {
  constexpr std::size_t header = 12;
  if (!bytes::is(frame, push::trace_data, header)) return;
  const std::size_t size = bytes::u8(frame, 2);
  if (frame.size() < header + size) return;
  out.begin(MMX_RECORD_TRACEROUTE);
  out.fields().add(MMX_FIELD_NATIVE_ID, bytes::u32(frame, 4));
  const std::size_t hash_size = std::size_t{1} << (bytes::u8(frame, 3) & 3U);
  out.text(MMX_FIELD_ROUTE, hops_text(frame.substr(header, size), hash_size));
  out.fields().add_float(MMX_FIELD_SNR_DB, bytes::i8(frame, frame.size() - 1) / 4.0);
}

void describe_discovery(std::string_view frame, NeutralRecord &out) {
  constexpr std::size_t header = 9;
  const auto prefix = meshcore::push_key_prefix(frame);
  if (!prefix || frame.size() < header) return;
  const unsigned length = bytes::u8(frame, 8);
  const std::size_t hash_size = (length >> 6) + 1;
  const std::size_t hops = length & 63U;
  if (frame.size() < header + hops * hash_size) return;
  out.begin(MMX_RECORD_TRACEROUTE);
  out.text(MMX_FIELD_FROM, meshcore::hex(*prefix));
  out.fields().add(MMX_FIELD_HOPS, static_cast<std::int64_t>(hops));
  out.text(MMX_FIELD_ROUTE, hops_text(frame.substr(header, hops * hash_size), hash_size));
}

void describe_result(std::string_view frame, std::string_view request, std::string_view target,
                     std::uint8_t contact_type, NeutralRecord &out) {
  if (frame.empty()) return;
  switch (bytes::u8(frame, 0)) {
    case push::telemetry_response:
      describe_telemetry(frame, out);
      return;
    case push::path_discovery:
      describe_discovery(frame, out);
      return;
    case push::status_response: {
      constexpr std::size_t header = 2 + meshcore::key_prefix_size;
      if (frame.size() <= header) return;
      const auto stats = meshcore::parse_server_stats(frame.substr(header), contact_type);
      if (!stats) return;
      out.begin(MMX_RECORD_TELEMETRY);
      out.text(MMX_FIELD_FROM, address(target));
      add_server_stats(*stats, out);
      return;
    }
    case push::binary_response: {
      constexpr std::size_t header = 6;
      constexpr std::size_t asked = 1 + meshcore::key_size;
      if (frame.size() <= header ||
          !bytes::is(request, meshcore::command::send_binary, asked + 1)) {
        return;
      }
      const std::string_view data = frame.substr(header);
      constexpr std::uint8_t status = 1, telemetry = 3;
      if (bytes::u8(request, asked) == status) {
        const auto stats = meshcore::parse_server_stats(data, contact_type);
        if (!stats) return;
        out.begin(MMX_RECORD_TELEMETRY);
        out.text(MMX_FIELD_FROM, address(target));
        add_server_stats(*stats, out);
      } else if (bytes::u8(request, asked) == telemetry) {
        out.begin(MMX_RECORD_TELEMETRY);
        out.text(MMX_FIELD_FROM, address(target));
        add_values(data, out);
      }
      return;
    }
    default:
      return;
  }
}

}  // namespace meshcore_driver
