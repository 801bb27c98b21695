// Keys, order and bounds of a retained set. Must not know gates or inboxes.
#include "core/bus/retained.h"

#include <algorithm>
#include <utility>

namespace meshmux {

bool RetainedSet::ByOrder::operator()(const RetainedEntry *a, const RetainedEntry *b) const {
  if (a->message->order != b->message->order) return a->message->order < b->message->order;
  return key_of(*a->message) < key_of(*b->message);
}

RetainedEntry *RetainedSet::find(std::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : found->second.get();
}

bool RetainedSet::has_room(const RetainedEntry *entry, size_t footprint) const {
  const bool replaces = entry != nullptr && entry->live();
  const size_t freed = replaces ? entry->message->footprint() : 0;
  return bytes_ - freed + footprint <= limits_.bytes && (replaces || keys() < limits_.keys);
}

RetainedEntry &RetainedSet::put(MessageRef message, size_t subscriptions) {
  const std::string_view key = key_of(*message);
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    auto entry = std::make_unique<RetainedEntry>();
    entry->message = std::move(message);
    entry->views.resize(subscriptions);
    RetainedEntry &added = *entry;
    entries_.emplace(key, std::move(entry));
    ordered_.insert(&added);
    bytes_ += added.message->footprint();
    return added;
  }
  RetainedEntry &entry = *found->second;
  if (entry.live()) {
    ordered_.erase(&entry);
    bytes_ -= entry.message->footprint();
  }
  // The map's key lies within the message that goes.
  auto node = entries_.extract(found);
  node.key() = key;
  entry.message = std::move(message);
  entries_.insert(std::move(node));
  if (entry.live()) {
    ordered_.insert(&entry);
    bytes_ += entry.message->footprint();
  }
  return entry;
}

void RetainedSet::settle(RetainedEntry &entry) {
  if (entry.live()) return;
  const bool awaited =
      std::any_of(entry.views.begin(), entry.views.end(), [](const RetainedView &view) {
        return view.pending != nullptr || view.shown || view.delivering;
      });
  if (!awaited) entries_.erase(entries_.find(key_of(*entry.message)));
}

void RetainedSet::clear() {
  ordered_.clear();
  entries_.clear();
  bytes_ = 0;
}

void RetainedSet::add_view(size_t index) {
  for (auto &[key, entry] : entries_) {
    if (entry->views.size() <= index) entry->views.resize(index + 1);
  }
}

void RetainedSet::clear_view(size_t index) {
  for (auto it = entries_.begin(); it != entries_.end();) {
    RetainedEntry &entry = *(it++)->second;
    entry.views[index] = RetainedView{};
    settle(entry);
  }
}

}  // namespace meshmux
