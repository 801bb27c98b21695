// See tx_queue.h.
#include "plugins/meshtastic/driver/tx_queue.h"

#include <algorithm>
#include <limits>

namespace meshtastic_driver {

namespace {

namespace port = meshtastic::port;
using meshtastic::RateClass;

std::size_t index(RateClass rate) { return static_cast<std::size_t>(rate); }

// Commands of one kind keep their order within a session; others may overtake what must wait.
unsigned kind_bit(const Command &command) {
  constexpr unsigned admin = 8;
  return 1U << (command.self_admin ? admin : static_cast<unsigned>(command.rate));
}

bool is_plain_position(const Command &command) {
  return command.is_packet && command.rate == RateClass::position && !command.wants_word();
}

}  // namespace

TxQueue::Line *TxQueue::line_of(const Command &command) {
  const auto found = std::find_if(lines_.begin(), lines_.end(),
                                  [&](const Line &line) { return line.flow == command.flow(); });
  return found == lines_.end() ? nullptr : &*found;
}

const TxQueue::Line *TxQueue::line_of(const Command &command) const {
  return const_cast<TxQueue *>(this)->line_of(command);
}

// Lines stand in the order of their turns: least recently served first, of new ones the eldest.
TxQueue::Line &TxQueue::line_for(const Command &command) {
  if (Line *line = line_of(command)) return *line;
  const auto known = last_turn_.find(command.flow());
  const std::uint64_t turn = known == last_turn_.end() ? 0 : known->second;
  const auto behind = std::find_if(lines_.begin(), lines_.end(),
                                   [&](const Line &line) { return line.turn > turn; });
  return *lines_.insert(behind, Line{command.flow(), turn, {}});
}

void TxQueue::take_turn(std::list<Line>::iterator line) {
  // A session that has been silent for many turns of others counts as new.
  constexpr std::uint64_t remembered = 256;
  line->turn = last_turn_[line->flow] = ++turns_;
  std::erase_if(last_turn_, [&](const auto &each) { return each.second + remembered < turns_; });
  lines_.splice(lines_.end(), lines_, line);
}

std::size_t TxQueue::session_size(const Command &like) const {
  const Line *line = line_of(like);
  return line == nullptr ? 0 : line->waiting.size();
}

bool TxQueue::has_room(const Command &like, std::size_t count) const {
  return app_size_ + count <= kCapacity && session_size(like) + count <= kSessionCapacity;
}

void TxQueue::count(const Command &command, int by) {
  size_ += static_cast<std::size_t>(by);
  if (!command.own()) app_size_ += static_cast<std::size_t>(by);
}

Push TxQueue::push(const CommandRef &command, CommandRef *replaced) {
  if (replaced != nullptr && is_plain_position(*command)) {
    if (Line *line = line_of(*command)) {
      for (CommandRef &waiting : line->waiting) {
        if (!is_plain_position(*waiting) || waiting->packet().to() != command->packet().to() ||
            waiting->packet().channel() != command->packet().channel()) {
          continue;
        }
        *replaced = waiting;
        waiting = command;
        return Push::queued;
      }
    }
  }
  if (!command->own() && !has_room(*command, 1)) return Push::full;
  line_for(*command).waiting.push_back(command);
  count(*command, 1);
  return Push::queued;
}

void TxQueue::push_front(const CommandRef &command) {
  line_for(*command).waiting.push_front(command);
  count(*command, 1);
}

// An edit transaction goes out as one: nobody else administers the radio in between.
bool TxQueue::edit_in_the_way(const Command &command) const {
  return edit_running_ != 0 && command.self_admin && command.edit != edit_running_;
}

std::int64_t TxQueue::ready_at(const Command &command) const {
  std::int64_t at = not_before_;
  if (!command.is_packet) return at;
  at = std::max(at, rate_not_before_[index(command.rate)]);
  if (command.self_admin) {
    at = std::max(at, admin_not_before_);
    if (admin_out_ != nullptr) at = std::max(at, admin_out_since_ + kAdminPatienceNs);
  }
  return at;
}

CommandRef TxQueue::pop(std::int64_t now, bool radio_has_room) {
  for (auto line = lines_.begin(); line != lines_.end(); ++line) {
    unsigned held = 0;
    for (auto each = line->waiting.begin(); each != line->waiting.end(); ++each) {
      CommandRef command = *each;
      const unsigned bit = kind_bit(*command);
      const bool needs_room = command->is_packet && !command->self_admin;
      if ((held & bit) != 0 || edit_in_the_way(*command) || ready_at(*command) > now ||
          (needs_room && !radio_has_room)) {
        held |= bit;
        continue;
      }
      line->waiting.erase(each);
      count(*command, -1);
      take_turn(line);
      note_sent(*command, now);
      std::erase_if(lines_, [](const Line &empty) { return empty.waiting.empty(); });
      return command;
    }
  }
  return nullptr;
}

void TxQueue::note_sent(const Command &command, std::int64_t now) {
  not_before_ = now + pacing_ns_;
  const std::int64_t window =
      std::int64_t{meshtastic::rate_window_ms(command.rate)} * kMillisecondNs;
  if (window > 0) rate_not_before_[index(command.rate)] = now + window + kRateMarginNs;
  if (!command.self_admin) return;
  admin_not_before_ = now + kAdminSpacingNs;
  admin_out_ = &command;
  admin_out_since_ = now;
  if (command.edit == 0) return;
  edit_running_ = command.edit;
  const Line *line = line_of(command);
  const bool more = line != nullptr && std::any_of(line->waiting.begin(), line->waiting.end(),
                                                   [&](const CommandRef &waiting) {
                                                     return waiting->edit == command.edit;
                                                   });
  if (!more) edit_running_ = 0;
}

std::optional<std::int64_t> TxQueue::next_time(std::int64_t now, bool radio_has_room) const {
  std::optional<std::int64_t> next;
  for (const Line &line : lines_) {
    for (const CommandRef &command : line.waiting) {
      if (edit_in_the_way(*command)) continue;
      if (command->is_packet && !command->self_admin && !radio_has_room) continue;
      const std::int64_t at = std::max(ready_at(*command), now);
      next = std::min(next.value_or(std::numeric_limits<std::int64_t>::max()), at);
    }
  }
  return next;
}

void TxQueue::admin_done(const Command &command) {
  if (admin_out_ == &command) admin_out_ = nullptr;
}

void TxQueue::link_reset() {
  admin_out_ = nullptr;
  edit_running_ = 0;
}

std::deque<CommandRef> TxQueue::take_if(const std::function<bool(const Command &)> &test) {
  std::deque<CommandRef> taken;
  for (Line &line : lines_) {
    for (const CommandRef &command : line.waiting) {
      if (test(*command)) taken.push_back(command);
    }
    std::erase_if(line.waiting, [&](const CommandRef &command) { return test(*command); });
  }
  std::erase_if(lines_, [](const Line &empty) { return empty.waiting.empty(); });
  for (const CommandRef &command : taken) count(*command, -1);
  if (!std::any_of(lines_.begin(), lines_.end(), [&](const Line &line) {
        return std::any_of(
            line.waiting.begin(), line.waiting.end(),
            [&](const CommandRef &command) { return command->edit == edit_running_; });
      })) {
    edit_running_ = 0;
  }
  return taken;
}

}  // namespace meshtastic_driver
