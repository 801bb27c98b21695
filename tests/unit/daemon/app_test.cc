// The life of the daemon: start, readiness, watchdog, drain.
#include "tests/unit/daemon/house.h"

namespace meshmux::test {

TEST_CASE("the daemon starts what is configured, says ready, and passes commands and replies") {
  House house(small_config());
  CHECK(house.at("radio").running());
  CHECK(house.at("phones").running());
  CHECK(house.app->state() == App::State::running);
  CHECK_THAT(house.manager.next(), Catch::StartsWith("WATCHDOG=1"));
  CHECK(house.manager.next() == "READY=1\nSTATUS=1 of 1 radios connected, 0 clients");
  CHECK(test_plugins::journal_count("phones sees name") == 1);

  Peer peer(house.listens_on("phones"));
  house.expect(peer, "hello");
  peer.send("t hi");
  house.expect(peer, "t reply to t hi");
  peer.send("a reboot");
  house.expect(peer, "verdict 2");
  CHECK(test_plugins::journal_count("radio got a reboot") == 0);
  peer.close();
  house.until([] { return test_plugins::journal_count("radio session ended") == 1; });
}

TEST_CASE("the service manager's watchdog is fed and the status follows") {
  House house(small_config());
  house.manager.all();
  house.pass(1 * kSecond);
  CHECK_THAT(house.manager.all(), Catch::Contains("WATCHDOG=1"));
  Peer peer(house.listens_on("phones"));
  house.expect(peer, "hello");
  house.pass(2 * kSecond);
  CHECK_THAT(house.manager.all(), Catch::Contains("STATUS=1 of 1 radios connected, 1 clients"));
}

TEST_CASE("with no active source the daemon runs, is ready, and says what to edit") {
  House house("sources: {}\n");
  CHECK(house.app->state() == App::State::running);
  CHECK_THAT(house.manager.all(),
             Catch::Contains("READY=1") && Catch::Contains("no source is active; edit " +
                                                           house.config_path() + " and reload"));
}

TEST_CASE("shutting down drains frontends before sources and then says so") {
  House house(small_config());
  house.manager.all();
  test_plugins::journal().clear();
  bool stopped = false;
  house.app->shutdown([&] { stopped = true; });
  house.until([&] { return stopped; });
  CHECK(house.app->state() == App::State::stopped);
  CHECK_THAT(house.manager.all(), Catch::StartsWith("STOPPING=1"));
  const std::vector<std::string> expected = {"phones stop", "phones destroyed", "radio stop",
                                             "radio destroyed"};
  CHECK(test_plugins::journal() == expected);
}

TEST_CASE(
    "an instance that never says that it has stopped delays the end by five seconds at most") {
  House house(small_config("tcp://127.0.0.1:0", "", "    stops: false\n"));
  bool stopped = false;
  house.app->shutdown([&] { stopped = true; });
  house.pass(kSecond);
  CHECK_FALSE(stopped);
  house.pass(4 * kSecond);
  CHECK(stopped);
}

TEST_CASE("an instance that waits for its next try does not delay the end") {
  VirtualClock other_clock;
  Loop other_loop(other_clock);
  auto taken = Listener::bind(other_loop, *parse_uri("tcp://127.0.0.1:0"));
  REQUIRE(taken);
  House house(small_config((*taken)->uri().to_string()));
  CHECK(house.at("phones").state_word() == "backoff");
  CHECK(house.app->state() == App::State::running);
  bool stopped = false;
  house.app->shutdown([&] { stopped = true; });
  house.until([&] { return stopped; });
}

TEST_CASE("a second daemon on the same control socket does not start") {
  House house(small_config());
  App other(AppParts{house.loop, house.loader, house.notify, house.watchdog, house.config_path(),
                     house.folder / "control.sock", true, ConfigSystem{}, SupervisorTimes{}});
  ConfigOutcome outcome = load_from_file(house.config_path(), house.loader);
  REQUIRE(outcome.config);
  const Result<void> started = other.start(std::move(outcome));
  REQUIRE_FALSE(started);
  CHECK_THAT(started.error().message, Catch::Contains("another meshmuxd is running"));
}

}  // namespace meshmux::test
