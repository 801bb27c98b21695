// What a virtual node knows of the source it stands for: how the link is, and whether the state
// retained before the start has all arrived. Must not know a protocol.
#pragma once

#include <cstdint>
#include <string>

#include "meshmux/host.hpp"

namespace vnode {

// The source's link as last told.
struct LinkView {
  std::uint32_t phase = MMX_LINK_DOWN;
  std::uint32_t epoch = 0;
  bool complete = false;
  bool stale = false;
  bool swapping = false;
  std::string reason;

  // Everything but the epoch, which rises by itself.
  void take(const mmx_link &link) {
    phase = link.phase;
    complete = link.complete != 0;
    stale = link.stale != 0;
    swapping = link.swapping != 0;
    reason = mmx::view(link.reason);
  }
};

// After a subscription the link comes first and says that state is complete; a long replay of that
// state takes several turns, and half of it must not be served. [loop-thread]
class ReplayWatch {
 public:
  explicit ReplayWatch(const mmx::Host &host) : again_(host, [] {}) {}

  void saw_state() { state_in_turn_ = true; }
  // Once at the end of each turn: whether the replay has ended. It asks for another turn if not.
  bool over() {
    if (!replaying_) return true;
    replaying_ = state_in_turn_;
    state_in_turn_ = false;
    if (replaying_) again_.start(0);
    return !replaying_;
  }

 private:
  mmx::Timer again_;
  bool replaying_ = true;
  bool state_in_turn_ = false;
};

}  // namespace vnode
