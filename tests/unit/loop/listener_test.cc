// Listeners: what they bind, what a mistake is told, and running out of descriptors.
#include "core/loop/listener.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "core/base/log.h"
#include "tests/unit/loop/harness.h"

namespace meshmux {
namespace {

using test::Peer;
using test::Recorder;
using test::settle;
using test::until;

std::string mistake(Loop &loop, std::string_view uri, mmx_status code) {
  const auto listener = Listener::bind(loop, *parse_uri(uri));
  if (listener) return "bound";
  CHECK(listener.code() == code);
  return listener.error().message;
}

// A directory that goes away with the test.
struct Directory {
  std::string path;
  Directory() {
    std::string name = (std::getenv("TMPDIR") ? std::getenv("TMPDIR") : P_tmpdir);
    name += "/meshmux-XXXXXX";
    REQUIRE(mkdtemp(name.data()));
    path = name;
  }
  ~Directory() { ::rmdir(path.c_str()); }
};

TEST_CASE("port 0 picks a port and says which") {
  VirtualClock clock;
  Loop loop(clock);
  for (const char *const text : {"tcp://127.0.0.1:0", "tcp://localhost:0", "tcp://[::1]:0"}) {
    INFO(text);
    auto listener = Listener::bind(loop, *parse_uri(text));
    REQUIRE(listener);
    CHECK((*listener)->uri().port != 0);
    Recorder recorder;
    Accepted seen;
    (*listener)->set_accept([&](Accepted accepted) {
      seen = accepted;
      recorder.stream = accepted.stream;
      accepted.stream->set_events(Recorder::events(), &recorder, nullptr);
    });
    Peer peer = Peer::to((*listener)->uri());
    until(loop, [&] { return recorder.stream != nullptr; });
    CHECK(seen.address == (*listener)->uri().host);
    CHECK(seen.port != 0);
    CHECK(*seen.local == (*listener)->uri());
    // The listener goes, the session stays.
    (*listener)->close();
    listener->reset();
    peer.send("still here");
    until(loop, [&] { return recorder.data == "still here"; });
    recorder.stream->abort();
    settle(loop);
  }
}

TEST_CASE("IPv4 and IPv6 wildcards stand side by side on one port") {
  VirtualClock clock;
  Loop loop(clock);
  auto v4 = Listener::bind(loop, *parse_uri("tcp://0.0.0.0:0"));
  REQUIRE(v4);
  const std::string port = std::to_string((*v4)->uri().port);
  CHECK(Listener::bind(loop, *parse_uri("tcp://[::]:" + port)));
  CHECK_THAT(mistake(loop, "tcp://127.0.0.1:" + port, MMX_AGAIN),
             Catch::Contains("port " + port + " is already in use"));
}

TEST_CASE("a bind that fails says why") {
  VirtualClock clock;
  Loop loop(clock);
  CHECK_THAT(mistake(loop, "tcp://192.0.2.1:0", MMX_INVALID),
             Catch::Contains("192.0.2.1 is no address of this machine"));
  CHECK_THAT(mistake(loop, "tcp://no-such-host.invalid:0", MMX_INVALID),
             Catch::Contains("cannot find host"));
  CHECK_THAT(mistake(loop, "unix:///nonexistent/x.sock", MMX_INVALID),
             Catch::Contains("its directory does not exist"));
  CHECK_THAT(mistake(loop, "serial:///dev/ttyUSB0", MMX_INVALID),
             Catch::Contains("only tcp and unix"));
}

TEST_CASE("a Unix socket replaces a dead one, respects a living one and cleans up") {
  const Directory directory;
  VirtualClock clock;
  Loop loop(clock);
  const std::string path = directory.path + "/s";
  // Left over from a process that died: bound, never to be listened on.
  const int dead = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(::bind(dead, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
  ::close(dead);
  auto listener = Listener::bind(loop, *parse_uri("unix://" + path));
  REQUIRE(listener);
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0660);
  CHECK_THAT(mistake(loop, "unix://" + path, MMX_AGAIN), Catch::Contains("another program"));
  CHECK(::stat(path.c_str(), &status) == 0);  // the loser did not remove it

  Recorder server, client;
  int peers = 0;
  (*listener)->set_accept([&](Accepted accepted) {
    CHECK(accepted.address == "unix");
    // The first one is the loser, who looked whether anybody is there.
    if (++peers == 1) {
      accepted.stream->close();
      return;
    }
    server.stream = accepted.stream;
    accepted.stream->set_events(Recorder::events(), &server, nullptr);
  });
  client.stream =
      Stream::connect(loop, (*listener)->uri(), {}, Recorder::events(), &client, nullptr);
  test::send_text(client.stream, "over unix");
  until(loop, [&] { return server.data == "over unix"; });
  client.stream->abort();
  until(loop, [&] { return server.saw("eof"); });
  server.stream->abort();
  settle(loop);
  listener->reset();
  CHECK(::stat(path.c_str(), &status) != 0);
}

TEST_CASE("without descriptors it waits, says so once, and goes on") {
  const log::Capture capture;
  test::Server server;
  int accepted = 0;
  server.listener->set_accept([&](Accepted peer) {
    ++accepted;
    peer.stream->abort();
  });
  Peer peer = Peer::to(server.listener->uri());
  // The sanitizers open a pipe when they first look at an object's type: not between the limits,
  // where nothing is checked for the same reason.
  log::error({}, "before");
  Timer(
      server.loop.timers(), [](void *) {}, nullptr)
      .start(kSecond);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  // The next free descriptor would be this one; nothing at or above it can be had.
  const int next = ::dup(0);
  ::close(next);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(next);
  const int tightened = setrlimit(RLIMIT_NOFILE, &tight);
  until(server.loop, [&] { return capture.contains("cannot accept connections"); });
  settle(server.loop);
  // Somebody still waits in the backlog, and yet nothing would wake the loop: it does not spin.
  pollfd backend{uv_backend_fd(server.loop.uv()), POLLIN, 0};
  const int woken = ::poll(&backend, 1, 0);
  advance(server.loop, server.clock, 2 * kSecond);
  const int accepted_meanwhile = accepted;
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK(tightened == 0);
  CHECK(woken == 0);
  CHECK(accepted_meanwhile == 0);
  CHECK(capture.count("cannot accept connections") == 1);
  advance(server.loop, server.clock, kSecond);
  until(server.loop, [&] { return accepted == 1; });
  CHECK(capture.count("again") == 1);
}

TEST_CASE("accept may destroy the listener") {
  VirtualClock clock;
  Loop loop(clock);
  auto bound = Listener::bind(loop, *parse_uri("tcp://127.0.0.1:0"));
  REQUIRE(bound);
  std::unique_ptr<Listener> listener = std::move(*bound);
  const Peer one = Peer::to(listener->uri()), two = Peer::to(listener->uri());
  int accepted = 0;
  listener->set_accept([&](Accepted peer) {
    ++accepted;
    peer.stream->close();
    // The function itself lives in the listener: nothing of it is used after this.
    listener.reset();
  });
  until(loop, [&] { return accepted == 1; });
  settle(loop);
  CHECK(accepted == 1);
}

}  // namespace
}  // namespace meshmux
