// See control_fixture.h.
#include "tests/unit/control/control_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

namespace meshmux::testing {

RawClient::RawClient(const std::string &path)
    : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  REQUIRE(connect(fd_, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0);
  fcntl(fd_, F_SETFL, O_NONBLOCK);
}

RawClient::~RawClient() { close(); }

void RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the server reads no more; what it answers is what a test looks at
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
}

void RawClient::finish() { shutdown(fd_, SHUT_WR); }

void RawClient::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

void RawClient::receive() {
  char chunk[65536];
  ssize_t got = 0;
  while ((got = recv(fd_, chunk, sizeof chunk, 0)) > 0)
    text_.append(chunk, static_cast<size_t>(got));
  if (got == 0) ended_ = true;
  size_t end = 0;
  while ((end = text_.find('\n')) != std::string::npos) {
    lines_.push_back(Json::parse(text_.substr(0, end), nullptr, false));
    text_.erase(0, end + 1);
  }
}

ControlFixture::ControlFixture(ControlLimits limits) : server(loop, limits) {
  std::string pattern = std::filesystem::temp_directory_path().string() + "/meshmux-control-XXXXXX";
  REQUIRE(mkdtemp(pattern.data()) != nullptr);
  folder = pattern;
  path = folder + "/run/control.sock";
}

ControlFixture::~ControlFixture() {
  server.close();
  settle();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

void ControlFixture::run_until(const std::function<bool()> &done) {
  for (int i = 0; i < 10000; ++i) {
    if (done()) return;
    loop.run_once();
  }
  FAIL("it never happened");
}

void ControlFixture::run_until_lines(RawClient &client, size_t count) {
  run_until([&] {
    client.receive();
    return client.lines().size() >= count;
  });
}

void ControlFixture::settle() {
  for (int i = 0; i < 20; ++i) loop.run_once();
}

}  // namespace meshmux::testing
