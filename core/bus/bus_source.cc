// What only sources do: identity and epochs, the link, and the commands that end without a reply of
// theirs. And what the bus tells of itself. Must not know payloads.
#include <algorithm>
#include <cstring>

#include "core/base/log.h"
#include "core/bus/bus_impl.h"
#include "meshmux/instance.h"

namespace meshmux {
namespace {

constexpr size_t kLongestIdentity = 256;

mmx_text text_of(std::string_view text) { return {text.data(), text.size()}; }

bool same_text(mmx_text a, mmx_text b) {
  return a.size == b.size && (a.size == 0 || std::memcmp(a.data, b.data, a.size) == 0);
}

bool same_link(const mmx_link &a, const mmx_link &b) {
  return a.phase == b.phase && a.epoch == b.epoch && a.complete == b.complete &&
         a.stale == b.stale && a.swapping == b.swapping && same_text(a.reason, b.reason);
}

}  // namespace

mmx_status Bus::Impl::set_identity(Member &source, mmx_bytes identity) {
  if (identity.size == 0 || identity.data == nullptr || identity.size > kLongestIdentity) {
    return MMX_INVALID;
  }
  std::vector<uint8_t> given(identity.data, identity.data + identity.size);
  SourceState &state = *source.source;
  if (state.identity == given) return MMX_OK;
  const bool first = state.identity.empty();
  state.identity = std::move(given);
  if (first) return MMX_OK;

  log::warn(source.spec.id, "another radio is there: what was known of the old one is dropped");
  drop_radio(source, "another radio is there");
  return MMX_OK;
}

void Bus::Impl::drop_radio(Member &source, std::string_view reason) {
  SourceState &state = *source.source;
  fail_commands(source, reason);
  for (const Subscription &subscription : state.subscriptions) {
    if (subscription.member != nullptr) subscription.member->inbox.purge_source(source.number);
  }
  state.retained.clear();
  ++state.epoch;
  mmx_link link{};
  link.phase = MMX_LINK_SYNCING;
  if (state.link) link.phase = state.link->link->phase;
  link.reason = text_of(reason);
  publish_link(source, link);
}

void Bus::Impl::publish_link(Member &source, const mmx_link &link) {
  SourceState &state = *source.source;
  mmx_link stamped = link;
  stamped.epoch = state.epoch;
  stamped.complete = link.complete != 0;
  stamped.stale = link.stale != 0;
  stamped.swapping = link.swapping != 0;
  if (state.link && same_link(*state.link->link, stamped)) return;
  mmx_message view = stamp(source, MMX_KIND_LINK);
  view.link = &stamped;
  state.link = Message::copy_of(view);
  ++source.stats.published[kind_index(MMX_KIND_LINK)];
  for (const Subscription &subscription : state.subscriptions) {
    if ((subscription.kinds & MMX_KIND_LINK) == 0) continue;
    subscription.member->inbox.push_link(state.link);
    wake(*subscription.member);
  }
}

void Bus::Impl::link_down(Member &source, std::string_view reason) {
  if (!source.source->link) return;
  mmx_link link = *source.source->link->link;
  if (link.phase == MMX_LINK_DOWN && link.swapping == 0) return;
  link.phase = MMX_LINK_DOWN;
  link.stale = link.complete;
  link.swapping = 0;
  link.reason = text_of(reason);
  publish_link(source, link);
}

void Bus::Impl::fail_commands(Member &source, std::string_view reason) {
  for (const Command &command : commands.end_source(source.number, clock().mono_ns())) {
    answer(command, reason);
  }
}

// The last reply to a command whose source has none.
void Bus::Impl::answer(const Command &command, std::string_view reason) {
  Member *const origin = find(command.origin);
  const Member *const source = find_source(command.source);
  if (origin == nullptr || origin->life == nullptr || source == nullptr) return;
  mmx_field fields[2] = {};
  fields[0].key = MMX_FIELD_STATUS;
  fields[0].type = MMX_FIELD_TYPE_INT;
  fields[0].value.i = MMX_DELIVERY_FAILED;
  fields[1].key = MMX_FIELD_REASON;
  fields[1].type = MMX_FIELD_TYPE_TEXT;
  fields[1].value.text = text_of(reason);
  const mmx_record record{MMX_RECORD_RECEIPT, 2, fields};
  mmx_message view = stamp(*source, MMX_KIND_REPLY);
  view.cause = command.id;
  view.session = command.session;
  view.origin = command.origin;
  view.flags = MMX_MESSAGE_FINAL;
  view.record = &record;
  origin->inbox.push_reply(Message::copy_of(view));
  wake(*origin);
}

void Bus::Impl::commands_due() {
  for (const Command &command : commands.expire(clock().mono_ns())) {
    if (Member *const origin = find(command.origin); origin != nullptr) ++origin->stats.timeouts;
    answer(command, "timeout");
  }
  arm();
}

// Firing early costs less than moving the timer at every reply.
void Bus::Impl::arm() {
  const int64_t due = commands.next_due();
  if (due == INT64_MAX) return;
  if (command_timer.active() && command_timer.deadline_ns() <= due) return;
  command_timer.start(std::max<int64_t>(0, due - clock().mono_ns()));
}

void Bus::forget_state(uint32_t source) {
  Member *const member = impl_->find_source(source);
  if (member == nullptr) return;
  SourceState &state = *member->source;
  if (state.identity.empty() && !state.link && state.retained.entries() == 0) return;
  state.identity.clear();
  impl_->drop_radio(*member, "its address changed");
}

mmx_status Bus::set_identity(uint32_t number, mmx_bytes identity) {
  Member *const member = impl_->find(number);
  if (member == nullptr || member->life == nullptr) return MMX_CLOSED;
  if (member->source) return impl_->set_identity(*member, identity);
  ++member->stats.role_violations;
  return MMX_DENIED;
}

mmx_status Bus::set_link(uint32_t number, const mmx_link &link) {
  Member *const member = impl_->find(number);
  if (member == nullptr || member->life == nullptr) return MMX_CLOSED;
  if (!member->source) {
    ++member->stats.role_violations;
    return MMX_DENIED;
  }
  const bool no_text = link.reason.size > 0 && link.reason.data == nullptr;
  if (link.phase < MMX_LINK_DOWN || link.phase > MMX_LINK_UP || no_text ||
      link.reason.size > impl_->limits.message_bytes) {
    return MMX_INVALID;
  }
  impl_->publish_link(*member, link);
  return MMX_OK;
}

ParticipantStats Bus::stats(uint32_t number) const {
  const Member *const member = impl_->find(number);
  return member == nullptr ? ParticipantStats{} : member->stats;
}

ParticipantLevels Bus::levels(uint32_t number) const {
  ParticipantLevels levels;
  const Member *const member = impl_->find(number);
  if (member == nullptr) return levels;
  levels.inbox_messages = member->inbox.messages();
  levels.inbox_bytes = member->inbox.bytes();
  levels.blocked = member->blocked;
  if (member->source) {
    levels.retained_keys = member->source->retained.keys();
    levels.retained_bytes = member->source->retained.bytes();
  }
  levels.waiting_commands = impl_->commands.waiting(number);
  return levels;
}

const mmx_message *Bus::link(uint32_t source) const {
  const Member *const member = impl_->find_source(source);
  return member == nullptr ? nullptr : member->source->link.get();
}

mmx_bytes Bus::identity(uint32_t source) const {
  const Member *const member = impl_->find_source(source);
  return member == nullptr ? mmx_bytes{} : Impl::identity_of(*member);
}

void Bus::visit_state(uint32_t source, const StateVisitor &visit) const {
  const Member *const member = impl_->find_source(source);
  if (member == nullptr) return;
  member->source->retained.for_each([&](RetainedEntry &entry) { visit(*entry.message); });
}

Codec *Bus::codec_of(uint32_t source) const {
  Member *const member = impl_->find_source(source);
  return member == nullptr ? nullptr : impl_->codec_of(*member);
}

mmx_status Bus::classify_command(uint32_t number, mmx_bytes payload, uint64_t *labels) {
  const Member *const member = impl_->find(number);
  if (member == nullptr) return MMX_NOT_FOUND;
  Member *const source = impl_->find_source(member->source ? number : member->spec.bound_source);
  Codec *const codec = source == nullptr ? nullptr : impl_->codec_of(*source);
  if (codec == nullptr) return MMX_NOT_FOUND;
  const auto classified = codec->classify(Impl::identity_of(*source), MMX_KIND_TX, payload);
  *labels = classified.labels;
  return classified.status;
}

}  // namespace meshmux
