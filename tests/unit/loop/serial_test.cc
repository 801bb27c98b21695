// Serial lines on pseudo terminals: settings, exclusive use, going away and coming back.
#include "core/loop/serial.h"

#include <pty.h>
#include <sys/file.h>
#include <termios.h>

#include <catch2/catch.hpp>

#include "tests/unit/loop/harness.h"

namespace meshmux {
namespace {

using test::Recorder;
using test::send_text;
using test::settle;
using test::until;

// The radio's end of a line.
struct Line {
  int master = -1;
  std::string path;
  Line() {
    int slave = -1;
    char name[256] = "";
    REQUIRE(openpty(&master, &slave, name, nullptr, nullptr) == 0);
    path = name;
    ::close(slave);
    fcntl(master, F_SETFL, O_NONBLOCK);
  }
  ~Line() { unplug(); }
  void unplug() {
    if (master >= 0) ::close(master);
    master = -1;
  }
  Uri uri() const { return *parse_uri("serial://" + path + "?baud=921600"); }
  std::string receive() const {
    std::string text(100000, '\0');
    const ssize_t size = ::read(master, text.data(), text.size());
    text.resize(size > 0 ? static_cast<size_t>(size) : 0);
    return text;
  }
};

TEST_CASE("a serial line carries bytes both ways, unchanged") {
  VirtualClock clock;
  Loop loop(clock);
  const Line line;
  Recorder recorder;
  recorder.stream = Stream::connect(loop, line.uri(), {}, Recorder::events(), &recorder, nullptr);
  CHECK(recorder.calls.empty());
  until(loop, [&] { return recorder.saw("open"); });
  std::string every;
  for (int i = 0; i < 256; ++i) every += static_cast<char>(i);
  send_text(recorder.stream, every);
  std::string received;
  until(loop, [&] {
    received += line.receive();
    return received.size() >= every.size();
  });
  CHECK(received == every);
  REQUIRE(::write(line.master, every.data(), every.size()) == 256);
  until(loop, [&] { return recorder.data.size() >= every.size(); });
  CHECK(recorder.data == every);
  recorder.stream->close();
  until(loop, [&] { return recorder.closed(); });
  CHECK(recorder.status == MMX_CLOSED);
}

TEST_CASE("a line is opened raw, without HUPCL, and exclusively") {
  const Line line;
  termios settings{};
  REQUIRE(tcgetattr(line.master, &settings) == 0);
  settings.c_cflag |= HUPCL | CRTSCTS;
  REQUIRE(tcsetattr(line.master, TCSANOW, &settings) == 0);
  const Result<int> fd = open_serial(line.uri());
  REQUIRE(fd);
  REQUIRE(tcgetattr(*fd, &settings) == 0);
  CHECK((settings.c_cflag & HUPCL) == 0);
  CHECK((settings.c_cflag & CRTSCTS) == 0);
  CHECK((settings.c_cflag & CLOCAL) != 0);
  CHECK((settings.c_lflag & (ICANON | ECHO | ISIG)) == 0);
  CHECK(cfgetospeed(&settings) == B921600);
  CHECK((fcntl(*fd, F_GETFD) & FD_CLOEXEC) != 0);
  const Result<int> second = open_serial(line.uri());
  REQUIRE_FALSE(second);
  CHECK_THAT(second.error().message, Catch::Contains("another program has it open"));
  ::close(*fd);
}

TEST_CASE("a line that cannot be opened says what to do") {
  CHECK_THAT(open_serial(*parse_uri("serial:///dev/no-such-tty")).error().message,
             Catch::Contains("is the radio plugged in?"));
  CHECK_THAT(open_serial(*parse_uri("serial:///dev/null")).error().message,
             Catch::Contains("is no serial line"));
  CHECK_THAT(open_serial(*parse_uri("serial:///dev/null?baud=12345")).error().message,
             Catch::Contains("12345 baud"));
}

TEST_CASE("an unplugged line ends its stream and can be opened again") {
  VirtualClock clock;
  Loop loop(clock);
  Recorder recorder;
  {
    Line line;
    recorder.stream = Stream::connect(loop, line.uri(), {}, Recorder::events(), &recorder, nullptr);
    until(loop, [&] { return recorder.saw("open"); });
    line.unplug();
    until(loop, [&] { return recorder.closed(); });
    CHECK(recorder.status == MMX_ERROR);
    CHECK_THAT(recorder.reason, Catch::Contains("unplugged"));
  }
  const Line line;
  Recorder again;
  again.stream = Stream::connect(loop, line.uri(), {}, Recorder::events(), &again, nullptr);
  until(loop, [&] { return again.saw("open"); });
  again.stream->close();
  until(loop, [&] { return again.closed(); });
  // The same path is free at once after a close.
  again = {};
  again.stream = Stream::connect(loop, line.uri(), {}, Recorder::events(), &again, nullptr);
  until(loop, [&] { return again.saw("open"); });
  again.stream->abort();
  settle(loop);
}

TEST_CASE("a radio that does not read bounds its line as well") {
  VirtualClock clock;
  Loop loop(clock);
  const Line line;
  Recorder recorder;
  recorder.stream = Stream::connect(loop, line.uri(), {0, {1000000, 5 * kSecond}},
                                    Recorder::events(), &recorder, nullptr);
  until(loop, [&] { return recorder.saw("open"); });
  const std::string much(500000, 'm');
  REQUIRE(send_text(recorder.stream, much) == MMX_OK);
  settle(loop);
  CHECK(recorder.stream->pending() > 0);
  advance(loop, clock, 6 * kSecond);
  REQUIRE(recorder.closed());
  CHECK(recorder.status == MMX_TIMED_OUT);
}

}  // namespace
}  // namespace meshmux
