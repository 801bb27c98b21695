// See admission.h.
#include "plugins/meshtastic/driver/admission.h"

#include <algorithm>
#include <optional>
#include <string>

#include "meshmux/record.hpp"
#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/tables.h"

namespace meshtastic_driver {

namespace {

namespace port = meshtastic::port;
namespace routing_error = meshtastic::routing_error;

// A command that is a record instead of bytes; only texts can be said in neutral words so far.
std::optional<pb::ToRadio> from_record(const mmx_record *record) {
  const auto text = mmx::get_text(record, MMX_FIELD_TEXT);
  if (record == nullptr || record->type != MMX_RECORD_TEXT || !text) return std::nullopt;
  pb::ToRadio message;
  pb::MeshPacket &packet = *message.mutable_packet();
  packet.set_to(static_cast<std::uint32_t>(
      mmx::get_int(record, MMX_FIELD_TO_NUM).value_or(meshtastic::broadcast_node)));
  packet.set_channel(
      static_cast<std::uint32_t>(mmx::get_int(record, MMX_FIELD_CHANNEL).value_or(0)));
  packet.set_want_ack(mmx::get_int(record, MMX_FIELD_WANT_ACK).value_or(1) != 0);
  pb::Data &data = *packet.mutable_decoded();
  data.set_portnum(port::text);
  data.set_payload(text->data(), text->size());
  data.set_reply_id(
      static_cast<std::uint32_t>(mmx::get_int(record, MMX_FIELD_REPLY_TO).value_or(0)));
  data.set_emoji(static_cast<std::uint32_t>(mmx::get_int(record, MMX_FIELD_EMOJI).value_or(0)));
  return message;
}

bool real_key(const std::string &key) {
  constexpr std::size_t key_size = 32;
  return key.size() == key_size &&
         std::any_of(key.begin(), key.end(), [](char byte) { return byte != 0; });
}

// Session keeping of the link is the driver's own business.
bool keeps_link(const pb::ToRadio &message) {
  return message.has_want_config_id() || message.has_heartbeat() || message.has_disconnect() ||
         message.payload_variant_case() == pb::ToRadio::PAYLOAD_VARIANT_NOT_SET;
}

}  // namespace

// The radio takes administration sent to everybody, to nobody and to node 1 for its own
// (docs/protocol notes 3.2).
bool Admission::is_for_radio_itself(const pb::MeshPacket &packet) const {
  if (!packet.has_decoded() || packet.decoded().portnum() != port::admin) return false;
  const std::uint32_t to = packet.to();
  return to == mirror_.own() || to == meshtastic::broadcast_node ||
         to == meshtastic::broadcast_no_lora_node || to == 0;
}

void Admission::take(const mmx_message &message) {
  counters_.commands.add();
  const auto command = std::make_shared<Command>();
  command->id = message.id;
  command->session = message.session;
  command->origin = message.origin;
  command->withheld = message.withheld;
  const std::string_view payload = mmx::view(message.payload);
  if (payload.empty()) {
    if (auto made = from_record(message.record)) command->message = std::move(*made);
  } else if (!command->message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    command->message.Clear();
  }
  if (keeps_link(command->message)) return transmitter_.carry_out(command, routing_error::none);
  command->is_packet = command->message.has_packet();
  if (command->is_packet) {
    const pb::MeshPacket &packet = command->packet();
    command->original_id = packet.id();
    command->self_admin = is_for_radio_itself(packet);
    if (packet.has_decoded()) {
      command->rate = meshtastic::port_info(packet.decoded().portnum()).rate;
    }
  }
  if (command->self_admin) return admin(command, message.grants);
  transmitter_.submit(command);
}

void Admission::admin(const CommandRef &command, std::uint64_t grants) {
  const auto message = meshtastic::admin_in(command->packet());
  if (!message) return transmitter_.carry_out(command, routing_error::bad_request);
  // Every phone sets the clock when it connects. One that is right is not set by one that may not
  // be.
  if (message->has_set_time_only() && host_.wall_synchronised()) {
    return transmitter_.carry_out(command, routing_error::none);
  }
  if (!transmitter_.is_open()) return transmitter_.refuse_away(command);
  if (message->has_add_contact()) return add_contact(command, *message, grants);
  if (edit(command, *message)) return;
  transmitter_.submit(command);
}

// Some apps add the contact before every direct message, and have damaged keys with it. Who may not
// change settings may only repeat what is known; so it is put in our own words.
void Admission::add_contact(const CommandRef &command, const pb::AdminMessage &message,
                            std::uint64_t grants) {
  if ((grants & MMX_LABEL_ADMIN_WRITE) == 0) {
    const std::uint32_t number = message.add_contact().node_num();
    const auto known = mirror_.node(number);
    const std::string &key = message.add_contact().user().public_key();
    if (!known || number == mirror_.own() || !real_key(key) || key != known->user().public_key()) {
      return transmitter_.carry_out(command, routing_error::not_authorized);
    }
    pb::AdminMessage repeated;
    repeated.mutable_add_contact()->set_node_num(number);
    *repeated.mutable_add_contact()->mutable_user() = known->user();
    command->message.mutable_packet()->mutable_decoded()->set_payload(repeated.SerializeAsString());
  }
  transmitter_.submit(command);
}

// True if it belongs to a transaction and has been dealt with.
bool Admission::edit(const CommandRef &command, const pb::AdminMessage &message) {
  const EditTook took = edits_.take_in(command, message, !is_read(message), host_.mono_ns());
  for (const CommandRef &dropped : edits_.take_dropped()) {
    transmitter_.fail(dropped, routing_error::timeout);
  }
  switch (took) {
    case EditTook::kept:
      transmitter_.keep_for_later(command);
      transmitter_.acknowledge_early(command);
      return true;
    case EditTook::whole:
      transmitter_.keep_for_later(command);
      transmitter_.submit_edit(edits_.take(command->flow()));
      return true;
    case EditTook::full:
      transmitter_.refuse_full(command);
      return true;
    default:
      return false;
  }
}

void Admission::session_ended(std::uint32_t origin, std::uint64_t session) {
  const auto dropped = edits_.take({origin, session});
  if (dropped.empty()) return;
  for (const CommandRef &command : dropped) {
    transmitter_.fail(command, routing_error::timeout);
  }
  host_.log(MMX_LOG_INFO, "an edit of settings was not committed and is dropped", session);
}

}  // namespace meshtastic_driver
