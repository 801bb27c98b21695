// Counters of the bus, plain numbers for metrics, status and tests. Must not know how they are
// shown.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace meshmux {

// Place of a kind in an array of counters: rx 0, tx 1, sent 2, state 3, link 4, reply 5; kKindCount
// for anything else.
inline constexpr size_t kKindCount = 6;
size_t kind_index(uint32_t kind);
// "rx", "tx", "sent", "state", "link", "reply"; "invalid" for any other index.
const char *kind_name(size_t index);

// Of one instance, since it was added to the bus.
struct ParticipantStats {
  std::array<uint64_t, kKindCount> published{};  // by it; for tx: accepted
  std::array<uint64_t, kKindCount> delivered{};  // to it
  std::array<uint64_t, kKindCount> dropped{};    // its inbox was full
  std::array<uint64_t, 64> denied_by_label{};    // refused commands, by label bit
  uint64_t coalesced = 0;                        // state or link replaced before it was delivered
  uint64_t hidden = 0;                           // kept from it by its egress gate
  uint64_t redacted = 0;                         // delivered without some secret
  uint64_t denied = 0;                           // verdicts on its commands
  uint64_t local = 0;
  uint64_t limited = 0;
  uint64_t invalid = 0;
  uint64_t full = 0;
  uint64_t no_source = 0;
  uint64_t role_violations = 0;   // published or subscribed to what its role may not
  uint64_t unknown_causes = 0;    // its replies to commands nobody waits for any more
  uint64_t timeouts = 0;          // its commands without a first reply in time
  uint64_t expired_commands = 0;  // source: commands that timed out before it took them
  uint64_t unchanged_state = 0;   // source: state published again without a change
  uint64_t refused_state = 0;     // source: the retained set was full
  uint64_t unclassified = 0;      // source: payloads its codec could not read
  uint64_t delivery_errors = 0;   // deliver answered neither MMX_OK nor MMX_AGAIN
  uint64_t again = 0;             // deliver answered MMX_AGAIN
};

// How things stand now.
struct ParticipantLevels {
  size_t inbox_messages = 0;
  size_t inbox_bytes = 0;
  bool blocked = false;         // answered MMX_AGAIN
  size_t retained_keys = 0;     // source
  size_t retained_bytes = 0;    // source
  size_t waiting_commands = 0;  // of its own, without a first reply
};

}  // namespace meshmux
