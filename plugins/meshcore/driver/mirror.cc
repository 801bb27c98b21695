// See mirror.h.
#include "plugins/meshcore/driver/mirror.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace meshcore_driver {

using meshcore::Section;
using meshcore::StateKey;

namespace {

// Names leave the device with leftovers of earlier frames behind them; nobody needs those.
std::string tidy(const StateKey &key, std::string_view frame) {
  if (key.section != Section::channel) return std::string(frame);
  const auto channel = meshcore::parse_channel_info(frame);
  return channel ? meshcore::build_channel_info(*channel) : std::string(frame);
}

}  // namespace

void Mirror::clear() {
  complete_ = false;
  self_ = {};
  device_ = {};
  records_.clear();
  contacts_.clear();
  next_place_ = 0;
  highest_lastmod_ = 0;
}

std::optional<std::string_view> Mirror::payload(const StateKey &key) const {
  if (key.section == Section::contact) {
    const auto found = contacts_.find(key.public_key);
    if (found == contacts_.end()) return std::nullopt;
    return found->second.shown;
  }
  const auto found = records_.find(meshcore::encode_key(key));
  if (found == records_.end()) return std::nullopt;
  return found->second.payload;
}

std::optional<meshcore::Contact> Mirror::contact(std::string_view public_key) const {
  const auto found = contacts_.find(public_key);
  if (found == contacts_.end()) return std::nullopt;
  return meshcore::parse_contact(found->second.shown);
}

std::optional<meshcore::Contact> Mirror::contact_by_prefix(std::string_view prefix) const {
  if (prefix.size() < meshcore::key_prefix_size) return std::nullopt;
  const auto found = contacts_.lower_bound(prefix);
  if (found == contacts_.end() || !found->first.starts_with(prefix)) return std::nullopt;
  return meshcore::parse_contact(found->second.shown);
}

std::optional<meshcore::ChannelInfo> Mirror::channel(std::uint8_t index) const {
  const auto frame = payload({Section::channel, index, {}});
  return frame ? meshcore::parse_channel_info(*frame) : std::nullopt;
}

std::vector<std::string_view> Mirror::contact_frames() const {
  std::vector<std::pair<std::uint64_t, std::string_view>> ordered;
  for (const auto &[key, known] : contacts_) ordered.emplace_back(known.order, known.shown);
  std::sort(ordered.begin(), ordered.end());
  std::vector<std::string_view> frames;
  frames.reserve(ordered.size());
  for (const auto &[order, frame] : ordered) frames.push_back(frame);
  return frames;
}

void Mirror::learn(std::string_view frame) {
  if (auto self = meshcore::parse_self_info(frame)) self_ = std::move(*self);
  if (auto device = meshcore::parse_device_info(frame)) device_ = std::move(*device);
}

void Mirror::store(const StateKey &key, std::uint64_t order, std::string payload) {
  Record &record = records_[meshcore::encode_key(key)];
  learn(payload);
  if (record.order == order && record.payload == payload) return;
  record = {order, std::move(payload)};
  sink_.state_put(key, order, record.payload);
}

// Apps ask for what is newer than the newest they have. So whatever changes must rise above
// everything shown before, whether the radio's clock agrees or not.
std::uint32_t Mirror::lastmod_for(const meshcore::Contact &contact, const Known *known) const {
  if (swapping_first_) return contact.lastmod;
  const std::uint32_t before = known != nullptr ? known->lastmod : highest_lastmod_;
  if (contact.lastmod > before) return contact.lastmod;
  const std::uint32_t next = highest_lastmod_ == std::numeric_limits<std::uint32_t>::max()
                                 ? highest_lastmod_
                                 : highest_lastmod_ + 1;
  return std::max(device_now_(), next);
}

void Mirror::put_contact(const meshcore::Contact &contact, std::optional<std::uint64_t> order) {
  const auto found = contacts_.find(contact.public_key);
  const bool is_new = found == contacts_.end();
  std::string device = meshcore::build_contact(contact);
  Known &known = is_new ? contacts_[contact.public_key] : found->second;
  const bool changed = is_new || known.device != device;
  const std::uint64_t place = order    ? *order
                              : is_new ? meshcore::state_order(Section::contact, 0) + next_place_
                                       : known.order;
  next_place_ = std::max(next_place_, (place & 0xFFFFFFFFU) + 1);
  if (!changed && known.order == place) return;
  if (changed) {
    meshcore::Contact shown = contact;
    shown.lastmod = known.lastmod = lastmod_for(contact, is_new ? nullptr : &known);
    highest_lastmod_ = std::max(highest_lastmod_, shown.lastmod);
    known.device = std::move(device);
    known.shown = meshcore::build_contact(shown);
  }
  known.order = place;
  sink_.state_put({Section::contact, 0, contact.public_key}, place, known.shown);
}

void Mirror::contact_gone(std::string_view public_key) {
  touched_.insert(meshcore::encode_key({Section::contact, 0, std::string(public_key)}));
  remove(public_key);
}

void Mirror::remove(std::string_view public_key) {
  const auto found = contacts_.find(public_key);
  if (found == contacts_.end()) return;
  const std::uint64_t order = found->second.order;
  contacts_.erase(found);
  sink_.state_removed({Section::contact, 0, std::string(public_key)}, order);
}

bool Mirror::put(std::string_view frame) {
  const auto key = meshcore::key_of(frame);
  if (!key) return false;
  touched_.insert(meshcore::encode_key(*key));
  return put_record(*key, frame);
}

bool Mirror::put_record(const StateKey &key, std::string_view frame) {
  if (key.section == Section::contact) {
    const auto contact = meshcore::parse_contact(frame);
    if (contact) put_contact(*contact, std::nullopt);
    return contact.has_value();
  }
  store(key, meshcore::state_order(key.section, key.sub), tidy(key, frame));
  return true;
}

// Of two records with one key the later one counts, as it did on the radio.
void Mirror::swap(const Dump &dump) {
  swapping_first_ = !complete_;
  complete_ = true;
  if (dump.contacts_whole) remove_unnamed(dump);
  std::uint32_t place = 0;
  for (const std::string &frame : dump.frames) {
    const auto key = meshcore::key_of(frame);
    if (!key || touched_.contains(meshcore::encode_key(*key))) continue;
    const auto contact =
        key->section == Section::contact ? meshcore::parse_contact(frame) : std::nullopt;
    if (contact && dump.contacts_whole) {
      put_contact(*contact, meshcore::state_order(Section::contact, place++));
    } else {
      put_record(*key, frame);
    }
  }
  // Slots a different firmware no longer has.
  for (unsigned slot = dump.channels; slot <= 0xFF; ++slot) {
    const StateKey key{Section::channel, static_cast<std::uint8_t>(slot), {}};
    const auto found = records_.find(meshcore::encode_key(key));
    if (found == records_.end()) continue;
    const std::uint64_t order = found->second.order;
    records_.erase(found);
    sink_.state_removed(key, order);
  }
  swapping_first_ = false;
}

void Mirror::remove_unnamed(const Dump &dump) {
  std::set<std::string_view> named;
  for (const std::string &frame : dump.frames) {
    const auto key = meshcore::key_of(frame);
    if (key && key->section == Section::contact) {
      named.insert(std::string_view(frame).substr(1, meshcore::key_size));
    }
  }
  std::vector<std::string> gone;
  for (const auto &[key, known] : contacts_) {
    const bool newer = touched_.contains(meshcore::encode_key({Section::contact, 0, key}));
    if (!named.contains(key) && !newer) gone.push_back(key);
  }
  for (const std::string &key : gone) remove(key);
}

}  // namespace meshcore_driver
