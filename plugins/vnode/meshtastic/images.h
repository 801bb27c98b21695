// The replay images of the three kinds of handshake: built when somebody asks, again only when what
// they hold has changed, and frozen while a new capture is swapped in. Must not know sessions.
#pragma once

#include <array>
#include <cstdint>

#include "plugins/vnode/common/image.h"
#include "plugins/vnode/meshtastic/mirror.h"

namespace meshtastic_vnode {

// [loop-thread]
class Images {
 public:
  Images(const mmx::Host &host, const Mirror &mirror) : host_(host), mirror_(mirror) {}

  // Borrowed until the next call; NULL: out of memory.
  const vnode::Image *get(HandshakeKind kind);

  // From now until thaw the images stay what they are, built first where they are out of date.
  void freeze();
  void thaw() { frozen_ = false; }
  bool frozen() const { return frozen_; }
  // Forgets all, frozen ones included: they are of another radio.
  void clear();

  // Bytes of the image as last built; 0 if it never was.
  std::size_t size(HandshakeKind kind) const { return slot(kind).image.size; }
  std::uint64_t builds() const { return builds_; }

 private:
  struct Slot {
    vnode::Image image;
    std::uint64_t generation = 0;
    bool built = false;
  };

  bool refresh(HandshakeKind kind);
  Slot &slot(HandshakeKind kind) { return slots_[static_cast<std::size_t>(kind)]; }
  const Slot &slot(HandshakeKind kind) const { return slots_[static_cast<std::size_t>(kind)]; }

  const mmx::Host &host_;
  const Mirror &mirror_;
  std::array<Slot, 4> slots_;
  std::uint64_t builds_ = 0;
  bool frozen_ = false;
};

}  // namespace meshtastic_vnode
