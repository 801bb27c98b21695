// What waits for the radio: bounded, fair between sessions, and never faster than the firmware lets
// packets through, because what it limits it drops in silence (docs/protocol notes 2.5, 8). Must
// not send anything, nor know replies.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <utility>

#include "plugins/meshtastic/driver/command.h"

namespace meshtastic_driver {

enum class Push : std::uint8_t { invalid = 0, queued, full };

// Times are monotonic nanoseconds. [loop-thread]
class TxQueue {
 public:
  static constexpr std::size_t kCapacity = 64;
  static constexpr std::size_t kSessionCapacity = 32;
  // Between two administration packets to the own node.
  static constexpr std::int64_t kAdminSpacingNs = 100 * kMillisecondNs;
  // On top of a firmware window: an idle radio may read late, so its clock starts later than ours.
  static constexpr std::int64_t kRateMarginNs = 300 * kMillisecondNs;
  // An administration packet that nothing answers stands in the way for so long.
  static constexpr std::int64_t kAdminPatienceNs = 3 * kSecondNs;

  explicit TxQueue(std::int64_t pacing_ns) : pacing_ns_(pacing_ns) {}
  void set_pacing(std::int64_t pacing_ns) { pacing_ns_ = pacing_ns; }

  // Appends to its session's line. The driver's own commands are never refused. A position takes
  // the place of the same session's waiting one to the same node; that one is stored in *replaced.
  Push push(const CommandRef &command, CommandRef *replaced);
  // Back to the head of its line: the radio could not take it.
  void push_front(const CommandRef &command);
  // Whether count more commands of that session would be taken.
  bool has_room(const Command &like, std::size_t count) const;

  // The next command that may go now, taken out and counted as sent; NULL if none. admit says
  // whether the radio has room for packets; commands to the radio itself need none.
  CommandRef pop(std::int64_t now, bool radio_has_room);
  // When time alone may let the next one go; nothing if nothing waits.
  std::optional<std::int64_t> next_time(std::int64_t now, bool radio_has_room) const;

  // The administration packet that is out has been dealt with.
  void admin_done(const Command &command);
  // The connection is new: nothing is out.
  void link_reset();

  // Takes out those that test names, in order.
  std::deque<CommandRef> take_if(const std::function<bool(const Command &)> &test);

  std::size_t size() const { return size_; }
  std::size_t free() const { return kCapacity - std::min(app_size_, kCapacity); }
  std::size_t session_size(const Command &like) const;

 private:
  using Flow = std::pair<std::uint32_t, std::uint64_t>;
  struct Line {
    Flow flow;
    std::uint64_t turn;  // number of its last turn, 0: none
    std::deque<CommandRef> waiting;
  };

  Line *line_of(const Command &command);
  const Line *line_of(const Command &command) const;
  Line &line_for(const Command &command);
  void take_turn(std::list<Line>::iterator line);
  std::int64_t ready_at(const Command &command) const;
  void count(const Command &command, int by);
  void note_sent(const Command &command, std::int64_t now);
  bool edit_in_the_way(const Command &command) const;

  std::int64_t pacing_ns_;
  std::list<Line> lines_;  // least recently served first
  std::map<Flow, std::uint64_t> last_turn_;
  std::uint64_t turns_ = 0;
  std::size_t size_ = 0;
  std::size_t app_size_ = 0;  // without the driver's own
  std::int64_t not_before_ = 0;
  std::int64_t admin_not_before_ = 0;
  const Command *admin_out_ = nullptr;  // compared only, never followed
  std::int64_t admin_out_since_ = 0;
  std::uint32_t edit_running_ = 0;                 // burst that has begun and not ended
  std::array<std::int64_t, 8> rate_not_before_{};  // by RateClass
};

}  // namespace meshtastic_driver
