// The bounded inbox of one instance, in publish order: state coalesces in place, events drop the
// oldest, commands are refused, link changes stay. Must not know gates or who delivers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/bus/message.h"
#include "core/bus/participant.h"
#include "core/bus/retained.h"
#include "core/bus/stats.h"

namespace meshmux {

// One thing waiting.
struct InboxItem {
  enum class Class { invalid = 0, event, command, reply, state, link, session_end };

  Class item_class = Class::invalid;
  uint32_t origin = 0;   // session_end
  uint64_t session = 0;  // session_end
  uint32_t view = 0;     // state: index of the subscription in its source
  size_t bytes = 0;
  MessageRef message;              // not for session_end
  RetainedEntry *entry = nullptr;  // state
  InboxItem *previous = nullptr;
  InboxItem *next = nullptr;
  InboxItem *previous_peer = nullptr;  // of the same class
  InboxItem *next_peer = nullptr;
};

// [loop-thread]. Items are pooled: a steady flow allocates nothing.
class Inbox {
 public:
  Inbox(InboxLimits limits, ParticipantStats &stats) : limits_(limits), stats_(stats) {}
  ~Inbox();
  Inbox(const Inbox &) = delete;
  Inbox &operator=(const Inbox &) = delete;

  // RX and SENT: drops the oldest of them until it fits.
  void push_event(const MessageRef &message);
  // Whether a command of that many bytes fits.
  bool has_room_for_command(size_t bytes) const;
  void push_command(const MessageRef &message);
  void push_reply(const MessageRef &message);
  // Replaces an undelivered link of the same source where nothing lies between that could tell.
  void push_link(const MessageRef &message);
  // Takes the place of what is on its way for the same key and view.
  void push_state(const MessageRef &message, RetainedEntry &entry, uint32_t view);
  void push_session_end(uint32_t origin, uint64_t session);
  // Takes an undelivered state item out.
  void cancel(RetainedEntry &entry, uint32_t view);

  bool empty() const { return first_ == nullptr; }
  size_t messages() const { return count_; }
  size_t bytes() const { return bytes_; }

  // Takes the first item out; it stays valid until give_back, finish or abandon. Not for an empty
  // inbox.
  InboxItem *take();
  // It was not accepted: back to the front, unless something newer of its key waits already.
  void give_back(InboxItem *item);
  // It was accepted.
  void finish(InboxItem *item);
  // What it belonged to is gone, its entry included.
  void abandon(InboxItem *item);

  // Drops events, state and link of one source (its radio is another one), or everything.
  void purge_source(uint32_t source);
  void purge_commands(const std::function<bool(const mmx_message &command)> &drop);
  void clear();

 private:
  struct Queue {
    InboxItem *first = nullptr;
    InboxItem *last = nullptr;
    size_t count = 0;
    size_t bytes = 0;
  };

  InboxItem *acquire(InboxItem::Class item_class, const MessageRef &message);
  void append(InboxItem *item);
  void unlink(InboxItem *item);
  void recycle(InboxItem *item);
  void drop_oldest(Queue &queue);
  void push_bounded(InboxItem::Class item_class, const MessageRef &message);
  Queue &queue(InboxItem::Class item_class) { return queues_[size_t(item_class)]; }
  const Queue &queue(InboxItem::Class item_class) const { return queues_[size_t(item_class)]; }

  InboxLimits limits_;
  ParticipantStats &stats_;
  InboxItem *first_ = nullptr;
  InboxItem *last_ = nullptr;
  size_t count_ = 0;
  size_t bytes_ = 0;
  Queue queues_[7];
  InboxItem *free_ = nullptr;
  size_t free_count_ = 0;
};

}  // namespace meshmux
