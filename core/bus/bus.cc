// Participants, their lives and their subscriptions. Must not know what is published or how it is
// delivered.
#include "core/bus/bus.h"

#include <algorithm>
#include <utility>

#include "core/bus/bus_impl.h"
#include "meshmux/instance.h"

namespace meshmux {
namespace {

constexpr uint32_t kAllKinds = (1u << kKindCount) - 1;
constexpr uint32_t kSubscribable = MMX_KIND_RX | MMX_KIND_SENT | MMX_KIND_STATE | MMX_KIND_LINK;

}  // namespace

Bus::Impl::Impl(TimerQueue &its_timers, CodecRegistry &its_codecs, AuditLog &its_audit,
                BusLimits its_limits)
    : timers(its_timers),
      codecs(its_codecs),
      audit(its_audit),
      limits(its_limits),
      ids(its_timers.clock().wall_ns()),
      commands(its_limits.commands),
      command_timer(
          its_timers, [](void *self) { static_cast<Impl *>(self)->commands_due(); }, this) {}

Member *Bus::Impl::find(uint32_t number) const {
  const auto found = members.find(number);
  return found == members.end() ? nullptr : found->second.get();
}

Member *Bus::Impl::find_source(uint32_t number) const {
  Member *const member = find(number);
  return member != nullptr && member->source ? member : nullptr;
}

Codec *Bus::Impl::codec_of(Member &source) {
  Codec *&codec = source.source->codec;
  if (codec == nullptr && !source.spec.family.empty()) codec = codecs.find(source.spec.family);
  return codec;
}

// The binding is the grant. Storage keeps everything; a bridge may be bound to one source or to
// all.
bool Bus::Impl::may_see(const Member &member, const Member &source) const {
  switch (member.spec.role) {
    case MMX_ROLE_FRONTEND:
      return member.spec.bound_source == source.number;
    case MMX_ROLE_STORAGE:
    case MMX_ROLE_BRIDGE:
      return member.spec.bound_source == 0 || member.spec.bound_source == source.number;
    default:
      return false;
  }
}

void Bus::Impl::subscribe_one(Member &member, Member &source, uint32_t kinds) {
  auto &subscriptions = source.source->subscriptions;
  auto place = std::find_if(subscriptions.begin(), subscriptions.end(),
                            [&](const Subscription &one) { return one.member == &member; });
  if (place == subscriptions.end()) {
    place = std::find_if(subscriptions.begin(), subscriptions.end(),
                         [](const Subscription &one) { return one.member == nullptr; });
    if (place == subscriptions.end()) place = subscriptions.emplace(place);
    *place = Subscription{&member, 0};
    source.source->retained.add_view(size_t(place - subscriptions.begin()));
  }
  const uint32_t added = kinds & ~place->kinds;
  place->kinds |= added;
  if ((added & MMX_KIND_LINK) != 0 && source.source->link) {
    member.inbox.push_link(source.source->link);
  }
  if ((added & MMX_KIND_STATE) != 0) {
    const auto view = uint32_t(place - subscriptions.begin());
    source.source->retained.for_each(
        [&](RetainedEntry &entry) { offer_state(member, view, entry); });
  }
  wake(member);
}

void Bus::Impl::unsubscribe_all(Member &member) {
  member.kinds_of_all = 0;
  for (auto &[number, source] : members) {
    if (!source->source) continue;
    auto &subscriptions = source->source->subscriptions;
    for (size_t view = 0; view < subscriptions.size(); ++view) {
      if (subscriptions[view].member != &member) continue;
      subscriptions[view] = Subscription{};
      source->source->retained.clear_view(view);
    }
  }
}

void Bus::Impl::end_session(Member &source, uint32_t origin, uint64_t session) {
  source.inbox.push_session_end(origin, session);
  wake(source);
}

Bus::Bus(TimerQueue &timers, CodecRegistry &codecs, AuditLog &audit, BusLimits limits)
    : impl_(std::make_unique<Impl>(timers, codecs, audit, limits)) {}

Bus::~Bus() {
  // Inboxes point into the retained sets of others.
  for (auto &[number, member] : impl_->members) member->inbox.clear();
}

uint32_t Bus::add(ParticipantSpec spec) {
  const uint32_t number = ++impl_->last_number;
  auto member = std::make_unique<Member>(number, std::move(spec));
  Member &added = *member;
  if (added.spec.role == MMX_ROLE_SOURCE) {
    added.source = std::make_unique<SourceState>(
        RetainedSet::Limits{impl_->limits.retained_keys, impl_->limits.retained_bytes});
  }
  impl_->members.emplace(number, std::move(member));
  if (!added.source) return number;
  for (auto &[other, viewer] : impl_->members) {
    if (viewer->kinds_of_all != 0 && impl_->may_see(*viewer, added)) {
      impl_->subscribe_one(*viewer, added, viewer->kinds_of_all);
    }
  }
  return number;
}

void Bus::remove(uint32_t number) {
  Member *const member = impl_->find(number);
  if (member == nullptr) return;
  detach(number);
  if (member->source) {
    // What is queued elsewhere points into the retained set.
    for (const Subscription &subscription : member->source->subscriptions) {
      if (subscription.member != nullptr) subscription.member->inbox.purge_source(number);
    }
    if (member->source->link) {
      mmx_link link = *member->source->link->link;
      link.complete = 0;
      link.stale = 0;
      link.reason = {};
      ++member->source->epoch;
      impl_->publish_link(*member, link);
    }
  }
  impl_->commands.forget_origin(number);
  std::erase(impl_->runnable, member);
  std::replace(impl_->turn.begin(), impl_->turn.end(), member, static_cast<Member *>(nullptr));
  const auto found = impl_->members.find(number);
  if (impl_->draining) impl_->removed.push_back(std::move(found->second));
  impl_->members.erase(found);
}

void Bus::attach(uint32_t number, Participant &life) {
  Member *const member = impl_->find(number);
  if (member == nullptr) return;
  if (member->life != nullptr) detach(number);
  member->life = &life;
  ++member->generation;
}

void Bus::detach(uint32_t number) {
  Member *const member = impl_->find(number);
  if (member == nullptr || member->life == nullptr) return;
  member->life = nullptr;
  ++member->generation;
  member->blocked = false;
  member->inbox.clear();
  member->limiter.clear();
  impl_->unsubscribe_all(*member);
  for (auto &[other, source] : impl_->members) {
    if (!source->source) continue;
    auto &sessions = source->source->sessions;
    const auto first = sessions.lower_bound({number, 0});
    auto last = first;
    for (; last != sessions.end() && last->first == number; ++last) {
      impl_->end_session(*source, number, last->second);
    }
    sessions.erase(first, last);
  }
  if (!member->source) return;
  member->source->sessions.clear();
  impl_->fail_commands(*member, "the source was stopped");
  impl_->link_down(*member, "the source was stopped");
}

void Bus::set_policy(uint32_t number, Policy policy) {
  Member *const member = impl_->find(number);
  if (member == nullptr) return;
  member->spec.policy = std::move(policy);
  member->limiter.clear();  // buckets are counted by the rule's place
  impl_->regate(*member);
}

const ParticipantSpec *Bus::spec(uint32_t number) const {
  const Member *const member = impl_->find(number);
  return member == nullptr ? nullptr : &member->spec;
}

uint32_t Bus::number_of(std::string_view id) const {
  for (const auto &[number, member] : impl_->members) {
    if (member->spec.id == id) return number;
  }
  return 0;
}

mmx_status Bus::subscribe(uint32_t number, uint32_t source, uint32_t kinds) {
  Member *const member = impl_->find(number);
  if (member == nullptr || member->life == nullptr) return MMX_CLOSED;
  if (kinds == 0 || (kinds & ~kAllKinds) != 0) return MMX_INVALID;
  // Commands and replies find their way by themselves.
  kinds &= kSubscribable;
  const uint32_t role = member->spec.role;
  if (role != MMX_ROLE_FRONTEND && role != MMX_ROLE_BRIDGE && role != MMX_ROLE_STORAGE) {
    ++member->stats.role_violations;
    return MMX_DENIED;
  }
  if (source != 0) {
    Member *const target = impl_->find_source(source);
    if (target == nullptr) return MMX_NOT_FOUND;
    if (!impl_->may_see(*member, *target)) {
      ++member->stats.role_violations;
      return MMX_DENIED;
    }
    impl_->subscribe_one(*member, *target, kinds);
    return MMX_OK;
  }
  member->kinds_of_all |= kinds;
  for (auto &[other, target] : impl_->members) {
    if (target->source && impl_->may_see(*member, *target)) {
      impl_->subscribe_one(*member, *target, kinds);
    }
  }
  return MMX_OK;
}

mmx_status Bus::publish(uint32_t number, const mmx_publish &what, mmx_published *out) {
  Member *const member = impl_->find(number);
  if (member == nullptr || member->life == nullptr) return MMX_CLOSED;
  return impl_->publish(*member, what, out);
}

void Bus::ready(uint32_t number) {
  Member *const member = impl_->find(number);
  if (member == nullptr) return;
  member->ready_called = true;
  member->blocked = false;
  impl_->wake(*member);
}

uint32_t Bus::bound_source(uint32_t number) const {
  const Member *const member = impl_->find(number);
  return member == nullptr ? 0 : member->spec.bound_source;
}

void Bus::session_ended(uint32_t number, uint64_t session) {
  Member *const member = impl_->find(number);
  if (member == nullptr) return;
  member->limiter.forget(session);
  for (auto &[other, source] : impl_->members) {
    if (source->source && source->source->sessions.erase({number, session}) > 0) {
      impl_->end_session(*source, number, session);
    }
  }
}

bool Bus::drain(size_t budget) { return impl_->drain(budget); }

bool Bus::pending() const { return !impl_->runnable.empty(); }

void Bus::ensure_ids_above(uint64_t id) { impl_->ids.ensure_above(id); }

}  // namespace meshmux
