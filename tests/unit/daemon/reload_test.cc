// Reloading: each kind of change reaches exactly the instance it concerns, and an error changes
// nothing.
#include "tests/unit/daemon/house.h"

namespace meshmux::test {
namespace {

using test_plugins::journal;
using test_plugins::journal_count;

Json only_change(const Result<Json> &done) {
  INFO((done ? std::string() : done.error().message));
  REQUIRE(done);
  REQUIRE((*done)["changed"].size() == 1);
  return (*done)["changed"][0];
}

// A port nobody listens on just now.
uint16_t free_port() {
  VirtualClock clock;
  Loop loop(clock);
  auto listener = Listener::bind(loop, *parse_uri("tcp://127.0.0.1:0"));
  REQUIRE(listener);
  return (*listener)->uri().port;
}

}  // namespace

TEST_CASE("a reload without a change changes nothing") {
  House house(small_config());
  Peer peer(house.listens_on("phones"));
  house.expect(peer, "hello");
  const std::string address = house.listens_on("phones");
  journal().clear();
  house.manager.all();
  const Result<Json> done = house.reload_with(small_config());
  REQUIRE(done);
  CHECK((*done)["changed"].empty());
  CHECK(journal().empty());
  CHECK(house.listens_on("phones") == address);
  CHECK_FALSE(peer.ended());
  const std::string told = house.manager.all();
  CHECK_THAT(told, Catch::StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  CHECK_THAT(told, Catch::Contains("READY=1"));
}

TEST_CASE("a virtual node moves its port, and neither its source nor its sessions notice") {
  House house(small_config());
  const std::string before = house.listens_on("phones");
  Peer peer(before);
  house.expect(peer, "hello");
  journal().clear();
  const uint16_t port = free_port();
  const Json change =
      only_change(house.reload_with(small_config("tcp://127.0.0.1:" + std::to_string(port))));
  CHECK(change["change"] == "updated");
  CHECK(change["what"] == Json({"listen"}));
  CHECK(house.listens_on("phones") == "tcp://127.0.0.1:" + std::to_string(port));
  CHECK(journal().empty());
  CHECK_FALSE(peer.ended());
  peer.send("t still here");
  house.expect(peer, "t reply to t still here");
  CHECK_FALSE(Peer(before).connected());
  Peer again(port);
  house.expect(again, "hello");
}

TEST_CASE("a port that is taken, and nothing at all has changed") {
  House house(small_config());
  const std::string before = house.listens_on("phones");
  Peer peer(before);
  house.expect(peer, "hello");
  auto taken = Listener::bind(house.loop, *parse_uri("tcp://127.0.0.1:0"));
  REQUIRE(taken);
  journal().clear();
  // The same file also removes nothing, adds another source and changes options: none of it
  // happens.
  const Result<Json> done = house.reload_with(
      small_config((*taken)->uri().to_string(), "    greeting: changed\n",
                   "  other:\n    plugin: test-source\n    connect: tcp://192.0.2.2:1\n"));
  REQUIRE_FALSE(done);
  CHECK_THAT(done.error().message,
             Catch::Contains("phones: cannot listen on " + (*taken)->uri().to_string()) &&
                 Catch::Contains("already in use") && Catch::Contains("meshmux.yaml:"));
  CHECK(journal().empty());
  CHECK(house.app->find("other") == nullptr);
  CHECK(house.listens_on("phones") == before);
  CHECK_FALSE(peer.ended());
  Peer again(before);
  house.expect(again, "hello");
}

TEST_CASE("an error in the file changes nothing and names the line") {
  House house(small_config());
  journal().clear();
  const Result<Json> done =
      house.reload_with(small_config("tcp://127.0.0.1:0", "    colur: red\n"));
  REQUIRE_FALSE(done);
  CHECK(done.code() == MMX_INVALID);
  CHECK_THAT(done.error().message,
             Catch::Contains("meshmux.yaml:10:5") && Catch::Contains("colour"));
  CHECK(journal().empty());
  CHECK(house.at("phones").running());
}

TEST_CASE("a hot option reaches the running instance") {
  House house(small_config());
  Peer peer(house.listens_on("phones"));
  house.expect(peer, "hello");
  journal().clear();
  const Json change =
      only_change(house.reload_with(small_config("tcp://127.0.0.1:0", "    greeting: howdy\n")));
  CHECK(change["what"] == Json({"options"}));
  CHECK(journal() == std::vector<std::string>{"phones reconfigure"});
  CHECK_FALSE(peer.ended());
  Peer again(house.listens_on("phones"));
  house.expect(again, "howdy");
}

TEST_CASE("an option that is not hot recreates its instance and no other, on the same port") {
  House house(small_config());
  const std::string address = house.listens_on("phones");
  journal().clear();
  const Json change =
      only_change(house.reload_with(small_config("tcp://127.0.0.1:0", "    colour: blue\n")));
  CHECK(change["change"] == "recreated");
  house.until([&] { return house.at("phones").running(); });
  CHECK(journal_count("phones destroyed") == 1);
  CHECK(journal_count("phones created") == 1);
  CHECK(journal_count("radio stop") == 0);
  CHECK(house.listens_on("phones") == address);
}

TEST_CASE("a new policy is in force at once, and sessions stay") {
  House house(small_config());
  Peer peer(house.listens_on("phones"));
  house.expect(peer, "hello");
  peer.send("a reboot");
  house.expect(peer, "verdict 2");
  journal().clear();
  const Json change = only_change(
      house.reload_with(small_config("tcp://127.0.0.1:0", "    policy: { admin: allow }\n")));
  CHECK(change["what"] == Json({"policy"}));
  peer.send("a reboot");
  house.expect(peer, "t reply to a reboot");

  only_change(house.reload_with(
      small_config("tcp://127.0.0.1:0", "    policy: { see: [ { deny: [text] } ] }\n")));
  house.until([] { return journal_count("phones lost name") == 1; });
}

TEST_CASE("limits of a listener change without a new listener") {
  House house(small_config());
  const std::string address = house.listens_on("phones");
  Peer peer(address);
  house.expect(peer, "hello");
  only_change(house.reload_with(small_config("tcp://127.0.0.1:0", "    max_sessions: 1\n")));
  CHECK(house.listens_on("phones") == address);
  Peer second(address);
  house.until([&] { return second.ended(); });
  CHECK_FALSE(peer.ended());
}

TEST_CASE("instances come, go, and are switched off and on") {
  House house(small_config());
  const std::string two = small_config() +
                          "  family:\n    plugin: test-frontend\n    source: radio\n"
                          "    listen: tcp://127.0.0.1:0\n";
  CHECK(only_change(house.reload_with(two))["change"] == "added");
  CHECK(house.at("family").running());
  const std::string address = house.listens_on("family");
  Peer peer(address);
  house.expect(peer, "hello");

  CHECK(only_change(house.reload_with(two + "    enabled: false\n"))["change"] == "disabled");
  house.until([&] { return peer.ended(); });
  CHECK(house.at("family").state_word() == "disabled");
  CHECK_FALSE(Peer(address).connected());

  CHECK(only_change(house.reload_with(two))["change"] == "enabled");
  CHECK(house.at("family").running());

  CHECK(only_change(house.reload_with(small_config()))["change"] == "removed");
  house.until([&] { return house.app->find("family") == nullptr; });
  CHECK(house.at("phones").running());
  CHECK(house.at("radio").running());
}

TEST_CASE("a source at another address is recreated and its old state is void") {
  House house(small_config());
  const auto epoch = [&] { return house.app->bus().link(house.at("radio").number())->link->epoch; };
  const uint32_t before = epoch();
  std::string other = small_config();
  other.replace(other.find("192.0.2.1"), 9, "192.0.2.9");
  CHECK(only_change(house.reload_with(other))["change"] == "recreated");
  house.until([&] { return house.at("radio").running(); });
  house.spin();
  CHECK(epoch() > before);
  CHECK(house.at("phones").running());
}

TEST_CASE("two frontends swap their ports in one reload") {
  const uint16_t one = free_port();
  const uint16_t two = free_port();
  REQUIRE(one != two);
  const auto config = [](uint16_t first, uint16_t second) {
    return small_config("tcp://127.0.0.1:" + std::to_string(first)) +
           "  family:\n    plugin: test-frontend\n    source: radio\n    listen: tcp://127.0.0.1:" +
           std::to_string(second) + "\n    greeting: family\n";
  };
  House house(config(one, two));
  journal().clear();
  REQUIRE(house.reload_with(config(two, one)));
  CHECK(journal().empty());
  Peer phones(two);
  house.expect(phones, "hello");
  Peer family(one);
  house.expect(family, "family");
}

TEST_CASE("a listener moves between an address and all addresses on one port") {
  const std::string port = std::to_string(free_port());
  House house(small_config("tcp://0.0.0.0:" + port));
  REQUIRE(house.reload_with(small_config("tcp://127.0.0.1:" + port)));
  CHECK(house.listens_on("phones") == "tcp://127.0.0.1:" + port);
  Peer peer("tcp://127.0.0.1:" + port);
  house.expect(peer, "hello");
  REQUIRE(house.reload_with(small_config("tcp://0.0.0.0:" + port)));
  CHECK(house.listens_on("phones") == "tcp://0.0.0.0:" + port);
  CHECK_FALSE(peer.ended());
}

TEST_CASE("a frontend bound to another source is another instance, on the same port") {
  const std::string more = "  other:\n    plugin: test-source\n    connect: tcp://192.0.2.2:1\n";
  const std::string port = std::to_string(free_port());
  House house(small_config("tcp://127.0.0.1:" + port, "", more));
  std::string bound = small_config("tcp://127.0.0.1:" + port, "", more);
  bound.replace(bound.find("source: radio"), 13, "source: other");
  CHECK(only_change(house.reload_with(bound))["change"] == "recreated");
  house.until([&] { return house.at("phones").running(); });
  Peer peer("tcp://127.0.0.1:" + port);
  house.expect(peer, "hello");
  peer.send("t hi");
  house.expect(peer, "t reply to t hi");
  CHECK(journal_count("other got t hi") == 1);
}

TEST_CASE("a source that becomes another plugin takes its frontends along") {
  House house(small_config());
  std::string other = small_config();
  other.replace(other.find("test-source"), 11, "test-sender");
  const Result<Json> done = house.reload_with(other);
  REQUIRE(done);
  house.until([&] { return house.at("phones").running() && house.at("radio").running(); });
  house.spin();
  Peer peer(house.listens_on("phones"));
  house.expect(peer, "hello");
  peer.send("t hi");
  house.expect(peer, "t reply to t hi");
  CHECK(journal_count("radio created") == 2);
  CHECK(journal_count("phones created") == 2);
  // The old ones are gone from the bus, and their numbers with them.
  CHECK(house.app->bus().number_of("radio") == house.at("radio").number());
}

TEST_CASE(
    "a file that adds a port in use is refused while one that was in use before is not in the "
    "way") {
  VirtualClock other_clock;
  Loop other_loop(other_clock);
  auto taken = Listener::bind(other_loop, *parse_uri("tcp://127.0.0.1:0"));
  REQUIRE(taken);
  const std::string address = (*taken)->uri().to_string();
  House house(small_config(address));
  CHECK(house.at("phones").state_word() == "backoff");
  REQUIRE(house.reload_with(small_config(address, "", "    identity: two\n")));
  CHECK(house.at("phones").state_word() == "backoff");
  taken->reset();
  house.pass(2 * kSecond);
  CHECK(house.at("phones").running());
}

}  // namespace meshmux::test
