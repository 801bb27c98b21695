// Implements the shared append buffer. Must not know frames or sessions.
#include "plugins/vnode/common/chunks.h"

#include <algorithm>
#include <cstring>

namespace vnode {

bool Chunks::reserve(std::size_t size) {
  if (fits(size)) return true;
  mmx::SharedBuffer fresh = host_.new_buffer(std::max(size, chunk_size_));
  if (!fresh) return false;
  current_ = std::move(fresh);
  used_ = 0;
  return true;
}

Range Chunks::append(std::initializer_list<std::string_view> parts) {
  const std::size_t begin = used_;
  for (const std::string_view part : parts) {
    if (part.empty()) continue;
    std::memcpy(current_.data() + used_, part.data(), part.size());
    used_ += part.size();
  }
  return {&current_, begin, used_ - begin};
}

}  // namespace vnode
