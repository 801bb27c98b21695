// Packet ids of one session that had to be replaced on their way to the radio, and back. Must not
// know why an id was taken.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "mesh.pb.h"

namespace meshtastic_vnode {

// Bounded: apps refer to recent messages, the oldest pair is forgotten.
class IdMap {
 public:
  void add(std::uint32_t original, std::uint32_t wire) {
    if (pairs_.size() == kLimit) pairs_.pop_front();
    pairs_.push_back({original, wire});
  }
  std::size_t size() const { return pairs_.size(); }

  // Replaces what data refers to (reply_id, request_id) by what this session knows it as. Whether
  // anything changed.
  bool to_app(meshtastic::pb::Data &data) const {
    return replace(data,
                   [this](std::uint32_t id) { return find(id, &Pair::wire, &Pair::original); });
  }
  // The way to the radio.
  bool to_radio(meshtastic::pb::Data &data) const {
    return replace(data,
                   [this](std::uint32_t id) { return find(id, &Pair::original, &Pair::wire); });
  }
  bool knows_wire(std::uint32_t id) const {
    return id != 0 && find(id, &Pair::wire, &Pair::original).has_value();
  }

 private:
  static constexpr std::size_t kLimit = 32;
  struct Pair {
    std::uint32_t original;
    std::uint32_t wire;
  };

  std::optional<std::uint32_t> find(std::uint32_t id, std::uint32_t Pair::*from,
                                    std::uint32_t Pair::*to) const {
    for (auto pair = pairs_.rbegin(); pair != pairs_.rend(); ++pair)
      if ((*pair).*from == id) return (*pair).*to;
    return std::nullopt;
  }
  template <class Find>
  static bool replace(meshtastic::pb::Data &data, Find &&replacement) {
    bool changed = false;
    if (const auto id = data.reply_id() != 0 ? replacement(data.reply_id()) : std::nullopt) {
      data.set_reply_id(*id);
      changed = true;
    }
    if (const auto id = data.request_id() != 0 ? replacement(data.request_id()) : std::nullopt) {
      data.set_request_id(*id);
      changed = true;
    }
    return changed;
  }

  std::deque<Pair> pairs_;
};

}  // namespace meshtastic_vnode
