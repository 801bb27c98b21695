// The table's bookkeeping: what is due next, who has how many commands, what is forgotten first.
// Must not know how a reply is delivered.
#include "core/bus/command_table.h"

#include <algorithm>

namespace meshmux {

bool CommandTable::has_room(uint32_t origin) const { return waiting(origin) < limits_.waiting; }

size_t CommandTable::waiting(uint32_t origin) const {
  const auto found = origins_.find(origin);
  return found == origins_.end() ? 0 : found->second.waiting;
}

int64_t CommandTable::deadline(int64_t timeout_ns, int64_t now_ns) const {
  const int64_t wanted = timeout_ns > 0 ? timeout_ns : limits_.reply_ns;
  return now_ns + std::min(wanted, limits_.longest_reply_ns);
}

void CommandTable::add(const Command &command) {
  Command &added = commands_[command.id] = command;
  added.state = Command::State::waiting;
  agenda_.emplace(added.due_ns, added.id);
  ++origins_[added.origin].waiting;
}

const Command *CommandTable::find(uint64_t id) const {
  const auto found = commands_.find(id);
  return found == commands_.end() ? nullptr : &found->second;
}

// From waiting to replied or ended, or on from replied; keeps it for keep_ns from now.
void CommandTable::settle(Command &command, Command::State state, int64_t now_ns) {
  const bool first = command.state == Command::State::waiting;
  agenda_.erase({command.due_ns, command.id});
  command.due_ns = now_ns + limits_.keep_ns;
  command.state = state;
  agenda_.emplace(command.due_ns, command.id);
  if (!first) return;
  Origin &origin = origins_[command.origin];
  --origin.waiting;
  origin.settled.push_back(command.id);
  if (origin.settled.size() > limits_.settled) {
    const uint64_t oldest = origin.settled.front();
    origin.settled.pop_front();
    erase(oldest);
  }
}

bool CommandTable::reply(uint64_t id, bool final, int64_t now_ns) {
  const auto found = commands_.find(id);
  if (found == commands_.end() || found->second.state == Command::State::ended) return false;
  settle(found->second, final ? Command::State::ended : Command::State::replied, now_ns);
  return true;
}

std::vector<Command> CommandTable::expire(int64_t now_ns) {
  std::vector<Command> late;
  while (next_due() <= now_ns) {
    const uint64_t id = agenda_.begin()->second;
    Command &command = commands_.at(id);
    if (command.state == Command::State::waiting) {
      late.push_back(command);
      settle(command, Command::State::ended, now_ns);
    } else {
      erase(id);
    }
  }
  return late;
}

std::vector<Command> CommandTable::end_source(uint32_t source, int64_t now_ns) {
  std::vector<Command> ended;
  for (const auto &[id, command] : commands_) {
    if (command.source == source && command.state != Command::State::ended) {
      ended.push_back(command);
    }
  }
  std::sort(ended.begin(), ended.end(),
            [](const Command &a, const Command &b) { return a.id < b.id; });
  for (const Command &command : ended) reply(command.id, true, now_ns);
  return ended;
}

void CommandTable::forget_origin(uint32_t origin) {
  std::erase_if(commands_, [&](const auto &entry) {
    const Command &command = entry.second;
    if (command.origin != origin) return false;
    agenda_.erase({command.due_ns, command.id});
    return true;
  });
  origins_.erase(origin);
}

// Of a command that waits no more.
void CommandTable::erase(uint64_t id) {
  const auto found = commands_.find(id);
  if (found == commands_.end()) return;
  agenda_.erase({found->second.due_ns, id});
  commands_.erase(found);
}

}  // namespace meshmux
