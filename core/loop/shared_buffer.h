// Reference-counted bytes behind the ABI's mmx_shared_buffer: one allocation holds count, view and
// data, so that one frame can wait in the queues of many streams. Must not know streams.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "meshmux/base.h"
#include "meshmux/ext/stream.h"

namespace meshmux {

// A new buffer with one reference, nullptr when out of memory. [any-thread]
mmx_shared_buffer *buffer_new(size_t capacity);
// [any-thread]; nullptr is ignored.
void buffer_retain(mmx_shared_buffer *buffer);
void buffer_release(mmx_shared_buffer *buffer);
// Buffers alive in the process, for metrics and leak tests. [any-thread]
size_t buffers_alive();

// Owns one reference.
class BufferRef {
 public:
  BufferRef() = default;
  // Takes the reference over.
  explicit BufferRef(mmx_shared_buffer *buffer) : buffer_(buffer) {}
  BufferRef(const BufferRef &other) : buffer_(other.buffer_) { buffer_retain(buffer_); }
  BufferRef(BufferRef &&other) noexcept : buffer_(std::exchange(other.buffer_, nullptr)) {}
  BufferRef &operator=(BufferRef other) noexcept {
    std::swap(buffer_, other.buffer_);
    return *this;
  }
  ~BufferRef() { buffer_release(buffer_); }

  // A buffer holding a copy of bytes.
  static BufferRef copy_of(std::string_view bytes);

  mmx_shared_buffer *get() const { return buffer_; }
  explicit operator bool() const { return buffer_ != nullptr; }

 private:
  mmx_shared_buffer *buffer_ = nullptr;
};

}  // namespace meshmux
