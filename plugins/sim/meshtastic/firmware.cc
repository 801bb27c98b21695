// Handshake, queues and limits of firmware.h; administration is in firmware_admin.cc.
#include "plugins/sim/meshtastic/firmware.h"

#include <algorithm>

#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/tables.h"
#include "telemetry.pb.h"

namespace sim {
namespace {

namespace pb = meshtastic::pb;

constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t airtime = second * 2 / 5;
constexpr std::size_t phone_queue_size = 32;
constexpr std::size_t status_queue_size = 2;
constexpr std::size_t tx_queue_size = 16;
constexpr std::size_t remembered_ids = 20;

std::string key_for(std::uint64_t seed, std::uint32_t number) {
  Random random(seed ^ (std::uint64_t{number} << 20));
  std::string key(32, '\0');
  for (char &byte : key) byte = static_cast<char>(random.next());
  return key;
}

std::uint32_t number_for(std::uint64_t seed) {
  return (static_cast<std::uint32_t>(Random(seed ^ 0xF00D).next()) & 0x7FFFFFFF) | 0x1000;
}

bool is_text(const pb::MeshPacket &packet) {
  return packet.decoded().portnum() == meshtastic::port::text;
}

}  // namespace

Firmware::Firmware(const FirmwareOptions &options, Output &output)
    : options_(options),
      output_(output),
      own_(number_for(options.seed)),
      world_(options.seed, options.nodes, output.unix_time()),
      settings_(own_, key_for(options.seed, own_)) {}

void Firmware::attach() {
  state_ = State::nothing;
  wanted_nonce_ = -1;
  recent_ids_.clear();
  last_sent_.clear();
}

void Firmware::to_radio(std::string_view payload) {
  pb::ToRadio message;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
  switch (message.payload_variant_case()) {
    case pb::ToRadio::kWantConfigId:
      wanted_nonce_ = message.want_config_id();
      break;
    case pb::ToRadio::kHeartbeat:
      // Nonce 1 asks for an introduction on the air and is not answered.
      if (message.heartbeat().nonce() != 1) queue_status(0, 0);
      break;
    case pb::ToRadio::kPacket:
      packet(message.packet());
      break;
    default:
      break;
  }
}

void Firmware::end_of_input() {
  // At most four administration packets to itself survive one turn of the real firmware.
  while (admin_requests_.size() > 4) admin_requests_.pop_front();
  while (!admin_requests_.empty()) {
    const pb::MeshPacket request = admin_requests_.front();
    admin_requests_.pop_front();
    admin(request);
  }
  if (wanted_nonce_ >= 0) {
    const auto nonce = static_cast<std::uint32_t>(wanted_nonce_);
    wanted_nonce_ = -1;
    send_dump(nonce);
  }
  flush();
}

pb::NodeInfo Firmware::own_info() const {
  pb::NodeInfo info;
  info.set_num(own_);
  *info.mutable_user() = settings_.owner();
  info.mutable_position()->set_latitude_i(472'690'000);
  info.mutable_position()->set_longitude_i(114'040'000);
  info.mutable_position()->set_altitude(574);
  info.mutable_device_metrics()->set_battery_level(101);
  info.mutable_device_metrics()->set_voltage(4.1f);
  info.set_last_heard(output_.unix_time());
  info.set_is_favorite(true);
  return info;
}

void Firmware::send_dump(std::uint32_t nonce) {
  const bool nodes_only = nonce == meshtastic::nonce_nodes_only;
  const bool config_only = nonce == meshtastic::nonce_config_only;
  const auto say = [this](const pb::FromRadio &message) {
    output_.send(message.SerializeAsString());
  };
  pb::FromRadio out;
  if (!nodes_only) {
    pb::MyNodeInfo &info = *out.mutable_my_info();
    info.set_my_node_num(own_);
    info.set_reboot_count(reboot_count_);
    info.set_min_app_version(30200);
    info.set_pio_env("simulated");
    info.set_nodedb_count(static_cast<std::uint32_t>(world_.nodes().size()) + 1);
    say(out);
    *out.mutable_deviceui_config() = settings_.screen();
    say(out);
  }
  *out.mutable_node_info() = own_info();
  say(out);
  if (!nodes_only) {
    *out.mutable_metadata() = settings_.metadata();
    say(out);
    for (const pb::Channel &channel : settings_.channels()) {
      *out.mutable_channel() = channel;
      say(out);
    }
    for (const pb::Config &config : settings_.configs()) {
      *out.mutable_config() = config;
      say(out);
    }
    for (const pb::ModuleConfig &module : settings_.modules()) {
      *out.mutable_module_config() = module;
      say(out);
    }
    out.mutable_module_config()->Clear();
    for (int i = 0; i < 3; ++i) say(out);  // types this release does not know
  }
  if (!config_only) {
    for (const Node &node : world_.nodes()) {
      pb::NodeInfo info = world_.info_of(node, output_.unix_time());
      if (options_.thin_nodes) {
        info.clear_position();
        info.clear_device_metrics();
      }
      *out.mutable_node_info() = info;
      say(out);
    }
  }
  if (!nodes_only) {
    for (const char *name : {"/prefs/device.proto", "/prefs/nodes.proto", "/prefs/channels.proto",
                             "/prefs/config.proto", "/prefs/module.proto"}) {
      out.mutable_file_info()->set_file_name(name);
      out.mutable_file_info()->set_size_bytes(100);
      say(out);
    }
  }
  output_.send(meshtastic::build_config_complete(nonce));
  state_ = State::packets;
  if (options_.thin_nodes && !config_only) replay_satellites();
}

void Firmware::replay_satellites() {
  for (const Node &node : world_.nodes()) {
    pb::MeshPacket packet;
    packet.set_from(node.number);
    packet.set_to(meshtastic::broadcast_node);
    packet.set_id(node.number ^ 0x51515151);
    packet.set_rx_time(node.last_heard);
    packet.set_priority(meshtastic::priority::background);
    packet.set_transport_mechanism(meshtastic::transport::lora);
    packet.mutable_decoded()->set_portnum(meshtastic::port::position);
    packet.mutable_decoded()->set_payload(
        world_.position_of(node, node.last_heard).SerializeAsString());
    output_.send(meshtastic::build_from_radio(packet));
    pb::Telemetry telemetry;
    telemetry.set_time(node.last_heard);
    *telemetry.mutable_device_metrics() = world_.metrics_of(node, node.last_heard);
    packet.set_id(node.number ^ 0x15151515);
    packet.mutable_decoded()->set_portnum(meshtastic::port::telemetry);
    packet.mutable_decoded()->set_payload(telemetry.SerializeAsString());
    output_.send(meshtastic::build_from_radio(packet));
  }
}

bool Firmware::limited(const pb::MeshPacket &packet) {
  const std::uint32_t port = packet.decoded().portnum();
  const meshtastic::RateClass rate = meshtastic::port_info(port).rate;
  const std::uint32_t window = meshtastic::rate_window_ms(rate);
  if (window == 0) return false;
  const std::int64_t now = output_.mono_ns();
  const auto [last, fresh] = last_sent_.try_emplace(static_cast<int>(rate), now);
  if (fresh || now - last->second >= std::int64_t{window} * 1'000'000) {
    last->second = now;
    return false;
  }
  queue_status(0, packet.id());
  if (rate == meshtastic::RateClass::traceroute) {
    pb::FromRadio notice;
    notice.mutable_client_notification()->set_reply_id(packet.id());
    notice.mutable_client_notification()->set_level(30);
    notice.mutable_client_notification()->set_message(
        "Traceroute can be sent once every 30 seconds");
    notifications_.push_back(notice.SerializeAsString());
  }
  return true;
}

void Firmware::packet(pb::MeshPacket packet) {
  if (packet.id() != 0) {
    if (std::find(recent_ids_.begin(), recent_ids_.end(), packet.id()) != recent_ids_.end()) return;
    recent_ids_.push_back(packet.id());
    if (recent_ids_.size() > remembered_ids) recent_ids_.pop_front();
  }
  if (!packet.has_decoded()) return queue_status(meshtastic::queue_res::ok, packet.id());
  if (limited(packet)) return;
  packet.set_from(own_);
  if (packet.id() == 0) packet.set_id(world_.random().packet_id());
  if (packet.decoded().portnum() == meshtastic::port::admin &&
      (packet.to() == own_ || packet.to() == meshtastic::broadcast_node || packet.to() == 1)) {
    queue_status(0, packet.id());
    admin_requests_.push_back(packet);
    return;
  }
  transmit(std::move(packet));
}

void Firmware::transmit(pb::MeshPacket packet) {
  if (packet.decoded().payload().size() > meshtastic::max_data_payload) {
    queue_status(meshtastic::queue_res::ok, packet.id());
    return routing(own_, packet.id(), meshtastic::routing_error::too_large);
  }
  if (free_ == 0) return queue_status(meshtastic::queue_res::full, packet.id());
  --free_;
  queue_status(0, packet.id());
  const auto queued = static_cast<std::int64_t>(tx_queue_size - free_);
  output_.later(airtime * queued, [this, packet] {
    const bool was_full = free_ == 0;
    ++free_;
    if (was_full) queue_status(0, 0);
    fate_of(packet);
    flush();
  });
}

void Firmware::fate_of(const pb::MeshPacket &packet) {
  if (packet.to() == meshtastic::broadcast_node) {
    // A neighbour repeats it, which is as much as a broadcast ever learns.
    if (packet.want_ack())
      output_.later(second, [this, id = packet.id()] {
        routing(own_, id, meshtastic::routing_error::none);
        flush();
      });
    return;
  }
  const Node *node = world_.find(packet.to());
  if (node == nullptr) {
    if (packet.want_ack())
      output_.later(3 * second, [this, id = packet.id()] {
        routing(own_, id, meshtastic::routing_error::max_retransmit);
        flush();
      });
    return;
  }
  output_.later(second + node->hops * second / 2, [this, packet] {
    const Node *peer = world_.find(packet.to());
    if (peer == nullptr) return;
    if (packet.want_ack() && !packet.decoded().want_response())
      routing(peer->number, packet.id(), meshtastic::routing_error::none);
    answered_by(*peer, packet);
    flush();
  });
}

void Firmware::answered_by(const Node &node, const pb::MeshPacket &packet) {
  const std::uint32_t now = output_.unix_time();
  const std::uint32_t port = packet.decoded().portnum();
  std::string payload;
  if (port == meshtastic::port::text) {
    const std::string words = world_.reply_words(node);
    output_.later(4 * second, [this, number = node.number, words] {
      from_air(world_.text(number, words, own_, 0, output_.unix_time()));
    });
    return;
  }
  if (port == meshtastic::port::admin)
    return routing(node.number, packet.id(),
                   meshtastic::routing_error::admin_public_key_unauthorized);
  if (!packet.decoded().want_response()) return;
  if (port == meshtastic::port::traceroute) {
    pb::RouteDiscovery route;
    const auto &all = world_.nodes();
    for (std::uint32_t hop = 0; hop < node.hops && hop < all.size(); ++hop)
      route.add_route(all[hop].number);
    for (std::uint32_t hop = 0; hop <= node.hops; ++hop) route.add_snr_towards(20);
    for (int hop = route.route_size(); hop-- > 0;) route.add_route_back(route.route(hop));
    for (std::uint32_t hop = 0; hop <= node.hops; ++hop) route.add_snr_back(16);
    payload = route.SerializeAsString();
  } else if (port == meshtastic::port::position) {
    payload = world_.position_of(node, now).SerializeAsString();
  } else if (port == meshtastic::port::telemetry) {
    pb::Telemetry telemetry;
    telemetry.set_time(now);
    *telemetry.mutable_device_metrics() = world_.metrics_of(node, now);
    payload = telemetry.SerializeAsString();
  } else if (port == meshtastic::port::nodeinfo) {
    payload = node.user.SerializeAsString();
  } else {
    return routing(node.number, packet.id(), meshtastic::routing_error::no_response);
  }
  to_phone(world_.answer(node, own_, packet.id(), port, payload, now));
}

void Firmware::queue_status(std::int32_t res, std::uint32_t packet_id) {
  statuses_.push_back(meshtastic::build_queue_status(res, free_, tx_queue_size, packet_id));
  if (statuses_.size() > status_queue_size) statuses_.pop_front();
}

void Firmware::routing(std::uint32_t from, std::uint32_t request_id, std::uint32_t error) {
  pb::Routing result;
  result.set_error_reason(error);
  pb::MeshPacket packet;
  packet.set_from(from);
  packet.set_to(own_);
  packet.set_id(world_.random().packet_id());
  packet.set_rx_time(output_.unix_time());
  packet.set_priority(meshtastic::priority::ack);
  packet.mutable_decoded()->set_portnum(meshtastic::port::routing);
  packet.mutable_decoded()->set_payload(result.SerializeAsString());
  packet.mutable_decoded()->set_request_id(request_id);
  to_phone(packet);
}

void Firmware::to_phone(const pb::MeshPacket &packet) {
  if (phone_.size() >= phone_queue_size) {
    if (!is_text(packet)) return;
    phone_.pop_front();
  }
  phone_.push_back(packet);
}

void Firmware::from_air(const pb::MeshPacket &packet) {
  if (packet.from() == 0) return;
  to_phone(packet);
  flush();
}

void Firmware::live(double text_probability) {
  from_air(world_.something_happens(output_.unix_time(), text_probability));
}

void Firmware::flush() {
  for (const std::string &status : statuses_) output_.send(status);
  statuses_.clear();
  if (state_ != State::packets) return;
  for (const std::string &notice : notifications_) output_.send(notice);
  notifications_.clear();
  for (const pb::MeshPacket &packet : phone_) output_.send(meshtastic::build_from_radio(packet));
  phone_.clear();
}

void Firmware::restart() {
  ++reboot_count_;
  ++generation_;
  free_ = tx_queue_size;
  editing_ = edit_reboots_ = false;
  statuses_.clear();
  phone_.clear();
  admin_requests_.clear();
  attach();
  output_.reboot();
}

void Firmware::renumber(std::uint32_t number) {
  own_ = number;
  world_.remove(number);
  settings_ = Settings(own_, key_for(options_.seed, own_));
  restart();
}

}  // namespace sim
