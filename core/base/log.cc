// The logger's state, its three formats and the sinks.
#include "core/base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <ctime>

#include "core/base/json.h"
#include "core/base/text.h"

namespace meshmux::log {
namespace {

// JOURNAL_STREAM names device and inode of the journal's socket; a stderr redirected elsewhere must
// not get its prefixes.
bool stderr_is_journal() {
  const char *const stream = std::getenv("JOURNAL_STREAM");
  struct stat status {};
  if (!stream || fstat(STDERR_FILENO, &status) != 0) return false;
  return fmt::format("{}:{}", status.st_dev, status.st_ino) == stream;
}

Format resolve(Format format) {
  if (format != Format::automatic && format != Format::invalid) return format;
  if (stderr_is_journal()) return Format::journald;
  return isatty(STDERR_FILENO) ? Format::human : Format::json;
}

class StderrSink final : public Sink {
 public:
  void set_format(Format format) {
    format_ = resolve(format);
    colour_ = isatty(STDERR_FILENO) && !std::getenv("NO_COLOR");
    resolved_ = true;
  }

  void write(const Record &record) override {
    if (!resolved_) set_format(Format::automatic);
    std::string line = render(record, format_, colour_);
    line += '\n';
    std::string_view rest = line;
    while (!rest.empty()) {
      const ssize_t wrote = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (wrote < 0 && errno == EINTR) continue;
      // Nobody is left to tell; losing a line beats blocking or spinning.
      if (wrote <= 0) return;
      rest.remove_prefix(static_cast<size_t>(wrote));
    }
  }

 private:
  Format format_ = Format::invalid;
  bool colour_ = false;
  bool resolved_ = false;
};

struct Logger {
  std::mutex mutex;
  std::atomic<int32_t> level{MMX_LOG_INFO};
  StderrSink standard;
  Sink *sink = nullptr;  // guarded by mutex; nullptr: standard
};

Logger &logger() {
  // Never destroyed: threads may still log while static objects go away.
  static Logger *const instance = new Logger;
  return *instance;
}

std::string local_time(int64_t wall_ns) {
  const time_t seconds = static_cast<time_t>(wall_ns / 1000000000);
  tm parts{};
  localtime_r(&seconds, &parts);
  return fmt::format("{:02}:{:02}:{:02}.{:03}", parts.tm_hour, parts.tm_min, parts.tm_sec,
                     wall_ns / 1000000 % 1000);
}

std::string utc_time(int64_t wall_ns) {
  const time_t seconds = static_cast<time_t>(wall_ns / 1000000000);
  tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     wall_ns / 1000 % 1000000);
}

// "phones #12 192.168.1.7: text", with only what is there.
std::string subject_and_text(const Record &record) {
  std::string line = record.instance;
  if (record.session != 0) line += fmt::format("{}#{}", line.empty() ? "" : " ", record.session);
  if (!record.address.empty()) line += (line.empty() ? "" : " ") + record.address;
  if (!line.empty()) line += ": ";
  return line + record.text;
}

int syslog_priority(Level level) {
  switch (level) {
    case Level::error:
      return 3;
    case Level::warn:
      return 4;
    case Level::info:
      return 6;
    case Level::debug:
    case Level::trace:
    case Level::invalid:
      break;
  }
  return 7;
}

std::string_view colour_of(Level level) {
  switch (level) {
    case Level::error:
      return "\x1b[31m";
    case Level::warn:
      return "\x1b[33m";
    case Level::info:
      return "\x1b[32m";
    case Level::debug:
    case Level::trace:
    case Level::invalid:
      break;
  }
  return "\x1b[2m";
}

}  // namespace

void use_stderr(Format format) {
  Logger &log = logger();
  const std::lock_guard lock(log.mutex);
  log.standard.set_format(format);
  log.sink = nullptr;
}

Sink *use_sink(Sink *sink) {
  Logger &log = logger();
  const std::lock_guard lock(log.mutex);
  return std::exchange(log.sink, sink);
}

void set_level(Level level) {
  logger().level.store(static_cast<int32_t>(level), std::memory_order_relaxed);
}

Level level() { return static_cast<Level>(logger().level.load(std::memory_order_relaxed)); }

bool enabled(Level wanted) { return wanted >= level(); }

std::optional<Level> parse_level(std::string_view word) {
  for (const Level level : {Level::trace, Level::debug, Level::info, Level::warn, Level::error}) {
    if (word == level_name(level)) return level;
  }
  return std::nullopt;
}

std::string_view level_name(Level level) {
  switch (level) {
    case Level::trace:
      return "trace";
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
    case Level::invalid:
      break;
  }
  return "?";
}

std::optional<Format> parse_format(std::string_view word) {
  if (word == "auto") return Format::automatic;
  if (word == "human") return Format::human;
  if (word == "journald") return Format::journald;
  if (word == "json") return Format::json;
  return std::nullopt;
}

void write(Level level, const Context &context, std::string_view text) {
  if (!enabled(level)) return;
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const Record record{level,
                      int64_t{now.tv_sec} * 1000000000 + now.tv_nsec,
                      escape_control(context.instance),
                      context.session,
                      escape_control(context.address),
                      escape_control(text)};
  Logger &log = logger();
  const std::lock_guard lock(log.mutex);
  (log.sink ? *log.sink : log.standard).write(record);
}

std::string render(const Record &record, Format format, bool colour) {
  if (format == Format::journald) {
    return fmt::format("<{}>{}", syslog_priority(record.level), subject_and_text(record));
  }
  if (format == Format::human) {
    return fmt::format("{} {}{:<5}{} {}", local_time(record.wall_ns),
                       colour ? colour_of(record.level) : "", level_name(record.level),
                       colour ? "\x1b[0m" : "", subject_and_text(record));
  }
  nlohmann::ordered_json json;
  json["time"] = utc_time(record.wall_ns);
  json["level"] = level_name(record.level);
  if (!record.instance.empty()) json["instance"] = record.instance;
  if (record.session != 0) json["session"] = record.session;
  if (!record.address.empty()) json["address"] = record.address;
  json["text"] = record.text;
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Capture::Capture() : level_(level()) {
  set_level(Level::trace);
  replaced_ = use_sink(this);
}

Capture::~Capture() {
  use_sink(replaced_);
  set_level(level_);
}

void Capture::write(const Record &record) {
  const std::lock_guard lock(mutex_);
  records_.push_back(record);
}

std::vector<Record> Capture::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

size_t Capture::count(std::string_view part) const {
  const std::lock_guard lock(mutex_);
  size_t found = 0;
  for (const Record &record : records_) {
    if (record.text.find(part) != std::string::npos) ++found;
  }
  return found;
}

bool Capture::contains(std::string_view part) const { return count(part) != 0; }

}  // namespace meshmux::log
