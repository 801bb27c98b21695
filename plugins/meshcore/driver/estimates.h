// How long an answer over the air may take, before the device has said so itself: its own formula
// (docs/protocol notes 1.3), raised to what it said of earlier ones of the same length of way. Must
// not wait for anything.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "plugins/meshcore/driver/mirror.h"

namespace meshcore_driver {

// [loop-thread]
class Estimates {
 public:
  explicit Estimates(const Mirror &mirror) : mirror_(mirror) {}

  // Milliseconds; contact: nothing for a node that is none.
  std::uint32_t timeout_ms(const std::optional<meshcore::Contact> &contact) const;
  bool floods(const std::optional<meshcore::Contact> &contact) const;
  // What the device said.
  void learn(const std::optional<meshcore::Contact> &contact, const meshcore::Sent &sent);

 private:
  static constexpr std::size_t kFlood = 64;  // beyond the most hops a path can have
  std::size_t way(const std::optional<meshcore::Contact> &contact) const;
  double airtime_ms() const;

  const Mirror &mirror_;
  std::array<std::uint32_t, kFlood + 1> said_{};  // by hops
};

}  // namespace meshcore_driver
