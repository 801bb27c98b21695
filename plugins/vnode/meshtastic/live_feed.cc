// Implements the live feed. Must not know handshakes or answers.
#include "plugins/vnode/meshtastic/live_feed.h"

#include "mesh.pb.h"
#include "plugins/meshtastic/codec/frame.h"
#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/codec/wire.h"

namespace meshtastic_vnode {

namespace {

namespace from_radio = meshtastic::from_radio;

// A list of what apps may see, not of what they may not: never config, channels, config_complete,
// rebooted, logs or file transfer out of the blue (docs/protocol notes 4.6).
bool may_show(std::string_view payload) {
  if (payload.size() > meshtastic::max_payload_size) return false;
  switch (meshtastic::from_radio_member(payload)) {
    case from_radio::packet: {
      constexpr std::uint32_t packet_from = 1;
      const auto from = meshtastic::wire::at(payload, {from_radio::packet, packet_from});
      return from && from->value != 0;
    }
    case from_radio::client_notification:
      return true;
    default:
      return false;
  }
}

}  // namespace

void LiveFeed::rx(const mmx_message &message) {
  const std::string_view payload = mmx::view(message.payload);
  if (meshtastic::from_radio_member(payload) == from_radio::queue_status) {
    commands_.queue_status(payload);
    return;
  }
  if ((message.flags & MMX_MESSAGE_QUIET) != 0) return;
  show(payload, nullptr);
}

void LiveFeed::sent(const mmx_message &message) {
  show(mmx::view(message.payload),
       message.session != 0 ? sessions_.find(message.session) : nullptr);
}

void LiveFeed::show(std::string_view payload, AppSession *sender) {
  if (!may_show(payload)) {
    counters_.hidden.add();
    return;
  }
  if (fanout_.followers() == 0) return;
  const auto private_copies = rewritten(payload, sender);
  std::vector<vnode::Session *> except;
  if (sender != nullptr && sender->follows()) except.push_back(sender);
  for (const auto &[session, copy] : private_copies) except.push_back(session);
  if (publish(payload, except)) {
    counters_.live_frames.add();
    counters_.deliveries.add(fanout_.followers() - except.size() + private_copies.size());
  }
  for (const auto &[session, copy] : private_copies) {
    const auto header = meshtastic::frame_header(copy.size());
    fanout_.send(*session, {header.data(), header.size()}, copy);
  }
}

std::vector<std::pair<AppSession *, std::string>> LiveFeed::rewritten(
    std::string_view payload, const AppSession *sender) const {
  constexpr std::uint32_t decoded = 4, request_id = 6, reply_id = 7;
  std::vector<std::pair<AppSession *, std::string>> copies;
  if (commands_.remapped().empty()) return copies;
  const auto reply = meshtastic::wire::at(payload, {from_radio::packet, decoded, reply_id});
  const auto request = meshtastic::wire::at(payload, {from_radio::packet, decoded, request_id});
  if (!reply && !request) return copies;
  for (AppSession *session : commands_.remapped()) {
    if (session == sender || !session->follows()) continue;
    const bool concerned =
        (reply && session->ids->knows_wire(static_cast<std::uint32_t>(reply->value))) ||
        (request && session->ids->knows_wire(static_cast<std::uint32_t>(request->value)));
    meshtastic::pb::FromRadio message;
    if (!concerned || !message.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
      continue;
    session->ids->to_app(*message.mutable_packet()->mutable_decoded());
    copies.emplace_back(session, message.SerializeAsString());
  }
  return copies;
}

bool LiveFeed::publish(std::string_view payload, const std::vector<vnode::Session *> &except) {
  const auto header = meshtastic::frame_header(payload.size());
  return fanout_.publish({header.data(), header.size()}, payload, except);
}

}  // namespace meshtastic_vnode
