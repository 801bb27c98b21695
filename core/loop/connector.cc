// Name look-up, staggered attempts, and the other two transports.
#include "core/loop/connector.h"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/loop/serial.h"
#include "core/loop/stream.h"

namespace meshmux {
namespace {

// How long one address may be silent before the next one is tried beside it (RFC 8305).
constexpr int64_t kStaggerNs = 250 * kMillisecond;

void set_option(int fd, int level, int name, int value) {
  setsockopt(fd, level, name, &value, sizeof value);
}

// 0 or the pending error of a socket; reading it clears it.
int socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

}  // namespace

void tune_tcp(int fd) {
  set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  // Silent: first probe after 20 s, then every 10 s, given up 45 s after the last sign of life.
  // Talking: given up when sent bytes stay unacknowledged for 45 s.
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 20);
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 45000);
}

std::string connect_error(const Uri &uri, int error) {
  std::string_view hint;
  if (uri.scheme == Uri::Scheme::tcp) {
    if (error == ECONNREFUSED) hint = " (nothing listens on that port there)";
    if (error == EHOSTUNREACH || error == ENETUNREACH) hint = " (is it on this network?)";
    if (error == ETIMEDOUT) hint = " (is it switched on?)";
  } else {
    if (error == ENOENT) hint = " (is its owner running?)";
    if (error == ECONNREFUSED) hint = " (its owner is not running any more)";
    if (error == EACCES) hint = " (this user may not write to it)";
  }
  return fmt::format("cannot connect to {}: {}{}", uri.to_string(), strerror(error), hint);
}

// Outlives the connector when the look-up cannot be cancelled any more.
struct Connector::Lookup {
  uv_getaddrinfo_t request;
  Connector *owner;
};

Connector::Connector(Loop &loop, Stream &stream, Uri uri)
    : loop_(loop),
      stream_(stream),
      uri_(std::move(uri)),
      stagger_(
          loop.timers(), [](void *ctx) { static_cast<Connector *>(ctx)->try_next(); }, this) {}

Connector::~Connector() {
  if (lookup_) {
    lookup_->owner = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t *>(&lookup_->request));
  }
}

void Connector::start() {
  switch (uri_.scheme) {
    case Uri::Scheme::tcp:
      resolve();
      return;
    case Uri::Scheme::unix_socket: {
      Address address{};
      auto *const path = reinterpret_cast<sockaddr_un *>(&address.storage);
      path->sun_family = AF_UNIX;
      uri_.path.copy(path->sun_path, sizeof path->sun_path - 1);
      address.size = sizeof(sockaddr_un);
      addresses_.push_back(address);
      try_next();
      return;
    }
    case Uri::Scheme::serial: {
      Result<int> fd = open_serial(uri_);
      if (fd) {
        stream_.opened(*fd);
      } else {
        stream_.open_failed(MMX_ERROR, fd.error().message);
      }
      return;
    }
    case Uri::Scheme::invalid:
      break;
  }
  stream_.open_failed(MMX_ERROR, "no address to connect to");
}

void Connector::resolve() {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST;
  const std::string port = fmt::format("{}", uri_.port);
  addrinfo *list = nullptr;
  if (getaddrinfo(uri_.host.c_str(), port.c_str(), &hints, &list) == 0) {
    resolved(0, list);
    freeaddrinfo(list);
    return;
  }
  hints.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG;
  lookup_ = new Lookup{{}, this};
  lookup_->request.data = lookup_;
  const int error = uv_getaddrinfo(
      loop_.uv(), &lookup_->request,
      [](uv_getaddrinfo_t *request, int status, addrinfo *found) {
        auto *const lookup = static_cast<Lookup *>(request->data);
        if (Connector *const owner = lookup->owner) {
          owner->lookup_ = nullptr;
          owner->resolved(status, found);
        }
        uv_freeaddrinfo(found);
        delete lookup;
      },
      uri_.host.c_str(), port.c_str(), &hints);
  if (error != 0) {
    delete std::exchange(lookup_, nullptr);
    resolved(error, nullptr);
  }
}

void Connector::resolved(int status, const addrinfo *list) {
  for (const addrinfo *entry = list; status == 0 && entry; entry = entry->ai_next) {
    Address address{};
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
    addresses_.push_back(address);
  }
  if (!addresses_.empty()) {
    try_next();
    return;
  }
  stream_.open_failed(MMX_ERROR, fmt::format("cannot find host \"{}\": {}", uri_.host,
                                             status != 0 ? uv_strerror(status) : "no address"));
}

void Connector::try_next() {
  if (next_ == addresses_.size()) return;
  const Address address = addresses_[next_++];
  if (next_ < addresses_.size()) stagger_.start(kStaggerNs);
  begin(address);
}

void Connector::begin(const Address &address) {
  const int fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) {
    attempt_failed(errno);
    return;
  }
  if (uri_.scheme == Uri::Scheme::tcp) tune_tcp(fd);
  if (::connect(fd, reinterpret_cast<const sockaddr *>(&address.storage), address.size) == 0) {
    stream_.opened(fd);
    return;
  }
  if (errno != EINPROGRESS) {
    const int error = errno;
    ::close(fd);
    attempt_failed(error);
    return;
  }
  auto attempt = std::make_unique<Attempt>();
  attempt->owner = this;
  const auto ready = [](void *ctx, int, int) {
    auto *const which = static_cast<Attempt *>(ctx);
    which->owner->attempt_ready(*which);
  };
  if (!attempt->poll.open(loop_, fd, ready, attempt.get())) {
    attempt_failed(EMFILE);
    return;
  }
  attempt->poll.watch(UV_WRITABLE);
  attempts_.push_back(std::move(attempt));
}

void Connector::attempt_ready(Attempt &attempt) {
  const int error = socket_error(attempt.poll.fd());
  if (error == 0) {
    const int fd = attempt.poll.release();
    stream_.opened(fd);
    return;
  }
  std::erase_if(attempts_, [&](const auto &entry) { return entry.get() == &attempt; });
  attempt_failed(error);
}

void Connector::attempt_failed(int error) {
  // The resolver puts the best address first, so its error says most.
  if (first_error_ == 0) first_error_ = error;
  if (next_ < addresses_.size()) {
    try_next();
  } else if (attempts_.empty()) {
    stream_.open_failed(MMX_ERROR, connect_error(uri_, first_error_));
  }
}

}  // namespace meshmux
