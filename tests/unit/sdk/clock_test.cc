// The virtual clock, and timers of the host on it.
#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>
#include <vector>

#include "meshmux/host.hpp"
#include "sdk/testing/fake_host.h"

using namespace mmx::testing;

TEST_CASE("events run at their own instants, in order of deadline and then of scheduling") {
  VirtualClock clock;
  const std::int64_t begin = clock.mono_ns();
  std::vector<std::pair<char, std::int64_t>> ran;
  const auto note = [&](char name) {
    return [&ran, &clock, begin, name] { ran.emplace_back(name, clock.mono_ns() - begin); };
  };
  clock.schedule(2 * kSecond, note('c'));
  clock.schedule(1 * kSecond, note('a'));
  clock.schedule(1 * kSecond, note('b'));
  const auto cancelled = clock.schedule(1 * kSecond, note('x'));
  clock.cancel(cancelled);
  clock.advance(1 * kSecond);
  CHECK(ran == std::vector<std::pair<char, std::int64_t>>{{'a', kSecond}, {'b', kSecond}});
  CHECK(clock.next_deadline() == begin + 2 * kSecond);
  clock.advance(kHour);
  CHECK(ran.back() == std::make_pair('c', 2 * kSecond));
  CHECK(clock.mono_ns() == begin + kSecond + kHour);
}

TEST_CASE("the wall clock can be stepped and doubted without moving monotonic time") {
  VirtualClock clock;
  const std::int64_t mono = clock.mono_ns();
  clock.set_wall_ns(5 * kSecond);
  CHECK(clock.wall_ns() == 5 * kSecond);
  CHECK(clock.mono_ns() == mono);
  CHECK(clock.wall_synchronised());
  clock.set_wall_clock(WallClock::unsynchronised);
  CHECK_FALSE(clock.wall_synchronised());
  clock.advance(kSecond);
  CHECK(clock.wall_ns() == 6 * kSecond);
}

TEST_CASE("an event that schedules itself without end at one instant is an error") {
  VirtualClock clock;
  std::function<void()> again = [&] { clock.schedule(0, again); };
  clock.schedule(0, again);
  CHECK_THROWS_AS(clock.advance(0), std::logic_error);
}

TEST_CASE("a timer fires once, restarts replace, stop disarms") {
  FakeHost fake;
  const mmx::Host host(fake.raw());
  int fired = 0;
  mmx::Timer timer(host, [&] { ++fired; });
  timer.start(kSecond);
  fake.advance(kSecond / 2);
  timer.start(kSecond);
  fake.advance(kSecond - 1);
  CHECK(fired == 0);
  CHECK(timer.armed());
  fake.advance(1);
  CHECK(fired == 1);
  CHECK_FALSE(timer.armed());
  timer.start(kSecond);
  timer.stop();
  CHECK(fake.armed_timers() == 0);
  fake.advance(kMinute);
  CHECK(fired == 1);
  CHECK(fake.leaks() == std::vector<std::string>{"1 timer(s) not freed"});
}

TEST_CASE("a timer may be destroyed inside its own fire, captures and all") {
  FakeHost fake;
  const mmx::Host host(fake.raw());
  auto seen = std::make_shared<int>(0);
  auto timer = std::make_unique<std::unique_ptr<mmx::Timer>>();
  auto *slot = timer.get();
  *slot = std::make_unique<mmx::Timer>(host, [slot, seen, text = std::string(100, 'x')] {
    slot->reset();
    *seen = static_cast<int>(text.size());  // the captures outlive the timer
  });
  (*slot)->start(0);
  fake.advance(0);
  CHECK(*seen == 100);
  CHECK(*slot == nullptr);
  CHECK(seen.use_count() == 1);
}

TEST_CASE("an exception in a timer is logged and fails the instance") {
  FakeHost fake;
  const mmx::Host host(fake.raw());
  auto timer =
      std::make_unique<mmx::Timer>(host, [] { throw std::runtime_error("no such thing"); });
  timer->start(0);
  fake.advance(0);
  CHECK(fake.health().state == MMX_HEALTH_FAILED);
  CHECK(fake.health().reason == "timer threw: no such thing");
  CHECK(fake.logged("no such thing", MMX_LOG_ERROR));
}

TEST_CASE("two hosts share one clock") {
  VirtualClock clock;
  FakeHost one("one", clock);
  FakeHost two("two", clock);
  int fired = 0;
  auto first = std::make_unique<mmx::Timer>(mmx::Host(one.raw()), [&] { fired += 1; });
  auto second = std::make_unique<mmx::Timer>(mmx::Host(two.raw()), [&] { fired += 10; });
  first->start(kSecond);
  second->start(2 * kSecond);
  one.advance(2 * kSecond);
  CHECK(fired == 11);
}

TEST_CASE("random numbers follow the seed") {
  FakeHost a("a", std::uint64_t{5});
  FakeHost b("b", std::uint64_t{5});
  FakeHost c("c", std::uint64_t{6});
  const std::uint64_t first = mmx::Host(a.raw()).random();
  CHECK(first == mmx::Host(b.raw()).random());
  CHECK(first != mmx::Host(c.raw()).random());
}
