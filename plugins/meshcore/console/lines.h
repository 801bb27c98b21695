// Cuts what a console prints into lines and says what a line is. Consoles echo, drop and add line
// ends each in its own way, and debug builds print between the lines (docs/protocol notes 5.1).
// Must not know which question is open.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace meshcore_console {

class LineSplitter {
 public:
  // Replies have at most 160 characters; what is longer than this is noise and is dropped whole.
  static constexpr std::size_t kMostBytes = 512;

  void reset() {
    buffer_.clear();
    skipping_ = false;
  }
  // bytes is borrowed until next() has given nothing.
  void feed(std::string_view bytes) { input_ = bytes; }
  // The next line without its end, never empty; borrowed until the next call.
  std::optional<std::string_view> next();
  std::uint64_t overlong() const { return overlong_; }

 private:
  std::string_view input_;
  std::string buffer_;
  std::string line_;
  std::uint64_t overlong_ = 0;
  bool skipping_ = false;
};

// The text of a reply line, "> " of a setting taken off; nothing for every other line.
std::optional<std::string_view> reply_of(std::string_view line);
// "HH:MM:SS ...": the packet log of some builds.
bool is_packet_log(std::string_view line);
// Whether the firmware says that it does not know that question.
bool is_refusal(std::string_view question, std::string_view reply);

}  // namespace meshcore_console
