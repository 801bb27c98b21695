// Streams over real sockets: order of callbacks, half-close, end of file, closing, connecting.
#include "core/loop/stream.h"

#include <netinet/tcp.h>

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

TEST_CASE("everything written in a turn leaves as one piece at its end") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  CHECK(send_text(recorder.stream, "one ") == MMX_OK);
  CHECK(send_text(recorder.stream, "two ") == MMX_OK);
  CHECK(send_text(recorder.stream, "three") == MMX_OK);
  CHECK(recorder.stream->pending() == 13);
  CHECK(peer.receive().empty());  // not before the turn's end
  server.loop.run_once();
  CHECK(peer.receive() == "one two three");
  CHECK(recorder.stream->pending() == 0);
  CHECK(recorder.stream->bytes_out() == 13);
  CHECK_FALSE(recorder.saw("drain"));  // nothing had to wait
  recorder.stream->abort();
}

TEST_CASE("a write outside of its buffer is refused") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  const BufferRef buffer = BufferRef::copy_of("abc");
  CHECK(recorder.stream->write(buffer.get(), 0, 4) == MMX_INVALID);
  CHECK(recorder.stream->write(buffer.get(), 4, 0) == MMX_INVALID);
  CHECK(recorder.stream->write(buffer.get(), 2, SIZE_MAX) == MMX_INVALID);
  CHECK(recorder.stream->write(nullptr, 0, 0) == MMX_INVALID);
  CHECK(recorder.stream->write(buffer.get(), 3, 0) == MMX_OK);
  recorder.stream->abort();
}

TEST_CASE("torn writes of the peer arrive in order") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  std::string all;
  for (int i = 0; i < 50; ++i) {
    const std::string part(1 + static_cast<size_t>(i) * 37, static_cast<char>('a' + i % 26));
    peer.send(part);
    all += part;
    if (i % 7 == 0) server.loop.run_once();
  }
  until(server.loop, [&] { return recorder.data.size() == all.size(); });
  CHECK(recorder.data == all);
  CHECK(recorder.stream->bytes_in() == all.size());
  recorder.stream->abort();
}

TEST_CASE("what was received is delivered before the end is told, and writing still works") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  peer.send(std::string(200000, 'x'));
  peer.shut_write();
  until(server.loop, [&] { return recorder.saw("eof"); });
  CHECK(recorder.data.size() == 200000);
  CHECK(recorder.calls == std::vector<std::string>{"data", "eof"});
  CHECK(send_text(recorder.stream, "answer") == MMX_OK);
  settle(server.loop);
  CHECK(peer.receive() == "answer");
  recorder.stream->close();
  CHECK_FALSE(recorder.closed());  // never from inside the call
  CHECK(send_text(recorder.stream, "late") == MMX_CLOSED);
  until(server.loop, [&] { return recorder.closed(); });
  CHECK(recorder.status == MMX_CLOSED);
  CHECK(recorder.reason == "the peer closed the connection");
  CHECK(peer.at_end());
}

TEST_CASE("a client that sends, closes at once and reads nothing is still heard") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  // Our bytes lie unread at the peer, so that its close is a reset.
  REQUIRE(send_text(recorder.stream, "unread") == MMX_OK);
  settle(server.loop);
  peer.send("last words");
  peer.close();
  // And we write into the broken connection before having read.
  for (int i = 0; i < 3; ++i) {
    if (recorder.stream) send_text(recorder.stream, "more");
    server.loop.run_once();
  }
  until(server.loop, [&] { return recorder.closed(); });
  CHECK(recorder.data == "last words");
}

TEST_CASE("without on_eof a stream closes itself at the peer's end") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  mmx_stream_events events = *Recorder::events();
  events.on_eof = nullptr;
  recorder.stream->set_events(&events, &recorder, nullptr);
  peer.send("bye");
  peer.close();
  until(server.loop, [&] { return recorder.closed(); });
  CHECK(recorder.data == "bye");
  CHECK(recorder.status == MMX_CLOSED);
}

TEST_CASE("a reset is told as an error") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  peer.reset();
  until(server.loop, [&] { return recorder.closed(); });
  CHECK(recorder.status == MMX_ERROR);
  CHECK(recorder.reason == "the peer reset the connection");
}

TEST_CASE("pause stops data and resume brings what waited") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  recorder.on_data = [&] { recorder.stream->pause(); };
  peer.send("first");
  until(server.loop, [&] { return !recorder.data.empty(); });
  peer.send("second");
  settle(server.loop);
  CHECK(recorder.data == "first");
  recorder.on_data = nullptr;
  recorder.stream->resume();
  until(server.loop, [&] { return recorder.data.size() == 11; });
  CHECK(recorder.data == "firstsecond");
  recorder.stream->abort();
}

TEST_CASE("a stream may be closed from inside on_data") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  recorder.on_data = [&] {
    send_text(recorder.stream, "goodbye");
    recorder.stream->close("kicked");
  };
  peer.send("x");
  until(server.loop, [&] { return recorder.closed(); });
  CHECK(recorder.reason == "kicked");
  CHECK(peer.receive() == "goodbye");
  CHECK(recorder.calls == std::vector<std::string>{"data", "close"});
}

