// Scripted streams, and the C++ stream handle over them.
#include <catch2/catch.hpp>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "meshmux/stream.hpp"
#include "sdk/testing/fake_host.h"

using namespace mmx::testing;

namespace {

// Notes what happens, and does on request what a plugin might do at that moment.
class Probe : public mmx::Stream {
 public:
  Probe(const mmx::Host &host, std::vector<std::string> &seen) : Stream(host), seen_(seen) {}
  ~Probe() override { seen_.push_back("destroyed"); }
  void on_open() override { note("open"); }
  void on_data(mmx_bytes bytes) override { note("data " + std::string(mmx::view(bytes))); }
  void on_eof() override { note("eof"); }
  void on_drain() override { note("drain"); }
  void on_close(mmx_status status, std::string_view reason) override {
    note("close " + std::to_string(status) + " " + std::string(reason));
  }
  std::function<void(const std::string &)> then;

 private:
  void note(const std::string &what) {
    seen_.push_back(what);
    // Copied, because then may destroy this object.
    const auto act = then;
    if (act) act(what);
  }
  std::vector<std::string> &seen_;
};

struct Bench {
  FakeHost fake;
  mmx::Host host{fake.raw()};
  std::vector<std::string> seen;
  std::unique_ptr<Probe> probe = std::make_unique<Probe>(host, seen);

  FakeStream &connect() {
    REQUIRE(probe->connect("tcp://radio:4403", 3 * kSecond) == MMX_OK);
    return fake.net().last_connect();
  }
  FakeStream &open() {
    FakeStream &stream = connect();
    fake.turn([&] { stream.accept(); });
    return stream;
  }
  mmx_status write(std::string_view content) {
    mmx::SharedBuffer buffer = host.new_buffer(content.size());
    std::memcpy(buffer.data(), content.data(), content.size());
    return probe->write(buffer, 0, content.size());
  }
};

using Seen = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Bench, "a connect waits for the test's decision") {
  FakeStream &stream = connect();
  CHECK(stream.uri() == "tcp://radio:4403");
  CHECK(stream.timeout_ns() == 3 * kSecond);
  CHECK(fake.net().connecting() == std::vector<FakeStream *>{&stream});
  CHECK(seen.empty());
  SECTION("accepted") {
    stream.accept();
    CHECK(seen == Seen{"open"});
    CHECK(stream.is_open());
  }
  SECTION("refused") {
    stream.refuse();
    CHECK(seen == Seen{"close 1 connection refused"});
    CHECK_FALSE(probe->is_open());
  }
  SECTION("left alone, it times out") {
    fake.advance(3 * kSecond - 1);
    CHECK(seen.empty());
    fake.advance(1);
    CHECK(seen == Seen{"close 9 timed out"});
  }
  SECTION("a second connect on the same handle is refused") {
    CHECK(probe->connect("tcp://other:1", 0) == MMX_INVALID);
    CHECK(fake.net().connects() == 1);
  }
  probe.reset();
  fake.end_turn();
}

TEST_CASE_METHOD(Bench, "written bytes reach the peer at the end of the turn, in one flush") {
  FakeStream &stream = open();
  CHECK(write("one ") == MMX_OK);
  CHECK(write("two") == MMX_OK);
  CHECK(stream.written().empty());
  CHECK(probe->pending() == 7);
  fake.end_turn();
  CHECK(stream.take_written() == "one two");
  CHECK(stream.take_written().empty());
  CHECK(stream.flushes() == 1);
  CHECK(stream.write_calls() == 2);
  CHECK(stream.bytes_out() == 7);
  CHECK(fake.ledger().buffers == 0);
  probe.reset();
  fake.end_turn();
}

TEST_CASE_METHOD(Bench, "back-pressure holds bytes, draining tells") {
  FakeStream &stream = open();
  seen.clear();
  stream.hold(3);
  static_cast<void>(write("abcdef"));
  fake.end_turn();
  CHECK(stream.take_written() == "abc");
  CHECK(probe->pending() == 3);
  CHECK(seen.empty());
  fake.turn([&] { stream.drain(); });
  CHECK(stream.take_written() == "def");
  CHECK(seen == Seen{"drain"});
  probe.reset();
  fake.end_turn();
}

TEST_CASE_METHOD(Bench, "data, pause, eof and the peer's end") {
  FakeStream &stream = open();
  seen.clear();
  CHECK(stream.inject("a"));
  probe->pause();
  CHECK(stream.inject("b"));
  stream.end();
  fake.end_turn();
  CHECK(seen == Seen{"data a"});
  probe->resume();
  CHECK(seen == Seen{"data a"});
  fake.end_turn();
  CHECK(seen == Seen{"data a", "data b", "eof"});
  stream.disconnect(MMX_ERROR, "reset");
  CHECK(seen.back() == "close 1 reset");
  CHECK_FALSE(stream.inject("late"));
  CHECK(probe->write(mmx::SharedBuffer(), 0, 0) == MMX_CLOSED);
}

