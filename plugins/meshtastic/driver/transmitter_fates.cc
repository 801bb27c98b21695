// The second half of transmitter.h: what the radio says of what it was given, and who hears it.
#include <utility>

#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/driver/records.h"
#include "plugins/meshtastic/driver/transmitter.h"

namespace meshtastic_driver {

namespace {

namespace port = meshtastic::port;
namespace queue_res = meshtastic::queue_res;
namespace routing_error = meshtastic::routing_error;

constexpr std::uint32_t kMostAttempts = 5;

// What a queueStatus that refuses a packet is called as a Routing error.
std::uint32_t routing_error_of(std::int32_t res) {
  switch (res) {
    case queue_res::full:
      return routing_error::timeout;
    case queue_res::no_interfaces:
    case queue_res::disabled:
      return routing_error::no_interface;
    default:
      return res > 0 ? static_cast<std::uint32_t>(res) : routing_error::bad_request;
  }
}

// What other apps are shown of a sent packet. Requests are left out: taken for news of the own node
// they would overwrite what is known of it.
bool shown_to_others(const pb::MeshPacket &packet) {
  if (!packet.has_decoded()) return false;
  switch (packet.decoded().portnum()) {
    case port::admin:
    case port::routing:
      return false;
    case port::text:
    case port::text_compressed:
    case port::waypoint:
    case port::traceroute:
      return true;
    default:
      return !packet.decoded().want_response();
  }
}

}  // namespace

void Transmitter::queue_status(const pb::QueueStatus &status) {
  settle(window_.status(status, host_.mono_ns()));
  pump();
}

void Transmitter::settle(RadioWindow::Outcome outcome) {
  for (const CommandRef &command : outcome.accepted) accepted(command);
  if (outcome.refused != nullptr) refused_by_radio(outcome.refused, outcome.res);
}

void Transmitter::accepted(const CommandRef &command) {
  if (std::exchange(command->accepted, true)) return;
  if (!command->wants_word()) queue_.admin_done(*command);
  if (command->self_admin) {
    if (const auto message = meshtastic::admin_in(command->packet())) {
      const AdminEffects effects = apply_admin(*message, mirror_);
      if (!command->own()) effects_(effects);
    }
  } else if (!command->own()) {
    announce(*command);
  }
}

void Transmitter::announce(const Command &command) {
  if (!shown_to_others(command.packet())) return;
  const std::string payload =
      meshtastic::build_sent(command.packet(), mirror_.own(), command.wire_id, now_s());
  pb::FromRadio message;
  if (!message.ParseFromString(payload)) return;
  if (message.packet().decoded().portnum() == port::position) {
    // The radio takes an app's position for its own.
    mirror_.hear(message.packet(), meshtastic::Heard::own, now_s());
  }
  NeutralRecord record;
  describe_packet(message.packet(), mirror_.own(), record);
  out_.sent(command, payload, record.get());
}

void Transmitter::refused_by_radio(const CommandRef &command, std::int32_t res) {
  queue_.admin_done(*command);
  if (res != queue_res::full || command->attempts >= kMostAttempts) {
    return fail(command, routing_error_of(res));
  }
  // Under its old id the radio would drop it as a repetition.
  counters_.requeued.add();
  if (command->original_id == 0) command->original_id = command->wire_id;
  ids_.assign(command, 0, [this] { return random(); });
  queue_.push_front(command);
  out_.receipt(*command, receipt(MMX_DELIVERY_QUEUED, queue_res::ok, *command), Last::no);
}

void Transmitter::fail(const CommandRef &command, std::uint32_t error) {
  if (command->own()) {
    std::erase(own_out_, command);
    return finish_own(command, OwnEnd::refused, nullptr);
  }
  if (std::exchange(command->answered, true)) return;
  counters_.failed.add();
  command->expires_ns = host_.mono_ns();
  if (command->is_packet) {
    routing_to_app(*command, error, Last::yes);
  } else {
    out_.receipt(*command, receipt(MMX_DELIVERY_FAILED, queue_res::no_interfaces, *command),
                 Last::yes);
  }
}

void Transmitter::routing_to_app(Command &command, std::uint32_t error, Last last) {
  meshtastic::RoutingReply reply;
  reply.own = mirror_.own();
  do {
    reply.packet_id = static_cast<std::uint32_t>(random());
  } while (reply.packet_id == 0);
  reply.request_id = command.asked_id();
  reply.channel = command.packet().channel();
  reply.error = error;
  reply.rx_time = now_s();
  // Before the radio ever told its number there is no node the answer could come from.
  if (reply.own == 0) return out_.reply(command, {}, nullptr, last);
  const std::string payload = meshtastic::build_routing(reply);
  pb::FromRadio message;
  message.ParseFromString(payload);
  message.mutable_packet()->mutable_decoded()->set_request_id(command.wire_id);
  NeutralRecord record;
  describe_fate(message.packet(), reply.own, command.packet().to(), record);
  out_.reply(command, payload, record.get(), last);
}

void Transmitter::finish_own(const CommandRef &command, OwnEnd end,
                             const pb::AdminMessage *message) {
  command->answered = true;
  command->expires_ns = host_.mono_ns() + kMinuteNs;
  if (const auto done = std::exchange(command->done, nullptr)) done(end, message);
}

bool Transmitter::answer(const pb::MeshPacket &packet, std::string_view payload) {
  const std::uint32_t request = packet.decoded().request_id();
  const CommandRef command = request != 0 ? ids_.find(request) : nullptr;
  if (command == nullptr) return false;
  settle(window_.named(request));
  const bool local = packet.from() == mirror_.own();
  bool consumed = true;
  switch (packet.decoded().portnum()) {
    case port::routing:
      routing_answer(command, packet, payload);
      break;
    case port::admin:
      admin_answer(command, packet, payload);
      break;
    default:
      // Answers of other nodes are news for everybody; those of the own node only for who asked.
      consumed = local && packet.to() == mirror_.own();
      if (consumed && !command->own()) {
        command->answered = true;
        pass_on(command, packet, payload, nullptr, Last::yes);
      }
      break;
  }
  pump();
  return consumed;
}

void Transmitter::routing_answer(const CommandRef &command, const pb::MeshPacket &packet,
                                 std::string_view payload) {
  pb::Routing routing;
  if (!routing.ParseFromString(packet.decoded().payload())) return;
  const std::uint32_t error = routing.error_reason();
  if (error != 0 || !command->wants_answer()) queue_.admin_done(*command);
  if (command->own()) {
    if (command->wants_answer() && error == 0) return;
    std::erase(own_out_, command);
    return finish_own(command, error == 0 ? OwnEnd::answered : OwnEnd::refused, nullptr);
  }
  if (error == routing_error::pki_send_fail_public_key ||
      error == routing_error::pki_unknown_pubkey) {
    mirror_.radio_lacks(command->packet().to());
  }
  if (error == 0 && command->acked_early) return;
  NeutralRecord record;
  describe_fate(packet, mirror_.own(), command->packet().to(), record);
  // Nobody's news, but whoever keeps messages learns what became of one.
  out_.event(payload, record.get(), Visibility::quiet);
  if (command->answered) return;
  const bool broadcast = command->packet().to() == meshtastic::broadcast_node;
  const bool by_peer = packet.from() == command->packet().to() || command->self_admin;
  const bool last = error != 0 || (!command->wants_answer() && (broadcast || by_peer));
  command->answered = last;
  pass_on(command, packet, payload, record.get(), last ? Last::yes : Last::no);
}

void Transmitter::admin_answer(const CommandRef &command, const pb::MeshPacket &packet,
                               std::string_view payload) {
  queue_.admin_done(*command);
  const auto message = meshtastic::admin_in(packet);
  if (!message) return;
  const bool local = packet.from() == mirror_.own();
  if (local) {
    if (const auto record = meshtastic::record_from_answer(*message)) {
      mirror_.put(record->key, record->payload);
    }
  }
  if (command->own()) {
    std::erase(own_out_, command);
    return finish_own(command, OwnEnd::answered, &*message);
  }
  if (std::exchange(command->answered, true)) return;
  pass_on(command, packet, payload, nullptr, Last::yes);
}

// To the asker alone, with the ids it knows; the radio's own bytes where none differs.
void Transmitter::pass_on(const CommandRef &command, const pb::MeshPacket &packet,
                          std::string_view payload, const mmx_record *record, Last last) {
  const std::uint32_t reply_id = packet.decoded().reply_id();
  const std::uint32_t known_reply = ids_.known_as(reply_id, command->flow());
  if (packet.decoded().request_id() == command->asked_id() && reply_id == known_reply) {
    return out_.reply(*command, payload, record, last);
  }
  pb::MeshPacket shown = packet;
  shown.mutable_decoded()->set_request_id(command->asked_id());
  shown.mutable_decoded()->set_reply_id(known_reply);
  out_.reply(*command, meshtastic::build_from_radio(shown), record, last);
}

bool Transmitter::notification(const pb::ClientNotification &notification) {
  if (!notification.has_reply_id() || notification.reply_id() == 0) return false;
  const CommandRef command = ids_.find(notification.reply_id());
  if (command == nullptr) return false;
  settle(window_.named(notification.reply_id()));
  if (command->own() || command->answered) {
    counters_.hidden.add();
    return true;
  }
  pb::FromRadio message;
  *message.mutable_client_notification() = notification;
  message.mutable_client_notification()->set_reply_id(command->asked_id());
  out_.reply(*command, message.SerializeAsString(), nullptr, Last::no);
  return true;
}

bool Transmitter::file_transfer(std::string_view payload) {
  if (file_command_ == nullptr) return false;
  out_.reply(*file_command_, payload, nullptr, Last::no);
  return true;
}

// Its fate will not be heard any more.
void Transmitter::forgotten(const CommandRef &command) {
  if (command->own() || std::exchange(command->answered, true)) return;
  out_.receipt(*command, receipt(MMX_DELIVERY_SENT, queue_res::ok, *command), Last::yes);
}

}  // namespace meshtastic_driver
