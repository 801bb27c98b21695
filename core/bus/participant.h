// Who takes part in the bus: the interface an instance's life offers to it, and what the
// configuration says of the instance. Must not know plugins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/policy/policy.h"
#include "meshmux/message.h"

namespace meshmux {

// One life of an instance, as the bus calls it, from drain() only. [loop-thread]
class Participant {
 public:
  virtual ~Participant() = default;
  // Whether messages may be delivered now; false leaves them queued, see Bus::ready. A source for
  // which it is false counts as not running.
  virtual bool may_deliver() const = 0;
  // MMX_AGAIN leaves the message queued until Bus::ready; anything else takes it. borrowed for the
  // call; keep it by Message::retain.
  virtual mmx_status deliver(const mmx_message &message) = 0;
  // Sources only: the session of instance number origin is over; its last command was delivered.
  virtual void session_ended(uint32_t origin, uint64_t session) = 0;
  // Address of the peer of one of its own sessions, for the audit log; "" if unknown.
  virtual std::string session_address(uint64_t session) const = 0;
};

// Bounds of one instance's inbox. rx and sent share one allowance, commands and replies have one
// each of the same size; state and link are bounded by what there is to know.
struct InboxLimits {
  size_t messages = 4096;
  size_t bytes = size_t{4} << 20;
};

// What the bus must know of an instance; stays over its restarts.
struct ParticipantSpec {
  std::string id;
  uint32_t role = 0;          // MMX_ROLE_*
  uint32_t bound_source = 0;  // number of the source of "source:"; 0: none
  std::string family;         // sources: payload family of what they publish; empty: no codec
  Policy policy;
  InboxLimits inbox;
};

}  // namespace meshmux
