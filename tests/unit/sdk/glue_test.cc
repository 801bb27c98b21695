// The C++ glue: barrier around every call, options by name, call_on_loop, metrics.
#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "meshmux/plugin.hpp"
#include "sdk/testing/instance_runner.h"

using namespace mmx::testing;

namespace {

// Throws wherever its option says.
class Thrower : public mmx::Instance {
 public:
  static constexpr const char *kModes[] = {"fast", "slow", nullptr};
  static constexpr mmx_option option_table[] = {
      {MMX_OPTION_STRING, 0, "throw_in", "", nullptr, 0, 0, "Method that throws."},
      {MMX_OPTION_DURATION, 0, "wait", "1500ms", nullptr, 0, 60, "A duration."},
      {MMX_OPTION_SIZE, 0, "room", "8M", nullptr, 0, 0, "A size."},
      {MMX_OPTION_BOOL, MMX_OPTION_HOT, "on", "true", nullptr, 0, 0, "A switch."},
      {MMX_OPTION_INT, 0, "count", nullptr, nullptr, 1, 9, "A number without default."},
      {MMX_OPTION_FLOAT, 0, "ratio", "0.5", nullptr, 0, 0, "A fraction."},
      {MMX_OPTION_ENUM, 0, "mode", "slow", kModes, 0, 0, "A word."},
      {MMX_OPTION_LIST, 0, "nets", "10.0.0.0/8, ::1", nullptr, 0, 0, "A list."},
      {MMX_OPTION_URI, 0, "connect", "tcp://radio:4403", nullptr, 0, 0, "An address."}};

