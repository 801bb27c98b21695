// A control server on a loop of its own and raw clients of its socket. Must not know any method.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/control/server.h"
#include "core/loop/clock.h"
#include "core/loop/loop.h"

namespace meshmux::testing {

// A client that speaks in bytes and never blocks.
class RawClient {
 public:
  explicit RawClient(const std::string &path);
  ~RawClient();
  RawClient(const RawClient &) = delete;
  RawClient &operator=(const RawClient &) = delete;

  void send(std::string_view bytes);
  // No more will be sent.
  void finish();
  void close();
  // Takes what has arrived; lines() and ended() tell.
  void receive();
  // Complete lines so far, parsed.
  const std::vector<Json> &lines() const { return lines_; }
  bool ended() const { return ended_; }

 private:
  int fd_;
  std::string text_;
  std::vector<Json> lines_;
  bool ended_ = false;
};

class ControlFixture {
 public:
  explicit ControlFixture(ControlLimits limits = {});
  ~ControlFixture();

  // Runs the loop until done or nothing can happen any more; fails the test if it never is.
  void run_until(const std::function<bool()> &done);
  // Until the client has count lines.
  void run_until_lines(RawClient &client, size_t count);
  // Lets everything happen that is under way.
  void settle();

  std::string folder;
  std::string path;
  VirtualClock clock;
  Loop loop{clock};
  ControlServer server;
};

}  // namespace meshmux::testing
