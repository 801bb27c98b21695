// What the loop's tests share: a recorder of stream callbacks, waiting for real sockets without
// sleeping, and plain peers that are nothing but a descriptor.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/loop/listener.h"
#include "core/loop/loop.h"
#include "core/loop/stream.h"

namespace meshmux::test {

// Runs the loop until done() holds. Waits in the kernel for whatever the loop waits for; fails
// after ten real seconds.
inline void until(Loop &loop, const std::function<bool()> &done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) FAIL("what was waited for did not happen");
    loop.run_once();
    if (done()) return;
    pollfd entry{uv_backend_fd(loop.uv()), POLLIN, 0};
    ::poll(&entry, 1, 2);
  }
}

// Runs what is pending; nothing that has to come from a peer.
inline void settle(Loop &loop) {
  for (int i = 0; i < 20; ++i) loop.run_once();
}

// Everything a stream said.
struct Recorder {
  Stream *stream = nullptr;
  std::vector<std::string> calls;
  std::string data;
  mmx_status status = MMX_OK;
  std::string reason;
  std::function<void()> on_data;
  std::function<void()> on_eof;
  std::function<void()> on_open;

  // A stream that outlives its test's recorder must not report to it.
  ~Recorder() {
    if (stream) stream->abandon();
  }

  bool saw(const std::string &call) const {
    return std::find(calls.begin(), calls.end(), call) != calls.end();
  }
  bool closed() const { return saw("close"); }

  static const mmx_stream_events *events() {
    static const mmx_stream_events table = {
        sizeof(mmx_stream_events),
        0,
        [](void *ctx, mmx_stream *) {
          auto &self = *static_cast<Recorder *>(ctx);
          self.calls.push_back("open");
          if (self.on_open) self.on_open();
        },
        [](void *ctx, mmx_stream *, mmx_bytes bytes) {
          auto &self = *static_cast<Recorder *>(ctx);
          if (self.calls.empty() || self.calls.back() != "data") self.calls.push_back("data");
          self.data.append(reinterpret_cast<const char *>(bytes.data), bytes.size);
          if (self.on_data) self.on_data();
        },
        [](void *ctx, mmx_stream *) {
          auto &self = *static_cast<Recorder *>(ctx);
          self.calls.push_back("eof");
          if (self.on_eof) self.on_eof();
        },
        [](void *ctx, mmx_stream *) { static_cast<Recorder *>(ctx)->calls.push_back("drain"); },
        [](void *ctx, mmx_stream *, mmx_status status, mmx_text reason) {
          auto &self = *static_cast<Recorder *>(ctx);
          self.calls.push_back("close");
          self.status = status;
          self.reason.assign(reason.data, reason.size);
          self.stream = nullptr;
        },
    };
    return &table;
  }
};

inline mmx_status send_text(Stream *stream, std::string_view text) {
  const BufferRef buffer = BufferRef::copy_of(text);
  return stream->write(buffer.get(), 0, text.size());
}

// A blocking socket of a plain peer.
class Peer {
 public:
  explicit Peer(int fd = -1) : fd_(fd) {}
  ~Peer() { close(); }
  Peer(Peer &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Peer(const Peer &) = delete;
  Peer &operator=(const Peer &) = delete;

  static Peer to(const Uri &uri) {
    const bool v6 = uri.host.find(':') != std::string::npos;
    const int fd = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_storage storage{};
    if (v6) {
      auto &address = reinterpret_cast<sockaddr_in6 &>(storage);
      address.sin6_family = AF_INET6;
      address.sin6_port = htons(uri.port);
      address.sin6_addr = in6addr_loopback;
    } else {
      auto &address = reinterpret_cast<sockaddr_in &>(storage);
      address.sin_family = AF_INET;
      address.sin_port = htons(uri.port);
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr *>(&storage), sizeof storage) == 0);
    return Peer(fd);
  }

  int fd() const { return fd_; }
  void send(std::string_view text) const {
    REQUIRE(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  // What can be read now; "" when nothing is there or at the end.
  std::string receive() const {
    std::string text(1 << 20, '\0');
    const ssize_t size = ::recv(fd_, text.data(), text.size(), MSG_DONTWAIT);
    text.resize(size > 0 ? static_cast<size_t>(size) : 0);
    return text;
  }
  bool at_end() const {
    char byte = 0;
    return ::recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
  }
  void shut_write() const { ::shutdown(fd_, SHUT_WR); }
  void reset() {
    const linger none{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close();
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
};

// A loop with a listener; every test that needs an accepted session starts here.
struct Server {
  VirtualClock clock;
  Loop loop{clock};
  StreamLimits limits;
  std::unique_ptr<Listener> listener;

  explicit Server(StreamLimits stream_limits = {}) : limits(stream_limits) {
    ListenOptions options;
    options.limits = limits;
    auto bound = Listener::bind(loop, *parse_uri("tcp://127.0.0.1:0"), options);
    REQUIRE(bound);
    listener = std::move(*bound);
  }
  ~Server() {
    listener.reset();
    settle(loop);
  }

  // A peer and the accepted stream, which reports to recorder.
  Peer accept(Recorder &recorder) {
    listener->set_accept([&recorder](Accepted accepted) {
      recorder.stream = accepted.stream;
      accepted.stream->set_events(Recorder::events(), &recorder, nullptr);
    });
    Peer peer = Peer::to(listener->uri());
    until(loop, [&] { return recorder.stream != nullptr; });
    return peer;
  }
};

}  // namespace meshmux::test
