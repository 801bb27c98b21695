// Implementation of world.h: an alpine town, its hills and the people on them.
#include "plugins/sim/meshtastic/world.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <numbers>

#include "plugins/meshtastic/codec/describe.h"
#include "plugins/meshtastic/codec/tables.h"
#include "telemetry.pb.h"

namespace sim {
namespace {

namespace pb = meshtastic::pb;

constexpr std::uint32_t broadcast = 0xFFFFFFFF;
constexpr double centre_latitude = 47.269;
constexpr double centre_longitude = 11.404;
constexpr double metres_per_degree = 111'320;

constexpr std::array names = {"Alpine",  "Bridge",  "Chapel",  "Dairy",  "Eagle",  "Forest",
                              "Glacier", "Harbour", "Inn",     "Jetty",  "Kiosk",  "Lake",
                              "Mill",    "North",   "Orchard", "Pass",   "Quarry", "Ridge",
                              "Saddle",  "Tower",   "Upper",   "Valley", "Weir",   "Yard"};
constexpr std::array places = {"Hut",  "House", "Relay", "Station", "Farm",  "Van",    "Tracker",
                               "Roof", "Lift",  "Camp",  "Bike",    "Truck", "Garden", "Summit"};
constexpr std::array remarks = {"Good morning from up here",
                                "Anyone on the ridge today?",
                                "Fog below, sun above",
                                "Testing the new antenna",
                                "Battery is holding well",
                                "Coffee at the hut in ten minutes",
                                "Snow from 1800 m upwards",
                                "Can somebody confirm this one?",
                                "Back in the valley",
                                "The lift stops at 16:30",
                                "Two hops to the bridge, not bad",
                                "Who is near the lake?",
                                "Grüße von der Hütte ☀️",
                                "Moving the relay to the south side",
                                "Heard you loud and clear",
                                "Heading home now"};
constexpr std::array replies = {"Got it, thanks",     "Copy that", "Heard you",
                                "Yes, all good here", "On my way", "Thanks! 👍"};

template <class Array>
const char *pick(Random &random, const Array &array) {
  return array[random.below(static_cast<std::uint32_t>(std::size(array)))];
}

}  // namespace

World::World(std::uint64_t seed, std::uint32_t count, std::uint32_t now) : random_(seed) {
  nodes_.reserve(count);
  while (nodes_.size() < count) {
    Node node;
    node.number = static_cast<std::uint32_t>(random_.next()) | 0x10u;
    if (node.number == broadcast || find(node.number) != nullptr) continue;
    char short_name[8];
    std::snprintf(short_name, sizeof short_name, "%04x", node.number & 0xFFFF);
    const std::string long_name = std::string(pick(random_, names)) + " " + pick(random_, places);
    node.user.set_id(meshtastic::node_name(node.number));
    node.user.set_long_name(long_name);
    node.user.set_short_name(short_name);
    node.user.set_hw_model(43);
    node.user.set_role(random_.chance(0.1) ? 2 : 0);
    std::string key(32, '\0');
    for (char &byte : key) byte = static_cast<char>(random_.next());
    node.user.set_public_key(key);
    const double angle = random_.between(0, 2 * std::numbers::pi);
    const double distance = 15'000 * std::sqrt(random_.unit());
    node.latitude = centre_latitude + distance * std::cos(angle) / metres_per_degree;
    node.longitude = centre_longitude + distance * std::sin(angle) / metres_per_degree /
                                            std::cos(centre_latitude * std::numbers::pi / 180);
    node.altitude = static_cast<std::int32_t>(random_.between(570, 2300));
    node.heading = random_.between(0, 2 * std::numbers::pi);
    node.speed = random_.chance(0.25) ? random_.between(0.8, 14) : 0;
    node.battery = random_.chance(0.2) ? 101 : random_.between(20, 100);
    node.snr = random_.between(-12, 9);
    node.hops = random_.below(4);
    node.last_heard = now - random_.below(6 * 3600);
    nodes_.push_back(std::move(node));
  }
}

Node *World::find(std::uint32_t number) {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(),
                                  [number](const Node &node) { return node.number == number; });
  return found == nodes_.end() ? nullptr : &*found;
}

void World::remove(std::uint32_t number) {
  std::erase_if(nodes_, [number](const Node &node) { return node.number == number; });
}

void World::clear(bool keep_favorites) {
  std::erase_if(nodes_,
                [keep_favorites](const Node &node) { return !(keep_favorites && node.favorite); });
}

void World::move(Node &node, std::uint32_t now) {
  const double metres = node.speed * std::min<std::uint32_t>(now - node.last_heard, 600);
  if (metres > 0) {
    node.heading += random_.between(-0.4, 0.4);
    node.latitude += metres * std::cos(node.heading) / metres_per_degree;
    node.longitude += metres * std::sin(node.heading) / metres_per_degree /
                      std::cos(centre_latitude * std::numbers::pi / 180);
  }
  if (node.battery <= 100)
    node.battery = node.battery < 5 ? 100 : node.battery - random_.unit() * 0.05;
  node.snr = std::clamp(node.snr + random_.between(-1, 1), -18.0, 11.0);
}

