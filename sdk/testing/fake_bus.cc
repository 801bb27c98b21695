// The bus as one instance sees it. Must not know any other instance than the one under test.
#include "sdk/testing/fake_bus.h"

#include <algorithm>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "meshmux/text.hpp"
#include "sdk/testing/fake_host.h"

namespace mmx::testing {

namespace {
constexpr std::size_t kCanonicalCapacity = 64 * 1024;

Published copy_of(const mmx_publish &what) {
  Published made;
  made.kind = what.kind;
  made.source = what.source;
  made.flags = what.flags;
  made.session = what.session;
  made.cause = what.cause;
  made.order = what.order;
  made.timeout_ns = what.timeout_ns;
  made.key = view(what.key);
  made.payload = view(what.payload);
  made.record = RecordCopy(what.record);
  return made;
}
}  // namespace

FakeBus::~FakeBus() { forget_inbox(); }

void FakeBus::set_codec(const mmx_codec *codec, std::string identity) {
  codec_ = codec;
  codec_identity_ = std::move(identity);
}

std::vector<Published> FakeBus::take(std::uint32_t kinds) {
  std::vector<Published> taken;
  std::vector<Published> kept;
  for (Published &each : published_)
    ((each.kind & kinds) != 0 ? taken : kept).push_back(std::move(each));
  published_ = std::move(kept);
  return taken;
}

std::vector<const Published *> FakeBus::replay() const {
  std::vector<const Published *> sorted;
  for (const auto &[key, record] : state_) sorted.push_back(&record);
  std::sort(sorted.begin(), sorted.end(), [](const Published *a, const Published *b) {
    return std::tie(a->order, a->key) < std::tie(b->order, b->key);
  });
  return sorted;
}

bool FakeBus::subscribed(const MessageSpec &spec) const {
  if (spec.kind == MMX_KIND_TX || spec.kind == MMX_KIND_REPLY) return true;
  return std::any_of(subscriptions_.begin(), subscriptions_.end(), [&](const Subscription &each) {
    return (each.kinds & spec.kind) != 0 && (each.source == 0 || each.source == spec.source);
  });
}

HeldMessage *FakeBus::make(MessageSpec spec) {
  if (spec.id == 0) spec.id = next_id_++;
  next_id_ = std::max(next_id_, spec.id + 1);
  auto *message = new HeldMessage(spec, host_.shared_ledger());
  message->wall_ns = host_.clock().wall_ns();
  message->mono_ns = host_.clock().mono_ns();
  if (spec.kind == MMX_KIND_TX) commands_.insert(spec.id);
  return message;
}

mmx_status FakeBus::deliver(const MessageSpec &wanted, std::uint64_t *id) {
  MessageSpec spec = wanted;
  if (spec.source == 0) spec.source = bound_source_;
  if (!subscribed(spec)) return MMX_NOT_FOUND;
  HeldMessage *message = make(std::move(spec));
  if (id != nullptr) *id = message->id;
  drain();
  inbox_.push_back(message);
  if (blocked_ || inbox_.size() > 1) return MMX_AGAIN;
  return deliver_front();
}

mmx_status FakeBus::deliver_front() {
  if (host_.ops() == nullptr || host_.ops()->deliver == nullptr) {
    forget_inbox();
    return MMX_UNSUPPORTED;
  }
  HeldMessage *message = inbox_.front();
  host_.touch();
  // ready() may come from inside this call, so blocked_ is set before and not after.
  blocked_ = true;
  const mmx_status status = host_.ops()->deliver(host_.self(), message);
  if (status == MMX_AGAIN) return status;
  blocked_ = false;
  inbox_.pop_front();
  HeldMessage::release(message);
  return status;
}

void FakeBus::drain() {
  while (can_drain())
    if (deliver_front() == MMX_AGAIN) return;
}

void FakeBus::forget_inbox() {
  for (HeldMessage *message : inbox_) HeldMessage::release(message);
  inbox_.clear();
  blocked_ = false;
}

void FakeBus::end_session(std::uint32_t origin, std::uint64_t session) {
  const auto *handler =
      static_cast<const mmx_source_handler *>(host_.instance_extension(MMX_EXT_SOURCE));
  if (handler == nullptr || handler->session_ended == nullptr)
    throw std::logic_error("the instance does not hear of sessions that end");
  host_.touch();
  handler->session_ended(host_.self(), origin, session);
}

mmx_status FakeBus::subscribe(std::uint32_t source, std::uint32_t kinds) {
  const mmx_status planned = host_.faults().use(Operation::subscribe);
  if (planned != MMX_OK) return planned;
  subscriptions_.push_back({source, kinds});
  std::vector<MessageSpec> retained;
  for (const MessageSpec &each : preloaded_) {
    MessageSpec spec = each;
    if (spec.source == 0) spec.source = bound_source_;
    if ((spec.kind & kinds) != 0 && (source == 0 || source == spec.source))
      retained.push_back(std::move(spec));
  }
  const auto place = [](const MessageSpec &spec) {
    return std::make_tuple(spec.kind == MMX_KIND_LINK ? 0 : 1, spec.order,
                           std::string_view(spec.key));
  };
  std::stable_sort(retained.begin(), retained.end(),
                   [&](const MessageSpec &a, const MessageSpec &b) { return place(a) < place(b); });
  for (MessageSpec &spec : retained) inbox_.push_back(make(std::move(spec)));
  return MMX_OK;
}

mmx_status FakeBus::check(const Published &made) const {
  constexpr std::uint32_t kSourceKinds =
      MMX_KIND_RX | MMX_KIND_SENT | MMX_KIND_STATE | MMX_KIND_REPLY;
  std::uint32_t allowed = 0;
  switch (host_.role()) {
    case MMX_ROLE_INVALID:
      allowed = kSourceKinds | MMX_KIND_TX;
      break;
    case MMX_ROLE_SOURCE:
      allowed = kSourceKinds;
      break;
    case MMX_ROLE_FRONTEND:
    case MMX_ROLE_BRIDGE:
      allowed = MMX_KIND_TX;
      break;
    default:
      break;
  }
  if ((made.kind & allowed) == 0) return MMX_DENIED;
  const bool answers = made.kind == MMX_KIND_REPLY;
  if (answers && commands_.count(made.cause) == 0) return MMX_NOT_FOUND;
  return MMX_OK;
}

void FakeBus::judge(Published &made, mmx_published &result) const {
  result.verdict = MMX_VERDICT_ACCEPTED;
  if (codec_ != nullptr) {
    std::string canonical(std::max(kCanonicalCapacity, made.payload.size() * 2), '\0');
    mmx_buffer buffer{reinterpret_cast<std::uint8_t *>(canonical.data()), canonical.size(), 0};
    const mmx_status status = codec_->classify(mmx::bytes(codec_identity_), made.kind,
                                               mmx::bytes(made.payload), &result.labels, &buffer);
    if (status != MMX_OK) {
      result.verdict = MMX_VERDICT_INVALID;
      return;
    }
    canonical.resize(buffer.size);
    made.payload = std::move(canonical);
    made.labels = result.labels;
  }
  if (!gate_) return;
  const Verdict verdict = gate_(made);
  result.verdict = verdict.verdict;
  result.retry_after_ns = verdict.retry_after_ns;
  if (verdict.labels != 0) result.labels = verdict.labels;
}

mmx_status FakeBus::publish(const mmx_publish &what, mmx_published *out) {
  Published made = copy_of(what);
  made.mono_ns = host_.clock().mono_ns();
  made.status = host_.faults().use(Operation::publish);
  if (made.status == MMX_OK) made.status = check(made);
  if (made.status != MMX_OK) {
    refused_.push_back(made);
    return made.status;
  }
  mmx_published result{};
  result.struct_size = sizeof result;
  if (made.kind == MMX_KIND_TX) judge(made, result);
  made.labels = result.labels;
  made.verdict = result.verdict;
  if (made.kind != MMX_KIND_TX || made.verdict == MMX_VERDICT_ACCEPTED) made.id = next_id_++;
  result.id = made.id;
  if (out != nullptr) {
    result.struct_size = out->struct_size;
    *out = result;
  }
  if (made.kind == MMX_KIND_REPLY && made.is_final()) commands_.erase(made.cause);
  if (made.kind == MMX_KIND_STATE && !retain(made)) return MMX_OK;
  published_.push_back(std::move(made));
  return MMX_OK;
}

// Returns whether it is news.
bool FakeBus::retain(const Published &made) {
  const auto found = state_.find(made.key);
  if (made.is_deleted()) {
    if (found == state_.end()) return false;
    state_.erase(found);
    return true;
  }
  // As in the daemon: the record follows from the payload; where there is none it is all there is.
  const auto comparable = [](const Published &each) {
    return !each.payload.empty() || each.record.get() == nullptr;
  };
  if (found != state_.end() && comparable(made) && comparable(found->second) &&
      found->second.payload == made.payload && found->second.order == made.order &&
      found->second.flags == made.flags)
    return false;
  state_[made.key] = made;
  return true;
}

mmx_status FakeBus::set_identity(std::string_view identity) {
  if (host_.role() != MMX_ROLE_INVALID && host_.role() != MMX_ROLE_SOURCE) return MMX_DENIED;
  if (identity_ == identity && epoch_ != 0) return MMX_OK;
  identity_ = identity;
  ++epoch_;
  state_.clear();
  return MMX_OK;
}

mmx_status FakeBus::set_link(const mmx_link &link) {
  if (host_.role() != MMX_ROLE_INVALID && host_.role() != MMX_ROLE_SOURCE) return MMX_DENIED;
  links_.push_back({link.phase, epoch_, link.complete, link.stale, link.swapping,
                    std::string(view(link.reason))});
  return MMX_OK;
}

const mmx_bus &FakeBus::bus_api() {
  static const mmx_bus table = {
      sizeof(mmx_bus),
      0,
      [](const mmx_host *host, std::uint32_t source, std::uint32_t kinds) {
        return FakeHost::of(host).bus().subscribe(source, kinds);
      },
      [](const mmx_host *host, const mmx_publish *what, mmx_published *out) {
        return FakeHost::of(host).bus().publish(*what, out);
      },
      [](const mmx_host *host) { FakeHost::of(host).bus().ready(); },
      &HeldMessage::retain,
      &HeldMessage::release,
      [](const mmx_host *host) { return FakeHost::of(host).bus().bound_source(); }};
  return table;
}

const mmx_source &FakeBus::source_api() {
  static const mmx_source table = {sizeof(mmx_source), 0,
                                   [](const mmx_host *host, mmx_bytes identity) {
                                     return FakeHost::of(host).bus().set_identity(view(identity));
                                   },
                                   [](const mmx_host *host, const mmx_link *link) {
                                     return FakeHost::of(host).bus().set_link(*link);
                                   }};
  return table;
}

}  // namespace mmx::testing
