// Implementation of client.h on a plain socket.
#include "core/ctl/client.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace meshmux::ctl {
namespace {

constexpr std::size_t longest_answer = 64u << 20;

// A socket that closes itself.
class Connection {
 public:
  Connection() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Connection() {
    if (fd_ >= 0) ::close(fd_);
  }
  Connection(const Connection &) = delete;
  Connection &operator=(const Connection &) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string why_unreachable(const std::string &path, int error) {
  switch (error) {
    case ENOENT:
      return fmt::format(
          "no daemon at {}: meshmuxd is not running, or listens elsewhere (--socket PATH or "
          "MESHMUX_SOCKET)",
          path);
    case ECONNREFUSED:
      return fmt::format("nobody answers at {}: meshmuxd has ended; start it again", path);
    case EACCES:
      return fmt::format(
          "no permission for {}: run as root or join the group that owns it (ls -l {}), then log "
          "in again",
          path, path);
    default:
      return fmt::format("cannot reach {}: {}", path, std::strerror(error));
  }
}

bool send_line(int fd, const std::string &line) {
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t sent = ::send(fd, line.data() + done, line.size() - done, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    done += static_cast<std::size_t>(sent);
  }
  return true;
}

Answer unreachable(std::string why) { return {Outcome::unreachable, nullptr, std::move(why)}; }

}  // namespace

Answer request(const std::string &socket, const std::string &method, const Json &params,
               const std::function<void(const Json &)> &on_event) {
  const Connection connection;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket.size() >= sizeof address.sun_path)
    return unreachable(fmt::format("the socket path {} is too long", socket));
  std::memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
  if (connection.fd() < 0 ||
      ::connect(connection.fd(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
    return unreachable(why_unreachable(socket, errno));
  if (!on_event) {
    const timeval limit{30, 0};
    setsockopt(connection.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  const Json wanted = {{"id", 1}, {"method", method}, {"params", params}};
  if (!send_line(connection.fd(), wanted.dump() + "\n"))
    return unreachable("meshmuxd closed the control connection");

  std::string pending;
  char space[65536];
  for (;;) {
    for (std::size_t end; (end = pending.find('\n')) != std::string::npos;
         pending.erase(0, end + 1)) {
      const Json line = Json::parse(pending.substr(0, end), nullptr, false);
      if (!line.is_object())
        return unreachable("meshmuxd answered with something that is not JSON");
      if (line.contains("event") && on_event) {
        on_event(line["event"]);
      } else if (line.contains("error")) {
        return {Outcome::refused, nullptr, line["error"].value("message", std::string("refused"))};
      } else if (line.contains("result")) {
        return {Outcome::ok, line["result"], {}};
      }
    }
    const ssize_t size = ::recv(connection.fd(), space, sizeof space, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return unreachable("meshmuxd did not answer within 30 s");
    if (size <= 0) return unreachable("meshmuxd closed the control connection");
    pending.append(space, static_cast<std::size_t>(size));
    if (pending.size() > longest_answer) return unreachable("meshmuxd's answer is too long");
  }
}

}  // namespace meshmux::ctl
