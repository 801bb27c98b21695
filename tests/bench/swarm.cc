// Implementation of swarm.h on plain epoll. Knows the few bytes of the Meshtastic framing a radio
// needs.
#include "tests/bench/swarm.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "mesh.pb.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/frame.h"
#include "plugins/meshtastic/codec/tables.h"

namespace bench {

std::int64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

Poller::Poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}
Poller::~Poller() { close(epoll_); }

void Poller::add(int fd, Handler handler) {
  if (handlers_.size() <= static_cast<std::size_t>(fd))
    handlers_.resize(static_cast<std::size_t>(fd) + 1);
  handlers_[static_cast<std::size_t>(fd)] = std::move(handler);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
}

void Poller::remove(int fd) {
  epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  handlers_[static_cast<std::size_t>(fd)] = nullptr;
}

bool Poller::run_until(const std::function<bool()> &done) {
  const std::int64_t limit = now_ns() + 20'000'000'000;
  epoll_event events[256];
  while (!done()) {
    if (now_ns() > limit) return false;
    const int count = epoll_wait(epoll_, events, 256, 1000);
    for (int i = 0; i < count; ++i) {
      const auto fd = static_cast<std::size_t>(events[i].data.fd);
      if (handlers_[fd]) handlers_[fd]();
    }
  }
  return true;
}

namespace {

int listen_somewhere(int &port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(fd, reinterpret_cast<sockaddr *>(&address), size) != 0 || listen(fd, 16) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size) != 0) {
    std::perror("listen");
    std::exit(1);
  }
  port = ntohs(address.sin_port);
  return fd;
}

void no_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void send_fully(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

Radio::Radio(Poller &poller, std::string dump) : poller_(poller), dump_(std::move(dump)) {
  server_ = listen_somewhere(port_);
  poller_.add(server_, [this] { accepted(); });
}

Radio::~Radio() {
  poller_.remove(server_);
  close(server_);
  if (connection_ >= 0) {
    poller_.remove(connection_);
    close(connection_);
  }
}

void Radio::accepted() {
  const int fd = accept4(server_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  if (connection_ >= 0) {
    poller_.remove(connection_);
    close(connection_);
  }
  connection_ = fd;
  buffer_.clear();
  no_delay(fd);
  poller_.add(fd, [this] { readable(); });
}

void Radio::readable() {
  char space[65536];
  const ssize_t size = recv(connection_, space, sizeof space, 0);
  if (size <= 0) {
    poller_.remove(connection_);
    close(connection_);
    connection_ = -1;
    return;
  }
  buffer_.append(space, static_cast<std::size_t>(size));
  for (;;) {
    const std::size_t start = buffer_.find("\x94\xc3");
    if (start == std::string::npos || buffer_.size() < start + 4) return;
    const std::size_t length = (static_cast<std::uint8_t>(buffer_[start + 2]) << 8) +
                               static_cast<std::uint8_t>(buffer_[start + 3]);
    if (buffer_.size() < start + 4 + length) return;
    const std::string payload = buffer_.substr(start + 4, length);
    buffer_.erase(0, start + 4 + length);
    handle(payload);
  }
}

void Radio::handle(std::string_view payload) {
  meshtastic::pb::ToRadio message;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
  std::string out;
  if (message.has_want_config_id()) {
    if (hold_)
      pending_nonce_ = message.want_config_id();
    else
      answer_handshake(message.want_config_id());
  } else if (message.has_heartbeat()) {
    meshtastic::append_frame(out, meshtastic::build_queue_status(0, 16, 16, 0));
  } else if (message.has_packet()) {
    const auto &packet = message.packet();
    meshtastic::append_frame(out, meshtastic::build_queue_status(0, 16, 16, packet.id()));
    meshtastic::RoutingReply reply;
    reply.own = packet.to();
    reply.packet_id = packet.id() + 1;
    reply.request_id = packet.id();
    reply.error = meshtastic::routing_error::no_response;
    meshtastic::append_frame(out, meshtastic::build_routing(reply));
  }
  send(out);
}

void Radio::answer_handshake(std::uint32_t nonce) {
  std::string out = dump_;
  meshtastic::append_frame(out, meshtastic::build_config_complete(nonce));
  send(out);
  ++handshakes_;
}

void Radio::release() {
  hold_ = false;
  if (pending_nonce_ < 0) return;
  answer_handshake(static_cast<std::uint32_t>(pending_nonce_));
  pending_nonce_ = -1;
}

void Radio::send(std::string_view bytes) { send_fully(connection_, bytes); }

Swarm::~Swarm() {
  for (const Client &client : clients_) {
    poller_.remove(client.fd);
    close(client.fd);
  }
}

bool Swarm::connect(int port, std::size_t count) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  for (std::size_t i = 0; i < count; ++i) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0) {
      std::perror("connect");
      return false;
    }
    no_delay(fd);
    const std::size_t index = clients_.size();
    clients_.push_back({fd, 0});
    poller_.add(fd, [this, index] { readable(index); });
  }
  return true;
}

void Swarm::send_all(std::string_view bytes) {
  for (const Client &client : clients_) send_fully(client.fd, bytes);
}

void Swarm::reset() {
  for (Client &client : clients_) client.received = 0;
  first_.clear();
  complete_ = 0;
}

void Swarm::want(std::size_t size) {
  wanted_ = size;
  complete_ = 0;
  for (const Client &client : clients_) complete_ += client.received >= size;
}

void Swarm::readable(std::size_t index) {
  static char space[262144];
  Client &client = clients_[index];
  const ssize_t size = recv(client.fd, space, sizeof space, MSG_DONTWAIT);
  if (size <= 0) {
    poller_.remove(client.fd);
    ++lost_;
    return;
  }
  if (keep_first_ && index == 0) first_.append(space, static_cast<std::size_t>(size));
  const bool before = client.received >= wanted_;
  client.received += static_cast<std::size_t>(size);
  if (!before && client.received >= wanted_) ++complete_;
}

}  // namespace bench
