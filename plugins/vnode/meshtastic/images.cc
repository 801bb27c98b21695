// Implements the replay images. Must not know sessions.
#include "plugins/vnode/meshtastic/images.h"

#include <algorithm>
#include <cstring>

#include "plugins/meshtastic/codec/frame.h"

namespace meshtastic_vnode {

namespace {

std::size_t write_frame(std::string_view payload, std::uint8_t *out) {
  const auto header = meshtastic::frame_header(payload.size());
  std::memcpy(out, header.data(), header.size());
  if (!payload.empty()) std::memcpy(out + header.size(), payload.data(), payload.size());
  return header.size() + payload.size();
}

}  // namespace

const vnode::Image *Images::get(HandshakeKind kind) {
  return refresh(kind) ? &slot(kind).image : nullptr;
}

void Images::freeze() {
  // One that cannot be built now is built later from newer state: better than none.
  for (const HandshakeKind kind : kHandshakeKinds) refresh(kind);
  frozen_ = true;
}

void Images::clear() {
  slots_ = {};
  frozen_ = false;
}

bool Images::refresh(HandshakeKind kind) {
  Slot &wanted = slot(kind);
  if (wanted.built && (frozen_ || wanted.generation == mirror_.generation(kind))) return true;
  std::vector<std::string_view> payloads = mirror_.collect(kind);
  // A frame no client would take must not stop the others.
  std::erase_if(payloads, [](std::string_view payload) {
    return payload.size() > meshtastic::max_payload_size;
  });
  if (!vnode::build_image(host_, payloads, &write_frame, meshtastic::frame_header_size,
                          &wanted.image))
    return false;
  wanted.generation = mirror_.generation(kind);
  wanted.built = true;
  ++builds_;
  return true;
}

}  // namespace meshtastic_vnode
