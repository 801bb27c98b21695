// Tells the service manager how the daemon is: one datagram to the socket named by NOTIFY_SOCKET,
// path or abstract. Must not know the daemon.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace meshmux {

// Silent where there is no service manager. A message that cannot be sent at once is dropped, the
// loop never waits for it. [loop-thread]
class SdNotify {
 public:
  // socket: what NOTIFY_SOCKET says ("/path", "@abstract" or ""); watchdog_usec: what WATCHDOG_USEC
  // says, 0: no watchdog.
  SdNotify(std::string socket, uint64_t watchdog_usec);
  ~SdNotify();
  SdNotify(const SdNotify &) = delete;
  SdNotify &operator=(const SdNotify &) = delete;

  bool active() const { return fd_ >= 0; }
  // How often watchdog() is due, half of what the manager waits for; 0: never.
  int64_t watchdog_interval_ns() const { return active() ? interval_ns_ : 0; }

  void ready(std::string_view status) const;
  // mono_ns: CLOCK_MONOTONIC at the begin of the reload. ready() ends it.
  void reloading(int64_t mono_ns) const;
  void stopping() const;
  // One line for people.
  void status(std::string_view text) const;
  void watchdog() const;

 private:
  void send(std::string_view message) const;

  std::string socket_;
  int64_t interval_ns_ = 0;
  int fd_ = -1;
};

}  // namespace meshmux
