// Delivery: egress gates, redaction, batches in turn, and what becomes of a message that was not
// taken. Must not know what payloads mean.
#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/bus/bus_impl.h"
#include "meshmux/labels.h"

namespace meshmux {

void Bus::Impl::wake(Member &member) {
  if (member.queued || member.blocked || member.life == nullptr || member.inbox.empty()) return;
  member.queued = true;
  runnable.push_back(&member);
}

// Whether a viewer may have a payload at all, whatever is then left out of it.
bool Bus::Impl::may_have(const Member &member, uint64_t labels, bool unreadable) {
  const Policy &policy = member.spec.policy;
  return policy.egress().allows(labels) && (!unreadable || policy.sees_unreadable());
}

// Puts the entry's present value on its way to one viewer, as far as the viewer has to hear of it.
void Bus::Impl::offer_state(Member &member, uint32_t view, RetainedEntry &entry) {
  const RetainedView &known = entry.views[view];
  const bool hidden = !may_have(member, entry.message->labels, entry.message->unreadable);
  if (hidden && entry.live()) ++member.stats.hidden;
  if ((hidden || !entry.live()) && !known.shown && !known.delivering) {
    member.inbox.cancel(entry, view);
    return;
  }
  member.inbox.push_state(entry.message, entry, view);
}

// Shows one subscriber the source's link with another mark. False where the link says nothing yet,
// or a capture under way has set the mark already.
bool Bus::Impl::push_swapping(Member &member, const Member &source, uint32_t swapping) {
  const MessageRef &now = source.source->link;
  if (!now || now->link->swapping != 0) return false;
  mmx_link link = *now->link;
  link.swapping = swapping;
  mmx_message view = stamp(source, MMX_KIND_LINK);
  view.link = &link;
  member.inbox.push_link(Message::copy_of(view));
  return true;
}

// After a change of policy: what would be shown differently now is on its way again.
void Bus::Impl::regate(Member &member) {
  const Policy &policy = member.spec.policy;
  for (auto &[number, other] : members) {
    if (!other->source) continue;
    const Member &source = *other;
    auto &subscriptions = other->source->subscriptions;
    for (uint32_t view = 0; view < subscriptions.size(); ++view) {
      if (subscriptions[view].member != &member) continue;
      if ((subscriptions[view].kinds & MMX_KIND_STATE) == 0) continue;
      const bool told = (subscriptions[view].kinds & MMX_KIND_LINK) != 0;
      bool begun = false;
      other->source->retained.for_each([&](RetainedEntry &entry) {
        const RetainedView &known = entry.views[view];
        const uint64_t labels = entry.message->labels;
        const bool visible = may_have(member, labels, entry.message->unreadable);
        const bool differs = visible ? known.left_out != (labels & policy.stripped()) : known.shown;
        if (!differs && (!visible || known.shown)) return;
        // Nobody who connects meanwhile is to see half of the old view and half of the new one.
        if (told && !begun) begun = push_swapping(member, source, 1);
        offer_state(member, view, entry);
      });
      if (begun) push_swapping(member, source, 0);
    }
  }
  wake(member);
}

bool Bus::Impl::drain(size_t budget) {
  if (draining) return false;
  draining = true;
  size_t used = 0;
  while (!runnable.empty() && used < budget) {
    turn.swap(runnable);
    for (size_t i = 0; i < turn.size(); ++i) {
      if (used >= budget) {
        runnable.insert(runnable.begin(), turn.begin() + std::ptrdiff_t(i), turn.end());
        std::erase(runnable, static_cast<Member *>(nullptr));
        break;
      }
      Member *const member = turn[i];
      if (member == nullptr) continue;
      member->queued = false;
      used += deliver_batch(*member, std::min(limits.batch, budget - used));
      // A member that was removed, or whose life does not take anything now, is not turned to again
      // until something happens.
      if (member->life != nullptr && member->life->may_deliver()) wake(*member);
    }
    turn.clear();
  }
  draining = false;
  removed.clear();
  return !runnable.empty();
}

size_t Bus::Impl::deliver_batch(Member &member, size_t most) {
  const uint64_t generation = member.generation;
  size_t count = 0;
  while (count < most && member.generation == generation && member.life != nullptr &&
         !member.blocked && !member.inbox.empty() && member.life->may_deliver()) {
    ++count;
    if (!deliver_next(member)) break;
  }
  return count;
}

// Takes the next item and shows it. False: the member wants no more for now.
bool Bus::Impl::deliver_next(Member &member) {
  InboxItem *const item = member.inbox.take();
  if (item->item_class == InboxItem::Class::session_end) {
    const uint32_t origin = item->origin;
    const uint64_t session = item->session;
    member.inbox.finish(item);
    member.life->session_ended(origin, session);
    return true;
  }
  uint64_t left_out = 0;
  const MessageRef shown = present(member, *item, &left_out);
  if (!shown) {
    retire(member, item);
    return true;
  }
  const uint64_t generation = member.generation;
  member.ready_called = false;
  const mmx_status status = member.life->deliver(*shown);
  if (member.generation != generation) {
    member.inbox.abandon(item);
    return false;
  }
  if (status == MMX_AGAIN) {
    ++member.stats.again;
    member.blocked = !member.ready_called;
    if (outlived(*item)) {
      member.inbox.abandon(item);
    } else {
      member.inbox.give_back(item);
    }
    return false;
  }
  ++member.stats.delivered[kind_index(shown->kind)];
  if (status != MMX_OK) ++member.stats.delivery_errors;
  if (left_out != 0) ++member.stats.redacted;
  if (item->entry != nullptr && !outlived(*item)) {
    RetainedView &known = item->entry->views[item->view];
    known.shown = (shown->flags & MMX_MESSAGE_DELETED) == 0;
    known.left_out = left_out;
  }
  retire(member, item);
  return true;
}

// Whether what an item taken out belonged to went away meanwhile: its radio was replaced or its
// source removed. An old link is harmless, a newer one follows it.
bool Bus::Impl::outlived(const InboxItem &item) const {
  if (item.item_class != InboxItem::Class::event && item.item_class != InboxItem::Class::state) {
    return false;
  }
  const Member *const source = find_source(item.message->source);
  return source == nullptr || source->source->epoch != item.message->epoch;
}

void Bus::Impl::retire(Member &member, InboxItem *item) {
  if (outlived(*item)) return member.inbox.abandon(item);
  RetainedEntry *const entry = item->entry;
  Member *const source = entry == nullptr ? nullptr : find_source(item->message->source);
  member.inbox.finish(item);
  if (source != nullptr) source->source->retained.settle(*entry);
}

// What the member is shown of an item; null: nothing.
MessageRef Bus::Impl::present(Member &member, const InboxItem &item, uint64_t *left_out) {
  const MessageRef &message = item.message;
  switch (item.item_class) {
    case InboxItem::Class::command: {
      // A command that timed out in the queue has failed already, as far as its sender knows.
      const Command *const command = commands.find(message->id);
      if (command == nullptr || command->state != Command::State::ended) return message;
      ++member.stats.expired_commands;
      return MessageRef();
    }
    case InboxItem::Class::link:
      return message;
    case InboxItem::Class::state: {
      const bool was_shown = item.entry->views[item.view].shown;
      if ((message->flags & MMX_MESSAGE_DELETED) != 0) return was_shown ? message : MessageRef();
      MessageRef shown = pass(member, message, left_out);
      if (!shown && was_shown) shown = deletion_of(message);
      return shown;
    }
    case InboxItem::Class::reply: {
      MessageRef shown = pass(member, message, left_out);
      if (shown || (message->flags & MMX_MESSAGE_FINAL) == 0) return shown;
      // What it says is hidden; that the command is over is not.
      mmx_message bare = *message;
      bare.labels = 0;
      bare.payload = {};
      bare.record = nullptr;
      return Message::copy_of(bare);
    }
    default:
      return pass(member, message, left_out);
  }
}

// The message as the member's egress gate and secrets let it through; null: not at all.
MessageRef Bus::Impl::pass(Member &member, const MessageRef &message, uint64_t *left_out) {
  const Policy &policy = member.spec.policy;
  if (!may_have(member, message->labels, message->unreadable)) {
    ++member.stats.hidden;
    return MessageRef();
  }
  const uint64_t secrets = message->labels & policy.stripped();
  if (secrets == 0) return message;
  *left_out = secrets;
  if (const MessageRef *const known = message->variant(secrets)) return *known;
  Member *const source = find_source(message->source);
  Codec *const codec = source == nullptr ? nullptr : codec_of(*source);
  mmx_bytes rest{};
  if (codec == nullptr || codec->redact(identity_of(*source), message->kind, message->payload,
                                        secrets, &rest) != MMX_OK) {
    ++member.stats.hidden;
    *left_out = 0;
    return MessageRef();
  }
  mmx_message view = *message;
  view.payload = rest;
  view.labels &= ~secrets;
  return message->add_variant(secrets, Message::copy_of(view));
}

MessageRef Bus::Impl::deletion_of(const MessageRef &message) {
  if (const MessageRef *const known = message->variant(Message::kDeletion)) return *known;
  mmx_message view = *message;
  view.flags = MMX_MESSAGE_DELETED;
  view.payload = {};
  view.record = nullptr;
  view.labels &= ~MMX_LABEL_SECRETS;
  return message->add_variant(Message::kDeletion, Message::copy_of(view));
}

}  // namespace meshmux
