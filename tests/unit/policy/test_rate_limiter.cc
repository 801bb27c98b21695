// Token buckets on given times.
#include <catch2/catch.hpp>

#include "core/loop/clock.h"
#include "core/policy/rate_limiter.h"

using namespace meshmux;

namespace {
constexpr Rate kTenAMinute{10, 60 * kSecond};
}

TEST_CASE("a burst, then one by one") {
  RateLimiter limiter;
  int64_t now = kSecond;
  for (int i = 0; i < 10; ++i) CHECK(limiter.take(1, 0, kTenAMinute, now) == 0);
  const int64_t wait = limiter.take(1, 0, kTenAMinute, now);
  CHECK(wait == 6 * kSecond);
  now += wait - 1000;
  CHECK(limiter.take(1, 0, kTenAMinute, now) > 0);
  now += 1000;
  CHECK(limiter.take(1, 0, kTenAMinute, now) == 0);
  CHECK(limiter.take(1, 0, kTenAMinute, now) > 0);
  // Never more than a burst, however long it was quiet.
  now += 3600 * kSecond;
  for (int i = 0; i < 10; ++i) CHECK(limiter.take(1, 0, kTenAMinute, now) == 0);
  CHECK(limiter.take(1, 0, kTenAMinute, now) > 0);
}

TEST_CASE("whoever waits as long as told may go") {
  for (const Rate rate : {Rate{3, 1000000007}, Rate{7, 60 * kSecond}, Rate{1, 1}}) {
    RateLimiter limiter;
    int64_t now = 12345;
    for (uint32_t i = 0; i < rate.count; ++i) REQUIRE(limiter.take(1, 0, rate, now) == 0);
    for (int i = 0; i < 1000; ++i) {
      const int64_t wait = limiter.take(1, 0, rate, now);
      REQUIRE(wait > 0);
      now += wait;
      REQUIRE(limiter.take(1, 0, rate, now) == 0);
    }
  }
}

TEST_CASE("sessions and rules do not share") {
  RateLimiter limiter;
  const Rate one{1, kSecond};
  CHECK(limiter.take(1, 0, one, 1) == 0);
  CHECK(limiter.take(2, 0, one, 1) == 0);
  CHECK(limiter.take(1, 1, one, 1) == 0);
  CHECK(limiter.take(1, 0, one, 1) > 0);
  limiter.forget(1);
  CHECK(limiter.size() == 1);
  CHECK(limiter.take(1, 0, one, 1) == 0);
  CHECK(limiter.take(2, 0, one, 1) > 0);
}

TEST_CASE("the number of buckets is bounded, the least used goes first") {
  RateLimiter limiter(3);
  const Rate one{1, kSecond};
  for (uint64_t session = 1; session <= 3; ++session) limiter.take(session, 0, one, 1);
  CHECK(limiter.take(1, 0, one, 1) > 0);  // used again
  CHECK(limiter.take(4, 0, one, 1) == 0);
  CHECK(limiter.size() == 3);
  CHECK(limiter.take(1, 0, one, 1) > 0);
  CHECK(limiter.take(2, 0, one, 1) == 0);  // was forgotten
}

TEST_CASE("a rate of nothing allows nothing") {
  RateLimiter limiter;
  CHECK(limiter.take(1, 0, Rate{}, 1) > 0);
}
