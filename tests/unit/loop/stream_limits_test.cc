// Peers that read slowly or not at all: bounds, reasons, and nobody else noticing.
#include <catch2/catch.hpp>

#include "tests/unit/loop/harness.h"

namespace meshmux {
namespace {

using test::Peer;
using test::Recorder;
using test::send_text;
using test::Server;
using test::settle;
using test::until;

// Writes until the kernel takes no more.
void stuff(Server &server, Recorder &recorder) {
  const BufferRef chunk = BufferRef::copy_of(std::string(65536, 'c'));
  while (recorder.stream && recorder.stream->pending() == 0) {
    REQUIRE(recorder.stream->write(chunk.get(), 0, 65536) == MMX_OK);
    server.loop.run_once();
  }
}

TEST_CASE("a reader without progress is closed after its time, with a reason") {
  Server server;
  Recorder stuck, healthy;
  Peer lazy = server.accept(stuck);
  Peer quick = server.accept(healthy);
  stuff(server, stuck);
  advance(server.loop, server.clock, 29 * kSecond);
  CHECK_FALSE(stuck.closed());
  CHECK(send_text(healthy.stream, "on time") == MMX_OK);
  settle(server.loop);
  CHECK(quick.receive() == "on time");
  advance(server.loop, server.clock, 2 * kSecond);
  REQUIRE(stuck.closed());
  CHECK(stuck.status == MMX_TIMED_OUT);
  CHECK_THAT(stuck.reason, Catch::Contains("reads too slowly: nothing taken for 30s"));
  CHECK_FALSE(healthy.closed());
  healthy.stream->abort();
}

TEST_CASE("a reader that makes progress is kept") {
  Server server({64 << 20, 30 * kSecond});
  Recorder recorder;
  Peer peer = server.accept(recorder);
  // More than the kernel ever holds, so that something waits all the time.
  const BufferRef chunk = BufferRef::copy_of(std::string(32 << 20, 'c'));
  REQUIRE(recorder.stream->write(chunk.get(), 0, 32 << 20) == MMX_OK);
  settle(server.loop);
  for (int i = 0; i < 4; ++i) {
    advance(server.loop, server.clock, 20 * kSecond);
    REQUIRE_FALSE(recorder.closed());
    const uint64_t before = recorder.stream->bytes_out();
    until(server.loop, [&] {
      peer.receive();
      return recorder.stream->bytes_out() > before;
    });
    REQUIRE(recorder.stream->pending() > 0);
  }
  recorder.stream->abort();
}

TEST_CASE("an outbox that runs over closes the stream") {
  Server server({100000, 30 * kSecond});
  Recorder recorder;
  Peer peer = server.accept(recorder);
  stuff(server, recorder);
  const BufferRef chunk = BufferRef::copy_of(std::string(50000, 'c'));
  mmx_status status = MMX_OK;
  for (int i = 0; i < 10 && status == MMX_OK; ++i) {
    status = recorder.stream->write(chunk.get(), 0, 50000);
  }
  CHECK(status == MMX_CLOSED);
  CHECK_FALSE(recorder.closed());
  settle(server.loop);
  REQUIRE(recorder.closed());
  CHECK(recorder.status == MMX_TIMED_OUT);
  CHECK_THAT(recorder.reason, Catch::Contains("more than 100000 bytes waiting"));
}

TEST_CASE("a burst larger than the outbox passes while the kernel takes it") {
  Server server({100000, 30 * kSecond});
  Recorder recorder;
  Peer peer = server.accept(recorder);
  const BufferRef chunk = BufferRef::copy_of(std::string(60000, 'c'));
  for (int i = 0; i < 3; ++i) CHECK(recorder.stream->write(chunk.get(), 0, 60000) == MMX_OK);
  size_t received = 0;
  until(server.loop, [&] {
    received += peer.receive().size();
    return received == 180000;
  });
  recorder.stream->abort();
}

TEST_CASE("drain is told once everything that had to wait is gone") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  stuff(server, recorder);
  CHECK_FALSE(recorder.saw("drain"));
  until(server.loop, [&] {
    peer.receive();
    return recorder.saw("drain");
  });
  CHECK(recorder.stream->pending() == 0);
  // Its time does not run while nothing waits.
  advance(server.loop, server.clock, 100 * kSecond);
  CHECK_FALSE(recorder.closed());
  recorder.stream->abort();
}

TEST_CASE("closing waits for a slow reader, but a second at most") {
  Server server;
  Recorder slow, stuck;
  Peer slow_peer = server.accept(slow);
  Peer stuck_peer = server.accept(stuck);
  stuff(server, slow);
  stuff(server, stuck);
  const uint64_t total = slow.stream->bytes_out() + slow.stream->pending();
  slow.stream->close();
  stuck.stream->close("enough");
  settle(server.loop);
  CHECK_FALSE(slow.closed());
  size_t received = 0;
  until(server.loop, [&] {
    received += slow_peer.receive().size();
    return slow.closed() && received == total;
  });
  advance(server.loop, server.clock, 900 * kMillisecond);
  CHECK_FALSE(stuck.closed());
  advance(server.loop, server.clock, 200 * kMillisecond);
  REQUIRE(stuck.closed());
  CHECK(stuck.reason == "enough");
}

TEST_CASE("buffers are let go of when their stream is") {
  const size_t before = buffers_alive();
  {
    Server server;
    Recorder recorder;
    Peer peer = server.accept(recorder);
    stuff(server, recorder);
    CHECK(buffers_alive() > before);
    recorder.stream->abort(MMX_ERROR, "test");
    CHECK(buffers_alive() == before);
    settle(server.loop);
    CHECK(recorder.closed());
  }
  CHECK(buffers_alive() == before);
}

TEST_CASE("an idle stream is small") { CHECK(sizeof(Stream) + sizeof(uv_poll_t) < 1024); }

}  // namespace
}  // namespace meshmux
