// The bus as one instance sees it: what it publishes is recorded, what the test delivers goes
// through an inbox that honours MMX_AGAIN. Must not know any other instance, codec or policy than
// the test gives.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "meshmux/ext/bus.h"
#include "meshmux/ext/codec.h"
#include "meshmux/ext/source.h"
#include "sdk/testing/message.h"

namespace mmx::testing {

class FakeHost;

// A copy of one publish call and what came of it.
struct Published {
  std::uint32_t kind = 0;
  std::uint32_t source = 0;
  std::uint32_t flags = 0;
  std::uint64_t session = 0;
  std::uint64_t cause = 0;
  std::uint64_t order = 0;
  std::int64_t timeout_ns = 0;
  std::int64_t mono_ns = 0;  // when
  std::string key;
  std::string payload;  // TX with a codec: the canonical bytes
  RecordCopy record;
  std::uint64_t id = 0;
  std::uint64_t labels = 0;
  std::uint32_t verdict = 0;  // TX
  mmx_status status = MMX_OK;

  bool is_final() const { return (flags & MMX_MESSAGE_FINAL) != 0; }
  bool is_deleted() const { return (flags & MMX_MESSAGE_DELETED) != 0; }
};

// What the gates say of one command.
struct Verdict {
  std::uint32_t verdict = MMX_VERDICT_ACCEPTED;
  std::uint64_t labels = 0;  // 0: as the codec said
  std::int64_t retry_after_ns = 0;
};

struct Subscription {
  std::uint32_t source;
  std::uint32_t kinds;
};

class FakeBus {
 public:
  explicit FakeBus(FakeHost &host) : host_(host) {}
  ~FakeBus();
  FakeBus(const FakeBus &) = delete;
  FakeBus &operator=(const FakeBus &) = delete;

  // Decides about each TX; without it everything is accepted.
  void set_gate(std::function<Verdict(const Published &)> gate) { gate_ = std::move(gate); }
  // TX payloads are classified by codec first, as the core does; borrowed until replaced.
  void set_codec(const mmx_codec *codec, std::string identity);
  // What bound_source answers. 1 unless set.
  void set_bound_source(std::uint32_t number) { bound_source_ = number; }

  // Accepted publish calls in order, whatever their kind (a TX that a gate stopped included; a
  // state record equal to the retained one not).
  const std::vector<Published> &published() const { return published_; }
  // Takes out those of kinds (MMX_KIND_* bits), in order; the others stay.
  std::vector<Published> take(std::uint32_t kinds = ~0u);
  // Calls that did not return MMX_OK: role, unknown cause, planned fault.
  const std::vector<Published> &refused() const { return refused_; }
  // What the core would retain: by key, deletions applied, dropped on a new identity.
  const std::map<std::string, Published> &state() const { return state_; }
  // The same in replay order.
  std::vector<const Published *> replay() const;

  const std::vector<Subscription> &subscriptions() const { return subscriptions_; }
  // Said through meshmux.source/1, oldest first.
  const std::vector<LinkSpec> &links() const { return links_; }
  const LinkSpec &last_link() const { return links_.at(links_.size() - 1); }
  const std::string &identity() const { return identity_; }
  std::uint32_t epoch() const { return epoch_; }

  // Puts one message into the inbox and delivers unless the plugin asked to wait. MMX_AGAIN: still
  // in the inbox; MMX_NOT_FOUND: the plugin is not subscribed, nothing was delivered; else what
  // deliver answered. id, when given, receives the message's id.
  mmx_status deliver(const MessageSpec &spec, std::uint64_t *id = nullptr);
  // Retained messages that subscribe will replay: links first, then state in order.
  void preload(const MessageSpec &spec) { preloaded_.push_back(spec); }
  std::size_t inbox_size() const { return inbox_.size(); }
  // Tells a source that a session of frontend origin is over.
  void end_session(std::uint32_t origin, std::uint64_t session);

  // The host's side.
  static const mmx_bus &bus_api();
  static const mmx_source &source_api();
  bool can_drain() const { return !blocked_ && !inbox_.empty(); }
  void drain();
  void forget_inbox();
  mmx_status subscribe(std::uint32_t source, std::uint32_t kinds);
  mmx_status publish(const mmx_publish &what, mmx_published *out);
  void ready() { blocked_ = false; }
  std::uint32_t bound_source() const { return bound_source_; }
  mmx_status set_identity(std::string_view identity);
  mmx_status set_link(const mmx_link &link);

 private:
  bool subscribed(const MessageSpec &spec) const;
  HeldMessage *make(MessageSpec spec);
  mmx_status deliver_front();
  mmx_status check(const Published &made) const;
  void judge(Published &made, mmx_published &result) const;
  bool retain(const Published &made);

  FakeHost &host_;
  std::function<Verdict(const Published &)> gate_;
  const mmx_codec *codec_ = nullptr;
  std::string codec_identity_;
  std::vector<Published> published_;
  std::vector<Published> refused_;
  std::map<std::string, Published> state_;
  std::vector<Subscription> subscriptions_;
  std::vector<LinkSpec> links_;
  std::vector<MessageSpec> preloaded_;
  std::deque<HeldMessage *> inbox_;
  std::set<std::uint64_t> commands_;  // delivered TX without a final reply
  std::string identity_;
  std::uint32_t epoch_ = 0;
  std::uint32_t bound_source_ = 1;
  std::uint64_t next_id_ = 1001;
  bool blocked_ = false;
};

}  // namespace mmx::testing
