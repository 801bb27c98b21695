// The inside of the bus: its members, their subscriptions, and the steps that the bus's source
// files share. Must not be included outside of core/bus.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/bus/bus.h"
#include "core/bus/inbox.h"
#include "core/bus/retained.h"
#include "core/policy/rate_limiter.h"

namespace meshmux {

struct Member;

// What one member receives of one source.
struct Subscription {
  Member *member = nullptr;
  uint32_t kinds = 0;
};

// What only a source has.
struct SourceState {
  explicit SourceState(RetainedSet::Limits limits) : retained(limits) {}

  RetainedSet retained;
  std::vector<Subscription> subscriptions;  // a place is free when its member is nullptr
  MessageRef link;
  std::vector<uint8_t> identity;  // empty: unknown
  uint32_t epoch = 1;
  std::set<std::pair<uint32_t, uint64_t>> sessions;  // origin and session it got a command from
  Codec *codec = nullptr;                            // once found
  bool refusal_logged = false;
};

struct Member {
  Member(uint32_t its_number, ParticipantSpec its_spec)
      : number(its_number), spec(std::move(its_spec)), inbox(spec.inbox, stats) {}

  const uint32_t number;
  ParticipantSpec spec;
  ParticipantStats stats;
  Inbox inbox;
  RateLimiter limiter;
  std::unique_ptr<SourceState> source;  // role source only
  Participant *life = nullptr;
  uint64_t generation = 0;    // lives so far, ended ones counted twice
  uint32_t kinds_of_all = 0;  // subscribed to of every source
  bool queued = false;        // stands in runnable
  bool blocked = false;       // answered MMX_AGAIN
  bool ready_called = false;  // while it was being delivered to
};

struct Bus::Impl {
  Impl(TimerQueue &timers, CodecRegistry &codecs, AuditLog &audit, BusLimits limits);

  const Clock &clock() const { return timers.clock(); }
  Member *find(uint32_t number) const;
  Member *find_source(uint32_t number) const;
  Codec *codec_of(Member &source);
  static mmx_bytes identity_of(const Member &source) {
    return {source.source->identity.data(), source.source->identity.size()};
  }

  // bus.cc: participants and subscriptions
  bool may_see(const Member &member, const Member &source) const;
  void subscribe_one(Member &member, Member &source, uint32_t kinds);
  void unsubscribe_all(Member &member);
  void end_session(Member &source, uint32_t origin, uint64_t session);

  // bus_source.cc: identity, link and the fate of commands
  mmx_status set_identity(Member &source, mmx_bytes identity);
  // Drops all that was learnt of the radio and begins a new epoch.
  void drop_radio(Member &source, std::string_view reason);
  void publish_link(Member &source, const mmx_link &link);
  void link_down(Member &source, std::string_view reason);
  void fail_commands(Member &source, std::string_view reason);
  void answer(const Command &command, std::string_view reason);
  void commands_due();
  void arm();

  // bus_publish.cc
  mmx_status publish(Member &member, const mmx_publish &what, mmx_published *out);
  mmx_status publish_command(Member &origin, const mmx_publish &what, mmx_published &out);
  mmx_status publish_state(Member &source, const mmx_publish &what, mmx_published &out);
  mmx_status publish_event(Member &source, const mmx_publish &what, mmx_published &out);
  mmx_status publish_reply(Member &source, const mmx_publish &what, mmx_published &out);
  void deny(Member &origin, Member &target, uint64_t session, uint64_t labels,
            std::string_view rule, std::string_view outcome);
  struct EventLabels {
    uint64_t labels = 0;
    bool unreadable = false;
  };
  EventLabels classify_event(Member &source, const mmx_publish &what);
  // A message with everything filled in that the core alone knows.
  mmx_message stamp(const Member &source, uint32_t kind);

  // bus_deliver.cc
  static bool may_have(const Member &member, uint64_t labels, bool unreadable);
  void wake(Member &member);
  void offer_state(Member &member, uint32_t view, RetainedEntry &entry);
  void regate(Member &member);
  bool push_swapping(Member &member, const Member &source, uint32_t swapping);
  bool drain(size_t budget);
  size_t deliver_batch(Member &member, size_t most);
  bool deliver_next(Member &member);
  bool outlived(const InboxItem &item) const;
  void retire(Member &member, InboxItem *item);
  MessageRef present(Member &member, const InboxItem &item, uint64_t *left_out);
  MessageRef pass(Member &member, const MessageRef &message, uint64_t *left_out);
  static MessageRef deletion_of(const MessageRef &message);

  TimerQueue &timers;
  CodecRegistry &codecs;
  AuditLog &audit;
  const BusLimits limits;
  MessageIds ids;
  CommandTable commands;
  Timer command_timer;
  std::map<uint32_t, std::unique_ptr<Member>> members;
  std::vector<std::unique_ptr<Member>> removed;  // while draining, so that nobody is freed inside
  std::vector<Member *> runnable;                // with something to deliver, in turn
  std::vector<Member *> turn;                    // those of this round; nullptr: removed
  uint32_t last_number = 0;
  bool draining = false;
};

}  // namespace meshmux
