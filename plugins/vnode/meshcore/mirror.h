// The radio's retained state as the bus last told it. Records are held by reference, the host
// shares their memory with everybody else. Must not know sessions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "meshmux/host.hpp"
#include "plugins/meshcore/codec/state.h"

namespace meshcore_vnode {

using meshcore::Section;

// [loop-thread]
class Mirror {
 public:
  explicit Mirror(const mmx::Host &host) : host_(host) {}

  // Takes one STATE message, deletions included. Records that are no frame of their section are
  // ignored.
  void apply(const mmx_message &message);
  void clear();

  // The response frame of a record, borrowed until the next apply or clear.
  std::optional<std::string_view> frame(Section section, std::uint8_t sub = 0) const;
  std::optional<std::string_view> contact(std::string_view public_key) const;
  // All contacts in the radio's order, borrowed until the next apply or clear.
  const std::vector<std::string_view> &contacts() const;
  // Whether the record is known and younger than age_ns; what was restored counts as old.
  bool is_young(Section section, std::uint8_t sub, std::int64_t age_ns) const;
  // The device's clock now, in seconds since 1970; the host's where the device's is not known.
  std::uint32_t device_seconds() const;

  // Rises whenever a contact changed, came or went.
  std::uint64_t contacts_generation() const { return generation_; }
  std::size_t size() const { return records_.size() + contacts_.size(); }
  std::size_t contact_count() const { return contacts_.size(); }
  // Channel slots in use.
  std::size_t channel_count() const;

 private:
  struct Contact {
    std::uint64_t order;
    mmx::MessageRef message;
  };
  using Place = std::pair<Section, std::uint8_t>;

  void apply_contact(const mmx_message &message, const std::string &public_key);
  const mmx_message *find(Section section, std::uint8_t sub) const;

  const mmx::Host &host_;
  std::map<Place, mmx::MessageRef> records_;
  std::map<std::string, Contact, std::less<>> contacts_;  // by public key
  mutable std::vector<std::string_view> in_order_;
  mutable std::uint64_t ordered_generation_ = 0;
  std::uint64_t generation_ = 1;
};

}  // namespace meshcore_vnode
