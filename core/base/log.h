// The logger, the only global of the core: levelled lines with the instance, session and address
// they concern, written for a terminal, for journald or as JSON. Must not know what the lines are
// about.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshmux/base.h"

namespace meshmux::log {

enum class Level : int32_t {
  invalid = 0,
  trace = MMX_LOG_TRACE,
  debug = MMX_LOG_DEBUG,
  info = MMX_LOG_INFO,
  warn = MMX_LOG_WARN,
  error = MMX_LOG_ERROR,
};

// How lines look. automatic: journald when JOURNAL_STREAM names our stderr, human on a terminal,
// JSON lines otherwise.
enum class Format { invalid = 0, automatic, human, journald, json };

// What a line concerns; all of it may be absent. Borrowed for the call.
struct Context {
  std::string_view instance;
  uint64_t session = 0;
  std::string_view address;  // of the session's peer

  Context() = default;
  Context(std::string_view instance_name) : instance(instance_name) {}
  Context(const char *instance_name) : instance(instance_name) {}
  Context(const std::string &instance_name) : instance(instance_name) {}
  Context(std::string_view instance_name, uint64_t session_id, std::string_view session_address)
      : instance(instance_name), session(session_id), address(session_address) {}
};

// One line as a sink gets it. text is already free of control characters and is valid UTF-8.
struct Record {
  Level level = Level::invalid;
  int64_t wall_ns = 0;  // since 1970
  std::string instance;
  uint64_t session = 0;
  std::string address;
  std::string text;
};

// Where lines go. write is called under the logger's lock: from any thread, one at a time; it must
// not log.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void write(const Record &record) = 0;
};

// Writes to stderr in format (automatic is resolved now) from here on. [any-thread]
void use_stderr(Format format);

// Sends lines to sink (borrowed until replaced) instead of stderr; nullptr: back to stderr. Returns
// the sink it replaced. [any-thread]
Sink *use_sink(Sink *sink);

// Lines below level are dropped. The default is info. [any-thread]
void set_level(Level level);
Level level();
bool enabled(Level level);

// "trace" ... "error" and back; nullopt for any other word.
std::optional<Level> parse_level(std::string_view word);
std::string_view level_name(Level level);
std::optional<Format> parse_format(std::string_view word);

// Writes one line. Control characters and invalid UTF-8 in text, instance and address are escaped,
// so nobody can forge a line or send escapes to a terminal. [any-thread]
void write(Level level, const Context &context, std::string_view text);

template <typename... Args>
void trace(const Context &context, fmt::format_string<Args...> format, Args &&...args) {
  if (enabled(Level::trace)) {
    write(Level::trace, context, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <typename... Args>
void debug(const Context &context, fmt::format_string<Args...> format, Args &&...args) {
  if (enabled(Level::debug)) {
    write(Level::debug, context, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <typename... Args>
void info(const Context &context, fmt::format_string<Args...> format, Args &&...args) {
  if (enabled(Level::info)) {
    write(Level::info, context, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <typename... Args>
void warn(const Context &context, fmt::format_string<Args...> format, Args &&...args) {
  if (enabled(Level::warn)) {
    write(Level::warn, context, fmt::format(format, std::forward<Args>(args)...));
  }
}
template <typename... Args>
void error(const Context &context, fmt::format_string<Args...> format, Args &&...args) {
  if (enabled(Level::error)) {
    write(Level::error, context, fmt::format(format, std::forward<Args>(args)...));
  }
}

// The line as one of the formats, without the newline. format is not automatic.
std::string render(const Record &record, Format format, bool colour);

// Collects lines for as long as it lives, in place of the sink that was there; the level is lowered
// to trace meanwhile and restored after. [any-thread]
class Capture : public Sink {
 public:
  Capture();
  ~Capture() override;
  Capture(const Capture &) = delete;
  Capture &operator=(const Capture &) = delete;

  void write(const Record &record) override;
  std::vector<Record> records() const;
  // Whether any line's text contains part.
  bool contains(std::string_view part) const;
  size_t count(std::string_view part) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Record> records_;
  Sink *replaced_ = nullptr;
  Level level_ = Level::invalid;
};

}  // namespace meshmux::log
