// Implements the shared live log. Must not know what a frame means or who reads it.
#include "plugins/vnode/common/live_log.h"

namespace vnode {

bool LiveLog::append(std::string_view header, std::string_view payload) {
  const bool new_buffer = !chunks_.fits(header.size() + payload.size());
  if (!chunks_.reserve(header.size() + payload.size())) return false;
  const Range range = chunks_.append({header, payload});
  if (segments_.empty() || new_buffer)
    segments_.push_back({chunks_.current(), head_, range.offset, range.size});
  else
    segments_.back().size += range.size;
  head_ += range.size;
  return true;
}

void LiveLog::trim(std::uint64_t position) {
  while (!segments_.empty() && segments_.front().begin + segments_.front().size <= position)
    segments_.pop_front();
}

}  // namespace vnode
