// How long to wait before the next connect: within a second at first, then longer and longer, with
// jitter; much longer where another client wants the radio too. Must not know time or streams.
#pragma once

#include <algorithm>
#include <cstdint>

#include "meshmux/units.hpp"

namespace mmx {

class Backoff {
 public:
  // Nanoseconds until the next try. random: 64 random bits.
  std::int64_t after_loss(std::uint64_t random) {
    const unsigned exponent = std::min(losses_++, 5U);
    return jittered(std::min<std::int64_t>(kSecondNs << exponent, 30 * kSecondNs), random);
  }
  // The same where another client took the radio over: fighting would cut both off for ever.
  std::int64_t after_displacement(std::uint64_t random) {
    const unsigned exponent = std::min(displacements_++, 4U);
    return jittered(std::min<std::int64_t>((60 * kSecondNs) << exponent, 5 * kMinuteNs), random);
  }
  // The radio is there and answered.
  void reached() { losses_ = 0; }
  // And it stayed ours for a while.
  void held() { displacements_ = 0; }

 private:
  // Between half of most and most.
  static std::int64_t jittered(std::int64_t most, std::uint64_t random) {
    const std::int64_t half = most / 2;
    return half + static_cast<std::int64_t>(random % static_cast<std::uint64_t>(half));
  }

  unsigned losses_ = 0;
  unsigned displacements_ = 0;
};

}  // namespace mmx
