// Publishing: every check a message passes on its way in, and who gets it. Calls no participant.
// Must not know what payloads mean.
#include <algorithm>
#include <cstring>

#include "core/base/log.h"
#include "core/bus/bus_impl.h"
#include "core/bus/record_labels.h"
#include "meshmux/instance.h"
#include "meshmux/labels.h"

namespace meshmux {
namespace {

constexpr uint32_t kMostFields = 256;

bool sound(mmx_bytes bytes, size_t longest) {
  return bytes.size <= longest && (bytes.size == 0 || bytes.data != nullptr);
}

bool sound(const mmx_record &record, size_t longest) {
  if (record.count > kMostFields || (record.count > 0 && record.fields == nullptr)) return false;
  size_t total = 0;
  for (uint32_t i = 0; i < record.count; ++i) {
    const mmx_field &field = record.fields[i];
    mmx_bytes bytes{};
    if (field.type == MMX_FIELD_TYPE_TEXT) {
      bytes = {reinterpret_cast<const uint8_t *>(field.value.text.data), field.value.text.size};
    } else if (field.type == MMX_FIELD_TYPE_BYTES) {
      bytes = field.value.bytes;
    }
    if (!sound(bytes, longest - total)) return false;
    total += bytes.size;
  }
  return true;
}

bool same_bytes(mmx_bytes a, mmx_bytes b) {
  return a.size == b.size && (a.size == 0 || std::memcmp(a.data, b.data, a.size) == 0);
}

bool role_publishes(uint32_t role, uint32_t kind) {
  switch (role) {
    case MMX_ROLE_SOURCE:
      return kind != MMX_KIND_TX;
    case MMX_ROLE_FRONTEND:
    case MMX_ROLE_BRIDGE:
      return kind == MMX_KIND_TX;
    default:
      return false;
  }
}

// Whether what says nothing new of the key message holds.
bool unchanged(const Message &message, const mmx_publish &what, uint32_t flags) {
  if (message.flags != flags || message.order != what.order) return false;
  if (!same_bytes(message.payload, what.payload)) return false;
  // The record follows from the payload; where there is none it is all there is.
  return what.payload.size > 0 || (message.record == nullptr && what.record == nullptr);
}

}  // namespace

mmx_message Bus::Impl::stamp(const Member &source, uint32_t kind) {
  mmx_message view{};
  view.struct_size = sizeof(mmx_message);
  view.kind = kind;
  view.id = ids.next();
  view.wall_ns = clock().wall_ns();
  view.mono_ns = clock().mono_ns();
  view.source = source.number;
  view.epoch = source.source->epoch;
  return view;
}

mmx_status Bus::Impl::publish(Member &member, const mmx_publish &what, mmx_published *out) {
  mmx_published unused{};
  mmx_published &answer = out != nullptr ? *out : unused;
  answer.verdict = MMX_VERDICT_INVALID;
  answer.id = 0;
  answer.labels = 0;
  answer.retry_after_ns = 0;
  if (kind_index(what.kind) == kKindCount || what.kind == MMX_KIND_LINK ||
      !sound(what.key, limits.message_bytes) || !sound(what.payload, limits.message_bytes) ||
      (what.record != nullptr && !sound(*what.record, limits.message_bytes))) {
    if (what.kind == MMX_KIND_TX) ++member.stats.invalid;
    return MMX_INVALID;
  }
  if (!role_publishes(member.spec.role, what.kind)) {
    ++member.stats.role_violations;
    return MMX_DENIED;
  }
  switch (what.kind) {
    case MMX_KIND_TX:
      return publish_command(member, what, answer);
    case MMX_KIND_STATE:
      return publish_state(member, what, answer);
    case MMX_KIND_REPLY:
      return publish_reply(member, what, answer);
    default:
      return publish_event(member, what, answer);
  }
}

mmx_status Bus::Impl::publish_command(Member &origin, const mmx_publish &what, mmx_published &out) {
  const uint32_t bound = origin.spec.bound_source;
  if (bound == 0 || (what.source != 0 && what.source != bound)) {
    ++origin.stats.role_violations;
    return MMX_DENIED;
  }
  const auto verdict = [&](uint32_t word, uint64_t &counter) {
    out.verdict = word;
    ++counter;
    return MMX_OK;
  };
  Member *const target = find_source(bound);
  if (target == nullptr) return verdict(MMX_VERDICT_NO_SOURCE, origin.stats.no_source);

  mmx_message view{};
  if (what.payload.size > 0) {
    // Only what the codec re-encoded goes on. A record beside the bytes would go on unseen by it.
    Codec *const codec = codec_of(*target);
    out.labels = MMX_LABEL_UNKNOWN;
    if (codec != nullptr) {
      const auto classified = codec->classify(identity_of(*target), MMX_KIND_TX, what.payload);
      out.labels = classified.labels;
      if (classified.status != MMX_OK || classified.canonical.size == 0) {
        return verdict(MMX_VERDICT_INVALID, origin.stats.invalid);
      }
      view.payload = classified.canonical;
    } else {
      view.payload = what.payload;
    }
  } else if (what.record != nullptr) {
    out.labels = command_record_labels(*what.record);
    view.record = what.record;
  } else {
    return verdict(MMX_VERDICT_INVALID, origin.stats.invalid);
  }

  const Gate &gate = origin.spec.policy.ingress();
  const Verdict said = gate.evaluate(out.labels);
  if (said.action == Action::local) return verdict(MMX_VERDICT_LOCAL, origin.stats.local);
  if (said.action != Action::allow && said.action != Action::limit) {
    deny(origin, *target, what.session, out.labels, said.rule_text, "denied");
    return verdict(MMX_VERDICT_DENIED, origin.stats.denied);
  }
  const Verdict seen = target->spec.policy.egress().evaluate(out.labels);
  if (seen.action != Action::allow) {
    deny(origin, *target, what.session, out.labels, seen.rule_text, "denied");
    return verdict(MMX_VERDICT_DENIED, origin.stats.denied);
  }
  if (target->life == nullptr || !target->life->may_deliver()) {
    return verdict(MMX_VERDICT_NO_SOURCE, origin.stats.no_source);
  }
  if (!commands.has_room(origin.number) ||
      !target->inbox.has_room_for_command(sizeof(Message) + view.payload.size)) {
    return verdict(MMX_VERDICT_FULL, origin.stats.full);
  }
  const int64_t now = clock().mono_ns();
  if (said.action == Action::limit) {
    out.retry_after_ns =
        origin.limiter.take(what.session, said.rule, gate.rule(said.rule).rate, now);
    if (out.retry_after_ns > 0) {
      deny(origin, *target, what.session, out.labels, said.rule_text, "limited");
      return verdict(MMX_VERDICT_LIMITED, origin.stats.limited);
    }
  }

  mmx_message stamped = stamp(*target, MMX_KIND_TX);
  stamped.labels = out.labels;
  stamped.grants = origin.spec.policy.grants();
  stamped.withheld = origin.spec.policy.stripped();
  stamped.session = what.session;
  stamped.origin = origin.number;
  stamped.deadline_ns = commands.deadline(what.timeout_ns, now);
  stamped.payload = view.payload;
  stamped.record = view.record;
  Command command;
  command.id = stamped.id;
  command.origin = origin.number;
  command.source = target->number;
  command.session = what.session;
  command.due_ns = stamped.deadline_ns;
  commands.add(command);
  arm();
  if (what.session != 0) target->source->sessions.emplace(origin.number, what.session);
  target->inbox.push_command(Message::copy_of(stamped));
  wake(*target);
  out.id = stamped.id;
  return verdict(MMX_VERDICT_ACCEPTED, origin.stats.published[kind_index(MMX_KIND_TX)]);
}

void Bus::Impl::deny(Member &origin, Member &target, uint64_t session, uint64_t labels,
                     std::string_view rule, std::string_view outcome) {
  if (outcome == "denied") {
    for (uint64_t rest = labels & ~MMX_LABEL_SECRETS; rest != 0; rest &= rest - 1) {
      ++origin.stats.denied_by_label[size_t(__builtin_ctzll(rest))];
    }
  }
  const std::string address = session == 0 ? std::string() : origin.life->session_address(session);
  audit.record(AuditEntry{origin.spec.id, session, address, target.spec.id, outcome, labels, rule});
}

Bus::Impl::EventLabels Bus::Impl::classify_event(Member &source, const mmx_publish &what) {
  if (what.payload.size == 0) {
    return {what.record != nullptr ? event_record_labels(*what.record) : 0, false};
  }
  Codec *const codec = codec_of(source);
  if (codec == nullptr) return {MMX_LABEL_UNKNOWN, true};
  const auto classified = codec->classify(identity_of(source), what.kind, what.payload);
  if (classified.status == MMX_OK) return {classified.labels, false};
  ++source.stats.unclassified;
  return {MMX_LABEL_UNKNOWN, true};
}

mmx_status Bus::Impl::publish_event(Member &source, const mmx_publish &what, mmx_published &out) {
  mmx_message view = stamp(source, what.kind);
  const auto [labels, unreadable] = classify_event(source, what);
  view.labels = labels;
  view.payload = what.payload;
  view.record = what.record;
  if (what.kind == MMX_KIND_RX) view.flags = what.flags & MMX_MESSAGE_QUIET;
  if (what.kind == MMX_KIND_SENT && what.cause != 0) {
    view.cause = what.cause;
    const Command *const command = commands.find(what.cause);
    if (command != nullptr && command->source == source.number) {
      view.session = command->session;
      view.origin = command->origin;
    } else {
      ++source.stats.unknown_causes;
    }
  }
  out.id = view.id;
  out.labels = view.labels;
  ++source.stats.published[kind_index(what.kind)];
  MessageRef message;
  for (const Subscription &subscription : source.source->subscriptions) {
    if ((subscription.kinds & what.kind) == 0) continue;
    Member &viewer = *subscription.member;
    if (!may_have(viewer, labels, unreadable)) {
      ++viewer.stats.hidden;
      continue;
    }
    if (!message) {
      message = Message::copy_of(view);
      message->unreadable = unreadable;
    }
    viewer.inbox.push_event(message);
    wake(viewer);
  }
  return MMX_OK;
}

mmx_status Bus::Impl::publish_state(Member &source, const mmx_publish &what, mmx_published &out) {
  if (what.key.size == 0) return MMX_INVALID;
  SourceState &state = *source.source;
  const uint32_t flags = what.flags & (MMX_MESSAGE_DELETED | MMX_MESSAGE_STALE);
  const bool deletion = (flags & MMX_MESSAGE_DELETED) != 0;
  RetainedEntry *const known =
      state.retained.find({reinterpret_cast<const char *>(what.key.data), what.key.size});
  const bool live = known != nullptr && known->live();
  if (deletion ? !live : live && unchanged(*known->message, what, flags)) {
    ++source.stats.unchanged_state;
    return MMX_OK;
  }

  mmx_message view = stamp(source, MMX_KIND_STATE);
  view.key = what.key;
  bool unreadable = false;
  if (deletion) {
    view.flags = MMX_MESSAGE_DELETED;
    view.labels = known->message->labels & ~MMX_LABEL_SECRETS;
    view.order = known->message->order;
  } else {
    const auto classified = classify_event(source, what);
    unreadable = classified.unreadable;
    view.flags = flags;
    view.labels = classified.labels;
    view.order = what.order;
    view.payload = what.payload;
    view.record = what.record;
  }
  MessageRef message = Message::copy_of(view);
  message->unreadable = unreadable;
  if (!deletion && !state.retained.has_room(known, message->footprint())) {
    ++source.stats.refused_state;
    if (!std::exchange(state.refusal_logged, true)) {
      log::warn(source.spec.id, "its state is full with {} records of {} bytes; more is refused",
                state.retained.keys(), state.retained.bytes());
    }
    return MMX_NO_SPACE;
  }
  out.id = view.id;
  out.labels = view.labels;
  ++source.stats.published[kind_index(MMX_KIND_STATE)];
  RetainedEntry &entry = state.retained.put(std::move(message), state.subscriptions.size());
  for (uint32_t place = 0; place < state.subscriptions.size(); ++place) {
    const Subscription &subscription = state.subscriptions[place];
    if ((subscription.kinds & MMX_KIND_STATE) == 0) continue;
    offer_state(*subscription.member, place, entry);
    wake(*subscription.member);
  }
  state.retained.settle(entry);
  return MMX_OK;
}

mmx_status Bus::Impl::publish_reply(Member &source, const mmx_publish &what, mmx_published &out) {
  const Command *const known = commands.find(what.cause);
  const bool final = (what.flags & MMX_MESSAGE_FINAL) != 0;
  if (known == nullptr || known->source != source.number || known->state == Command::State::ended) {
    ++source.stats.unknown_causes;
    return MMX_NOT_FOUND;
  }
  mmx_message view = stamp(source, MMX_KIND_REPLY);
  view.cause = known->id;
  view.session = known->session;
  view.origin = known->origin;
  view.flags = final ? uint32_t{MMX_MESSAGE_FINAL} : 0;
  const auto [labels, unreadable] = classify_event(source, what);
  view.labels = labels;
  view.payload = what.payload;
  view.record = what.record;
  commands.reply(what.cause, final, clock().mono_ns());
  arm();
  out.id = view.id;
  out.labels = view.labels;
  ++source.stats.published[kind_index(MMX_KIND_REPLY)];
  Member *const origin = find(view.origin);
  if (origin == nullptr || origin->life == nullptr) return MMX_OK;
  MessageRef message = Message::copy_of(view);
  message->unreadable = unreadable;
  origin->inbox.push_reply(message);
  wake(*origin);
  return MMX_OK;
}

}  // namespace meshmux
