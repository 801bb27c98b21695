// See edit_buffer.h.
#include "plugins/meshtastic/driver/edit_buffer.h"

namespace meshtastic_driver {

void EditBuffer::drop(std::map<Flow, Transaction>::iterator which) {
  for (CommandRef &command : which->second.commands) dropped_.push_back(std::move(command));
  open_.erase(which);
}

EditTook EditBuffer::take_in(const CommandRef &command, const pb::AdminMessage &message,
                             bool changes, std::int64_t now) {
  std::erase_if(open_,
                [&](const auto &each) { return now - each.second.touched_ns > kLifetimeNs; });
  const Flow flow = command->flow();
  if (message.has_begin_edit_settings()) {
    if (open_.size() >= kMostTransactions && open_.count(flow) == 0) return EditTook::full;
    // A second begin goes on with the same transaction, as on the radio.
    Transaction &transaction = open_[flow];
    transaction.touched_ns = now;
    if (transaction.commands.empty()) transaction.commands.push_back(command);
    return EditTook::kept;
  }
  const auto found = open_.find(flow);
  if (found == open_.end() || !changes) return EditTook::not_mine;
  if (found->second.commands.size() >= kMostCommands) {
    drop(found);
    return EditTook::full;
  }
  found->second.touched_ns = now;
  found->second.commands.push_back(command);
  return message.has_commit_edit_settings() ? EditTook::whole : EditTook::kept;
}

std::vector<CommandRef> EditBuffer::take(Flow flow) {
  const auto found = open_.find(flow);
  if (found == open_.end()) return {};
  std::vector<CommandRef> commands = std::move(found->second.commands);
  open_.erase(found);
  ++last_number_;
  for (const CommandRef &command : commands) command->edit = last_number_;
  return commands;
}

}  // namespace meshtastic_driver
