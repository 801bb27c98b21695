// The only one who takes messages off the radio's queue. The radio forgets a message as it hands it
// out (docs/protocol notes 2.6), so the next is asked for only when the last one is safe. Must not
// know where messages are kept.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "plugins/meshcore/driver/counters.h"
#include "plugins/meshcore/driver/exchange.h"

namespace meshcore_driver {

// Makes a message safe and calls done once, now or later.
using Commit = std::function<void(const meshcore::ReceivedMessage &message, std::string_view frame,
                                  std::function<void()> done)>;

// [loop-thread]
class Drainer {
 public:
  Drainer(Exchange &exchange, Counters &counters, Commit commit)
      : exchange_(exchange), counters_(counters), commit_(std::move(commit)) {}

  // Takes what there is until the radio has no more. Harmless while it is at it already.
  void drain();
  // A message somebody else's question brought.
  void overheard(std::string_view frame) { keep(frame, nullptr); }
  // The link is gone. What is being made safe goes on.
  void stop() { again_ = false; }

 private:
  void ask();
  void answered(const Outcome &outcome);
  void keep(std::string_view frame, std::function<void()> done);
  bool seen_before(const meshcore::ReceivedMessage &message);

  Exchange &exchange_;
  Counters &counters_;
  Commit commit_;
  std::deque<std::string> posts_;  // of rooms, the latest
  bool busy_ = false;              // asked, or making safe what came
  bool again_ = false;             // more came meanwhile
};

}  // namespace meshcore_driver
