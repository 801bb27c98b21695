// See records.h.
#include "plugins/meshtastic/driver/records.h"

#include "plugins/meshtastic/codec/describe.h"
#include "plugins/meshtastic/codec/node.h"
#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/codec/tables.h"

namespace meshtastic_driver {

namespace {

namespace port = meshtastic::port;

std::int64_t nanoseconds(std::uint32_t seconds) { return std::int64_t{seconds} * kSecondNs; }

std::string address(std::uint32_t number) {
  return number == meshtastic::broadcast_node ? "broadcast" : meshtastic::node_name(number);
}

void describe_envelope(const pb::MeshPacket &packet, NeutralRecord &out) {
  mmx::Record &fields = out.fields();
  fields.add(MMX_FIELD_NATIVE_ID, packet.id());
  out.text(MMX_FIELD_FROM, address(packet.from()));
  out.text(MMX_FIELD_TO, address(packet.to()));
  fields.add(MMX_FIELD_FROM_NUM, packet.from()).add(MMX_FIELD_TO_NUM, packet.to());
  fields.add(MMX_FIELD_CHANNEL, packet.channel());
  if (packet.rx_time() != 0) fields.add(MMX_FIELD_TIME, nanoseconds(packet.rx_time()));
  if (packet.rx_snr() != 0) {
    fields.add_float(MMX_FIELD_SNR_DB, static_cast<double>(packet.rx_snr()));
  }
  if (packet.rx_rssi() != 0) fields.add(MMX_FIELD_RSSI_DBM, packet.rx_rssi());
  if (const auto hops = meshtastic::hops_of(packet)) fields.add(MMX_FIELD_HOPS, *hops);
  if (packet.via_mqtt()) fields.add(MMX_FIELD_VIA_MQTT, 1);
  if (packet.want_ack()) fields.add(MMX_FIELD_WANT_ACK, 1);
  if (packet.has_decoded()) fields.add(MMX_FIELD_PORT, packet.decoded().portnum());
}

void add_degrees(std::int32_t latitude_i, std::int32_t longitude_i, NeutralRecord &out) {
  out.fields().add_float(MMX_FIELD_LATITUDE, latitude_i * 1e-7);
  out.fields().add_float(MMX_FIELD_LONGITUDE, longitude_i * 1e-7);
}

void add_position(const pb::Position &position, NeutralRecord &out) {
  mmx::Record &fields = out.fields();
  if (position.has_latitude_i() && position.has_longitude_i()) {
    add_degrees(position.latitude_i(), position.longitude_i(), out);
  }
  if (position.has_altitude()) fields.add_float(MMX_FIELD_ALTITUDE_M, position.altitude());
  if (position.precision_bits() != 0) {
    fields.add(MMX_FIELD_PRECISION_BITS, position.precision_bits());
  }
  if (position.has_ground_speed()) fields.add_float(MMX_FIELD_SPEED_MPS, position.ground_speed());
  if (position.has_ground_track()) {
    fields.add_float(MMX_FIELD_HEADING_DEG, position.ground_track() * 1e-5);
  }
}

void add_metrics(const pb::DeviceMetrics &metrics, NeutralRecord &out) {
  mmx::Record &fields = out.fields();
  const auto real = [](float value) { return static_cast<double>(value); };
  if (metrics.has_battery_level()) {
    fields.add_float(MMX_FIELD_BATTERY_PCT, metrics.battery_level());
  }
  if (metrics.has_voltage()) fields.add_float(MMX_FIELD_VOLTAGE_V, real(metrics.voltage()));
  if (metrics.has_channel_utilization()) {
    fields.add_float(MMX_FIELD_CHANNEL_UTIL_PCT, real(metrics.channel_utilization()));
  }
  if (metrics.has_air_util_tx()) {
    fields.add_float(MMX_FIELD_AIR_UTIL_PCT, real(metrics.air_util_tx()));
  }
  if (metrics.has_uptime_seconds()) fields.add(MMX_FIELD_UPTIME_S, metrics.uptime_seconds());
}

void add_user(const pb::User &user, NeutralRecord &out) {
  out.text(MMX_FIELD_LONG_NAME, user.long_name());
  out.text(MMX_FIELD_SHORT_NAME, user.short_name());
  out.fields().add(MMX_FIELD_HARDWARE, user.hw_model()).add(MMX_FIELD_ROLE, user.role());
  if (!user.public_key().empty()) out.bytes(MMX_FIELD_PUBLIC_KEY, user.public_key());
}

bool describe_text(const pb::Data &data, NeutralRecord &out) {
  if (!valid_utf8(data.payload())) return false;
  out.begin(MMX_RECORD_TEXT);
  out.text(MMX_FIELD_TEXT, data.payload());
  if (data.reply_id() != 0) out.fields().add(MMX_FIELD_REPLY_TO, data.reply_id());
  if (data.emoji() != 0) out.fields().add(MMX_FIELD_EMOJI, 1);
  return true;
}

bool describe_telemetry(const pb::Data &data, NeutralRecord &out) {
  pb::Telemetry telemetry;
  if (!telemetry.ParseFromString(data.payload())) return false;
  out.begin(MMX_RECORD_TELEMETRY);
  mmx::Record &fields = out.fields();
  const auto real = [](float value) { return static_cast<double>(value); };
  if (telemetry.has_device_metrics()) add_metrics(telemetry.device_metrics(), out);
  if (telemetry.has_environment_metrics()) {
    const pb::EnvironmentMetrics &metrics = telemetry.environment_metrics();
    if (metrics.has_temperature()) {
      fields.add_float(MMX_FIELD_TEMPERATURE_C, real(metrics.temperature()));
    }
    if (metrics.has_relative_humidity()) {
      fields.add_float(MMX_FIELD_HUMIDITY_PCT, real(metrics.relative_humidity()));
    }
    if (metrics.has_barometric_pressure()) {
      fields.add_float(MMX_FIELD_PRESSURE_HPA, real(metrics.barometric_pressure()));
    }
    if (metrics.has_voltage()) fields.add_float(MMX_FIELD_VOLTAGE_V, real(metrics.voltage()));
  }
  if (telemetry.has_local_stats()) {
    const pb::LocalStats &stats = telemetry.local_stats();
    fields.add(MMX_FIELD_UPTIME_S, stats.uptime_seconds());
    fields.add_float(MMX_FIELD_CHANNEL_UTIL_PCT, real(stats.channel_utilization()));
    fields.add_float(MMX_FIELD_AIR_UTIL_PCT, real(stats.air_util_tx()));
  }
  return true;
}

bool describe_route(const pb::Data &data, NeutralRecord &out) {
  pb::RouteDiscovery discovery;
  if (!discovery.ParseFromString(data.payload())) return false;
  out.begin(MMX_RECORD_TRACEROUTE);
  std::string route;
  for (const std::uint32_t hop : discovery.route()) {
    if (!route.empty()) route += ' ';
    route += meshtastic::node_name(hop);
  }
  out.text(MMX_FIELD_ROUTE, route);
  if (data.request_id() != 0) out.fields().add(MMX_FIELD_REPLY_TO, data.request_id());
  return true;
}

// Begins out with what the port says; false if it cannot be read.
bool describe_data(const pb::Data &data, NeutralRecord &out) {
  switch (data.portnum()) {
    case port::text:
      return describe_text(data, out);
    case port::telemetry:
      return describe_telemetry(data, out);
    case port::traceroute:
      return describe_route(data, out);
    case port::position: {
      pb::Position position;
      if (!position.ParseFromString(data.payload())) return false;
      out.begin(MMX_RECORD_POSITION);
      add_position(position, out);
      return true;
    }
    case port::nodeinfo: {
      pb::User user;
      if (!user.ParseFromString(data.payload())) return false;
      out.begin(MMX_RECORD_NODE);
      add_user(user, out);
      return true;
    }
    case port::waypoint: {
      pb::Waypoint waypoint;
      if (!waypoint.ParseFromString(data.payload())) return false;
      out.begin(MMX_RECORD_WAYPOINT);
      out.text(MMX_FIELD_NAME, waypoint.name());
      out.fields().add(MMX_FIELD_INDEX, waypoint.id());
      if (waypoint.has_latitude_i() && waypoint.has_longitude_i()) {
        add_degrees(waypoint.latitude_i(), waypoint.longitude_i(), out);
      }
      return true;
    }
    case port::neighborinfo:
      out.begin(MMX_RECORD_NEIGHBORS);
      return true;
    default:
      return false;
  }
}

}  // namespace

bool valid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || i + length > text.size()) return false;
    const auto second = static_cast<unsigned char>(text[i + 1]);
    const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < low || second > high) return false;
    for (std::size_t k = 2; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += length;
  }
  return true;
}