pb::MeshPacket World::heard(Node &node, std::uint32_t now) {
  move(node, now);
  node.last_heard = now;
  pb::MeshPacket packet;
  packet.set_from(node.number);
  packet.set_to(broadcast);
  packet.set_id(random_.packet_id());
  packet.set_rx_time(now);
  packet.set_rx_snr(static_cast<float>(std::round(node.snr * 4) / 4));
  packet.set_rx_rssi(-static_cast<std::int32_t>(70 + random_.below(50)));
  packet.set_hop_start(3);
  packet.set_hop_limit(3 - std::min<std::uint32_t>(node.hops, 3));
  packet.set_relay_node(node.number & 0xFF);
  packet.set_transport_mechanism(1);
  return packet;
}

pb::Position World::position_of(const Node &node, std::uint32_t now) const {
  pb::Position position;
  position.set_latitude_i(static_cast<std::int32_t>(node.latitude * 1e7));
  position.set_longitude_i(static_cast<std::int32_t>(node.longitude * 1e7));
  position.set_altitude(node.altitude);
  position.set_time(now);
  position.set_location_source(2);
  position.set_precision_bits(32);
  position.set_sats_in_view(9);
  if (node.speed > 0) position.set_ground_speed(static_cast<std::uint32_t>(node.speed));
  return position;
}

pb::DeviceMetrics World::metrics_of(const Node &node, std::uint32_t now) {
  pb::DeviceMetrics metrics;
  metrics.set_battery_level(static_cast<std::uint32_t>(node.battery));
  metrics.set_voltage(static_cast<float>(3.3 + node.battery / 100 * 0.85));
  metrics.set_channel_utilization(static_cast<float>(random_.between(1, 14)));
  metrics.set_air_util_tx(static_cast<float>(random_.between(0.1, 2.5)));
  metrics.set_uptime_seconds(now % 1'000'000);
  return metrics;
}

pb::NodeInfo World::info_of(const Node &node, std::uint32_t now) {
  pb::NodeInfo info;
  info.set_num(node.number);
  *info.mutable_user() = node.user;
  *info.mutable_position() = position_of(node, node.last_heard);
  info.set_snr(static_cast<float>(std::round(node.snr * 4) / 4));
  info.set_last_heard(node.last_heard);
  *info.mutable_device_metrics() = metrics_of(node, now);
  info.set_hops_away(node.hops);
  info.set_is_favorite(node.favorite);
  info.set_is_ignored(node.ignored);
  info.set_is_muted(node.muted);
  return info;
}

pb::MeshPacket World::text(std::uint32_t from, std::string_view words, std::uint32_t to,
                           std::uint32_t channel, std::uint32_t now) {
  Node stranger;
  stranger.number = from;
  Node *node = find(from);
  pb::MeshPacket packet = heard(node != nullptr ? *node : stranger, now);
  packet.set_to(to);
  packet.set_channel(channel);
  packet.mutable_decoded()->set_portnum(meshtastic::port::text);
  packet.mutable_decoded()->set_payload(std::string(words));
  packet.mutable_decoded()->set_bitfield(1);
  return packet;
}

std::string World::reply_words(const Node &node) {
  return std::string(pick(random_, replies)) + " (" + node.user.long_name() + ")";
}

pb::MeshPacket World::answer(const Node &node, std::uint32_t own, std::uint32_t request_id,
                             std::uint32_t portnum, const std::string &payload, std::uint32_t now) {
  Node *speaker = find(node.number);
  Node copy = node;
  pb::MeshPacket packet = heard(speaker != nullptr ? *speaker : copy, now);
  packet.set_to(own);
  packet.mutable_decoded()->set_portnum(portnum);
  packet.mutable_decoded()->set_payload(payload);
  packet.mutable_decoded()->set_request_id(request_id);
  return packet;
}

pb::MeshPacket World::something_happens(std::uint32_t now, double text_probability) {
  if (nodes_.empty()) return {};
  Node &node = nodes_[random_.below(static_cast<std::uint32_t>(nodes_.size()))];
  if (random_.chance(text_probability))
    return text(node.number, pick(random_, remarks), broadcast, 0, now);
  pb::MeshPacket packet = heard(node, now);
  pb::Data &data = *packet.mutable_decoded();
  data.set_bitfield(1);
  const double draw = random_.unit();
  if (draw < 0.45) {
    data.set_portnum(meshtastic::port::position);
    data.set_payload(position_of(node, now).SerializeAsString());
  } else if (draw < 0.85) {
    pb::Telemetry telemetry;
    telemetry.set_time(now);
    if (random_.chance(0.7)) {
      *telemetry.mutable_device_metrics() = metrics_of(node, now);
    } else {
      telemetry.mutable_environment_metrics()->set_temperature(
          static_cast<float>(random_.between(-8, 24)));
      telemetry.mutable_environment_metrics()->set_relative_humidity(
          static_cast<float>(random_.between(30, 95)));
      telemetry.mutable_environment_metrics()->set_barometric_pressure(
          static_cast<float>(random_.between(860, 960)));
    }
    data.set_portnum(meshtastic::port::telemetry);
    data.set_payload(telemetry.SerializeAsString());
  } else {
    data.set_portnum(meshtastic::port::nodeinfo);
    data.set_payload(node.user.SerializeAsString());
  }
  return packet;
}

}  // namespace sim
