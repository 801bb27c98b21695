// The questions that may be asked of a console, and nothing else may be: the firmware matches
// commands by their beginning, so free text could format the device (docs/protocol notes 5.1, 5.2).
// Must not know how they are asked.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace meshcore_console {

enum class Answer : std::uint8_t {
  invalid = 0,
  value,  // one line of text
  name,   // the node's name, role, key: one line each, parts of its node record
  role,
  public_key,
  clock,       // HH:MM - D/M/YYYY UTC
  core_stats,  // JSON
  radio_stats,
  packet_stats,
  neighbours,  // lines without an end
  access_list,
};

struct Question {
  const char *text = "";
  std::uint8_t number = 0;  // of its retained record, fixed for ever
  Answer answer = Answer::invalid;
};

// Several lines and no mark at the end: another question has to follow to find the end.
inline bool has_many_lines(const Question &question) {
  return question.answer == Answer::neighbours || question.answer == Answer::access_list;
}

// NULL for a text that is no question of the table. Static.
const Question *find_question(std::string_view text);
std::span<const Question> all_questions();
// Asked first after every connect: who is there.
std::span<const char *const> opening_questions();

// Asked to see whether the line is in step: harmless, short, answered by every firmware.
inline constexpr std::string_view kProbe = "ver";

}  // namespace meshcore_console
