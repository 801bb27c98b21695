// Timers on a virtual clock: order, cancelling, and what a timer may do to itself.
#include "core/loop/timers.h"

#include <catch2/catch.hpp>
#include <memory>
#include <random>
#include <string>

#include "core/loop/loop.h"

namespace meshmux {
namespace {

// A timer that appends its name to a list.
struct Named {
  Named(TimerQueue &queue, std::string &out, char letter)
      : list(out), name(letter), timer(queue, fire, this) {}
  static void fire(void *ctx) {
    auto &self = *static_cast<Named *>(ctx);
    self.list += self.name;
  }
  std::string &list;
  char name;
  Timer timer;
};

TEST_CASE("timers fire in order of deadline, then of start") {
  VirtualClock clock;
  TimerQueue queue(clock);
  std::string fired;
  Named a(queue, fired, 'a'), b(queue, fired, 'b'), c(queue, fired, 'c');
  b.timer.start(10);
  a.timer.start(5);
  c.timer.start(10);
  clock.advance(4);
  queue.run_due();
  CHECK(fired.empty());
  clock.advance(1);
  queue.run_due();
  CHECK(fired == "a");
  clock.advance(100);
  queue.run_due();
  CHECK(fired == "abc");
  CHECK(queue.size() == 0);
}

TEST_CASE("a timer can be stopped and started anew") {
  VirtualClock clock;
  TimerQueue queue(clock);
  std::string fired;
  Named a(queue, fired, 'a'), b(queue, fired, 'b');
  a.timer.start(5);
  b.timer.start(6);
  a.timer.stop();
  CHECK_FALSE(a.timer.active());
  b.timer.start(20);
  clock.advance(10);
  queue.run_due();
  CHECK(fired.empty());
  clock.advance(10);
  queue.run_due();
  CHECK(fired == "b");
  a.timer.start(INT64_MAX);  // beyond the end of time: no overflow
  CHECK(queue.next_deadline() > clock.mono_ns());
}

TEST_CASE("a timer may free itself and others while it fires") {
  VirtualClock clock;
  TimerQueue queue(clock);
  struct Both {
    std::unique_ptr<Timer> self, other;
    int fired = 0;
  } both;
  both.self = std::make_unique<Timer>(
      queue,
      [](void *ctx) {
        auto &pair = *static_cast<Both *>(ctx);
        ++pair.fired;
        pair.other.reset();
        pair.self.reset();
      },
      &both);
  both.other = std::make_unique<Timer>(
      queue, [](void *ctx) { static_cast<Both *>(ctx)->fired += 100; }, &both);
  both.self->start(1);
  both.other->start(1);
  clock.advance(1);
  queue.run_due();
  CHECK(both.fired == 1);
  CHECK(queue.size() == 0);
}

TEST_CASE("a timer that restarts itself at once does not hold the loop") {
  VirtualClock clock;
  TimerQueue queue(clock);
  struct Again {
    Timer *timer = nullptr;
    int fired = 0;
  } again;
  Timer timer(
      queue,
      [](void *ctx) {
        auto &self = *static_cast<Again *>(ctx);
        ++self.fired;
        self.timer->start(0);
      },
      &again);
  again.timer = &timer;
  timer.start(0);
  queue.run_due();
  CHECK(again.fired == 1);
  queue.run_due();
  CHECK(again.fired == 2);
}

TEST_CASE("the heap stays a heap under random use") {
  VirtualClock clock;
  TimerQueue queue(clock);
  static int64_t last;
  static int fired;
  last = 0;
  fired = 0;
  std::mt19937 random(1);
  struct Entry {
    std::unique_ptr<Timer> timer;
  };
  std::vector<Entry> timers(300);
  for (Entry &entry : timers) {
    entry.timer = std::make_unique<Timer>(
        queue,
        [](void *ctx) {
          const int64_t deadline = static_cast<Entry *>(ctx)->timer->deadline_ns();
          CHECK(deadline >= last);
          last = deadline;
          ++fired;
        },
        &entry);
    entry.timer->start(static_cast<int64_t>(random() % 1000));
  }
  for (int i = 0; i < 100; ++i) timers[random() % timers.size()].timer->stop();
  for (int i = 0; i < 100; ++i) {
    timers[random() % timers.size()].timer->start(static_cast<int64_t>(random() % 1000));
  }
  const int expected = static_cast<int>(queue.size());
  clock.advance(1000);
  queue.run_due();
  CHECK(fired == expected);
}

TEST_CASE("the loop fires timers on the system's clock") {
  const SystemClock clock;
  Loop loop(clock);
  const int64_t started = clock.mono_ns();
  Timer timer(
      loop.timers(), [](void *ctx) { static_cast<Loop *>(ctx)->stop(); }, &loop);
  timer.start(20 * kMillisecond);
  loop.run();
  CHECK(clock.mono_ns() - started >= 20 * kMillisecond);
  CHECK(clock.wall_ns() > INT64_C(1600000000) * kSecond);
}

TEST_CASE("advance fires every timer at its own time") {
  VirtualClock clock;
  Loop loop(clock);
  struct Tick {
    VirtualClock *clock;
    Timer *timer;
    std::vector<int64_t> times;
  } tick{&clock, nullptr, {}};
  Timer timer(
      loop.timers(),
      [](void *ctx) {
        auto &self = *static_cast<Tick *>(ctx);
        self.times.push_back(self.clock->mono_ns());
        self.timer->start(kSecond);
      },
      &tick);
  tick.timer = &timer;
  const int64_t start = clock.mono_ns();
  timer.start(kSecond);
  advance(loop, clock, 3500 * kMillisecond);
  CHECK(tick.times ==
        std::vector<int64_t>{start + kSecond, start + 2 * kSecond, start + 3 * kSecond});
  CHECK(clock.mono_ns() == start + 3500 * kMillisecond);
}

}  // namespace
}  // namespace meshmux
