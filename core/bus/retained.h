// The retained state of one source: the last message of each key, in replay order, and for each
// subscription what of it was shown or is on its way. Must not know gates or inboxes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/bus/message.h"

namespace meshmux {

struct InboxItem;

// What one subscription knows of one key.
struct RetainedView {
  InboxItem *pending = nullptr;  // on its way
  uint64_t left_out = 0;         // secrets that were left out of what was shown
  bool shown = false;            // it was delivered, and not deleted since
  bool delivering = false;       // taken out of the inbox, its viewer is being called
};

// One key. Lives as long as it has a value or some subscription still has to hear of its deletion.
struct RetainedEntry {
  MessageRef message;               // never null; a deletion once the key is gone
  std::vector<RetainedView> views;  // by subscription
  bool live() const { return (message->flags & MMX_MESSAGE_DELETED) == 0; }
};

inline std::string_view key_of(const mmx_message &message) {
  return {reinterpret_cast<const char *>(message.key.data), message.key.size};
}

// [loop-thread]
class RetainedSet {
 public:
  struct Limits {
    size_t keys = 0;
    size_t bytes = 0;  // of messages, overhead included
  };

  explicit RetainedSet(Limits limits) : limits_(limits) {}

  // nullptr: no such key. The entry may be no longer live.
  RetainedEntry *find(std::string_view key) const;
  // Whether a message of that many bytes may replace entry (nullptr: a new key).
  bool has_room(const RetainedEntry *entry, size_t footprint) const;
  // Makes message (STATE, deletions included) the last value of its key. For a deletion the key
  // must be there.
  RetainedEntry &put(MessageRef message, size_t subscriptions);
  // Frees a deleted entry nobody has to hear of any more; entry may be gone afterwards.
  void settle(RetainedEntry &entry);
  // Drops everything.
  void clear();

  // Subscription index was added or is gone.
  void add_view(size_t index);
  void clear_view(size_t index);

  size_t keys() const { return ordered_.size(); }
  size_t bytes() const { return bytes_; }
  size_t entries() const { return entries_.size(); }

  // Live entries by (order, key).
  template <class Visit>
  void for_each(Visit &&visit) const {
    for (RetainedEntry *entry : ordered_) visit(*entry);
  }

 private:
  struct ByOrder {
    bool operator()(const RetainedEntry *a, const RetainedEntry *b) const;
  };

  Limits limits_;
  size_t bytes_ = 0;
  // The key's bytes are those of the entry's message.
  std::unordered_map<std::string_view, std::unique_ptr<RetainedEntry>> entries_;
  std::set<RetainedEntry *, ByOrder> ordered_;
};

}  // namespace meshmux