TEST_CASE_METHOD(Bench, "close writes out for at most a second, abort drops") {
  FakeStream &stream = open();
  seen.clear();
  stream.hold();
  static_cast<void>(write("bye"));
  SECTION("close, and the peer reads") {
    fake.turn([&] { probe->close(); });
    CHECK(seen.empty());
    CHECK(write("more") == MMX_CLOSED);
    fake.turn([&] { stream.drain(); });
    CHECK(stream.take_written() == "bye");
    CHECK(seen == Seen{"close 3 closed"});
  }
  SECTION("close, and the peer does not read") {
    fake.turn([&] { probe->close(); });
    fake.advance(kSecond - 1);
    CHECK(seen.empty());
    fake.advance(1);
    CHECK(seen == Seen{"close 3 closed"});
    CHECK(stream.written().empty());
  }
  SECTION("abort") {
    probe->abort();
    CHECK(seen.empty());  // never from inside the call
    fake.end_turn();
    CHECK(seen == Seen{"close 3 aborted"});
    CHECK(stream.written().empty());
  }
  CHECK(fake.ledger().buffers == 0);
}

TEST_CASE_METHOD(Bench, "a stream may be destroyed inside each of its callbacks") {
  const std::string at = GENERATE(as<std::string>(), "open", "data x", "eof", "drain", "close");
  probe->then = [&](const std::string &what) {
    if (what.rfind(at, 0) == 0) probe.reset();
  };
  FakeStream &stream = connect();
  fake.turn([&] { stream.accept(); });
  fake.turn([&] { stream.inject("x"); });
  fake.turn([&] { stream.end(); });
  if (probe) {
    stream.hold();
    static_cast<void>(write("y"));
    fake.end_turn();
    fake.turn([&] { stream.drain(); });
  }
  if (probe) fake.turn([&] { probe->close(); });
  CHECK(probe == nullptr);
  CHECK(seen.back() == "destroyed");
  CHECK(stream.is_closed());
  CHECK(fake.ledger().streams == 0);
}

TEST_CASE_METHOD(Bench, "an exception in a callback is logged and fails the instance") {
  FakeStream &stream = open();
  probe->then = [](const std::string &) { throw std::runtime_error("bad frame"); };
  stream.inject("x");
  CHECK(fake.health().state == MMX_HEALTH_FAILED);
  CHECK(fake.health().reason == "on_data threw: bad frame");
  CHECK(fake.logged("bad frame", MMX_LOG_ERROR));
  SECTION("even if the object is gone by then") {
    probe->then = [&](const std::string &) {
      probe.reset();
      throw 7;
    };
    stream.inject("x");
    CHECK(fake.health().reason == "on_data threw: an exception of unknown type");
  }
  probe.reset();
  fake.end_turn();
}

TEST_CASE_METHOD(Bench, "breaches of the ABI are reported") {
  FakeStream &stream = open();
  auto *handle = reinterpret_cast<mmx_stream *>(&stream);
  const mmx_stream_api *api = host.streams();
  SECTION("a call after on_close") {
    stream.disconnect();
    api->pause(handle);
    CHECK(fake.take_violations() == Seen{"pause on tcp://radio:4403 after its on_close"});
  }
  SECTION("a buffer changed after its first write") {
    mmx::SharedBuffer buffer = host.new_buffer(4);
    std::memcpy(buffer.data(), "good", 4);
    static_cast<void>(probe->write(buffer, 0, 4));
    buffer.data()[0] = 'm';
    fake.end_turn();
    CHECK(fake.take_violations() ==
          Seen{"a buffer was changed after it was written to tcp://radio:4403"});
  }
  SECTION("a write beyond the buffer") {
    CHECK(probe->write(host.new_buffer(4), 2, 3) == MMX_INVALID);
    CHECK(fake.take_violations().size() == 1);
  }
  probe.reset();
  fake.end_turn();
}

TEST_CASE_METHOD(Bench, "planned faults strike the use they name") {
  FaultPlan &faults = fake.faults();
  SECTION("the second connect is refused by the network") {
    faults.fail(Operation::connect, 2, Span::once, MMX_TIMED_OUT);
    FakeStream &first = connect();
    CHECK(first.is_opening());
    fake.turn([&] { first.refuse(); });
    seen.clear();
    connect();
    fake.end_turn();
    CHECK(seen == Seen{"close 9 planned fault"});
    CHECK(connect().is_opening());
  }
  SECTION("connect fails at once") {
    faults.fail(Operation::connect_call, 1);
    CHECK(probe->connect("tcp://a:1", 0) == MMX_ERROR);
    CHECK_FALSE(probe->is_open());
  }
  SECTION("writes fail from then on") {
    FakeStream &stream = open();
    faults.fail(Operation::write, 2, Span::from_then_on, MMX_CLOSED);
    CHECK(write("a") == MMX_OK);
    CHECK(write("b") == MMX_CLOSED);
    CHECK(write("c") == MMX_CLOSED);
    faults.clear();
    CHECK(write("d") == MMX_OK);
    fake.end_turn();
    CHECK(stream.take_written() == "ad");
  }
  SECTION("no memory") {
    faults.fail(Operation::buffer_new, 1);
    CHECK_FALSE(host.new_buffer(10));
    CHECK(host.new_buffer(10));
    CHECK(faults.uses(Operation::buffer_new) == 2);
  }
  probe.reset();
  fake.end_turn();
}

TEST_CASE("what is not given back is found") {
  FakeHost fake;
  const mmx::Host host(fake.raw());
  {
    const std::vector<mmx::SharedBuffer> shared(3, host.new_buffer(8));
    CHECK(shared[0].get() == shared[2].get());
    CHECK(fake.leaks() == Seen{"1 buffer(s) not released"});
  }
  CHECK(fake.leaks().empty());
}
