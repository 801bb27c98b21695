// The watchdog: whom it names, and when it gives up on the loop.
#include "core/loop/watchdog.h"

#include <catch2/catch.hpp>

#include "core/base/log.h"
#include "tests/unit/loop/harness.h"

namespace meshmux {
namespace {

class Named : public CallTarget {
 public:
  using CallTarget::CallTarget;
};

TEST_CASE("a call that takes too long is named once") {
  const log::Capture capture;
  VirtualClock clock;
  CallTracker calls;
  Named slow(calls, "slow-one");
  Watchdog watchdog(calls, clock, kSecond, 5 * kSecond);
  watchdog.check(0);
  {
    const CallScope scope(&slow);
    watchdog.check(kSecond);
    watchdog.check(kSecond + kSecond / 2);
    CHECK_FALSE(capture.contains("held the loop"));
    watchdog.check(2 * kSecond);
    watchdog.check(3 * kSecond);
    CHECK(watchdog.alive());
    watchdog.check(6 * kSecond);
    CHECK_FALSE(watchdog.alive());
  }
  watchdog.check(7 * kSecond);
  CHECK(watchdog.alive());
  CHECK(capture.count("held the loop") == 1);
  CHECK(capture.count("gave the loop back") == 1);
  CHECK(capture.records().front().instance == "slow-one");
}

TEST_CASE("many short calls are no long one") {
  const log::Capture capture;
  VirtualClock clock;
  CallTracker calls;
  Named busy(calls, "busy");
  Watchdog watchdog(calls, clock);
  for (int i = 0; i < 10; ++i) {
    const CallScope scope(&busy);
    watchdog.check(i * kSecond);
  }
  CHECK(capture.records().empty());
  CHECK(watchdog.alive());
}

TEST_CASE("the innermost target is the one that runs") {
  CallTracker calls;
  Named outer(calls, "outer"), inner(calls, "inner");
  const CallScope one(&outer);
  {
    const CallScope two(&inner);
    CHECK(*calls.current() == "inner");
  }
  CHECK(*calls.current() == "outer");
}

TEST_CASE("the thread watches while calls come and go") {
  const log::Capture capture;
  const SystemClock clock;
  CallTracker calls;
  Named target(calls, "held");
  Watchdog watchdog(calls, clock, kMillisecond);
  watchdog.start();
  {
    const CallScope scope(&target);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!capture.contains("held the loop") && std::chrono::steady_clock::now() < end) {
      std::this_thread::yield();
    }
  }
  CHECK(capture.contains("held the loop"));
  for (int i = 0; i < 1000; ++i) const CallScope scope(&target);
  watchdog.stop();
}

}  // namespace
}  // namespace meshmux
