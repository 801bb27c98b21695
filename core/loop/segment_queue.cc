// A ring of buffer ranges that starts inside its owner and moves to the heap only while it is long.
#include "core/loop/segment_queue.h"

#include <algorithm>

namespace meshmux {

void SegmentQueue::grow() {
  auto larger = std::make_unique<Segment[]>(capacity_ * 2);
  for (size_t i = 0; i < count_; ++i) larger[i] = at(i);
  heap_ = std::move(larger);
  capacity_ *= 2;
  first_ = 0;
}

void SegmentQueue::push(mmx_shared_buffer *buffer, size_t offset, size_t size) {
  if (size == 0) return;
  bytes_ += size;
  if (count_ > 0) {
    Segment &last = at(count_ - 1);
    if (last.buffer == buffer && last.offset + last.size == offset) {
      last.size += size;
      return;
    }
  }
  if (count_ == capacity_) grow();
  buffer_retain(buffer);
  ++count_;
  at(count_ - 1) = Segment{buffer, offset, size};
}

int SegmentQueue::peek(iovec *entries, int count) const {
  const int filled = static_cast<int>(std::min(count_, static_cast<size_t>(count)));
  for (int i = 0; i < filled; ++i) {
    const Segment &segment = at(static_cast<size_t>(i));
    entries[i] = iovec{segment.buffer->data + segment.offset, segment.size};
  }
  return filled;
}

void SegmentQueue::consume(size_t bytes) {
  bytes = std::min(bytes, bytes_);
  bytes_ -= bytes;
  while (count_ > 0 && bytes > 0) {
    Segment &front = at(0);
    if (bytes < front.size) {
      front.offset += bytes;
      front.size -= bytes;
      return;
    }
    bytes -= front.size;
    buffer_release(front.buffer);
    first_ = (first_ + 1) & (capacity_ - 1);
    --count_;
  }
  if (count_ == 0) clear();
}

void SegmentQueue::clear() {
  for (size_t i = 0; i < count_; ++i) buffer_release(at(i).buffer);
  heap_.reset();
  capacity_ = kInline;
  first_ = 0;
  count_ = 0;
  bytes_ = 0;
}

}  // namespace meshmux
