// Answers to GET_CONTACTS, each in one piece: the whole list as an image that all sessions share,
// and what changed since a time. Must not know sessions.
#pragma once

#include <cstdint>

#include "plugins/vnode/common/image.h"
#include "plugins/vnode/meshcore/mirror.h"

namespace meshcore_vnode {

// [loop-thread]
class ContactList {
 public:
  ContactList(const mmx::Host &host, const Mirror &mirror) : host_(host), mirror_(mirror) {}

  // START, every contact whose lastmod lies after since (seconds of the device; 0: all of them),
  // END. START counts all contacts, END tells the largest lastmod sent, as the firmware does.
  // Borrowed until the next call; NULL: out of memory.
  const vnode::Image *get(std::uint32_t since);

  // Bytes of the whole list as last built.
  std::size_t size() const { return all_.size; }
  std::uint64_t builds() const { return builds_; }

 private:
  bool build(std::uint32_t since, vnode::Image *image) const;

  const mmx::Host &host_;
  const Mirror &mirror_;
  vnode::Image all_;
  vnode::Image some_;
  std::uint64_t generation_ = 0;  // of all_; 0: never built
  std::uint64_t builds_ = 0;
};

}  // namespace meshcore_vnode