void NeutralRecord::text(std::uint16_t key, std::string_view value) {
  if (!valid_utf8(value)) return;
  record_.add_text(key, texts_.emplace_back(value));
}

void NeutralRecord::bytes(std::uint16_t key, std::string_view value) {
  record_.add_bytes(key, texts_.emplace_back(value));
}

void describe_packet(const pb::MeshPacket &packet, std::uint32_t own, NeutralRecord &out) {
  if (packet.has_decoded() && packet.decoded().portnum() == port::routing &&
      packet.decoded().request_id() != 0) {
    describe_fate(packet, own, 0, out);
    return;
  }
  if (!packet.has_decoded() || !describe_data(packet.decoded(), out)) out.begin(MMX_RECORD_PACKET);
  describe_envelope(packet, out);
}

void describe_fate(const pb::MeshPacket &routing, std::uint32_t own, std::uint32_t to,
                   NeutralRecord &out) {
  pb::Routing told;
  if (!told.ParseFromString(routing.decoded().payload())) return;
  out.begin(MMX_RECORD_ACK);
  const std::uint32_t error = told.error_reason();
  const bool by_peer = routing.from() != own || to == own;
  out.fields()
      .add(MMX_FIELD_NATIVE_ID, routing.decoded().request_id())
      .add(MMX_FIELD_STATUS, error != 0 ? MMX_DELIVERY_FAILED
                             : by_peer  ? MMX_DELIVERY_DELIVERED
                                        : MMX_DELIVERY_RELAYED)
      .add(MMX_FIELD_NATIVE_STATUS, error);
  out.text(MMX_FIELD_FROM, address(routing.from()));
  if (error != 0) out.text(MMX_FIELD_REASON, meshtastic::routing_error_name(error));
}

