// The bus: participants, subscriptions, publishing with every check, and delivery from bounded
// inboxes. Must not know any protocol, plugin or session beyond its number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "core/bus/codec_registry.h"
#include "core/bus/command_table.h"
#include "core/bus/message.h"
#include "core/bus/participant.h"
#include "core/bus/stats.h"
#include "core/loop/timers.h"
#include "core/policy/audit.h"
#include "meshmux/ext/bus.h"

namespace meshmux {

struct BusLimits {
  size_t retained_keys = 8192;  // a source
  size_t retained_bytes = size_t{16} << 20;
  CommandLimits commands;
  size_t message_bytes = Codec::kLargestOutput;  // key and payload of one message, each
  size_t batch = 64;  // deliveries to one participant before the next has its turn
};

// A retained record as the control socket shows it; borrowed until the bus is called again.
using StateVisitor = std::function<void(const mmx_message &message)>;

// [loop-thread] throughout. Participants are known by number: from 1, never used twice.
class Bus final {
 public:
  // Everything is borrowed for the life of the bus.
  Bus(TimerQueue &timers, CodecRegistry &codecs, AuditLog &audit, BusLimits limits = {});
  ~Bus();
  Bus(const Bus &) = delete;
  Bus &operator=(const Bus &) = delete;

  // --- Participants
  // ------------------------------------------------------------------------------- Adds a
  // configured instance, not yet alive, and returns its number. Its retained state, identity and
  // counters stay until remove.
  uint32_t add(ParticipantSpec spec);
  // Forgets it with everything it retained. Replies of it that are queued elsewhere are still
  // delivered, and a last link that says it is down.
  void remove(uint32_t number);
  // A life begins (before its create, so that nothing is missed); life is borrowed until detach.
  void attach(uint32_t number, Participant &life);
  // That life is over: its inbox and subscriptions go, its sessions end; for a source, waiting
  // commands are answered with a final failure and the link is published as down.
  void detach(uint32_t number);
  // Drops a source's identity and everything retained and raises its epoch, as if another radio
  // were there; for a source that is about to be started at another address.
  void forget_state(uint32_t source);
  // Its gates change. State it may see now and was not shown, or was shown otherwise, is delivered;
  // what it may no longer see arrives as a deletion.
  void set_policy(uint32_t number, Policy policy);
  // nullptr: no such number.
  const ParticipantSpec *spec(uint32_t number) const;
  // 0: no instance of that id.
  uint32_t number_of(std::string_view id) const;

  // --- What instances call (meshmux.bus/1 and meshmux.source/1)
  // ----------------------------------------
  mmx_status subscribe(uint32_t number, uint32_t source, uint32_t kinds);
  mmx_status publish(uint32_t number, const mmx_publish &what, mmx_published *out);
  void ready(uint32_t number);
  uint32_t bound_source(uint32_t number) const;
  mmx_status set_identity(uint32_t number, mmx_bytes identity);
  mmx_status set_link(uint32_t number, const mmx_link &link);

  // --- What the daemon calls
  // ---------------------------------------------------------------------- A session of an instance
  // is over; sources that got a command from it hear of it after the last.
  void session_ended(uint32_t number, uint64_t session);
  // Delivers up to budget messages, in batches, round robin. True: more could be delivered now.
  bool drain(size_t budget = 1024);
  // Whether drain would do anything.
  bool pending() const;
  // Ids given from here on are greater than id (of what a storage holds).
  void ensure_ids_above(uint64_t id);

  // --- For status, control and metrics
  // ------------------------------------------------------------
  ParticipantStats stats(uint32_t number) const;
  ParticipantLevels levels(uint32_t number) const;
  // The last link of a source; nullptr: none yet. Borrowed until the bus is called again.
  const mmx_message *link(uint32_t source) const;
  mmx_bytes identity(uint32_t source) const;
  // The retained records of a source in replay order, unredacted: redact before showing.
  void visit_state(uint32_t source, const StateVisitor &visit) const;
  // The codec of a source's family; nullptr: none.
  Codec *codec_of(uint32_t source) const;
  // Classifies payload as if number published it as a command; for `policy test`. MMX_NOT_FOUND: no
  // source or no codec; MMX_INVALID: not a legal payload.
  mmx_status classify_command(uint32_t number, mmx_bytes payload, uint64_t *labels);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace meshmux
