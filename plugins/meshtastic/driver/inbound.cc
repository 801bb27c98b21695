// See inbound.h.
#include "plugins/meshtastic/driver/inbound.h"

#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/driver/records.h"

namespace meshtastic_driver {

namespace {

namespace from_radio = meshtastic::from_radio;
namespace port = meshtastic::port;

// The replay follows a dump and goes on as long as its packets follow each other.
constexpr std::int64_t kReplayGapNs = 5 * kSecondNs;

}  // namespace

void Inbound::dump_ended() {
  replay_until_ns_ = host_.mono_ns() + kReplayGapNs;
  uptime_s_ = 0;
}

Heeded Inbound::take(std::string_view payload) {
  pb::FromRadio message;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    counters_.bad_frames.add();
    return Heeded::other;
  }
  switch (message.payload_variant_case()) {
    case pb::FromRadio::kPacket:
      return packet(message.packet(), payload);
    case pb::FromRadio::kQueueStatus:
      transmitter_.queue_status(message.queue_status());
      return Heeded::other;
    case pb::FromRadio::kRebooted:
      counters_.hidden.add();
      return message.rebooted() ? Heeded::restarted : Heeded::other;
    case pb::FromRadio::kClientNotification:
      if (!transmitter_.notification(message.client_notification())) {
        out_.event(payload, nullptr, Visibility::news);
      }
      return Heeded::other;
    case pb::FromRadio::kXmodemPacket:
      if (!transmitter_.file_transfer(payload)) counters_.hidden.add();
      return Heeded::other;
    case pb::FromRadio::kLogRecord:
    case pb::FromRadio::kMqttClientProxyMessage:
    case pb::FromRadio::kLockdownStatus:
      out_.event(payload, nullptr, Visibility::news);
      return Heeded::other;
    case pb::FromRadio::kConfigCompleteId:
    case pb::FromRadio::PAYLOAD_VARIANT_NOT_SET:
      counters_.hidden.add();
      return Heeded::other;
    default:
      settings_frame(payload);
      return Heeded::other;
  }
}

// The firmware sends none unasked; should one come, it is newer than what is known.
void Inbound::settings_frame(std::string_view payload) {
  if (meshtastic::from_radio_member(payload) == from_radio::node_info) {
    mirror_.take_node(payload);
    return;
  }
  meshtastic::DumpOrder order(mirror_.own());
  const auto slot = order.place(payload);
  if (slot && mirror_.payload(slot->key)) mirror_.put(slot->key, payload);
}

// Recognised by what a packet heard just now never has: a priority, and a time that has passed.
bool Inbound::replayed(const pb::MeshPacket &packet) {
  if (host_.mono_ns() >= replay_until_ns_) return false;
  if (packet.priority() != meshtastic::priority::background || packet.rx_time() == 0 ||
      packet.to() != meshtastic::broadcast_node || packet.from() == mirror_.own()) {
    return false;
  }
  switch (packet.decoded().portnum()) {
    case port::position:
    case port::telemetry:
    case port::node_status:
      break;
    default:
      return false;
  }
  replay_until_ns_ = host_.mono_ns() + kReplayGapNs;
  return true;
}

// The radio's own telemetry tells how long it has been running.
bool Inbound::uptime_fell(const pb::MeshPacket &packet) {
  if (packet.from() != mirror_.own() || packet.decoded().portnum() != port::telemetry) return false;
  pb::Telemetry telemetry;
  if (!telemetry.ParseFromString(packet.decoded().payload())) return false;
  const std::uint32_t uptime = telemetry.has_device_metrics()
                                   ? telemetry.device_metrics().uptime_seconds()
                                   : telemetry.local_stats().uptime_seconds();
  if (uptime == 0) return false;
  const bool fell = uptime < uptime_s_;
  uptime_s_ = uptime;
  return fell;
}

Heeded Inbound::packet(const pb::MeshPacket &packet, std::string_view payload) {
  // Echoes of a simulated radio; no real one sends them.
  if (packet.decoded().portnum() == port::simulator) {
    counters_.hidden.add();
    return Heeded::other;
  }
  const std::uint32_t own = mirror_.own();
  if (const auto key = meshtastic::answer_key(own, payload)) {
    if (key->section == meshtastic::Section::own_telemetry) mirror_.put(*key, payload);
  }
  const std::uint32_t now = unix_seconds(host_.wall_ns());
  const bool old = replayed(packet);
  // What the radio says to itself was not heard by anybody.
  const bool to_self = packet.from() == own && packet.to() == own;
  if (!to_self) {
    mirror_.hear(packet,
                 old                    ? meshtastic::Heard::replayed
                 : packet.from() == own ? meshtastic::Heard::own
                                        : meshtastic::Heard::live,
                 now);
  }
  const Heeded heeded = uptime_fell(packet) ? Heeded::restarted : Heeded::packet;
  if (transmitter_.answer(packet, payload)) return heeded;
  // Answers to questions of a former connection: nobody waits for them any more.
  if (to_self && packet.decoded().portnum() == port::admin) {
    counters_.hidden.add();
    return heeded;
  }
  NeutralRecord record;
  describe_packet(packet, own, record);
  out_.event(payload, record.get(), old ? Visibility::quiet : Visibility::news);
  return heeded;
}

}  // namespace meshtastic_driver
