// Which packet ids are out, and whose they are: the way back from an id the radio names to the
// command and the id its app knows. Bounded and expiring. Must not know what the ids are for.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>

#include "plugins/meshtastic/driver/command.h"

namespace meshtastic_driver {

// [loop-thread]
class IdTable {
 public:
  static constexpr std::size_t kMostIds = 4096;
  // The firmware drops a packet whose id is among the last 20 of the connection, without a word
  // (docs/protocol notes 2.5); a few more for good measure.
  static constexpr std::size_t kRemembered = 32;

  // Gives command a wire id: the wanted one if it is not 0 and nobody else uses it, else a new one.
  // random makes candidates. A former wire id of the command stays known as its own.
  void assign(const CommandRef &command, std::uint32_t wanted,
              const std::function<std::uint64_t()> &random);
  // NULL if the id is nobody's.
  CommandRef find(std::uint32_t wire_id) const;
  // The id under which flow's app knows wire_id; wire_id itself where there is no other.
  std::uint32_t known_as(std::uint32_t wire_id, std::pair<std::uint32_t, std::uint64_t> flow) const;
  // Forgets what has expired, oldest first; forgotten is told of each command that lost its last
  // id.
  void expire(std::int64_t now, const std::function<void(const CommandRef &)> &forgotten);
  // Forgets everything, telling of each command once.
  void clear(const std::function<void(const CommandRef &)> &forgotten);
  std::size_t size() const { return ids_.size(); }

 private:
  bool taken(std::uint32_t id) const;
  void forget(std::uint32_t id, const std::function<void(const CommandRef &)> &forgotten);

  std::unordered_map<std::uint32_t, CommandRef> ids_;
  std::deque<std::uint32_t> order_;   // ids in the order they were given out
  std::deque<std::uint32_t> recent_;  // the last ones, forgotten or not
};

}  // namespace meshtastic_driver