TEST_CASE("closing with unread input still delivers what was written") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  recorder.stream->pause();
  peer.send(std::string(1000, 'u'));
  send_text(recorder.stream, "sorry, full");
  recorder.stream->close();
  until(server.loop, [&] { return recorder.closed(); });
  CHECK(peer.receive() == "sorry, full");
  CHECK(peer.at_end());  // an orderly end, no reset
}

TEST_CASE("an abandoned stream calls nobody but the observer") {
  struct Watcher : StreamObserver {
    int closed = 0;
    void stream_closed(Stream &, mmx_status, std::string_view) override { ++closed; }
  } watcher;
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  recorder.stream->set_observer(&watcher);
  std::exchange(recorder.stream, nullptr)->abandon();
  CHECK(watcher.closed == 0);
  settle(server.loop);
  CHECK(watcher.closed == 1);
  CHECK(recorder.calls.empty());
}

TEST_CASE("a connection is opened, used and told from the loop only") {
  Server server;
  Recorder accepted, client;
  server.listener->set_accept([&](Accepted peer) {
    accepted.stream = peer.stream;
    peer.stream->set_events(Recorder::events(), &accepted, nullptr);
  });
  for (const char *const host : {"127.0.0.1", "localhost"}) {
    INFO(host);
    accepted = {};
    client = {};
    Uri uri = server.listener->uri();
    uri.host = host;
    client.stream = Stream::connect(server.loop, uri, {}, Recorder::events(), &client, nullptr);
    CHECK(send_text(client.stream, "early") == MMX_OK);  // waits for the opening
    CHECK(client.calls.empty());
    until(server.loop, [&] { return accepted.data == "early"; });
    CHECK(client.calls == std::vector<std::string>{"open"});
    client.stream->close();
    until(server.loop, [&] { return accepted.saw("eof"); });
    accepted.stream->close();
    until(server.loop, [&] { return accepted.closed() && client.closed(); });
  }
}

TEST_CASE("failed connections say what is wrong") {
  VirtualClock clock;
  Loop loop(clock);
  const auto fail_with = [&](std::string_view text) {
    Recorder recorder;
    recorder.stream =
        Stream::connect(loop, *parse_uri(text), {}, Recorder::events(), &recorder, nullptr);
    CHECK(recorder.calls.empty());
    until(loop, [&] { return recorder.closed(); });
    CHECK(recorder.calls == std::vector<std::string>{"close"});
    CHECK(recorder.status == MMX_ERROR);
    return recorder.reason;
  };
  Uri unused;
  {
    auto listener = Listener::bind(loop, *parse_uri("tcp://127.0.0.1:0"));
    REQUIRE(listener);
    unused = (*listener)->uri();
  }
  CHECK_THAT(fail_with(unused.to_string()), Catch::Contains("nothing listens on that port"));
  CHECK_THAT(fail_with("unix:///nonexistent/x.sock"), Catch::Contains("is its owner running?"));
  CHECK_THAT(fail_with("tcp://no-such-host.invalid:1"),
             Catch::Contains("cannot find host \"no-such-host.invalid\""));
}

TEST_CASE("opening is bounded by its timeout and can be given up") {
  VirtualClock clock;
  Loop loop(clock);
  // A full backlog: further connections get no answer.
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
  REQUIRE(::listen(fd, 0) == 0);
  socklen_t size = sizeof address;
  getsockname(fd, reinterpret_cast<sockaddr *>(&address), &size);
  Uri uri = *parse_uri("tcp://127.0.0.1:1");
  uri.port = ntohs(address.sin_port);
  const Peer filler = Peer::to(uri);
  Recorder slow, given_up;
  slow.stream = Stream::connect(loop, uri, {3 * kSecond, {}}, Recorder::events(), &slow, nullptr);
  given_up.stream = Stream::connect(loop, uri, {}, Recorder::events(), &given_up, nullptr);
  settle(loop);
  given_up.stream->close();
  advance(loop, clock, 2900 * kMillisecond);
  CHECK(given_up.calls == std::vector<std::string>{"close"});
  CHECK(slow.calls.empty());
  advance(loop, clock, 200 * kMillisecond);
  CHECK(slow.calls == std::vector<std::string>{"close"});
  CHECK_THAT(slow.reason, Catch::Contains("no answer in time"));
  ::close(fd);
}

TEST_CASE("our TCP sockets notice a vanished peer within a minute") {
  Server server;
  Recorder recorder;
  Peer peer = server.accept(recorder);
  const auto option = [&](int level, int name) {
    int value = -1;
    socklen_t size = sizeof value;
    getsockopt(recorder.stream->fd(), level, name, &value, &size);
    return value;
  };
  CHECK(option(IPPROTO_TCP, TCP_NODELAY) == 1);
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) +
            option(IPPROTO_TCP, TCP_KEEPINTVL) * option(IPPROTO_TCP, TCP_KEEPCNT) <
        60);
  CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) == 45000);
  recorder.stream->abort();
}

}  // namespace
}  // namespace meshmux
