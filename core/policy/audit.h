// The audit log: one line for each refused command, through the logger and optionally into a file
// of its own. Never holds what the command said. Must not know the bus.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/loop/clock.h"

namespace meshmux {

// One refused command. Everything is borrowed for the call.
struct AuditEntry {
  std::string_view instance;  // that sent it
  uint64_t session = 0;
  std::string_view address;  // of the session's peer; may be empty
  std::string_view source;   // it was meant for
  std::string_view outcome;  // "denied", "limited"
  uint64_t labels = 0;
  std::string_view rule;
};

// [loop-thread]
class AuditLog {
 public:
  // clock is borrowed.
  explicit AuditLog(const Clock &clock) : clock_(clock) {}
  ~AuditLog();
  AuditLog(const AuditLog &) = delete;
  AuditLog &operator=(const AuditLog &) = delete;

  // From here on appends JSON lines to path too (created with mode 0600); at max_size bytes it is
  // renamed to PATH.1. An empty path stops that. On error the old file stays in use.
  Result<void> open(const std::string &path, int64_t max_size);

  // Writes a line. A flood is cut to a few lines a second; the next line says how many were left
  // out. Counters elsewhere stay exact.
  void record(const AuditEntry &entry);
  uint64_t suppressed_total() const { return suppressed_total_; }

 private:
  bool admit();
  void append(const AuditEntry &entry, uint64_t suppressed);

  const Clock &clock_;
  std::FILE *file_ = nullptr;
  std::string path_;
  int64_t max_size_ = 0;
  int64_t size_ = 0;
  double tokens_ = 0;
  int64_t updated_ns_ = 0;
  uint64_t suppressed_ = 0;
  uint64_t suppressed_total_ = 0;
};

}  // namespace meshmux
