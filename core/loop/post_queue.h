// The way from other threads onto the loop: bounded queues that share one wake-up and are emptied
// in turn, so that a flood through one does not delay the others. Must not know who posts.
#pragma once

#include <uv.h>

#include <atomic>
#include <cstddef>
#include <mutex>
#include <vector>

#include "core/loop/calls.h"
#include "meshmux/base.h"

namespace meshmux {

class Loop;
class PostQueue;

// Owned by the Loop: one uv_async_t for all queues, because wake-ups coalesce anyway.
class PostHub {
 public:
  explicit PostHub(Loop &loop);
  ~PostHub();
  PostHub(const PostHub &) = delete;
  PostHub &operator=(const PostHub &) = delete;

  // Runs a bounded number of posts of every ready queue; true: some are left. [loop-thread]
  bool run_ready();
  // Begins closing the wake-up handle; for the Loop's destructor. [loop-thread]
  void close();

 private:
  friend class PostQueue;

  void add_ready(PostQueue &queue);
  void forget(PostQueue &queue);

  uv_async_t *async_ = nullptr;
  std::mutex mutex_;
  std::vector<PostQueue *> ready_;
  std::vector<PostQueue *> round_;  // loop thread: being emptied now
};

// One instance's posts, run in the order they were posted, each inside a CallScope of target.
class PostQueue {
 public:
  static constexpr size_t kDefaultCapacity = 4096;

  PostQueue(Loop &loop, CallTarget *target, size_t capacity = kDefaultCapacity);
  // Drops what was not run. No other thread may still be in post. [loop-thread]
  ~PostQueue();
  PostQueue(const PostQueue &) = delete;
  PostQueue &operator=(const PostQueue &) = delete;

  // Queues fn(ctx). MMX_AGAIN: full; MMX_CLOSED: after close. [any-thread]
  mmx_status post(void (*fn)(void *ctx), void *ctx);
  // Refuses further posts; those queued still run. [any-thread]
  void close();
  // Runs everything queued, now; for an owner about to destroy the target. [loop-thread]
  void run_all();
  // Posts waiting. [any-thread]
  size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  friend class PostHub;

  struct Item {
    void (*fn)(void *ctx);
    void *ctx;
  };

  // Runs at most limit posts; true: some may be left. False also when the queue went away.
  bool run_some(size_t limit);

  PostHub &hub_;
  CallTarget *target_;
  const size_t capacity_;
  std::atomic<size_t> size_{0};
  std::mutex mutex_;
  std::vector<Item> incoming_;  // guarded by mutex_
  bool ready_ = false;          // guarded by mutex_: the hub knows
  bool closed_ = false;         // guarded by mutex_
  std::vector<Item> running_;   // loop thread
  size_t next_ = 0;             // loop thread: first of running_ not yet run
  bool *destroyed_ = nullptr;   // loop thread: set by the destructor while run_some is active
};

}  // namespace meshmux
