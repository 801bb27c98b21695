// Shared buffers and the queue of their ranges.
#include "core/loop/segment_queue.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace meshmux {
namespace {

std::string next(const SegmentQueue &queue) {
  iovec parts[64];
  const int count = queue.peek(parts, 64);
  std::string text;
  for (int i = 0; i < count; ++i) {
    text.append(static_cast<const char *>(parts[i].iov_base), parts[i].iov_len);
  }
  return text;
}

TEST_CASE("neighbouring ranges of one buffer are joined") {
  SegmentQueue queue;
  const BufferRef one = BufferRef::copy_of("abcdefgh"), two = BufferRef::copy_of("ABC");
  queue.push(one.get(), 0, 3);
  queue.push(one.get(), 3, 2);
  CHECK(queue.segments() == 1);
  queue.push(one.get(), 6, 2);  // a gap
  queue.push(two.get(), 0, 3);
  queue.push(one.get(), 5, 0);  // nothing
  CHECK(queue.segments() == 3);
  CHECK(next(queue) == "abcdeghABC");
  // The first range is half gone; what follows it in the buffer still joins the last one only.
  queue.consume(4);
  CHECK(next(queue) == "eghABC");
  queue.consume(2);
  CHECK(next(queue) == "hABC");
  queue.consume(100);
  CHECK(queue.empty());
}

TEST_CASE("references are held exactly as long as ranges wait") {
  const size_t before = buffers_alive();
  {
    SegmentQueue queue;
    {
      const BufferRef buffer = BufferRef::copy_of("0123456789");
      for (size_t i = 0; i < 10; i += 2) queue.push(buffer.get(), i, 1);
    }
    CHECK(buffers_alive() == before + 1);
    queue.consume(4);
    CHECK(buffers_alive() == before + 1);
    CHECK(next(queue) == "8");
    queue.consume(1);
    CHECK(buffers_alive() == before);
    queue.push(BufferRef::copy_of("x").get(), 0, 1);
    CHECK(buffers_alive() == before + 1);
  }
  CHECK(buffers_alive() == before);
  CHECK(buffer_new(SIZE_MAX) == nullptr);
  buffer_release(nullptr);
}

TEST_CASE("the ring keeps order under random use") {
  SegmentQueue queue;
  std::mt19937 random(7);
  std::string expected;
  char letter = 'a';
  for (int step = 0; step < 5000; ++step) {
    if (random() % 3 != 0) {
      std::string text(1 + random() % 5, letter);
      letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1);
      queue.push(BufferRef::copy_of(text).get(), 0, text.size());
      expected += text;
    } else {
      const size_t bytes = random() % (queue.bytes() < 40 ? queue.bytes() + 1 : 40);
      queue.consume(bytes);
      expected.erase(0, bytes);
    }
    REQUIRE(queue.bytes() == expected.size());
    const std::string text = next(queue);
    REQUIRE(expected.compare(0, text.size(), text) == 0);
  }
}

}  // namespace
}  // namespace meshmux
