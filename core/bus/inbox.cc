// The lists behind an inbox: one of everything in publish order, one for each class so that the
// oldest of it is found at once. Must not know gates or who delivers.
#include "core/bus/inbox.h"

#include <utility>

namespace meshmux {
namespace {

// Pooled items kept for the next burst; more are given back to the system.
constexpr size_t kKeptItems = 256;
// Undelivered link changes of one source. A reader that misses so many of them is told the latest.
constexpr size_t kLinkChanges = 64;

}  // namespace

Inbox::~Inbox() {
  clear();
  while (free_ != nullptr) delete std::exchange(free_, free_->next);
}

InboxItem *Inbox::acquire(InboxItem::Class item_class, const MessageRef &message) {
  InboxItem *item = free_;
  if (item != nullptr) {
    free_ = item->next;
    --free_count_;
    *item = InboxItem{};
  } else {
    item = new InboxItem;
  }
  item->item_class = item_class;
  item->message = message;
  item->bytes = sizeof(InboxItem) + (message ? message->footprint() : 0);
  return item;
}

void Inbox::recycle(InboxItem *item) {
  item->message = MessageRef();
  if (free_count_ >= kKeptItems) {
    delete item;
    return;
  }
  item->next = free_;
  free_ = item;
  ++free_count_;
}

void Inbox::append(InboxItem *item) {
  item->previous = last_;
  item->next = nullptr;
  (last_ != nullptr ? last_->next : first_) = item;
  last_ = item;
  Queue &peers = queue(item->item_class);
  item->previous_peer = peers.last;
  item->next_peer = nullptr;
  (peers.last != nullptr ? peers.last->next_peer : peers.first) = item;
  peers.last = item;
  ++peers.count;
  peers.bytes += item->bytes;
  ++count_;
  bytes_ += item->bytes;
}

void Inbox::unlink(InboxItem *item) {
  (item->previous != nullptr ? item->previous->next : first_) = item->next;
  (item->next != nullptr ? item->next->previous : last_) = item->previous;
  Queue &peers = queue(item->item_class);
  (item->previous_peer != nullptr ? item->previous_peer->next_peer : peers.first) = item->next_peer;
  (item->next_peer != nullptr ? item->next_peer->previous_peer : peers.last) = item->previous_peer;
  --peers.count;
  peers.bytes -= item->bytes;
  --count_;
  bytes_ -= item->bytes;
}

void Inbox::drop_oldest(Queue &peers) {
  InboxItem *const oldest = peers.first;
  ++stats_.dropped[kind_index(oldest->message->kind)];
  unlink(oldest);
  recycle(oldest);
}

// Drops the oldest of its class until it fits; one message alone always does.
void Inbox::push_bounded(InboxItem::Class item_class, const MessageRef &message) {
  InboxItem *const item = acquire(item_class, message);
  Queue &peers = queue(item_class);
  while (peers.count > 0 &&
         (peers.count >= limits_.messages || peers.bytes + item->bytes > limits_.bytes)) {
    drop_oldest(peers);
  }
  append(item);
}

void Inbox::push_event(const MessageRef &message) {
  push_bounded(InboxItem::Class::event, message);
}

void Inbox::push_reply(const MessageRef &message) {
  push_bounded(InboxItem::Class::reply, message);
}

bool Inbox::has_room_for_command(size_t bytes) const {
  const Queue &peers = queue(InboxItem::Class::command);
  return peers.count < limits_.messages &&
         (peers.count == 0 || peers.bytes + sizeof(InboxItem) + bytes <= limits_.bytes);
}

void Inbox::push_command(const MessageRef &message) {
  append(acquire(InboxItem::Class::command, message));
}

void Inbox::push_session_end(uint32_t origin, uint64_t session) {
  InboxItem *const item = acquire(InboxItem::Class::session_end, MessageRef());
  item->origin = origin;
  item->session = session;
  append(item);
}

void Inbox::push_link(const MessageRef &message) {
  // With nothing in between, only the last of two changes of phase says anything; where a new
  // capture begins or ends, both do.
  if (last_ != nullptr && last_->item_class == InboxItem::Class::link &&
      last_->message->source == message->source &&
      last_->message->link->swapping == message->link->swapping) {
    InboxItem *const older = last_;
    unlink(older);
    recycle(older);
    ++stats_.coalesced;
  }
  append(acquire(InboxItem::Class::link, message));
  size_t of_source = 0;
  InboxItem *oldest = nullptr;
  for (InboxItem *item = queue(InboxItem::Class::link).last; item != nullptr;
       item = item->previous_peer) {
    if (item->message->source != message->source) continue;
    ++of_source;
    oldest = item;
  }
  if (of_source <= kLinkChanges) return;
  unlink(oldest);
  recycle(oldest);
  ++stats_.coalesced;
}

void Inbox::push_state(const MessageRef &message, RetainedEntry &entry, uint32_t view) {
  RetainedView &known = entry.views[view];
  if (known.pending != nullptr) {
    InboxItem *const item = known.pending;
    Queue &peers = queue(InboxItem::Class::state);
    const size_t bytes = sizeof(InboxItem) + message->footprint();
    peers.bytes += bytes - item->bytes;
    bytes_ += bytes - item->bytes;
    item->bytes = bytes;
    item->message = message;
    ++stats_.coalesced;
    return;
  }
  InboxItem *const item = acquire(InboxItem::Class::state, message);
  item->entry = &entry;
  item->view = view;
  known.pending = item;
  append(item);
}

void Inbox::cancel(RetainedEntry &entry, uint32_t view) {
  RetainedView &known = entry.views[view];
  if (known.pending == nullptr) return;
  unlink(known.pending);
  recycle(std::exchange(known.pending, nullptr));
  ++stats_.coalesced;
}

InboxItem *Inbox::take() {
  InboxItem *const item = first_;
  unlink(item);
  if (item->entry != nullptr) {
    RetainedView &known = item->entry->views[item->view];
    known.pending = nullptr;
    known.delivering = true;
  }
  return item;
}

void Inbox::give_back(InboxItem *item) {
  if (item->entry != nullptr) {
    RetainedView &known = item->entry->views[item->view];
    known.delivering = false;
    if (known.pending != nullptr) {
      ++stats_.coalesced;
      return recycle(item);
    }
    known.pending = item;
  }
  item->previous = nullptr;
  item->next = first_;
  (first_ != nullptr ? first_->previous : last_) = item;
  first_ = item;
  Queue &peers = queue(item->item_class);
  item->previous_peer = nullptr;
  item->next_peer = peers.first;
  (peers.first != nullptr ? peers.first->previous_peer : peers.last) = item;
  peers.first = item;
  ++peers.count;
  peers.bytes += item->bytes;
  ++count_;
  bytes_ += item->bytes;
}

void Inbox::finish(InboxItem *item) {
  if (item->entry != nullptr) item->entry->views[item->view].delivering = false;
  recycle(item);
}

void Inbox::abandon(InboxItem *item) { recycle(item); }

void Inbox::purge_source(uint32_t source) {
  for (InboxItem *item = first_; item != nullptr;) {
    InboxItem *const next = item->next;
    const bool of_radio = item->item_class == InboxItem::Class::event ||
                          item->item_class == InboxItem::Class::state ||
                          item->item_class == InboxItem::Class::link;
    if (of_radio && item->message->source == source) {
      if (item->entry != nullptr) item->entry->views[item->view].pending = nullptr;
      unlink(item);
      recycle(item);
    }
    item = next;
  }
}

void Inbox::purge_commands(const std::function<bool(const mmx_message &command)> &drop) {
  for (InboxItem *item = queue(InboxItem::Class::command).first; item != nullptr;) {
    InboxItem *const next = item->next_peer;
    if (drop(*item->message)) {
      unlink(item);
      recycle(item);
    }
    item = next;
  }
}

void Inbox::clear() {
  while (first_ != nullptr) finish(take());
}

}  // namespace meshmux
