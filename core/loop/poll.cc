// A uv_poll_t whose memory outlives its owner until libuv has closed it.
#include "core/loop/poll.h"

#include <unistd.h>

#include <utility>

#include "core/loop/loop.h"

namespace meshmux {

struct Poll::Handle {
  uv_poll_t poll;
  Poll *owner;
  Ready ready;
  void *ctx;
};

Result<void> Poll::open(Loop &loop, int fd, Ready ready, void *ctx) {
  auto *const handle = new Handle{{}, this, ready, ctx};
  if (const int error = uv_poll_init(loop.uv(), &handle->poll, fd); error != 0) {
    delete handle;
    ::close(fd);
    return fail(MMX_ERROR, "cannot watch a descriptor: {}", uv_strerror(error));
  }
  handle->poll.data = handle;
  handle_ = handle;
  fd_ = fd;
  watched_ = 0;
  return {};
}

void Poll::on_ready(uv_poll_t *poll, int status, int events) {
  auto *const handle = static_cast<Handle *>(poll->data);
  if (!handle->owner) return;
  // libuv stops watching when it reports an error.
  if (status < 0) handle->owner->watched_ = 0;
  handle->ready(handle->ctx, status, events);
}

void Poll::watch(int events) {
  if (!handle_ || events == watched_) return;
  watched_ = events;
  if (events == 0) {
    uv_poll_stop(&handle_->poll);
  } else {
    uv_poll_start(&handle_->poll, events, on_ready);
  }
}

int Poll::release() {
  if (!handle_) return -1;
  Handle *const handle = std::exchange(handle_, nullptr);
  handle->owner = nullptr;
  watched_ = 0;
  uv_poll_stop(&handle->poll);
  uv_close(reinterpret_cast<uv_handle_t *>(&handle->poll),
           [](uv_handle_t *closed) { delete static_cast<Handle *>(closed->data); });
  return std::exchange(fd_, -1);
}

void Poll::close() {
  if (const int fd = release(); fd >= 0) ::close(fd);
}

}  // namespace meshmux
