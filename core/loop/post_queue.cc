// Posting, the shared wake-up, and emptying the queues in turn.
#include "core/loop/post_queue.h"

#include <algorithm>

#include "core/loop/loop.h"

namespace meshmux {
namespace {

// Posts of one queue that run before the next queue and I/O get their turn.
constexpr size_t kPostsPerRound = 64;

}  // namespace

PostHub::PostHub(Loop &loop) : async_(new uv_async_t) {
  // Only wakes: the turn that follows every round of callbacks runs the posts.
  uv_async_init(loop.uv(), async_, [](uv_async_t *) {});
  // Waiting for posts alone does not keep the loop running.
  uv_unref(reinterpret_cast<uv_handle_t *>(async_));
}

PostHub::~PostHub() { close(); }

void PostHub::close() {
  const std::lock_guard lock(mutex_);
  if (!async_) return;
  uv_close(reinterpret_cast<uv_handle_t *>(async_),
           [](uv_handle_t *closed) { delete reinterpret_cast<uv_async_t *>(closed); });
  async_ = nullptr;
}

void PostHub::add_ready(PostQueue &queue) {
  const std::lock_guard lock(mutex_);
  ready_.push_back(&queue);
  if (async_) uv_async_send(async_);
}

void PostHub::forget(PostQueue &queue) {
  const std::lock_guard lock(mutex_);
  std::erase(ready_, &queue);
  std::replace(round_.begin(), round_.end(), &queue, static_cast<PostQueue *>(nullptr));
}

bool PostHub::run_ready() {
  {
    const std::lock_guard lock(mutex_);
    if (ready_.empty()) return false;
    round_.swap(ready_);
  }
  // By index: a post may destroy a queue, which blanks its entry.
  for (size_t i = 0; i < round_.size(); ++i) {
    PostQueue *const queue = round_[i];
    if (!queue || !queue->run_some(kPostsPerRound)) continue;
    const std::lock_guard lock(mutex_);
    ready_.push_back(queue);
  }
  round_.clear();
  const std::lock_guard lock(mutex_);
  return !ready_.empty();
}

PostQueue::PostQueue(Loop &loop, CallTarget *target, size_t capacity)
    : hub_(loop.posts()), target_(target), capacity_(capacity) {}

PostQueue::~PostQueue() {
  close();
  hub_.forget(*this);
  if (destroyed_) *destroyed_ = true;
}

mmx_status PostQueue::post(void (*fn)(void *ctx), void *ctx) {
  if (!fn) return MMX_INVALID;
  const std::lock_guard lock(mutex_);
  if (closed_) return MMX_CLOSED;
  if (size_.load(std::memory_order_relaxed) >= capacity_) return MMX_AGAIN;
  incoming_.push_back(Item{fn, ctx});
  size_.fetch_add(1, std::memory_order_relaxed);
  if (!ready_) {
    ready_ = true;
    // Under our lock: the loop cannot find the queue empty between these two.
    hub_.add_ready(*this);
  }
  return MMX_OK;
}

void PostQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

bool PostQueue::run_some(size_t limit) {
  bool destroyed = false;
  // Nested when a post calls run_all; the outer frames must learn of a destruction too.
  bool *const outer = destroyed_;
  destroyed_ = &destroyed;
  for (size_t ran = 0; ran < limit; ++ran) {
    if (next_ == running_.size()) {
      running_.clear();
      next_ = 0;
      const std::lock_guard lock(mutex_);
      if (incoming_.empty()) {
        ready_ = false;
        // A burst's memory is not kept for ever.
        if (running_.capacity() > kPostsPerRound) std::vector<Item>().swap(running_);
        destroyed_ = outer;
        return false;
      }
      running_.swap(incoming_);
    }
    const Item item = running_[next_++];
    size_.fetch_sub(1, std::memory_order_relaxed);
    {
      const CallScope scope(target_);
      item.fn(item.ctx);
    }
    if (destroyed) {
      if (outer) *outer = true;
      return false;
    }
  }
  destroyed_ = outer;
  return true;
}

void PostQueue::run_all() {
  while (run_some(kPostsPerRound)) {
  }
}

}  // namespace meshmux
