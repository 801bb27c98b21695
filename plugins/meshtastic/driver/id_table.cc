// See id_table.h.
#include "plugins/meshtastic/driver/id_table.h"

#include <algorithm>

namespace meshtastic_driver {

bool IdTable::taken(std::uint32_t id) const {
  return ids_.count(id) != 0 || std::find(recent_.begin(), recent_.end(), id) != recent_.end();
}

void IdTable::assign(const CommandRef &command, std::uint32_t wanted,
                     const std::function<std::uint64_t()> &random) {
  std::uint32_t id = wanted;
  while (id == 0 || taken(id)) id = static_cast<std::uint32_t>(random());
  command->wire_id = id;
  ids_[id] = command;
  order_.push_back(id);
  recent_.push_back(id);
  if (recent_.size() > kRemembered) recent_.pop_front();
}

CommandRef IdTable::find(std::uint32_t wire_id) const {
  const auto found = ids_.find(wire_id);
  return found == ids_.end() ? nullptr : found->second;
}

std::uint32_t IdTable::known_as(std::uint32_t wire_id,
                                std::pair<std::uint32_t, std::uint64_t> flow) const {
  const CommandRef command = find(wire_id);
  if (command == nullptr || command->flow() != flow || command->original_id == 0) return wire_id;
  return command->original_id;
}

void IdTable::forget(std::uint32_t id, const std::function<void(const CommandRef &)> &forgotten) {
  const auto found = ids_.find(id);
  if (found == ids_.end()) return;
  const CommandRef command = found->second;
  ids_.erase(found);
  if (command->wire_id == id) forgotten(command);
}

void IdTable::expire(std::int64_t now, const std::function<void(const CommandRef &)> &forgotten) {
  // Lifetimes differ, so one that lives longer may hold back younger ones for a while; the bound on
  // their number holds all the same.
  while (!order_.empty()) {
    const CommandRef oldest = find(order_.front());
    const bool over = oldest == nullptr || oldest->expires_ns <= now || order_.size() > kMostIds;
    if (!over) break;
    const std::uint32_t id = order_.front();
    order_.pop_front();
    forget(id, forgotten);
  }
}

void IdTable::clear(const std::function<void(const CommandRef &)> &forgotten) {
  while (!order_.empty()) {
    const std::uint32_t id = order_.front();
    order_.pop_front();
    forget(id, forgotten);
  }
}

}  // namespace meshtastic_driver
