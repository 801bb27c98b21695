// Implements the state mirror. Must not know sessions.
#include "plugins/vnode/meshcore/mirror.h"

#include <algorithm>

#include "meshmux/units.hpp"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/model.h"

namespace meshcore_vnode {

namespace {

// A record whose payload is not what its key says would be an answer to another question.
bool fits(const meshcore::StateKey &key, std::string_view payload) {
  const meshcore::FrameInfo *info = meshcore::frame_of(payload);
  return info != nullptr && payload.size() >= info->min_size &&
         payload.size() <= meshcore::max_frame && meshcore::key_of(payload) == key;
}

}  // namespace

void Mirror::apply(const mmx_message &message) {
  const auto key = meshcore::decode_key(mmx::view(message.key));
  if (!key || key->section == Section::console) return;
  const bool deleted = (message.flags & MMX_MESSAGE_DELETED) != 0;
  if (!deleted && !fits(*key, mmx::view(message.payload))) return;
  if (key->section == Section::contact) return apply_contact(message, key->public_key);
  if (deleted)
    records_.erase({key->section, key->sub});
  else
    records_[{key->section, key->sub}] = host_.keep(message);
}

void Mirror::apply_contact(const mmx_message &message, const std::string &public_key) {
  if ((message.flags & MMX_MESSAGE_DELETED) != 0)
    contacts_.erase(public_key);
  else
    contacts_[public_key] = {message.order, host_.keep(message)};
  ++generation_;
}

void Mirror::clear() {
  records_.clear();
  contacts_.clear();
  ++generation_;
}

const mmx_message *Mirror::find(Section section, std::uint8_t sub) const {
  const auto found = records_.find({section, sub});
  return found == records_.end() ? nullptr : &*found->second;
}

std::optional<std::string_view> Mirror::frame(Section section, std::uint8_t sub) const {
  const mmx_message *found = find(section, sub);
  if (found == nullptr) return std::nullopt;
  return mmx::view(found->payload);
}

std::optional<std::string_view> Mirror::contact(std::string_view public_key) const {
  const auto found = contacts_.find(public_key);
  if (found == contacts_.end()) return std::nullopt;
  return mmx::view(found->second.message->payload);
}

const std::vector<std::string_view> &Mirror::contacts() const {
  if (ordered_generation_ == generation_) return in_order_;
  std::vector<const Contact *> sorted;
  sorted.reserve(contacts_.size());
  for (const auto &[key, contact] : contacts_) sorted.push_back(&contact);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Contact *a, const Contact *b) { return a->order < b->order; });
  in_order_.clear();
  for (const Contact *contact : sorted) in_order_.push_back(mmx::view(contact->message->payload));
  ordered_generation_ = generation_;
  return in_order_;
}

bool Mirror::is_young(Section section, std::uint8_t sub, std::int64_t age_ns) const {
  const mmx_message *found = find(section, sub);
  return found != nullptr && (found->flags & MMX_MESSAGE_STALE) == 0 &&
         host_.mono_ns() - found->mono_ns < age_ns;
}

std::uint32_t Mirror::device_seconds() const {
  const mmx_message *found = find(Section::time, 0);
  const auto told = found != nullptr && (found->flags & MMX_MESSAGE_STALE) == 0
                        ? meshcore::parse_time(mmx::view(found->payload))
                        : std::nullopt;
  if (!told) return mmx::unix_seconds(host_.wall_ns());
  return *told + mmx::unix_seconds(host_.mono_ns() - found->mono_ns);
}

std::size_t Mirror::channel_count() const {
  return static_cast<std::size_t>(
      std::count_if(records_.begin(), records_.end(), [](const auto &each) {
        if (each.first.first != Section::channel) return false;
        const auto channel = meshcore::parse_channel_info(mmx::view(each.second->payload));
        return channel && !channel->empty();
      }));
}

}  // namespace meshcore_vnode
