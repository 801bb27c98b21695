// What a stream still has to write: ranges of shared buffers, neighbouring ones joined. Small while
// empty, because most sessions are idle. Must not know sockets.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <memory>

#include "core/loop/shared_buffer.h"

namespace meshmux {

class SegmentQueue {
 public:
  SegmentQueue() = default;
  ~SegmentQueue() { clear(); }
  SegmentQueue(const SegmentQueue &) = delete;
  SegmentQueue &operator=(const SegmentQueue &) = delete;

  // Appends size bytes of buffer from offset and takes a reference, unless they continue the last
  // range of the same buffer: then that range grows.
  void push(mmx_shared_buffer *buffer, size_t offset, size_t size);
  // Fills up to count entries with what comes next; returns how many.
  int peek(iovec *entries, int count) const;
  // Forgets the first bytes bytes (at most bytes()) and the references that go with them.
  void consume(size_t bytes);
  void clear();

  size_t bytes() const { return bytes_; }
  size_t segments() const { return count_; }
  bool empty() const { return bytes_ == 0; }

 private:
  struct Segment {
    mmx_shared_buffer *buffer;
    size_t offset;
    size_t size;
  };
  static constexpr size_t kInline = 2;

  const Segment &at(size_t index) const { return slots()[(first_ + index) & (capacity_ - 1)]; }
  Segment &at(size_t index) { return slots()[(first_ + index) & (capacity_ - 1)]; }
  const Segment *slots() const { return heap_ ? heap_.get() : inline_.data(); }
  Segment *slots() { return heap_ ? heap_.get() : inline_.data(); }
  void grow();

  std::array<Segment, kInline> inline_;
  std::unique_ptr<Segment[]> heap_;  // freed whenever the queue runs empty
  size_t capacity_ = kInline;        // a power of two
  size_t first_ = 0;
  size_t count_ = 0;
  size_t bytes_ = 0;
};

}  // namespace meshmux
