// The notify protocol of sd_notify(3): newline separated assignments in one datagram. Must not
// block.
#include "core/daemon/sd_notify.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <utility>

#include "core/base/text.h"

namespace meshmux {

SdNotify::SdNotify(std::string socket, uint64_t watchdog_usec)
    : socket_(std::move(socket)), interval_ns_(static_cast<int64_t>(watchdog_usec) * 1000 / 2) {
  const bool usable = socket_.size() > 1 && (socket_[0] == '/' || socket_[0] == '@') &&
                      socket_.size() < sizeof(sockaddr_un::sun_path);
  if (usable) fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

SdNotify::~SdNotify() {
  if (fd_ >= 0) ::close(fd_);
}

void SdNotify::send(std::string_view message) const {
  if (fd_ < 0) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_[0] == '@') address.sun_path[0] = '\0';
  // An abstract name has no terminator: the length ends it.
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // A full or missing socket is the manager's affair; it notices by its own timeouts.
  static_cast<void>(::sendto(fd_, message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                             reinterpret_cast<const sockaddr *>(&address), size));
}

void SdNotify::ready(std::string_view status) const {
  send(fmt::format("READY=1\nSTATUS={}", escape_control(status)));
}

void SdNotify::reloading(int64_t mono_ns) const {
  send(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", mono_ns / 1000));
}

void SdNotify::stopping() const { send("STOPPING=1"); }

void SdNotify::status(std::string_view text) const {
  send(fmt::format("STATUS={}", escape_control(text)));
}

void SdNotify::watchdog() const { send("WATCHDOG=1"); }

}  // namespace meshmux
