// The commands that were accepted: who sent each, until when the first reply is due, how long later
// ones still find their way. Bounded. Must not know how a reply is delivered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace meshmux {

struct CommandLimits {
  size_t waiting = 1024;  // an origin: accepted, no reply yet; more are refused
  size_t settled = 4096;  // an origin: replied to; the oldest is forgotten
  int64_t reply_ns = INT64_C(300) * 1000000000;  // for the first reply, where the command says none
  int64_t longest_reply_ns = INT64_C(3600) * 1000000000;  // what a command may ask for
  int64_t keep_ns = INT64_C(600) * 1000000000;            // after the last reply
};

struct Command {
  enum class State {
    invalid = 0,
    waiting,  // no reply yet
    replied,  // more may follow
    ended     // final reply given; only its fate (sent) may still be reported
  };

  uint64_t id = 0;
  uint32_t origin = 0;
  uint32_t source = 0;
  uint64_t session = 0;
  State state = State::invalid;
  int64_t due_ns = 0;  // monotonic: first reply while waiting, forgotten afterwards
};

// [loop-thread]
class CommandTable {
 public:
  explicit CommandTable(CommandLimits limits) : limits_(limits) {}

  // Whether origin may have one more command waiting.
  bool has_room(uint32_t origin) const;
  // The time by which the first reply is due.
  int64_t deadline(int64_t timeout_ns, int64_t now_ns) const;
  // Adds a waiting command; due_ns is its deadline.
  void add(const Command &command);
  // nullptr: unknown or forgotten. Borrowed until the next change.
  const Command *find(uint64_t id) const;
  // A reply was given; false: unknown, or ended already.
  bool reply(uint64_t id, bool final, int64_t now_ns);

  // Time of the next thing to do, INT64_MAX: none.
  int64_t next_due() const { return agenda_.empty() ? INT64_MAX : agenda_.begin()->first; }
  // Forgets what is old and ends the waiting commands whose time is up, which are returned.
  std::vector<Command> expire(int64_t now_ns);
  // Ends every command of source that has no final reply, and returns those, oldest first.
  std::vector<Command> end_source(uint32_t source, int64_t now_ns);
  // Forgets every command of origin.
  void forget_origin(uint32_t origin);

  size_t waiting(uint32_t origin) const;
  size_t size() const { return commands_.size(); }

 private:
  struct Origin {
    size_t waiting = 0;
    std::deque<uint64_t> settled;  // oldest first; may name forgotten ones
  };

  void erase(uint64_t id);
  void settle(Command &command, Command::State state, int64_t now_ns);

  CommandLimits limits_;
  std::unordered_map<uint64_t, Command> commands_;
  std::set<std::pair<int64_t, uint64_t>> agenda_;  // due, id
  std::map<uint32_t, Origin> origins_;
};

}  // namespace meshmux
