// The shared live log: every live frame is stored once, framed, and each session is a cursor in it.
// Must not know what a frame means or who reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>

#include "plugins/vnode/common/chunks.h"

namespace vnode {

// Positions count bytes since the log began and only rise. A frame never straddles two buffers.
// Buffers are kept from the first position that somebody may still read, as trim() says; those that
// streams still write from live on by the streams' own references. [loop-thread]
class LiveLog {
 public:
  explicit LiveLog(const mmx::Host &host, std::size_t chunk_size = 32 * 1024)
      : chunks_(host, chunk_size) {}

  std::uint64_t head() const { return head_; }
  // The oldest position that can be read.
  std::uint64_t tail() const { return segments_.empty() ? head_ : segments_.front().begin; }

  // Appends one whole frame given in two parts. False: out of memory, nothing was appended.
  bool append(std::string_view header, std::string_view payload);

  // Calls write(const Range &) for each contiguous range from position from, which must lie between
  // tail() and head(), up to head().
  template <class Write>
  void read(std::uint64_t from, Write &&write) const {
    for (const Segment &segment : segments_) {
      const std::uint64_t end = segment.begin + segment.size;
      if (end <= from) continue;
      const std::uint64_t skip = from > segment.begin ? from - segment.begin : 0;
      write(Range{&segment.buffer, segment.offset + static_cast<std::size_t>(skip),
                  segment.size - static_cast<std::size_t>(skip)});
    }
  }

  // Forgets what lies before position.
  void trim(std::uint64_t position);

 private:
  // A stretch of one buffer; the newest one may still grow.
  struct Segment {
    mmx::SharedBuffer buffer;
    std::uint64_t begin;
    std::size_t offset;
    std::size_t size;
  };

  Chunks chunks_;
  std::deque<Segment> segments_;
  std::uint64_t head_ = 0;
};

}  // namespace vnode
