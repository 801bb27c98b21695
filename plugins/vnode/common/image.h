// A replay image: everything a kind of request is answered with, framed, in one shared buffer that
// any number of sessions write from. Must not know what the frames mean.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "meshmux/host.hpp"

namespace vnode {

// Writes the frame of payload to out and returns the bytes written; at most payload.size() plus the
// overhead given beside it.
using FrameWriter = std::size_t (*)(std::string_view payload, std::uint8_t *out);

struct Image {
  mmx::SharedBuffer buffer;  // empty when there is nothing to replay
  std::size_t size = 0;
  std::size_t frames = 0;
};

// Frames payloads one after the other. False: out of memory, image untouched. [loop-thread]
bool build_image(const mmx::Host &host, const std::vector<std::string_view> &payloads,
                 FrameWriter write, std::size_t overhead, Image *image);

}  // namespace vnode
