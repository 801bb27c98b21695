// Implementation of contacts.h.
#include "plugins/sim/meshcore/contacts.h"

#include <algorithm>

namespace sim::companion {

using meshcore::Contact;

Contact *ContactTable::find(std::string_view key) {
  if (key.empty()) return nullptr;
  const auto found = std::find_if(contacts_.begin(), contacts_.end(), [key](const Contact &c) {
    return std::string_view(c.public_key).substr(0, key.size()) == key;
  });
  return found == contacts_.end() ? nullptr : &*found;
}

Put ContactTable::put(const Contact &contact, bool overwrite, std::string &evicted) {
  if (Contact *known = find(contact.public_key)) {
    *known = contact;
    return Put::updated;
  }
  if (full()) {
    if (!overwrite) return Put::full;
    auto oldest = contacts_.end();
    for (auto it = contacts_.begin(); it != contacts_.end(); ++it) {
      if (!it->favourite() && (oldest == contacts_.end() || it->lastmod < oldest->lastmod))
        oldest = it;
    }
    if (oldest == contacts_.end()) return Put::full;
    evicted = oldest->public_key;
    *oldest = contact;
    return Put::added;
  }
  contacts_.push_back(contact);
  return Put::added;
}

bool ContactTable::remove(std::string_view key) {
  const auto found = std::find_if(contacts_.begin(), contacts_.end(),
                                  [key](const Contact &c) { return c.public_key == key; });
  if (found == contacts_.end()) return false;
  contacts_.erase(found);
  return true;
}

uint32_t ContactTable::newest_lastmod() const {
  uint32_t newest = 0;
  for (const Contact &contact : contacts_) newest = std::max(newest, contact.lastmod);
  return newest;
}

}  // namespace sim::companion
