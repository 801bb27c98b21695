// The null modem and its link, on real pseudo terminals. Must not know what is said over them.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <string>

#include "plugins/sim/common/null_modem.h"

namespace {

struct Port {
  explicit Port(const std::string &path) : fd(::open(path.c_str(), O_RDWR | O_NOCTTY)) {
    REQUIRE(fd >= 0);
  }
  ~Port() { ::close(fd); }
  Port(const Port &) = delete;
  Port &operator=(const Port &) = delete;

  void say(const std::string &text) const {
    REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  std::string hear(size_t size) const {
    std::string out;
    while (out.size() < size) {
      pollfd polled{fd, POLLIN, 0};
      REQUIRE(::poll(&polled, 1, 5000) == 1);
      char part[512];
      const ssize_t got = ::read(fd, part, sizeof part);
      REQUIRE(got > 0);
      out.append(part, static_cast<size_t>(got));
    }
    return out;
  }

  int fd;
};

}  // namespace

TEST_CASE("what goes in at one end comes out at the other, every byte as it is") {
  std::string error;
  const auto modem = sim::NullModem::open(error);
  REQUIRE(modem);
  const Port inner(modem->inner());
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  {
    const Port outer(modem->outer());
    outer.say(all);
    CHECK(inner.hear(all.size()) == all);
    inner.say(all);
    CHECK(outer.hear(all.size()) == all);
  }
  // Opened again: the line still works.
  const Port outer(modem->outer());
  outer.say("again");
  CHECK(inner.hear(5) == "again");
  inner.say("once more");
  CHECK(outer.hear(9) == "once more");
}

TEST_CASE("a link replaces links and nothing else") {
  const std::string path = std::string(MESHMUX_BUILD_DIR) + "/null-modem-test-link";
  ::unlink(path.c_str());
  std::string error;
  {
    sim::LinkFile link;
    REQUIRE(link.make(path, "first", error));
    sim::LinkFile newer;
    REQUIRE(newer.make(path, "second", error));
    link.remove();  // not its own any more
    char target[16];
    CHECK(::readlink(path.c_str(), target, sizeof target) == 6);
  }
  CHECK(::access(path.c_str(), F_OK) != 0);
  ::close(::open(path.c_str(), O_CREAT | O_WRONLY, 0600));
  sim::LinkFile link;
  CHECK_FALSE(link.make(path, "third", error));
  CHECK(error.find("no symbolic link") != std::string::npos);
  ::unlink(path.c_str());
}
