// What the daemon's tests share: a whole App on a virtual clock with a folder of its own, a
// configuration file that can be rewritten, a control client and a notify socket. Must not know
// what a test proves.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "core/base/json.h"
#include "core/daemon/app.h"
#include "tests/unit/plugin/bench.h"
#include "tests/unit/plugin/test_plugins.h"

namespace meshmux::test {

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "meshmux-app-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string operator/(const std::string &name) const { return (path / name).string(); }
};

// A socket of the service manager.
class Manager {
 public:
  // "@name" or "/path".
  explicit Manager(const std::string &name)
      : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr *>(&address), size) == 0);
  }
  ~Manager() { ::close(fd_); }
  Manager(const Manager &) = delete;
  Manager &operator=(const Manager &) = delete;

  // The next message, "" if there is none.
  std::string next() const {
    char text[4096];
    const ssize_t size = ::recv(fd_, text, sizeof text, 0);
    return size > 0 ? std::string(text, static_cast<size_t>(size)) : std::string();
  }
  // All messages there are, one a line.
  std::string all() const {
    std::string out;
    for (std::string one = next(); !one.empty(); one = next()) out += one + "\n";
    return out;
  }

 private:
  int fd_;
};

struct House {
  log::Capture logged;
  Folder folder;
  VirtualClock clock;
  Loop loop{clock};
  PluginLoader loader;
  Manager manager{folder / "notify"};
  SdNotify notify{folder / "notify", 20000000};
  Watchdog watchdog{loop.calls(), clock};
  std::optional<App> app;

  explicit House(const std::string &config) {
    test_plugins::journal().clear();
    REQUIRE(loader.add(test_plugins::entry(), "test.so"));
    write(config);
    app.emplace(AppParts{loop, loader, notify, watchdog, config_path(), folder / "control.sock",
                         true, ConfigSystem{}, SupervisorTimes{}});
    ConfigOutcome outcome = load_from_file(config_path(), loader);
    INFO(format_errors(outcome.errors));
    REQUIRE(outcome.config);
    const Result<void> started = app->start(std::move(outcome));
    INFO((started ? std::string() : started.error().message));
    REQUIRE(started);
    spin();
  }
  ~House() {
    app.reset();
    spin();
  }

  std::string config_path() const { return folder / "meshmux.yaml"; }
  void write(const std::string &config) const { std::ofstream(config_path()) << config; }
  Result<Json> reload_with(const std::string &config) {
    write(config);
    Result<Json> done = app->reload();
    spin();
    return done;
  }

  void spin() {
    for (int i = 0; i < 50; ++i) loop.run_once();
  }
  void pass(int64_t ns) {
    spin();
    advance(loop, clock, ns);
    spin();
  }
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

  Supervisor &at(const std::string &id) const {
    Supervisor *supervisor = app->find(id);
    REQUIRE(supervisor != nullptr);
    return *supervisor;
  }
  std::string listens_on(const std::string &id) const {
    return at(id).desk().addresses().empty() ? "" : at(id).desk().addresses().front();
  }
  // Reads from peer until it has said text.
  void expect(const Peer &peer, const std::string &text) {
    std::string got;
    until([&] { return (got += peer.receive()).size() >= text.size(); });
    CHECK(got == text);
  }
};

// A client of the control socket.
class Control {
 public:
  explicit Control(House &house)
      : house_(house), fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = house.folder / "control.sock";
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
  }
  ~Control() { ::close(fd_); }
  Control(const Control &) = delete;
  Control &operator=(const Control &) = delete;

  void ask(const std::string &method, const Json &params = Json::object()) {
    const std::string line =
        dump_json({{"id", ++id_}, {"method", method}, {"params", params}}) + "\n";
    REQUIRE(::send(fd_, line.data(), line.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(line.size()));
  }
  // The next line the daemon sends.
  Json next() {
    house_.until([&] {
      char text[65536];
      const ssize_t size = ::recv(fd_, text, sizeof text, MSG_DONTWAIT);
      if (size > 0) buffer_.append(text, static_cast<size_t>(size));
      return buffer_.find('\n') != std::string::npos;
    });
    const size_t end = buffer_.find('\n');
    const Json line = Json::parse(buffer_.substr(0, end));
    buffer_.erase(0, end + 1);
    return line;
  }
  Json result(const std::string &method, const Json &params = Json::object()) {
    ask(method, params);
    const Json answer = next();
    INFO(answer.dump());
    REQUIRE(answer.contains("result"));
    return answer["result"];
  }
  Json error(const std::string &method, const Json &params = Json::object()) {
    ask(method, params);
    const Json answer = next();
    INFO(answer.dump());
    REQUIRE(answer.contains("error"));
    return answer["error"];
  }

 private:
  House &house_;
  int fd_;
  int id_ = 0;
  std::string buffer_;
};

// One radio and one virtual node; extra lines go under the frontend.
inline std::string small_config(const std::string &listen = "tcp://127.0.0.1:0",
                                const std::string &frontend = "", const std::string &source = "") {
  return "sources:\n  radio:\n    plugin: test-source\n    connect: tcp://192.0.2.1:1\n" + source +
         "frontends:\n  phones:\n    plugin: test-frontend\n    source: radio\n    listen: " +
         listen + "\n" + frontend;
}

}  // namespace meshmux::test
