// Posting from threads: order, bounds, closing, and queues that do not starve each other.
#include "core/loop/post_queue.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/unit/loop/harness.h"

namespace meshmux {
namespace {

struct Item {
  std::vector<int> *list;
  int value;
};

void append(void *ctx) {
  const auto *const item = static_cast<Item *>(ctx);
  item->list->push_back(item->value);
}

TEST_CASE("posts of many threads all run, each thread's in order") {
  const SystemClock clock;
  Loop loop(clock);
  constexpr int kThreads = 4;
  constexpr int kPosts = 2000;
  std::vector<int> seen;
  PostQueue queue(loop, nullptr, 256);
  std::vector<std::vector<Item>> items(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < kPosts; ++i) items[t].push_back(Item{&seen, t * kPosts + i});
    threads.emplace_back([&queue, &mine = items[t]] {
      for (Item &item : mine) {
        while (queue.post(append, &item) == MMX_AGAIN) std::this_thread::yield();
      }
    });
  }
  test::until(loop, [&] { return seen.size() == kThreads * kPosts; });
  for (std::thread &thread : threads) thread.join();
  std::vector<int> last(kThreads, -1);
  for (const int value : seen) {
    REQUIRE(value > last[value / kPosts]);
    last[value / kPosts] = value;
  }
  CHECK(queue.size() == 0);
}

TEST_CASE("a full queue says AGAIN and a closed one CLOSED") {
  const SystemClock clock;
  Loop loop(clock);
  std::vector<int> seen;
  Item item{&seen, 1};
  PostQueue queue(loop, nullptr, 2);
  CHECK(queue.post(nullptr, nullptr) == MMX_INVALID);
  CHECK(queue.post(append, &item) == MMX_OK);
  CHECK(queue.post(append, &item) == MMX_OK);
  CHECK(queue.post(append, &item) == MMX_AGAIN);
  queue.close();
  CHECK(queue.post(append, &item) == MMX_CLOSED);
  test::settle(loop);
  CHECK(seen.size() == 2);  // what was accepted still ran
}

TEST_CASE("run_all runs what waits, and destroying drops it") {
  const SystemClock clock;
  Loop loop(clock);
  std::vector<int> seen;
  Item item{&seen, 1};
  auto queue = std::make_unique<PostQueue>(loop, nullptr);
  for (int i = 0; i < 500; ++i) REQUIRE(queue->post(append, &item) == MMX_OK);
  queue->run_all();
  CHECK(seen.size() == 500);
  REQUIRE(queue->post(append, &item) == MMX_OK);
  queue.reset();
  test::settle(loop);
  CHECK(seen.size() == 500);
}

TEST_CASE("a post may destroy its own queue") {
  const SystemClock clock;
  Loop loop(clock);
  auto queue = std::make_unique<PostQueue>(loop, nullptr);
  const auto destroy = [](void *ctx) { static_cast<std::unique_ptr<PostQueue> *>(ctx)->reset(); };
  REQUIRE(queue->post(destroy, &queue) == MMX_OK);
  REQUIRE(queue->post(destroy, &queue) == MMX_OK);
  test::settle(loop);
  CHECK_FALSE(queue);
}

TEST_CASE("a flood through one queue does not delay another") {
  const SystemClock clock;
  Loop loop(clock);
  std::vector<int> seen;
  Item noise{&seen, 0}, wanted{&seen, 1};
  PostQueue flood(loop, nullptr), quiet(loop, nullptr);
  for (int i = 0; i < 4000; ++i) REQUIRE(flood.post(append, &noise) == MMX_OK);
  REQUIRE(quiet.post(append, &wanted) == MMX_OK);
  test::until(loop, [&] { return seen.size() == 4001; });
  const auto at = std::find(seen.begin(), seen.end(), 1) - seen.begin();
  CHECK(at < 200);
}

TEST_CASE("a post wakes a loop that blocks") {
  const SystemClock clock;
  Loop loop(clock);
  PostQueue queue(loop, nullptr);
  std::thread thread([&] {
    CHECK(queue.post([](void *ctx) { static_cast<Loop *>(ctx)->stop(); }, &loop) == MMX_OK);
  });
  loop.run();
  thread.join();
}

}  // namespace
}  // namespace meshmux
