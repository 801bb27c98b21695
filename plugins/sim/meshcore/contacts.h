// The radio's contact table: a fixed number of places, evicting if told to (docs/protocol notes
// 2.6). Must not know commands or the mesh.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/model.h"

namespace sim::companion {

enum class Put : uint8_t { invalid = 0, updated, added, full };

class ContactTable {
 public:
  explicit ContactTable(size_t limit) : limit_(limit) {}

  const std::vector<meshcore::Contact> &all() const { return contacts_; }
  // By key or the beginning of one, the first that fits; NULL if none does.
  meshcore::Contact *find(std::string_view key);
  // With overwrite a full table loses the contact changed longest ago that is no favourite; its key
  // is left in evicted.
  Put put(const meshcore::Contact &contact, bool overwrite, std::string &evicted);
  bool remove(std::string_view key);
  bool full() const { return contacts_.size() >= limit_; }
  // 0 in an empty table.
  uint32_t newest_lastmod() const;

 private:
  size_t limit_;
  std::vector<meshcore::Contact> contacts_;
};

}  // namespace sim::companion