  Thrower(const mmx_host *raw, const mmx::Options &options)
      : Instance(raw), where_(options.string("throw_in")) {
    check("create");
    summary = std::to_string(options.integer("wait")) + " " +
              std::to_string(options.integer("room")) + " " + (options.flag("on") ? "on" : "off") +
              " " + (options.has("count") ? "some" : "none") + " " +
              std::to_string(options.number("ratio")).substr(0, 3) + " " + options.string("mode") +
              std::to_string(options.integer("mode")) + " " +
              std::to_string(options.list("nets").size()) + " " + options.list("nets")[1] + " " +
              options.string("connect");
  }
  mmx_status start() override { return check("start"); }
  void stop() override {
    check("stop");
    host().stopped();
  }
  mmx_status deliver(const mmx_message &) override { return check("deliver"); }
  void turn_end() override { check("turn_end"); }
  mmx_status reconfigure(const mmx::Options &options) override {
    summary = options.flag("on") ? "on" : "off";
    return check("reconfigure");
  }
  mmx_status session_opened(const mmx_session &, mmx_stream *) override {
    return check("session_opened");
  }
  void session_ended(std::uint32_t, std::uint64_t) override { check("session_ended"); }
  std::string status() override {
    check("status");
    return "{\"ok\":true}";
  }
  mmx_status call(std::string_view verb, std::string_view args, std::string &reply) override {
    check("call");
    ++calls;
    if (verb == "long") {
      reply.assign(100'000, 'x');
      return MMX_OK;
    }
    if (verb != "echo") return MMX_UNSUPPORTED;
    reply = args;
    return MMX_OK;
  }

  std::string summary;
  int calls = 0;

 private:
  mmx_status check(std::string_view where) const {
    if (where_ == where) throw std::runtime_error("asked to");
    return MMX_OK;
  }
  std::string where_;
};

constexpr mmx_type kType =
    mmx::define_type<Thrower>(MMX_ROLE_SOURCE, "thrower", "Throws on request.", nullptr);

Thrower &thrower(const InstanceRunner &runner) {
  return *static_cast<Thrower *>(static_cast<mmx::Instance *>(runner.self()));
}

}  // namespace

TEST_CASE("no exception leaves an instance; the answer is safe and the instance failed") {
  const std::string where =
      GENERATE(as<std::string>(), "create", "start", "stop", "deliver", "turn_end", "reconfigure",
               "session_opened", "session_ended", "status", "call");
  FakeHost fake;
  InstanceRunner runner(fake, &kType, {{"throw_in", where}});
  CHECK((runner.create_status() == MMX_ERROR) == (where == "create"));
  if (where != "create") {
    CHECK((runner.start() == MMX_ERROR) == (where == "start"));
    static_cast<void>(fake.bus().subscribe(0, MMX_KIND_RX));
    CHECK((runner.deliver(rx("x")) == MMX_ERROR) == (where == "deliver"));
    CHECK((runner.reconfigure({}) == MMX_ERROR) == (where == "reconfigure"));
    FakeStream &stream = fake.net().open_session();
    fake.bus().end_session(1, 1);
    CHECK(fake.control_status().empty() == (where == "status"));
    CHECK((fake.control_call("echo", "1").first == MMX_ERROR) == (where == "call"));
    fake.end_turn();
    CHECK(stream.is_closed() == (where == "session_opened"));
    runner.stop();
  }
  const std::string line = where + " threw: asked to";
  CHECK(fake.logged(line, MMX_LOG_ERROR));
  const auto &history = fake.health_history();
  CHECK(std::any_of(history.begin(), history.end(), [&](const Health &health) {
    return health.state == MMX_HEALTH_FAILED && health.reason == line;
  }));
}

TEST_CASE("options arrive by name, parsed, with their defaults") {
  FakeHost fake;
  SECTION("defaults") {
    InstanceRunner runner(fake, &kType);
    CHECK(thrower(runner).summary == "1500000000 8388608 on none 0.5 slow1 2 ::1 tcp://radio:4403");
    CHECK(runner.reconfigure({{"on", "false"}}) == MMX_OK);
    CHECK(thrower(runner).summary == "off");
  }
  SECTION("given") {
    InstanceRunner runner(fake, &kType,
                          {{"wait", "30s"},
                           {"room", "64k"},
                           {"on", "false"},
                           {"count", "9"},
                           {"ratio", "2.5"},
                           {"mode", "fast"},
                           {"nets", "[a, b, c]"},
                           {"connect", "serial:///dev/ttyUSB0"}});
    CHECK(thrower(runner).summary ==
          "30000000000 65536 off some 2.5 fast0 3 b serial:///dev/ttyUSB0");
  }
  SECTION("mistakes of the test are told") {
    using Bad = std::invalid_argument;
    CHECK_THROWS_AS(InstanceRunner(fake, &kType, {{"no_such", "1"}}), Bad);
    CHECK_THROWS_AS(InstanceRunner(fake, &kType, {{"count", "10"}}), Bad);
    CHECK_THROWS_AS(InstanceRunner(fake, &kType, {{"wait", "61s"}}), Bad);
    CHECK_THROWS_AS(InstanceRunner(fake, &kType, {{"wait", "1y"}}), Bad);
    CHECK_THROWS_AS(InstanceRunner(fake, &kType, {{"on", "maybe"}}), Bad);
    CHECK_THROWS_AS(InstanceRunner(fake, &kType, {{"mode", "medium"}}), Bad);
  }
}

TEST_CASE("control calls are made once, whatever the size of the reply") {
  FakeHost fake;
  InstanceRunner runner(fake, &kType);
  CHECK(fake.control_status() == "{\"ok\":true}");
  CHECK(fake.control_call("echo", "{\"a\":1}") ==
        std::make_pair(mmx_status{MMX_OK}, std::string("{\"a\":1}")));
  CHECK(fake.control_call("sing").first == MMX_UNSUPPORTED);
  const int before = thrower(runner).calls;
  CHECK(fake.control_call("long").first == MMX_NO_SPACE);
  CHECK(thrower(runner).calls == before + 1);
}

TEST_CASE("work of other threads comes back through call_on_loop, in order") {
  FakeHost fake;
  const mmx::Host host(fake.raw());
  std::vector<int> ran;
  std::thread worker([&] {
    for (int i = 0; i < 3; ++i)
      static_cast<void>(host.call_on_loop([&ran, i] { ran.push_back(i); }));
  });
  worker.join();
  CHECK(ran.empty());
  fake.end_turn();
  CHECK(ran == std::vector<int>{0, 1, 2});
  SECTION("an exception fails the instance") {
    CHECK(host.call_on_loop([] { throw std::runtime_error("late news"); }) == MMX_OK);
    fake.end_turn();
    CHECK(fake.health().reason == "call_on_loop threw: late news");
  }
  SECTION("a full queue and a stopping host refuse and free what was handed over") {
    auto token = std::make_shared<int>(1);
    fake.set_post_limit(1);
    CHECK(host.call_on_loop([token] {}) == MMX_OK);
    CHECK(host.call_on_loop([token] {}) == MMX_AGAIN);
    fake.end_turn();
    fake.begin_stop();
    CHECK(host.call_on_loop([token] {}) == MMX_CLOSED);
    CHECK(token.use_count() == 1);
  }
}

TEST_CASE("metrics and log lines are seen") {
  FakeHost fake("bee");
  const mmx::Host host(fake.raw());
  mmx_metric *frames = host.counter("frames_total", "Frames.");
  host.add(frames, 2);
  host.add(host.counter("frames_total", "Frames."));
  host.set(host.gauge("depth", "Depth."), 7);
  CHECK(fake.metric("frames_total") == 3);
  CHECK(fake.metric("depth") == 7);
  CHECK(fake.metric("none") == 0);
  host.log(MMX_LOG_WARN, "hot", 4);
  CHECK(fake.logs().at(0).session == 4);
  CHECK(fake.logged("hot", MMX_LOG_WARN));
  CHECK_FALSE(fake.logged("hot", MMX_LOG_ERROR));
  CHECK(host.id() == "bee");
}

TEST_CASE("stopping waits for the instance as long as the core would") {
  FakeHost fake;
  InstanceRunner runner(fake, &kType, {{"throw_in", "stop"}});
  static_cast<void>(runner.start());
  CHECK_FALSE(runner.stop_and_wait());
  runner.destroy();
  InstanceRunner other(fake, &kType);
  static_cast<void>(other.start());
  CHECK(other.stop_and_wait());
}
