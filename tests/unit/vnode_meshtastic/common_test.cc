// The shared live log and the fan-out by themselves.
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/common/live_log.h"
#include "sdk/testing/fake_host.h"

namespace {

std::string read_all(const vnode::LiveLog &log, std::uint64_t from) {
  std::string bytes;
  log.read(from, [&](const vnode::Range &range) {
    bytes.append(reinterpret_cast<const char *>(range.buffer->data()) + range.offset, range.size);
  });
  return bytes;
}

std::size_t ranges(const vnode::LiveLog &log, std::uint64_t from) {
  std::size_t count = 0;
  log.read(from, [&](const vnode::Range &) { ++count; });
  return count;
}

}  // namespace

TEST_CASE("the log reads from any position, across buffers") {
  mmx::testing::FakeHost fake;
  const mmx::Host host(fake.raw());
  vnode::LiveLog log(host, 64);
  std::string all;
  std::vector<std::uint64_t> starts;
  for (int i = 0; i < 40; ++i) {
    starts.push_back(log.head());
    const std::string payload(static_cast<std::size_t>(i), static_cast<char>('a' + i % 26));
    REQUIRE(log.append("<>", payload));
    all += "<>" + payload;
  }
  CHECK(log.head() == all.size());
  for (const std::uint64_t start : starts) CHECK(read_all(log, start) == all.substr(start));
  CHECK(read_all(log, log.head()).empty());
  log.trim(starts[20]);
  CHECK(log.tail() <= starts[20]);
  CHECK(log.tail() > 0);
  CHECK(read_all(log, starts[20]) == all.substr(starts[20]));
}

TEST_CASE("what lies in one buffer is one range") {
  mmx::testing::FakeHost fake;
  const mmx::Host host(fake.raw());
  vnode::LiveLog log(host, 4096);
  for (int i = 0; i < 50; ++i) REQUIRE(log.append("hd", "payload"));
  CHECK(ranges(log, 0) == 1);
  CHECK(ranges(log, 9) == 1);
  log.trim(log.head());
  REQUIRE(log.append("hd", "more"));
  CHECK(ranges(log, log.head() - 6) == 1);
  CHECK(fake.ledger().buffers == 1);
}

TEST_CASE("a frame larger than a buffer gets one of its own") {
  mmx::testing::FakeHost fake;
  const mmx::Host host(fake.raw());
  vnode::LiveLog log(host, 16);
  REQUIRE(log.append("ab", std::string(100, 'x')));
  CHECK(read_all(log, 0) == "ab" + std::string(100, 'x'));
}

TEST_CASE("out of memory appends nothing and leaves the log usable") {
  mmx::testing::FakeHost fake;
  const mmx::Host host(fake.raw());
  vnode::LiveLog log(host, 16);
  REQUIRE(log.append("", "0123456789"));
  fake.faults().fail(mmx::testing::Operation::buffer_new, 1);
  CHECK_FALSE(log.append("", "0123456789"));
  CHECK(log.head() == 10);
  REQUIRE(log.append("", "abc"));
  CHECK(read_all(log, 0) == "0123456789abc");
}

TEST_CASE("buffers that nobody reads are given back") {
  mmx::testing::FakeHost fake;
  const mmx::Host host(fake.raw());
  {
    vnode::LiveLog log(host, 64);
    for (int i = 0; i < 100; ++i) {
      REQUIRE(log.append("hd", "payload"));
      log.trim(log.head());
    }
    CHECK(fake.ledger().buffers == 1);
  }
  CHECK(fake.ledger().buffers == 0);
}

TEST_CASE("nothing is stored while nobody follows") {
  mmx::testing::FakeHost fake;
  const mmx::Host host(fake.raw());
  vnode::Fanout fanout(host);
  CHECK_FALSE(fanout.publish("hd", "payload"));
  CHECK(fanout.live_bytes() == 0);
  CHECK(fake.ledger().buffers == 0);
}
