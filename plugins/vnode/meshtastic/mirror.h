// The radio's retained state as the bus last told it, in the radio's order. Records are held by
// reference, the host shares their memory with everybody else. Must not know sessions.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "meshmux/host.hpp"
#include "plugins/meshtastic/codec/state.h"

namespace meshtastic_vnode {

using meshtastic::HandshakeKind;
using meshtastic::Section;
using meshtastic::StateKey;

inline constexpr std::array kHandshakeKinds = {HandshakeKind::full, HandshakeKind::config_only,
                                               HandshakeKind::nodes_only};

// [loop-thread]
class Mirror {
 public:
  explicit Mirror(const mmx::Host &host) : host_(host) {}

  // Takes one STATE message, deletions included. Keys nobody knows are ignored.
  void apply(const mmx_message &message);
  void clear();

  // The FromRadio payload of a record, borrowed until the next apply or clear.
  std::optional<std::string_view> payload(StateKey key) const;
  // Payloads of a handshake in the order of the radio, borrowed until the next apply or clear.
  std::vector<std::string_view> collect(HandshakeKind kind) const;
  // The radio's node number, from its my_info; nothing while unknown.
  std::optional<std::uint32_t> own() const { return own_; }

  // Rises whenever something that belongs into that handshake changed.
  std::uint64_t generation(HandshakeKind kind) const {
    return generations_[static_cast<std::size_t>(kind)];
  }
  std::size_t size() const { return records_.size(); }
  std::size_t nodes() const;

 private:
  struct Record {
    std::uint64_t order;
    mmx::MessageRef message;
  };

  void changed(Section section);
  void learn_own();

  const mmx::Host &host_;
  std::map<StateKey, Record> records_;
  std::map<std::pair<std::uint64_t, StateKey>, const mmx_message *> ordered_;
  std::array<std::uint64_t, 4> generations_{};
  std::optional<std::uint32_t> own_;
};

}  // namespace meshtastic_vnode
