// The control socket: requests, late answers, streams, limits, and what happens to clients that go.
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "tests/unit/control/control_fixture.h"

using namespace meshmux;
using namespace meshmux::testing;

namespace {

void add_echo(ControlServer &server) {
  server.add("echo", [](const Json &params, const ControlReply &reply) { reply.ok(params); });
}

}  // namespace

TEST_CASE_METHOD(ControlFixture, "requests are answered in their own words", "[control]") {
  add_echo(server);
  server.add("refuse", [](const Json &, const ControlReply &reply) {
    reply.error(fail(MMX_DENIED, "not today"));
    reply.ok(1);  // too late
  });
  server.add("typed", [](const Json &params, const ControlReply &reply) {
    reply.ok(params.at("count").get<int>());
  });
  REQUIRE(server.listen(path));
  RawClient client(path);
  client.send(
      "{\"id\":7,\"method\":\"echo\",\"params\":{\"a\":1}}\n{\"id\":\"x\",\"method\":\"echo\"}\n");
  client.send(
      "{\"id\":8,\"method\":\"refuse\"}\n{\"id\":9,\"method\":\"typed\",\"params\":{\"count\":"
      "\"a\"}}\n");
  client.send("\n{\"id\":10,\"method\":\"ecoh\"}\n");
  run_until_lines(client, 5);
  CHECK(client.lines()[0] == Json{{"id", 7}, {"result", {{"a", 1}}}});
  CHECK(client.lines()[1] == Json{{"id", "x"}, {"result", Json::object()}});
  CHECK(client.lines()[2] ==
        Json{{"id", 8}, {"error", {{"code", MMX_DENIED}, {"message", "not today"}}}});
  CHECK(client.lines()[3].at("error").at("code") == MMX_INVALID);
  CHECK(client.lines()[4].at("error").at("code") == MMX_UNSUPPORTED);
  CHECK(client.lines()[4].at("error").at("message") ==
        "no method \"ecoh\" (did you mean \"echo\"?)");
  settle();
  client.receive();
  CHECK(client.lines().size() == 5);
}

TEST_CASE_METHOD(ControlFixture, "what is no request is refused", "[control]") {
  add_echo(server);
  REQUIRE(server.listen(path));
  const std::string deep(100, '[');
  for (const std::string &line :
       {std::string("nonsense"), std::string("[1]"), std::string("{\"id\":{},\"method\":\"echo\"}"),
        std::string("{\"id\":1}"), std::string("{\"id\":1,\"method\":\"echo\",\"params\":[]}"),
        deep, std::string("\xff\xfe")}) {
    INFO(line);
    RawClient client(path);
    client.send(line + "\n");
    run_until_lines(client, 1);
    CHECK(client.lines()[0].at("error").at("code") == MMX_INVALID);
    CHECK_FALSE(client.ended());
  }
}

TEST_CASE_METHOD(ControlFixture, "answers may come later and in any order", "[control]") {
  std::vector<ControlReply> waiting;
  server.add("wait",
             [&](const Json &, ControlReply reply) { waiting.push_back(std::move(reply)); });
  REQUIRE(server.listen(path));
  RawClient client(path);
  client.send(
      "{\"id\":1,\"method\":\"wait\"}\n{\"id\":2,\"method\":\"wait\"}\n{\"id\":3,\"method\":"
      "\"wait\"}\n");
  run_until([&] { return waiting.size() == 3; });
  waiting[1].ok("second");
  waiting[0].ok("first");
  waiting.clear();  // the third is dropped
  run_until_lines(client, 3);
  CHECK(client.lines()[0] == Json{{"id", 2}, {"result", "second"}});
  CHECK(client.lines()[1] == Json{{"id", 1}, {"result", "first"}});
  CHECK(client.lines()[2].at("id") == 3);
  CHECK(client.lines()[2].at("error").at("code") == MMX_ERROR);
}

TEST_CASE_METHOD(ControlFixture, "a client that ended its side still gets its answers",
                 "[control]") {
  std::optional<ControlReply> waiting;
  server.add("wait", [&](const Json &, ControlReply reply) { waiting = std::move(reply); });
  REQUIRE(server.listen(path));
  RawClient client(path);
  client.send("{\"id\":1,\"method\":\"wait\"}");  // without a newline
  client.finish();
  run_until([&] { return waiting.has_value(); });
  settle();
  waiting->ok(true);
  run_until([&] {
    client.receive();
    return client.ended();
  });
  REQUIRE(client.lines().size() == 1);
  CHECK(client.lines()[0] == Json{{"id", 1}, {"result", true}});
  CHECK(server.client_count() == 0);
}

TEST_CASE_METHOD(ControlFixture, "a stream ends with its client", "[control]") {
  std::optional<ControlReply> stream;
  int gone = 0;
  server.add("follow", [&](const Json &, ControlReply reply) {
    reply.on_gone([&] { ++gone; });
    stream = std::move(reply);
  });
  REQUIRE(server.listen(path));
  RawClient client(path);
  client.send("{\"id\":5,\"method\":\"follow\"}\n");
  run_until([&] { return stream.has_value(); });
  CHECK(stream->event(Json{{"n", 1}}) == MMX_OK);
  CHECK(stream->event(Json{{"n", 2}}) == MMX_OK);
  run_until_lines(client, 2);
  CHECK(client.lines()[1] == Json{{"id", 5}, {"event", {{"n", 2}}}});
  CHECK(stream->wanted());
  client.close();
  run_until([&] { return gone == 1; });
  CHECK_FALSE(stream->wanted());
  CHECK(stream->event(Json{}) == MMX_CLOSED);
  CHECK(server.client_count() == 0);
}

