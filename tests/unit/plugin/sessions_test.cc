// Sessions and listeners the core owns: who gets in, what is told, and that they outlive what they
// should outlive.
#include "tests/unit/plugin/bench.h"
#include "tests/unit/plugin/test_plugins.h"

namespace meshmux::test {
namespace {

struct Served : Bench {
  Supervisor *it = nullptr;

  InstanceConfig frontend(const std::string &listen) {
    if (loader.loaded().empty()) REQUIRE(loader.add(test_plugins::entry(), "test.so"));
    InstanceConfig config = config_of(test_plugins::frontend_type, "phones");
    config.listens.push_back({0, *parse_uri(listen), {}});
    return config;
  }
  explicit Served(const ListenerSettings &settings = {}) {
    InstanceConfig config = frontend("tcp://127.0.0.1:0");
    config.listener = settings;
    it = &add(std::move(config));
    it->start();
    spin();
    REQUIRE(it->running());
  }
  std::string address() const { return it->desk().addresses().at(0); }
  // Connects and waits for the greeting.
  void greeted(const Peer &peer) {
    std::string got;
    until([&] { return (got += peer.receive()).size() >= 5; });
    CHECK(got == "hello");
  }
};

}  // namespace

TEST_CASE("a peer becomes a session with a number, and the log says what people search for") {
  Served served;
  CHECK(served.logged.contains("virtual node listening on " + served.address()));
  CHECK(parse_uri(served.address())->port != 0);
  {
    Peer peer(served.address());
    served.greeted(peer);
    REQUIRE(served.it->desk().size() == 1);
    const SessionInfo session = served.it->desk().list().at(0);
    CHECK(session.address == "127.0.0.1");
    CHECK(session.local == served.address());
    peer.send("who");
    served.until([&] { return served.it->desk().list().at(0).client == "tester"; });
    CHECK(served.it->desk().list().at(0).bytes_in == 3);
    CHECK(served.it->desk().list().at(0).bytes_out == 5);
  }
  served.until([&] { return served.it->desk().size() == 0; });
  bool connected = false;
  bool disconnected = false;
  for (const log::Record &line : served.logged.records()) {
    if (line.session == 0 || line.address != "127.0.0.1" || line.instance != "phones") continue;
    connected |= line.text == "client connected";
    disconnected |= line.text.starts_with("client disconnected: ") &&
                    line.text.ends_with("3 bytes in, 5 bytes out)");
  }
  CHECK(connected);
  CHECK(disconnected);
  CHECK(served.it->desk().totals().bytes_in == 3);
}

TEST_CASE("max_sessions and max_sessions_per_address turn the next one away") {
  ListenerSettings settings;
  std::string why;
  SECTION("in all") {
    settings.max_sessions = 2;
    why = "client refused: max_sessions is 2";
  }
  SECTION("from one address") {
    settings.max_sessions_per_address = 2;
    why = "client refused: max_sessions_per_address is 2";
  }
  Served served(settings);
  Peer one(served.address());
  served.greeted(one);
  Peer two(served.address());
  served.greeted(two);
  Peer three(served.address());
  served.until([&] { return three.ended(); });
  CHECK(served.logged.contains(why));
  CHECK(served.it->desk().size() == 2);
  CHECK(served.it->desk().totals().refused == 1);
  one.close();
  served.until([&] { return served.it->desk().size() == 1; });
  Peer four(served.address());
  served.greeted(four);
}

TEST_CASE("only networks of the allow list get in") {
  ListenerSettings settings;
  settings.allow = {*parse_network("10.0.0.0/8")};
  Served served(settings);
  Peer peer(served.address());
  served.until([&] { return peer.ended(); });
  CHECK(served.logged.contains("client refused: its address is not in the allow list"));
  settings.allow.push_back(*parse_network("127.0.0.1"));
  InstanceConfig config = served.frontend("tcp://127.0.0.1:0");
  config.listener = settings;
  served.it->set_config(std::make_shared<const InstanceConfig>(config));
  Peer again(served.address());
  served.greeted(again);
}

TEST_CASE("an idle session is closed, one that speaks is not") {
  ListenerSettings settings;
  settings.idle_timeout_ns = 10 * kSecond;
  Served served(settings);
  Peer quiet(served.address());
  served.greeted(quiet);
  Peer lively(served.address());
  served.greeted(lively);
  for (int i = 0; i < 3; ++i) {
    served.pass(5 * kSecond);
    lively.send("who");
    served.until([&] { return served.it->desk().totals().bytes_in == size_t(3 * (i + 1)); });
  }
  served.until([&] { return quiet.ended(); });
  CHECK(served.logged.contains("client disconnected: idle for too long"));
  CHECK(served.it->desk().size() == 1);
}

TEST_CASE("a session can be ended by its number, with a reason") {
  Served served;
  Peer peer(served.address());
  served.greeted(peer);
  const uint64_t id = served.it->desk().list().at(0).id;
  CHECK_FALSE(served.it->desk().close(id + 1, "x"));
  CHECK(served.it->desk().close(id, "kicked by the operator"));
  served.until([&] { return peer.ended(); });
  CHECK(served.logged.contains("client disconnected: kicked by the operator"));
}

TEST_CASE("a listener that goes leaves its sessions alone") {
  Served served;
  Peer peer(served.address());
  served.greeted(peer);
  served.it->desk().release_listeners();
  served.spin();
  peer.send("who");
  served.until([&] { return served.it->desk().list().at(0).client == "tester"; });
  CHECK_FALSE(peer.ended());
}

TEST_CASE("a port that is taken is told, tried again, and had once it is free") {
  Served first;
  InstanceConfig config = first.frontend(first.address());
  config.id = "second";
  Supervisor &second = first.add(std::move(config));
  second.start();
  first.spin();
  CHECK(second.state_word() == "backoff");
  CHECK(first.logged.contains("failed: cannot listen on " + first.address()));
  CHECK(first.logged.contains("already in use"));
  // However long it takes: a port is never given up.
  first.pass(3600 * kSecond);
  CHECK(second.state_word() == "backoff");
  first.it->stop(kSecond);
  first.pass(61 * kSecond);
  CHECK(second.running());
}

TEST_CASE("sessions end with the life that served them, the port stays for the next one") {
  Served served;
  const std::string before = served.address();
  Peer peer(before);
  served.greeted(peer);
  served.it->recreate(Supervisor::Memory::keep);
  served.until([&] { return peer.ended(); });
  served.until([&] { return served.it->running(); });
  CHECK(served.address() == before);
  Peer again(before);
  served.greeted(again);
  CHECK(served.it->restarts() == 1);
}

TEST_CASE("failures are forgiven after five minutes of good health") {
  Served served;
  const auto fail_now = [&] {
    served.it->life()->fail("test");
    served.spin();
    return served.it->retry_ns();
  };
  CHECK(fail_now() == 1 * kSecond);
  served.pass(kSecond);
  CHECK(fail_now() == 2 * kSecond);
  served.pass(2 * kSecond);
  CHECK(served.it->running());
  served.pass(300 * kSecond);
  CHECK(fail_now() == 1 * kSecond);
}

}  // namespace meshmux::test
