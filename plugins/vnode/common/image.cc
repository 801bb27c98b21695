// Implements replay images. Must not know what the frames mean.
#include "plugins/vnode/common/image.h"

#include <utility>

namespace vnode {

bool build_image(const mmx::Host &host, const std::vector<std::string_view> &payloads,
                 FrameWriter write, std::size_t overhead, Image *image) {
  Image made;
  std::size_t capacity = 0;
  for (const std::string_view payload : payloads) capacity += payload.size() + overhead;
  if (capacity > 0) {
    made.buffer = host.new_buffer(capacity);
    if (!made.buffer) return false;
    for (const std::string_view payload : payloads)
      made.size += write(payload, made.buffer.data() + made.size);
  }
  made.frames = payloads.size();
  *image = std::move(made);
  return true;
}

}  // namespace vnode