TEST_CASE_METHOD(ControlFixture, "the end of a stream does not count as the client going",
                 "[control]") {
  int gone = 0;
  server.add("follow", [&](const Json &, const ControlReply &reply) {
    reply.on_gone([&gone, reply] { ++gone; });
    reply.event(1);
    reply.ok(nullptr);
  });
  REQUIRE(server.listen(path));
  RawClient client(path);
  client.send("{\"id\":5,\"method\":\"follow\"}\n");
  run_until_lines(client, 2);
  client.close();
  settle();
  CHECK(gone == 0);
}

TEST_CASE("a slow client is dropped and nobody else notices", "[control]") {
  ControlLimits limits;
  limits.max_pending = 256 * 1024;
  ControlFixture fixture(limits);
  std::optional<ControlReply> stream;
  bool gone = false;
  fixture.server.add("follow", [&](const Json &, ControlReply reply) {
    reply.on_gone([&] { gone = true; });
    stream = std::move(reply);
  });
  add_echo(fixture.server);
  REQUIRE(fixture.server.listen(fixture.path));
  RawClient slow(fixture.path);
  RawClient other(fixture.path);
  slow.send("{\"id\":1,\"method\":\"follow\"}\n");
  fixture.run_until([&] { return stream.has_value(); });
  const Json event(std::string(16 * 1024, 'x'));
  mmx_status status = MMX_OK;
  for (int i = 0; i < 1000 && status == MMX_OK; ++i) {
    status = stream->event(event);
    fixture.loop.run_once();
  }
  CHECK(status == MMX_CLOSED);
  fixture.run_until([&] { return gone; });
  other.send("{\"id\":2,\"method\":\"echo\"}\n");
  fixture.run_until_lines(other, 1);
  CHECK(fixture.server.client_count() == 1);
}

TEST_CASE("limits of clients, lines and open requests", "[control]") {
  ControlLimits limits;
  limits.max_clients = 2;
  limits.max_line = 1000;
  limits.max_open_requests = 1;
  ControlFixture fixture(limits);
  std::vector<ControlReply> waiting;
  add_echo(fixture.server);
  fixture.server.add("wait", [&](const Json &, ControlReply reply) { waiting.push_back(reply); });
  REQUIRE(fixture.server.listen(fixture.path));
  RawClient first(fixture.path);
  RawClient second(fixture.path);
  fixture.run_until([&] { return fixture.server.client_count() == 2; });
  SECTION("a third client") {
    RawClient third(fixture.path);
    fixture.run_until([&] {
      third.receive();
      return third.ended();
    });
    REQUIRE(third.lines().size() == 1);
    CHECK(third.lines()[0].at("error").at("code") == MMX_AGAIN);
  }
  SECTION("a line that never ends") {
    first.send(std::string(2000, 'x'));
    fixture.run_until([&] {
      first.receive();
      return first.ended();
    });
    REQUIRE(first.lines().size() == 1);
    CHECK(first.lines()[0].at("error").at("message") == "the line is too long");
  }
  SECTION("a second open request") {
    first.send("{\"id\":1,\"method\":\"wait\"}\n{\"id\":2,\"method\":\"echo\"}\n");
    fixture.run_until_lines(first, 1);
    CHECK(first.lines()[0].at("id") == 2);
    CHECK(first.lines()[0].at("error").at("code") == MMX_AGAIN);
    waiting.at(0).ok(1);
    first.send("{\"id\":3,\"method\":\"echo\"}\n");
    fixture.run_until_lines(first, 3);
    CHECK(first.lines()[2].contains("result"));
  }
}

TEST_CASE_METHOD(ControlFixture, "closing answers what is open", "[control]") {
  std::optional<ControlReply> waiting;
  bool gone = false;
  server.add("wait", [&](const Json &, ControlReply reply) {
    reply.on_gone([&] { gone = true; });
    waiting = std::move(reply);
  });
  REQUIRE(server.listen(path));
  RawClient client(path);
  client.send("{\"id\":1,\"method\":\"wait\"}\n");
  run_until([&] { return waiting.has_value(); });
  server.close();
  CHECK(gone);
  run_until([&] {
    client.receive();
    return client.ended();
  });
  REQUIRE(client.lines().size() == 1);
  CHECK(client.lines()[0].at("error").at("code") == MMX_CLOSED);
  CHECK(access(path.c_str(), F_OK) != 0);
  waiting->ok(1);  // nobody is there; nothing happens
}

TEST_CASE_METHOD(ControlFixture, "the socket's folder, mode and leftovers", "[control]") {
  REQUIRE(server.listen(path));
  struct stat info {};
  REQUIRE(stat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0660);
  REQUIRE(stat((folder + "/run").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0750);

  ControlServer second(loop);
  const Result<void> taken = second.listen(path);
  REQUIRE_FALSE(taken);
  CHECK(taken.code() == MMX_AGAIN);
  CHECK(taken.error().message == "another meshmuxd is running: somebody answers on " + path);
  CHECK_FALSE(second.listen(folder + "/g.sock", "no-such-group-here"));

  // What a crash leaves behind: a socket file nobody listens on.
  const std::string stale = folder + "/stale.sock";
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  stale.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0);
  close(fd);
  CHECK(second.listen(stale));
  second.close();
}
