// Implements the state mirror. Must not know sessions.
#include "plugins/vnode/meshtastic/mirror.h"

#include <algorithm>

#include "plugins/meshtastic/codec/wire.h"

namespace meshtastic_vnode {

void Mirror::apply(const mmx_message &message) {
  const auto key = meshtastic::decode_key(mmx::view(message.key));
  if (!key) return;
  const auto found = records_.find(*key);
  if (found != records_.end()) {
    ordered_.erase({found->second.order, *key});
    records_.erase(found);
  } else if ((message.flags & MMX_MESSAGE_DELETED) != 0) {
    return;
  }
  if ((message.flags & MMX_MESSAGE_DELETED) == 0) {
    records_.emplace(*key, Record{message.order, host_.keep(message)});
    ordered_.emplace(std::pair(message.order, *key), &message);
  }
  if (key->section == Section::my_info) learn_own();
  changed(key->section);
}

void Mirror::clear() {
  records_.clear();
  ordered_.clear();
  own_.reset();
  for (std::uint64_t &generation : generations_) ++generation;
}

std::optional<std::string_view> Mirror::payload(StateKey key) const {
  const auto found = records_.find(key);
  if (found == records_.end()) return std::nullopt;
  return mmx::view(found->second.message->payload);
}

std::vector<std::string_view> Mirror::collect(HandshakeKind kind) const {
  std::vector<std::string_view> payloads;
  payloads.reserve(ordered_.size());
  for (const auto &[place, message] : ordered_)
    if (meshtastic::in_handshake(kind, place.second.section))
      payloads.push_back(mmx::view(message->payload));
  return payloads;
}

std::size_t Mirror::nodes() const {
  return static_cast<std::size_t>(
      std::count_if(records_.begin(), records_.end(), [](const auto &each) {
        return each.first.section == Section::own_node || each.first.section == Section::node;
      }));
}

void Mirror::changed(Section section) {
  for (const HandshakeKind kind : kHandshakeKinds)
    if (meshtastic::in_handshake(kind, section)) ++generations_[static_cast<std::size_t>(kind)];
}

void Mirror::learn_own() {
  constexpr std::uint32_t my_node_num = 1;
  own_.reset();
  const auto info = payload({Section::my_info, 0});
  if (!info) return;
  const auto number = meshtastic::wire::at(*info, {meshtastic::from_radio::my_info, my_node_num});
  if (number && number->value != 0) own_ = static_cast<std::uint32_t>(number->value);
}

}  // namespace meshtastic_vnode
