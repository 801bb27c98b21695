// What was handed to the radio and not yet confirmed, and how much room its transmit queue has,
// from the queueStatus frames it deigns to send: only the newest two of a burst (docs/protocol
// notes 8). Must not send anything.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "plugins/meshtastic/driver/command.h"

namespace meshtastic_driver {

// Times are monotonic nanoseconds. [loop-thread]
class RadioWindow {
 public:
  // A packet without queueStatus: first ask by heartbeat, in the end take it as accepted.
  static constexpr std::int64_t kAskNs = 300 * kMillisecondNs;
  static constexpr std::int64_t kGiveUpNs = 2 * kSecondNs;
  // Between two heartbeats that ask for room.
  static constexpr std::int64_t kAskAgainNs = kSecondNs;

  struct Outcome {
    std::vector<CommandRef> accepted;  // in the order they were sent
    CommandRef refused;                // NULL if none
    std::int32_t res = 0;              // why it was refused
  };

  // The connection is new. What was out is handed back.
  std::vector<CommandRef> reset();

  void sent(const CommandRef &command, std::int64_t now);
  void heartbeat_sent(std::int64_t now);
  Outcome status(const pb::QueueStatus &status, std::int64_t now);
  // The radio named the packet in an answer, so it had taken it. Outcome as for a queueStatus.
  Outcome named(std::uint32_t wire_id);
  // Packets whose queueStatus will not come any more.
  std::vector<CommandRef> overdue(std::int64_t now);

  bool has_room() const { return free_ > packets_out(); }
  // Whether a heartbeat should ask now how things stand. waiting: packets are held back.
  bool should_ask(std::int64_t now, bool waiting) const;
  bool empty() const { return out_.empty(); }
  std::uint32_t radio_free() const { return free_; }
  std::uint32_t radio_max() const { return max_; }

 private:
  struct Out {
    CommandRef command;
    std::uint32_t wire_id;
    std::int64_t sent_ns;
  };
  std::uint32_t packets_out() const;
  void confirm_until(std::size_t count, Outcome &outcome);

  std::deque<Out> out_;
  std::uint32_t free_ = 16;  // what the radio said last; the firmware's usual until then
  std::uint32_t max_ = 16;
  std::int64_t asked_ns_ = 0;  // last heartbeat
  bool asked_ = false;         // and it is not answered yet
};

}  // namespace meshtastic_driver
