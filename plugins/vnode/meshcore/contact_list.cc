// Implements the answers to GET_CONTACTS. Must not know sessions.
#include "plugins/vnode/meshcore/contact_list.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/frame.h"
#include "plugins/meshcore/codec/model.h"

namespace meshcore_vnode {

namespace {

constexpr std::size_t kLastmodAt = 144;  // in CONTACT, whose length the mirror has checked

std::size_t write_frame(std::string_view payload, std::uint8_t *out) {
  const auto header = meshcore::frame_header(meshcore::to_app_mark, payload.size());
  std::memcpy(out, header.data(), header.size());
  std::memcpy(out + header.size(), payload.data(), payload.size());
  return header.size() + payload.size();
}

}  // namespace

const vnode::Image *ContactList::get(std::uint32_t since) {
  if (since != 0) return build(since, &some_) ? &some_ : nullptr;
  if (generation_ == mirror_.contacts_generation()) return &all_;
  if (!build(0, &all_)) return nullptr;
  generation_ = mirror_.contacts_generation();
  ++builds_;
  return &all_;
}

bool ContactList::build(std::uint32_t since, vnode::Image *image) const {
  const std::vector<std::string_view> &contacts = mirror_.contacts();
  const std::string start =
      meshcore::build_contacts_start(static_cast<std::uint32_t>(contacts.size()));
  std::vector<std::string_view> frames;
  frames.reserve(contacts.size() + 2);
  frames.push_back(start);
  std::uint32_t newest = 0;
  for (const std::string_view contact : contacts) {
    const std::uint32_t lastmod = meshcore::bytes::u32(contact, kLastmodAt);
    if (since != 0 && lastmod <= since) continue;
    newest = std::max(newest, lastmod);
    frames.push_back(contact);
  }
  const std::string end = meshcore::build_contacts_end(newest);
  frames.push_back(end);
  return vnode::build_image(host_, frames, &write_frame, meshcore::frame_header_size, image);
}

}  // namespace meshcore_vnode
