// Memory for bytes on their way to sessions: ranges are appended to shared host buffers of a fixed
// size, so that neighbouring ranges join into one write and many sessions can share them. Must not
// know frames or sessions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "meshmux/host.hpp"

namespace vnode {

// Bytes inside a shared buffer. Whoever hands one out says how long the buffer is held.
struct Range {
  const mmx::SharedBuffer *buffer = nullptr;
  std::size_t offset = 0;
  std::size_t size = 0;
};

// One growing buffer; a full one is let go and lives on as long as streams still write from it.
// [loop-thread]
class Chunks {
 public:
  Chunks(const mmx::Host &host, std::size_t chunk_size) : host_(host), chunk_size_(chunk_size) {}

  // Whether size more bytes go into the present buffer.
  bool fits(std::size_t size) const { return current_ && used_ + size <= current_.capacity(); }
  // Makes room for size bytes in one piece; starts a new buffer if it must. False: out of memory.
  bool reserve(std::size_t size);
  // Joins parts into one range. reserve() must have said that they fit. The range's buffer pointer
  // is valid until the next reserve.
  Range append(std::initializer_list<std::string_view> parts);

  const mmx::SharedBuffer &current() const { return current_; }
  std::size_t used() const { return used_; }

 private:
  const mmx::Host &host_;
  const std::size_t chunk_size_;
  mmx::SharedBuffer current_;
  std::size_t used_ = 0;
};

}  // namespace vnode