void describe_node(const pb::NodeInfo &node, NeutralRecord &out) {
  out.begin(MMX_RECORD_NODE);
  mmx::Record &fields = out.fields();
  out.text(MMX_FIELD_FROM, address(node.num()));
  fields.add(MMX_FIELD_FROM_NUM, node.num());
  if (node.has_user()) add_user(node.user(), out);
  if (node.has_position()) add_position(node.position(), out);
  if (node.has_device_metrics()) add_metrics(node.device_metrics(), out);
  if (node.last_heard() != 0) fields.add(MMX_FIELD_LAST_HEARD, nanoseconds(node.last_heard()));
  if (node.snr() != 0) fields.add_float(MMX_FIELD_SNR_DB, static_cast<double>(node.snr()));
  if (node.has_hops_away()) fields.add(MMX_FIELD_HOPS, node.hops_away());
  fields.add(MMX_FIELD_CHANNEL, node.channel());
  fields.add(MMX_FIELD_FAVORITE, node.is_favorite() ? 1 : 0);
  fields.add(MMX_FIELD_IGNORED, node.is_ignored() ? 1 : 0);
  fields.add(MMX_FIELD_VIA_MQTT, node.via_mqtt() ? 1 : 0);
}

void describe_channel(const pb::Channel &channel, NeutralRecord &out) {
  out.begin(MMX_RECORD_CHANNEL);
  out.fields().add(MMX_FIELD_INDEX, channel.index()).add(MMX_FIELD_ROLE, channel.role());
  out.text(MMX_FIELD_NAME, channel.settings().name());
}

void describe_state(std::string_view from_radio, NeutralRecord &out) {
  const std::uint32_t member = meshtastic::from_radio_member(from_radio);
  if (member != meshtastic::from_radio::node_info && member != meshtastic::from_radio::channel) {
    return;
  }
  pb::FromRadio message;
  if (!message.ParseFromArray(from_radio.data(), static_cast<int>(from_radio.size()))) return;
  if (message.has_node_info()) describe_node(message.node_info(), out);
  if (message.has_channel()) describe_channel(message.channel(), out);
}

}  // namespace meshtastic_driver
