// One file descriptor watched by the loop. Owns the descriptor and a uv_poll_t that frees itself
// once libuv lets go of it. Must not know what the descriptor is for.
#pragma once

#include <uv.h>

#include "core/base/result.h"

namespace meshmux {

class Loop;

class Poll {
 public:
  // status is 0 or a negative errno (then polling has stopped; ask the descriptor what is wrong);
  // events are UV_READABLE and UV_WRITABLE bits. The Poll may be closed or destroyed inside.
  using Ready = void (*)(void *ctx, int status, int events);

  Poll() = default;
  ~Poll() { close(); }
  Poll(const Poll &) = delete;
  Poll &operator=(const Poll &) = delete;

  // Takes fd over, also when it fails.
  Result<void> open(Loop &loop, int fd, Ready ready, void *ctx);
  bool is_open() const { return handle_ != nullptr; }
  // -1 when not open.
  int fd() const { return fd_; }
  // Watches for events from now on; 0: nothing at all, not even errors.
  void watch(int events);
  int watched() const { return watched_; }
  // Stops watching and closes the descriptor. No call follows.
  void close();
  // Stops watching and hands the descriptor to the caller.
  int release();

 private:
  struct Handle;

  static void on_ready(uv_poll_t *handle, int status, int events);

  Handle *handle_ = nullptr;
  int fd_ = -1;
  int watched_ = 0;
};

}  // namespace meshmux
