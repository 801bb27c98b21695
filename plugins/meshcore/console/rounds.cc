// The other half of source.h: what is asked when, and what is done with an answer.
#include <algorithm>

#include "meshmux/units.hpp"
#include "plugins/meshcore/console/source.h"

namespace meshcore_console {

void Source::dialogue_in_step(std::string_view version) {
  in_step_ = true;
  version_ = version;
  opening_ = true;
  waiting_.clear();
  for (const char *const text : opening_questions()) waiting_.push_back(find_question(text));
  ask_next();
}

void Source::begin_round() {
  if (!dialogue_.in_step() || asked_ != nullptr || setting_clock_) return;
  opening_ = clock_tried_ = false;
  waiting_.assign(settings_.questions.begin(), settings_.questions.end());
  ask_next();
}

void Source::ask_next() {
  while (!waiting_.empty()) {
    const Question *const next = waiting_.front();
    waiting_.pop_front();
    if (unknown_.contains(next)) continue;
    asked_ = next;
    dialogue_.ask(next->text, has_many_lines(*next) ? Shape::many_lines : Shape::one_line);
    return;
  }
  end_round();
}

void Source::end_round() {
  if (opening_) {
    if (node_.public_key.empty()) {
      host().log(MMX_LOG_WARN, "the console does not tell its public key");
    }
    out_.node(node_);
    out_.value(*find_question(kProbe), version_);
    if (!node_.role.empty()) out_.value(*find_question("get role"), node_.role);
    begin_round();
    return;
  }
  ++rounds_;
  if (phase_ != MMX_LINK_UP) {
    complete_ = true;
    host().log(MMX_LOG_INFO, "reading the console of \"" + node_.name + "\"");
    say_link(MMX_LINK_UP);
    host().healthy();
  }
  round_.start(settings_.interval_ns);
}

void Source::dialogue_reply(const Reply &reply) {
  if (setting_clock_) {
    setting_clock_ = false;
    clock_was_set(reply);
    ask_next();
    return;
  }
  const Question *const question = asked_;
  asked_ = nullptr;
  if (question == nullptr) return;
  switch (reply.outcome) {
    case Outcome::answered:
      counters_.answers.add();
      answered(*question, reply.lines);
      break;
    case Outcome::refused:
      host().log(MMX_LOG_DEBUG, std::string("the device does not know ") + question->text);
      unknown_.insert(question);
      break;
    default:
      counters_.unanswered.add();
      break;
  }
  // Looking at the clock may have made a question of its own.
  if (!setting_clock_) ask_next();
}

void Source::answered(const Question &question, const std::vector<std::string> &lines) {
  if (has_many_lines(question)) return many_lines(question, lines);
  if (lines.empty()) return;
  const std::string &text = lines.front();
  switch (question.answer) {
    case Answer::public_key:
      if (auto key = parse_key(text)) {
        know(*std::move(key));
      } else {
        counters_.unread.add();
      }
      return;
    case Answer::name:
      node_.name = text;
      return;
    case Answer::role:
      node_.role = text;
      return;
    case Answer::core_stats:
      return stats(parse_core(text), &Publisher::core);
    case Answer::radio_stats:
      return stats(parse_radio(text), &Publisher::radio);
    case Answer::packet_stats:
      return stats(parse_packets(text), &Publisher::packets);
    case Answer::clock:
      return look_at_clock(question, text);
    default:
      return out_.value(question, text);
  }
}

template <class Stats>
void Source::stats(const std::optional<Stats> &read, void (Publisher::*publish)(const Stats &)) {
  if (read) {
    (out_.*publish)(*read);
  } else {
    counters_.unread.add();
  }
}

void Source::many_lines(const Question &question, const std::vector<std::string> &lines) {
  std::vector<NeighbourLine> neighbours;
  std::string access;
  std::uint64_t strange = 0;
  for (const std::string &line : lines) {
    if (question.answer == Answer::neighbours) {
      if (const auto neighbour = parse_neighbour(line)) {
        neighbours.push_back(*neighbour);
      } else if (line != "-none-") {
        ++strange;
      }
    } else if (is_access_entry(line)) {
      if (!access.empty()) access += '\n';
      access += line;
    } else if (line != "ACL:") {
      ++strange;
    }
  }
  counters_.unread.add(strange);
  if (question.answer == Answer::neighbours) {
    out_.neighbours(question, node_.public_key, neighbours);
  } else {
    out_.value(question, access);
  }
}

void Source::know(std::string public_key) {
  if (node_.public_key != public_key) {
    // Another device at the same line: nothing of the former one counts.
    if (!node_.public_key.empty()) complete_ = false;
    node_ = NodeFacts{};
    node_.public_key = std::move(public_key);
  }
  out_.identity(node_.public_key);
}

// The device tells minutes only: it is behind for certain when even the end of its minute is.
void Source::look_at_clock(const Question &question, const std::string &text) {
  const auto minute = parse_clock(text);
  if (!minute) {
    counters_.unread.add();
    return;
  }
  out_.clock(question, text, *minute);
  if (!settings_.set_clock || clock_tried_ || !host().wall_synchronised()) return;
  const std::int64_t now = host().wall_ns() / mmx::kSecondNs;
  if (*minute + 60 > now) return;
  clock_tried_ = setting_clock_ = true;
  dialogue_.ask("time " + std::to_string(now), Shape::one_line);
}

void Source::clock_was_set(const Reply &reply) {
  const bool done = reply.outcome == Outcome::answered && !reply.lines.empty() &&
                    reply.lines.front().starts_with("OK");
  if (!done) {
    host().log(MMX_LOG_WARN, "the device's clock is behind and could not be set");
    return;
  }
  ++clocks_set_;
  host().log(MMX_LOG_INFO, "set the device's clock, which was behind");
  waiting_.push_front(find_question("clock"));
}

}  // namespace meshcore_console
