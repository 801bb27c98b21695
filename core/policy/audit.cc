// Audit lines through the logger and into a rotated file. Must not know the bus.
#include "core/policy/audit.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/json.h"
#include "core/base/log.h"
#include "core/policy/labels.h"

namespace meshmux {
namespace {

// Lines: as many at once, and as many a second for long. Anybody on the network can cause one.
constexpr double kBurst = 100;
constexpr double kPerSecond = 10;

Result<std::FILE *> open_append(const std::string &path, int64_t *size) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(MMX_ERROR, "cannot open {}: {}", path, std::strerror(errno));
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(fd);
    return fail(MMX_ERROR, "cannot use {} as audit log: it is no regular file", path);
  }
  std::FILE *file = ::fdopen(fd, "a");
  if (file == nullptr) {
    ::close(fd);
    return fail(MMX_ERROR, "cannot open {}: {}", path, std::strerror(errno));
  }
  *size = info.st_size;
  return file;
}

}  // namespace

AuditLog::~AuditLog() {
  if (file_ != nullptr) std::fclose(file_);
}

Result<void> AuditLog::open(const std::string &path, int64_t max_size) {
  std::FILE *file = nullptr;
  int64_t size = 0;
  if (!path.empty()) {
    MMX_TRY(file, open_append(path, &size));
  }
  if (file_ != nullptr) std::fclose(file_);
  file_ = file;
  path_ = path;
  size_ = size;
  max_size_ = max_size;
  return {};
}

bool AuditLog::admit() {
  const int64_t now = clock_.mono_ns();
  if (updated_ns_ == 0) {
    tokens_ = kBurst;
  } else {
    tokens_ = std::min(kBurst, tokens_ + double(now - updated_ns_) / kSecond * kPerSecond);
  }
  updated_ns_ = now;
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

void AuditLog::record(const AuditEntry &entry) {
  if (!admit()) {
    ++suppressed_;
    ++suppressed_total_;
    return;
  }
  const uint64_t suppressed = std::exchange(suppressed_, 0);
  std::string more;
  if (suppressed > 0) more = fmt::format(" ({} more refusals were not logged)", suppressed);
  log::info({entry.instance, entry.session, entry.address}, "command {}: {} to {} by {}{}",
            entry.outcome, label_names(entry.labels), entry.source, entry.rule, more);
  append(entry, suppressed);
}

void AuditLog::append(const AuditEntry &entry, uint64_t suppressed) {
  if (file_ == nullptr) return;
  Json line = {{"time_ns", clock_.wall_ns()},
               {"outcome", entry.outcome},
               {"instance", entry.instance},
               {"session", entry.session},
               {"address", entry.address},
               {"source", entry.source},
               {"labels", label_names(entry.labels)},
               {"rule", entry.rule}};
  if (suppressed > 0) line["not_logged_before"] = suppressed;
  const std::string text = dump_json(line) + "\n";
  if (max_size_ > 0 && size_ > 0 && size_ + int64_t(text.size()) > max_size_) {
    const std::string path = path_;
    if (std::rename(path.c_str(), (path + ".1").c_str()) != 0) {
      log::warn({}, "cannot rotate the audit log {}: {}", path, std::strerror(errno));
    }
    if (auto opened = open(path, max_size_); !opened) {
      log::warn({}, "{}", opened.error().message);
    }
  }
  const bool written =
      std::fwrite(text.data(), 1, text.size(), file_) == text.size() && std::fflush(file_) == 0;
  if (!written) {
    log::warn({}, "cannot write the audit log {}: {}", path_, std::strerror(errno));
    std::clearerr(file_);
  }
  size_ += int64_t(text.size());
}

}  // namespace meshmux
