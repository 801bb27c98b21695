// The control methods, over a real socket, in the shapes control/methods.h promises.
#include "tests/unit/daemon/house.h"

namespace meshmux::test {

TEST_CASE("status shows sources with their clients, and frontends with their real ports") {
  House house(small_config());
  Peer peer(house.listens_on("phones"));
  house.expect(peer, "hello");
  Control control(house);
  const Json status = control.result("status");
  CHECK(status["state"] == "running");
  CHECK(status["config"] == house.config_path());
  const Json source = status["sources"].at(0);
  CHECK(source["sourceId"] == "radio");
  CHECK(source["sourceName"] == "radio");
  CHECK(source["enabled"] == true);
  CHECK(source["isRunning"] == true);
  CHECK(source["clientCount"] == 1);
  CHECK(source["clients"].at(0)["address"] == "127.0.0.1");
  CHECK(source["clients"].at(0)["frontend"] == "phones");
  CHECK(source["link"]["phase"] == "up");
  CHECK(source["link"]["complete"] == true);
  CHECK(status["frontends"].at(0)["listen"] == house.listens_on("phones"));
}

TEST_CASE("instances, sessions and kick") {
  House house(small_config());
  Peer peer(house.listens_on("phones"));
  house.expect(peer, "hello");
  Control control(house);
  const Json instances = control.result("instances")["instances"];
  REQUIRE(instances.size() == 2);
  CHECK(instances[0]["id"] == "radio");
  CHECK(instances[0]["group"] == "sources");
  CHECK(instances[1]["state"] == "running");
  CHECK(instances[1]["health"] == "ok");
  CHECK(instances[1]["detail"] == Json::object());
  CHECK(control.result("instances", {{"instance", "phones"}})["instances"].size() == 1);
  CHECK(control.error("instances", {{"instance", "nobody"}})["code"] == MMX_NOT_FOUND);

  const Json sessions = control.result("sessions")["sessions"];
  REQUIRE(sessions.size() == 1);
  CHECK(sessions[0]["source"] == "radio");
  const Json kicked = control.result("kick", {{"session", sessions[0]["id"]}});
  CHECK(kicked["frontend"] == "phones");
  house.until([&] { return peer.ended(); });
  CHECK(control.error("kick", {{"session", sessions[0]["id"]}})["code"] == MMX_NOT_FOUND);
}

TEST_CASE("state shows what is retained, described and never as bytes") {
  House house(small_config());
  Control control(house);
  const Json state = control.result("state");
  CHECK(state["source"] == "radio");
  REQUIRE(state["records"].size() == 1);
  CHECK(state["records"][0]["key"] == "6e616d65");
  CHECK(state["records"][0]["labels"] == Json({"text"}));
  CHECK(state["records"][0]["text"] == "a test payload");
  CHECK(state.dump().find("the radio's name") == std::string::npos);
}

TEST_CASE("policy test explains the verdict and names the rule") {
  House house(
      small_config("tcp://127.0.0.1:0", "    policy: { rules: [ { deny: [position] } ] }\n"));
  Control control(house);
  const Json denied =
      control.result("policy.test", {{"instance", "phones"}, {"labels", {"position"}}});
  CHECK(denied["verdict"] == "denied");
  CHECK(denied["gates"].at(0)["gate"] == "ingress");
  CHECK_THAT(denied["gates"].at(0)["place"].get<std::string>(),
             Catch::Contains("meshmux.yaml:10:"));
  const Json text = control.result("policy.test", {{"instance", "phones"}, {"payload", "742068"}});
  CHECK(text["verdict"] == "accepted");
  CHECK(text["canonical"] == "742068");
  CHECK(text["labels"] == Json({"text"}));
  CHECK(text["gates"].size() == 2);
  CHECK(control.result("policy.test", {{"instance", "phones"}, {"payload", "00"}})["verdict"] ==
        "invalid");
  CHECK(test_plugins::journal_count("radio got t h") == 0);
  CHECK(control.error("policy.test", {{"instance", "phones"}, {"labels", {"txt"}}})["code"] ==
        MMX_INVALID);
}

TEST_CASE("reload over the control socket answers what changed, or every error") {
  House house(small_config());
  Control control(house);
  house.write(small_config("tcp://127.0.0.1:0", "    greeting: howdy\n"));
  const Json done = control.result("reload");
  CHECK(done["changed"].at(0)["id"] == "phones");
  house.write("frontend: {}\n");
  const Json error = control.error("reload");
  CHECK(error["code"] == MMX_INVALID);
  CHECK_THAT(error["message"].get<std::string>(), Catch::Contains("frontends"));
}

TEST_CASE("call reaches a plugin's own verbs") {
  House house(small_config());
  Control control(house);
  const Json args = {{"n", 7}};
  CHECK(control.result(
            "call", {{"instance", "radio"}, {"verb", "echo"}, {"args", args}})["result"] == args);
  CHECK(control.error("call", {{"instance", "radio"}, {"verb", "jump"}})["code"] ==
        MMX_UNSUPPORTED);
}

TEST_CASE("metrics count sessions and commands") {
  House house(small_config());
  Peer peer(house.listens_on("phones"));
  house.expect(peer, "hello");
  peer.send("a reboot");
  house.expect(peer, "verdict 2");
  Control control(house);
  const std::string text = control.result("metrics", {{"format", "prometheus"}})["text"];
  CHECK_THAT(text, Catch::Contains("meshmux_sessions{instance=\"phones\"} 1"));
  CHECK_THAT(text, Catch::Contains("meshmux_commands_denied_total{instance=\"phones\"} 1"));
  CHECK_THAT(text, Catch::Contains("meshmux_link_up{instance=\"radio\"} 1"));
  CHECK(control.result("metrics")["metrics"].size() > 10);
}

TEST_CASE("follow tells of sessions, instances and links as they change") {
  House house(small_config());
  Control control(house);
  control.ask("follow", {{"what", {"sessions", "instances"}}});
  house.spin();
  Peer peer(house.listens_on("phones"));
  const Json opened = control.next()["event"];
  CHECK(opened["event"] == "opened");
  CHECK(opened["session"]["frontend"] == "phones");
  peer.close();
  CHECK(control.next()["event"]["event"] == "closed");
  house.at("radio").life()->fail("test");
  const Json changed = control.next()["event"];
  CHECK(changed["instance"]["id"] == "radio");
  CHECK(changed["instance"]["state"] == "backoff");
  CHECK(changed["instance"]["reason"] == "test");
}

TEST_CASE("the log level can be asked for and changed") {
  House house(small_config());
  Control control(house);
  CHECK(control.result("log-level", {{"level", "warn"}})["level"] == "warn");
  CHECK(control.result("log-level")["level"] == "warn");
  CHECK(control.error("log-level", {{"level", "loud"}})["code"] == MMX_INVALID);
}

}  // namespace meshmux::test
