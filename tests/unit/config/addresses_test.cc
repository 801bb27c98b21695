// Which listeners cannot stand side by side, and which would swallow their own source's connection.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/config/addresses.h"
#include "tests/unit/config/fake_catalog.h"

using namespace meshmux;
using namespace meshmux::testing;

namespace {

Uri uri(const char *text) {
  const Result<Uri> parsed = parse_uri(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}

std::string two_frontends(const std::string &a, const std::string &b) {
  return "sources:\n  r: {plugin: radio, connect: \"tcp://192.168.1.9:4403\"}\nfrontends:\n"
         "  a:\n    plugin: vnode\n    source: r\n    listen: " +
         a + "\n  b:\n    plugin: vnode\n    source: r\n    listen: " + b + "\n";
}

std::string own_source(const std::string &connect, const std::string &listen) {
  return "sources:\n  r:\n    plugin: radio\n    connect: " + connect +
         "\nfrontends:\n  f:\n    plugin: vnode\n    source: r\n    listen: " + listen + "\n";
}

}  // namespace

TEST_CASE("listeners that overlap", "[config]") {
  struct Pair {
    const char *a;
    const char *b;
    bool overlap;
  };
  const std::vector<Pair> pairs = {
      {"tcp://0.0.0.0:4404", "tcp://127.0.0.1:4404", true},
      {"tcp://0.0.0.0:4404", "tcp://0.0.0.0:4404", true},
      {"tcp://0.0.0.0:4404", "tcp://0.0.0.0:4405", false},
      {"tcp://0.0.0.0:0", "tcp://0.0.0.0:0", false},
      {"tcp://127.0.0.1:1", "tcp://localhost:1", true},
      {"tcp://127.0.0.1:1", "tcp://127.0.0.2:1", false},
      {"tcp://[::]:4404", "tcp://0.0.0.0:4404", false},
      {"tcp://[::]:4404", "tcp://[::1]:4404", true},
      {"tcp://[::]:4404", "tcp://127.0.0.1:4404", false},
      {"tcp://[fd00::1]:1", "tcp://[fd00:0::1]:1", true},
      {"tcp://some.host:1", "tcp://SOME.host:1", true},
      {"tcp://some.host:1", "tcp://other.host:1", false},
      {"unix:///run/a", "unix:///run/a", true},
      {"unix:///run/a", "unix:///run/b", false},
      {"unix:///run/a", "tcp://0.0.0.0:1", false},
  };
  for (const Pair &pair : pairs) {
    INFO(pair.a << " and " << pair.b);
    CHECK(listeners_overlap(uri(pair.a), uri(pair.b)) == pair.overlap);
    CHECK(listeners_overlap(uri(pair.b), uri(pair.a)) == pair.overlap);
  }
}

TEST_CASE("a collision names both listeners", "[config]") {
  CHECK(
      errors_of(load(two_frontends("tcp://0.0.0.0:4404", "tcp://127.0.0.1:4404"))) ==
      std::vector<std::string>{
          "11:13: b cannot listen on tcp://127.0.0.1:4404: a already does on tcp://0.0.0.0:4404 at "
          "t.yaml:7:13; choose another port"});
  CHECK(errors_of(load(two_frontends("tcp://0.0.0.0:4404", "tcp://[::]:4404"))).empty());
  CHECK(errors_of(load(two_frontends("tcp://0.0.0.0:0", "tcp://0.0.0.0:0"))).empty());
  // The default port counts too, at the place of the instance.
  CHECK(errors_of(load("sources:\n  r: {plugin: radio, connect: \"tcp://a:1\"}\nfrontends:\n"
                       "  a: {plugin: vnode, source: r}\n  b: {plugin: vnode, source: r}\n")) ==
        std::vector<std::string>{
            "5:3: b cannot listen on tcp://0.0.0.0:4404: a already does on tcp://0.0.0.0:4404 at "
            "t.yaml:4:3; choose another port"});
}

TEST_CASE("what is disabled takes no port", "[config]") {
  CHECK(errors_of(load(two_frontends("tcp://0.0.0.0:4404", "tcp://0.0.0.0:4404") +
                       "    enabled: false\n"))
            .empty());
}

TEST_CASE("a listener must not cover what its own source connects to", "[config]") {
  struct Pair {
    const char *connect;
    const char *listen;
    bool error;
  };
  const std::vector<Pair> pairs = {
      {"tcp://127.0.0.1:4403", "tcp://0.0.0.0:4403", true},
      {"tcp://localhost:4403", "tcp://0.0.0.0:4403", true},
      {"tcp://localhost:4403", "tcp://[::]:4403", true},
      {"tcp://127.0.0.1:4403", "tcp://[::]:4403", false},
      {"tcp://[::1]:4403", "tcp://[::]:4403", true},
      {"tcp://[::1]:4403", "tcp://0.0.0.0:4403", false},
      {"tcp://192.0.2.7:4403", "tcp://0.0.0.0:4403", true},
      {"tcp://192.0.2.7:4403", "tcp://192.0.2.7:4403", true},
      {"tcp://192.0.2.7:4403", "tcp://127.0.0.1:4403", false},
      {"tcp://127.0.0.1:4403", "tcp://0.0.0.0:4404", false},
      {"tcp://192.168.1.100:4403", "tcp://0.0.0.0:4403", false},
      {"tcp://radio.lan:4403", "tcp://0.0.0.0:4403", false},
      {"tcp://0.0.0.0:4403", "tcp://127.0.0.1:4403", true},
      {"unix:///run/radio", "unix:///run/radio", true},
      {"serial:///dev/ttyUSB0", "tcp://0.0.0.0:4403", false},
  };
  for (const Pair &pair : pairs) {
    INFO(pair.connect << " under " << pair.listen);
    CHECK(errors_of(load(own_source(pair.connect, pair.listen))).empty() == !pair.error);
  }
  CHECK(
      errors_of(load(own_source("tcp://localhost:4403", "tcp://0.0.0.0:4403"))) ==
      std::vector<std::string>{
          "9:13: f would listen on tcp://0.0.0.0:4403, which is where its own source r connects to "
          "(tcp://localhost:4403 at t.yaml:4:14); choose another port"});
}

TEST_CASE("a simulator may listen where a source connects", "[config]") {
  CHECK(errors_of(
            load("simulators:\n  s: {plugin: sim, listen: \"tcp://127.0.0.1:4403\"}\n"
                 "sources:\n  r: {plugin: radio, connect: \"tcp://127.0.0.1:4403\"}\n"
                 "frontends:\n  f: {plugin: vnode, source: r, listen: \"tcp://0.0.0.0:4404\"}\n"))
            .empty());
  CHECK(errors_of(
            load("simulators:\n  s: {plugin: sim, listen: \"tcp://127.0.0.1:4404\"}\n"
                 "sources:\n  r: {plugin: radio, connect: \"tcp://127.0.0.1:4404\"}\n"
                 "frontends:\n  f: {plugin: vnode, source: r, listen: \"tcp://0.0.0.0:4404\"}\n"))
            .size() == 2);
}

TEST_CASE("this host's own addresses include the loopback", "[config]") {
  bool loopback = false;
  for (const std::string &address : interface_addresses()) {
    loopback = loopback || address == "127.0.0.1" || address == "::1";
  }
  CHECK(loopback);
}
