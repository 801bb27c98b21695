// See lines.h.
#include "plugins/meshcore/console/lines.h"

namespace meshcore_console {

namespace {

bool digit(char each) { return each >= '0' && each <= '9'; }

}  // namespace

std::optional<std::string_view> LineSplitter::next() {
  while (!input_.empty()) {
    const std::size_t end = input_.find_first_of("\r\n");
    const std::string_view part = input_.substr(0, end);
    if (!skipping_ && buffer_.size() + part.size() <= kMostBytes) {
      buffer_ += part;
    } else if (!skipping_) {
      skipping_ = true;
      ++overlong_;
      buffer_.clear();
    }
    if (end == std::string_view::npos) {
      input_ = {};
      return std::nullopt;
    }
    input_.remove_prefix(end + 1);
    skipping_ = false;
    if (buffer_.empty()) continue;
    line_.swap(buffer_);
    buffer_.clear();
    return line_;
  }
  return std::nullopt;
}

std::optional<std::string_view> reply_of(std::string_view line) {
  constexpr std::string_view mark = "  -> ";
  if (!line.starts_with(mark)) return std::nullopt;
  std::string_view text = line.substr(mark.size());
  if (text == ">") return std::string_view();
  if (text.starts_with("> ")) text.remove_prefix(2);
  return text;
}

bool is_packet_log(std::string_view line) {
  if (line.starts_with('[')) line.remove_prefix(1);
  return line.size() >= 8 && line[2] == ':' && line[5] == ':' && digit(line[0]) && digit(line[1]) &&
         digit(line[3]) && digit(line[4]) && digit(line[6]) && digit(line[7]);
}

bool is_refusal(std::string_view question, std::string_view reply) {
  if (reply.starts_with("Unknown command") || reply.starts_with("not supported")) return true;
  constexpr std::string_view get = "get ";
  constexpr std::string_view unknown = "??: ";
  return question.starts_with(get) && reply.starts_with(unknown) &&
         reply.substr(unknown.size()) == question.substr(get.size());
}

}  // namespace meshcore_console
