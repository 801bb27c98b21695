// What the plugin tests share: everything a host stands on, on a virtual clock, and plugins by file
// or by entry. Must not know what any test proves.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/log.h"
#include "core/bus/bus.h"
#include "core/control/metrics.h"
#include "core/plugin/host_services.h"
#include "core/plugin/loader.h"
#include "core/plugin/supervisor.h"

namespace meshmux::test {

inline std::string bad_plugin(const std::string &sin) {
  return MESHMUX_BUILD_DIR "/tests/bad_plugins/bad_" + sin + ".so";
}

// A loop with a bus and one supervisor or more. ClockType: VirtualClock, or SystemClock where a
// plugin really takes time.
template <class ClockType = VirtualClock>
struct BenchOn : SupervisorOwner {
  log::Capture logged;
  ClockType clock;
  Loop loop{clock};
  Metrics metrics;
  CodecRegistry codecs;
  AuditLog audit{clock};
  Bus bus{loop.timers(), codecs, audit};
  SessionNumbers numbers;
  HostServices services{loop, bus, metrics, numbers, [] { return uint64_t{4}; }};
  PluginLoader loader;
  std::vector<std::unique_ptr<Supervisor>> supervisors;
  int changes = 0;

  BenchOn() {
    loop.set_drain([this] { return bus.drain(); });
  }
  ~BenchOn() override {
    supervisors.clear();
    loop.set_drain({});
    spin();
  }

  void supervisor_changed(Supervisor &) override { ++changes; }

  // Runs what is pending.
  void spin() {
    for (int i = 0; i < 50; ++i) loop.run_once();
  }
  // Moves the virtual clock.
  void pass(int64_t ns) {
    spin();
    advance(loop, clock, ns);
    spin();
  }
  // Runs until done() holds; fails after ten real seconds.
  void until(const std::function<bool()> &done) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!done()) {
      if (std::chrono::steady_clock::now() > end) FAIL("what was waited for did not happen");
      loop.run_once();
      if (done()) return;
      pollfd entry{uv_backend_fd(loop.uv()), POLLIN, 0};
      ::poll(&entry, 1, 2);
    }
  }

  const mmx_type &type_in(const std::string &path) {
    const Result<const LoadedPlugin *> plugin = loader.load_file(path);
    REQUIRE(plugin);
    return *(*plugin)->types.front();
  }

  // An instance of type, with every option at its default.
  InstanceConfig config_of(const mmx_type &type, const std::string &id) {
    InstanceConfig config;
    config.group = static_cast<Group>(type.role);
    config.id = id;
    config.type = &type;
    config.options = OptionValues(type);
    return config;
  }

  Supervisor &add(InstanceConfig config, const std::string &path = "test.so") {
    ParticipantSpec spec;
    spec.id = config.id;
    spec.role = config.type->role;
    if (!config.source.empty()) spec.bound_source = bus.number_of(config.source);
    Result<Policy> policy = Policy::compile(config.policy, spec.role);
    REQUIRE(policy);
    spec.policy = std::move(*policy);
    const uint32_t number = bus.add(std::move(spec));
    supervisors.push_back(std::make_unique<Supervisor>(
        services, std::make_shared<const InstanceConfig>(std::move(config)), path, number, *this));
    return *supervisors.back();
  }

  // A bad plugin, started.
  Supervisor &start_bad(const std::string &sin) {
    const std::string path = bad_plugin(sin);
    Supervisor &supervisor = add(config_of(type_in(path), "it"), path);
    supervisor.start();
    spin();
    return supervisor;
  }
};

using Bench = BenchOn<VirtualClock>;

// A peer of a listener: nothing but a descriptor.
class Peer {
 public:
  explicit Peer(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0;
  }
  explicit Peer(const std::string &uri) : Peer(parse_uri(uri)->port) {}
  ~Peer() { close(); }
  Peer(const Peer &) = delete;
  Peer &operator=(const Peer &) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view text) const {
    REQUIRE(::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(text.size()));
  }
  // What can be read now.
  std::string receive() const {
    std::string text(1 << 16, '\0');
    const ssize_t size = ::recv(fd_, text.data(), text.size(), MSG_DONTWAIT);
    text.resize(size > 0 ? static_cast<size_t>(size) : 0);
    return text;
  }
  // The other side has closed or reset it, and nothing is left to read.
  bool ended() const {
    char byte = 0;
    const ssize_t size = ::recv(fd_, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return size == 0 || (size < 0 && errno != EAGAIN);
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  int fd_;
  bool connected_ = false;
};

}  // namespace meshmux::test
