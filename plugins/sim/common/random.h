// A small repeatable random source: the same seed gives the same mesh on every machine. Must not be
// used for keys.
#pragma once

#include <cstdint>

namespace sim {

// SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }
  // 0 to below.
  std::uint32_t below(std::uint32_t limit) {
    return limit == 0 ? 0 : static_cast<std::uint32_t>(next() % limit);
  }
  // 0 to 1.
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double between(double low, double high) { return low + (high - low) * unit(); }
  bool chance(double probability) { return unit() < probability; }
  // Never 0.
  std::uint32_t packet_id() {
    const auto id = static_cast<std::uint32_t>(next());
    return id == 0 ? 1 : id;
  }

 private:
  std::uint64_t state_;
};

}  // namespace sim
