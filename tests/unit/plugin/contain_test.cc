// Plugins that break their contract while they run: each is contained, named and told, and the loop
// lives on.
#include "tests/unit/plugin/bench.h"

namespace meshmux::test {
namespace {

// A link message of a source that exists only on the bus, for whoever subscribed to everything.
struct SilentSource : Participant {
  bool may_deliver() const override { return true; }
  mmx_status deliver(const mmx_message &) override { return MMX_OK; }
  void session_ended(uint32_t, uint64_t) override {}
  std::string session_address(uint64_t) const override { return {}; }
};

template <class BenchType>
struct LinkedSource {
  BenchType &bench;
  SilentSource life;
  uint32_t number = 0;

  explicit LinkedSource(BenchType &on) : bench(on) {
    ParticipantSpec spec;
    spec.id = "radio";
    spec.role = MMX_ROLE_SOURCE;
    number = bench.bus.add(spec);
    bench.bus.attach(number, life);
  }
  ~LinkedSource() { bench.bus.detach(number); }
  void say_link(uint32_t phase) {
    mmx_link link{};
    link.struct_size = sizeof link;
    link.phase = phase;
    REQUIRE(bench.bus.set_link(number, link) == MMX_OK);
    bench.spin();
  }
};

}  // namespace

TEST_CASE("create that hands out nothing fails the instance, again and again, then for good") {
  Bench bench;
  Supervisor &it = bench.start_bad("null_create");
  CHECK(
      bench.logged.contains("failed: create answered MMX_OK and left *self NULL; next try in 1 s"));
  CHECK(it.state_word() == "backoff");
  CHECK(it.health_word() == "failed");
  CHECK(it.reason() == "create answered MMX_OK and left *self NULL");
  bench.pass(1 * kSecond);
  CHECK(bench.logged.contains("next try in 2 s"));
  bench.pass(600 * kSecond);
  CHECK(it.state_word() == "failed");
  CHECK(bench.logged.count("failed for good: ") == 1);
  CHECK(bench.logged.count("failed: create") == kMaxStartFailures - 1);
}

TEST_CASE("an exception that leaves a plugin fails its instance and nothing else") {
  Bench bench;
  SECTION("create") {
    bench.start_bad("throws_create");
    CHECK(bench.logged.contains("plugin misbehaves: an exception left its create: boom (" +
                                bad_plugin("throws_create") + ", type bad-throws-create)"));
  }
  SECTION("start") {
    bench.start_bad("throws_start");
    CHECK(bench.logged.contains("failed: an exception left its start: boom; next try in 1 s"));
  }
  SECTION("deliver") {
    LinkedSource source(bench);
    Supervisor &it = bench.start_bad("throws_deliver");
    REQUIRE(it.running());
    source.say_link(MMX_LINK_UP);
    CHECK_FALSE(it.running());
    CHECK(bench.logged.contains("failed: an exception left its deliver: boom; next try in 1 s"));
  }
  SECTION("a timer") {
    Supervisor &it = bench.start_bad("throws_timer");
    REQUIRE(it.running());
    bench.pass(kMillisecond);
    CHECK(bench.logged.contains("failed: an exception left its timer: boom; next try in 1 s"));
  }
  SECTION("stop") {
    Supervisor &it = bench.start_bad("throws_stop");
    it.stop(kSecond);
    bench.spin();
    CHECK(it.idle());
    CHECK(bench.logged.contains("an exception left its stop: boom"));
  }
  // Whatever happened, others run.
  Supervisor &other = bench.start_bad("quiet");
  CHECK(other.running());
}

TEST_CASE("a plugin that never says that it is ready fails after ten seconds") {
  Bench bench;
  Supervisor &it = bench.start_bad("never_ready");
  CHECK(it.state_word() == "starting");
  bench.pass(10 * kSecond - 1);
  CHECK(it.state_word() == "starting");
  bench.pass(1);
  CHECK(it.state_word() == "backoff");
  CHECK(bench.logged.contains(
      "failed: it did not say that it is ready within 10 s; next try in 1 s"));
}

TEST_CASE("a plugin that never says that it has stopped is destroyed after five seconds") {
  Bench bench;
  Supervisor &it = bench.start_bad("never_stopped");
  REQUIRE(it.running());
  it.stop(5 * kSecond);
  bench.pass(5 * kSecond - 1);
  CHECK(it.state_word() == "draining");
  bench.pass(1);
  CHECK(it.idle());
  CHECK(bench.logged.contains("did not say that it has stopped in time; it is destroyed now"));
}

TEST_CASE("a frontend may not publish what only a source may") {
  Bench bench;
  Supervisor &it = bench.start_bad("wrong_publish");
  CHECK(it.running());
  CHECK(bench.logged.contains(
      "plugin misbehaves: it published kind state, which a frontend may not (" +
      bad_plugin("wrong_publish") + ", type bad-wrong-publish)"));
  CHECK(bench.logged.contains("publish was denied"));
  CHECK(bench.logged.contains("no source extension"));
  CHECK(bench.logged.contains("no unknown extension"));
  CHECK(bench.bus.stats(it.number()).role_violations == 1);
}

TEST_CASE("a plugin that holds the loop for two seconds is named and degraded") {
  BenchOn<SystemClock> bench;
  LinkedSource source(bench);
  Supervisor &it = bench.start_bad("slow_deliver");
  REQUIRE(it.running());
  source.say_link(MMX_LINK_UP);
  CHECK(it.running());
  CHECK(it.health_word() == "degraded");
  CHECK_THAT(it.reason(), Catch::StartsWith("its deliver held the loop for 2"));
  CHECK(bench.logged.contains("plugin misbehaves: its deliver held the loop for 2"));
}

TEST_CASE("what a plugin leaves open is closed and counted") {
  Bench bench;
  Supervisor &it = bench.start_bad("leaks_timer");
  REQUIRE(it.running());
  CHECK(it.life()->objects().timers().size() == 1);
  it.stop(kSecond);
  bench.spin();
  CHECK(it.idle());
  CHECK(bench.logged.contains("open when it was destroyed; they were closed"));
  bench.pass(120 * kSecond);
  CHECK_FALSE(bench.logged.contains("a leaked timer fired"));
}

TEST_CASE("calls from a thread of the plugin's own are refused and told once") {
  Bench bench;
  Supervisor &it = bench.start_bad("calls_from_thread");
  CHECK(it.running());
  CHECK(bench.logged.count("from a thread of its own") == 1);
  CHECK(bench.logged.contains(
      "plugin misbehaves: it called mmx_bus.publish from a thread of its own; only log, post, "
      "metrics, retain and release may be called there. Such calls are refused (" +
      bad_plugin("calls_from_thread") + ", type bad-calls-from-thread)"));
  CHECK(bench.logged.contains("publish was refused"));
  CHECK(bench.logged.contains("subscribe was refused"));
  CHECK(bench.logged.contains("create was refused"));
  CHECK(bench.logged.contains("get_extension was refused"));
}

TEST_CASE("calls after the end are answered and change nothing") {
  Bench bench;
  Supervisor &it = bench.start_bad("calls_after_stop");
  REQUIRE(it.running());
  it.stop(kSecond);
  bench.spin();
  CHECK(it.idle());
  CHECK(bench.logged.contains("late publish was refused"));
  CHECK(bench.logged.contains("late subscribe was refused"));
  CHECK(bench.logged.contains("late post was refused"));
}

}  // namespace meshmux::test
