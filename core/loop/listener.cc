// Binding, accepting, and waiting out a lack of descriptors.
#include "core/loop/listener.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/log.h"
#include "core/loop/connector.h"

namespace meshmux {
namespace {

// Peers accepted in a row before the others get their turn.
constexpr int kAcceptsPerEvent = 64;
constexpr int64_t kRetryNs = 500 * kMillisecond;

// The numeric host and the port of a TCP address.
std::pair<std::string, uint16_t> host_and_port(const sockaddr_storage &address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.ss_family == AF_INET) {
    const auto &v4 = reinterpret_cast<const sockaddr_in &>(address);
    inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    return {text, ntohs(v4.sin_port)};
  }
  if (address.ss_family == AF_INET6) {
    const auto &v6 = reinterpret_cast<const sockaddr_in6 &>(address);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    return {text, ntohs(v6.sin6_port)};
  }
  return {"unix", 0};
}

Error bind_error(const Uri &uri, int error) {
  const std::string where = uri.to_string();
  if (error == EADDRINUSE) {
    return uri.scheme == Uri::Scheme::tcp
               ? fail(MMX_AGAIN,
                      "cannot listen on {}: port {} is already in use (\"ss -ltnp\" shows by whom)",
                      where, uri.port)
               : fail(MMX_AGAIN, "cannot listen on {}: another program listens there", where);
  }
  if (error == EADDRNOTAVAIL) {
    return fail(MMX_INVALID, "cannot listen on {}: {} is no address of this machine", where,
                uri.host);
  }
  if (error == EACCES || error == EPERM) {
    return uri.scheme == Uri::Scheme::tcp
               ? fail(MMX_DENIED,
                      "cannot listen on {}: permission denied (ports below 1024 need the right "
                      "CAP_NET_BIND_SERVICE)",
                      where)
               : fail(MMX_DENIED, "cannot listen on {}: this user may not create that file", where);
  }
  if (error == ENOENT && uri.scheme == Uri::Scheme::unix_socket) {
    return fail(MMX_INVALID, "cannot listen on {}: its directory does not exist", where);
  }
  return fail(MMX_ERROR, "cannot listen on {}: {}", where, strerror(error));
}

// Whether the socket file at address is left over from a process that is gone.
bool is_stale(const sockaddr_un &address) {
  struct stat status {};
  if (lstat(address.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return false;
  const bool refused =
      ::connect(probe, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 &&
      errno == ECONNREFUSED;
  ::close(probe);
  return refused;
}

}  // namespace

Listener::Listener(Loop &loop, Uri uri, const ListenOptions &options)
    : loop_(loop),
      uri_(std::move(uri)),
      options_(options),
      retry_(
          loop.timers(), [](void *ctx) { static_cast<Listener *>(ctx)->poll_.watch(UV_READABLE); },
          this) {}

Listener::~Listener() {
  close();
  if (destroyed_) *destroyed_ = true;
}

Result<std::unique_ptr<Listener>> Listener::bind(Loop &loop, const Uri &uri,
                                                 const ListenOptions &options) {
  std::unique_ptr<Listener> listener(new Listener(loop, uri, options));
  if (uri.scheme == Uri::Scheme::tcp) {
    MMX_CHECK(listener->bind_tcp());
  } else if (uri.scheme == Uri::Scheme::unix_socket) {
    MMX_CHECK(listener->bind_unix());
  } else {
    return fail(MMX_INVALID, "cannot listen on {}: only tcp and unix addresses can be listened on",
                uri.to_string());
  }
  return listener;
}

Result<void> Listener::bind_tcp() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo *found = nullptr;
  const int error =
      getaddrinfo(uri_.host.c_str(), fmt::format("{}", uri_.port).c_str(), &hints, &found);
  if (error != 0) {
    return fail(MMX_INVALID, "cannot listen on {}: cannot find host \"{}\": {}", uri_.to_string(),
                uri_.host, gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo *)> list(found, freeaddrinfo);
  const addrinfo *chosen = found;
  for (const addrinfo *entry = found; entry; entry = entry->ai_next) {
    if (entry->ai_family == AF_INET) {
      chosen = entry;
      break;
    }
  }
  const int fd = socket(chosen->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return bind_error(uri_, errno);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (chosen->ai_family == AF_INET6) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
  }
  tune_tcp(fd);
  if (::bind(fd, chosen->ai_addr, chosen->ai_addrlen) != 0 || ::listen(fd, options_.backlog) != 0) {
    const int failure = errno;
    ::close(fd);
    return bind_error(uri_, failure);
  }
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  getsockname(fd, reinterpret_cast<sockaddr *>(&bound), &size);
  std::tie(uri_.host, uri_.port) = host_and_port(bound);
  return poll_.open(
      loop_, fd, [](void *ctx, int status, int) { static_cast<Listener *>(ctx)->on_ready(status); },
      this);
}

Result<void> Listener::bind_unix() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (uri_.path.size() >= sizeof address.sun_path) return bind_error(uri_, ENAMETOOLONG);
  uri_.path.copy(address.sun_path, sizeof address.sun_path - 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return bind_error(uri_, errno);
  // Before bind, so that the file is never open to more people than it should be; after it again,
  // because the umask may have taken too much.
  fchmod(fd, options_.unix_mode);
  const auto *const name = reinterpret_cast<const sockaddr *>(&address);
  int failure = ::bind(fd, name, sizeof address) == 0 ? 0 : errno;
  if (failure == EADDRINUSE && is_stale(address)) {
    unlink(address.sun_path);
    failure = ::bind(fd, name, sizeof address) == 0 ? 0 : errno;
  }
  if (failure == 0) {
    unlink_ = true;
    chmod(address.sun_path, options_.unix_mode);
    if (::listen(fd, options_.backlog) != 0) failure = errno;
  }
  if (failure != 0) {
    ::close(fd);
    return bind_error(uri_, failure);
  }
  return poll_.open(
      loop_, fd, [](void *ctx, int status, int) { static_cast<Listener *>(ctx)->on_ready(status); },
      this);
}

void Listener::set_accept(Accept accept) {
  accept_ = std::move(accept);
  poll_.watch(accept_ ? UV_READABLE : 0);
}

void Listener::close() {
  retry_.stop();
  poll_.close();
  if (unlink_) unlink(uri_.path.c_str());
  unlink_ = false;
}

void Listener::on_ready(int status) {
  if (status < 0) {
    log::error({}, "listening on {} failed: {}", uri_.to_string(), uv_strerror(status));
    retry_.start(kRetryNs);
    return;
  }
  bool destroyed = false;
  destroyed_ = &destroyed;
  for (int i = 0; i < kAcceptsPerEvent && poll_.is_open(); ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int fd = accept4(poll_.fd(), reinterpret_cast<sockaddr *>(&peer), &size,
                           SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
        out_of_descriptors(errno);
        break;
      }
      // A peer that gave up while it waited is its own business.
      if (errno == EAGAIN || errno == EWOULDBLOCK) break;
      continue;
    }
    if (starved_) {
      starved_ = false;
      log::info({}, "accepting connections on {} again", uri_.to_string());
    }
    ++accepted_;
    Accepted accepted;
    std::tie(accepted.address, accepted.port) = host_and_port(peer);
    accepted.local = &uri_;
    accepted.stream = Stream::adopt(
        loop_, fd,
        uri_.scheme == Uri::Scheme::tcp ? Stream::SocketKind::tcp : Stream::SocketKind::unix_socket,
        options_.limits);
    accept_(std::move(accepted));
    if (destroyed) return;
  }
  destroyed_ = nullptr;
}

// The peer stays in the backlog and would wake us at once again, so look away for a while.
void Listener::out_of_descriptors(int error) {
  poll_.watch(0);
  retry_.start(kRetryNs);
  if (starved_) return;
  starved_ = true;
  log::error({}, "cannot accept connections on {}: {} (raise LimitNOFILE, or close some sessions)",
             uri_.to_string(), strerror(error));
}

}  // namespace meshmux
