// The device's clock as we know it, and the rules for setting it: only forward, only to a time that
// can be trusted, an app's only while the host knows no better (docs/protocol notes 2.6). Must not
// send anything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "meshmux/host.hpp"
#include "plugins/meshcore/driver/units.h"

namespace meshcore_driver {

enum class ClockNews : std::uint8_t {
  invalid = 0,
  as_expected,
  first,     // nothing was known before
  ahead,     // it jumped forward
  fell_back  // it jumped back, as it does when the device restarts
};

// [loop-thread]
class ClockKeeper {
 public:
  // A read shows whole seconds and travels for a while.
  static constexpr std::int64_t kSlackS = 2;

  explicit ClockKeeper(const mmx::Host &host) : host_(host) {}

  // The device said its time, or took the one it was told. What is known afterwards is never ahead
  // of the device.
  ClockNews observe(std::uint32_t seconds) {
    const std::int64_t difference = std::int64_t{seconds} - std::int64_t{now()};
    // Clocks drift apart between two looks, by less than 200 ppm.
    const std::int64_t slack = kSlackS + (host_.mono_ns() - at_ns_) / kSecondNs / 5000;
    const bool first = !known_;
    known_ = true;
    seconds_ = seconds;
    at_ns_ = host_.mono_ns();
    return first                 ? ClockNews::first
           : difference > slack  ? ClockNews::ahead
           : difference < -slack ? ClockNews::fell_back
                                 : ClockNews::as_expected;
  }
  void forget() { known_ = false; }
  bool known() const { return known_; }

  // Whether what others were told of it is wrong by now; true means that they are being told.
  bool tell() {
    const std::int64_t offset = std::int64_t{seconds_} * kSecondNs - at_ns_;
    const std::int64_t wrong = offset > told_ ? offset - told_ : told_ - offset;
    if (!known_ || (told_any_ && wrong <= kSlackS * kSecondNs)) return false;
    told_any_ = true;
    told_ = offset;
    return true;
  }
  // Nobody knows anything, as with another radio.
  void tell_again() { told_any_ = false; }

  // Seconds of the device's clock now, by what it last said; the host's while nothing is known.
  std::uint32_t now() const {
    if (!known_) return unix_seconds(host_.wall_ns());
    return seconds_ + static_cast<std::uint32_t>((host_.mono_ns() - at_ns_) / kSecondNs);
  }
  // Until the device's clock shows that second; 0 if it does already.
  std::int64_t until(std::uint32_t second) const {
    if (!known_) return 0;
    const std::int64_t at = at_ns_ + (std::int64_t{second} - std::int64_t{seconds_}) * kSecondNs;
    return at > host_.mono_ns() ? at - host_.mono_ns() : 0;
  }

  // What to set the device to, if the host knows better and is ahead.
  std::optional<std::uint32_t> correction() const {
    if (!host_.wall_synchronised()) return std::nullopt;
    const std::uint32_t right = unix_seconds(host_.wall_ns());
    if (known_ && std::int64_t{right} - std::int64_t{now()} < kSlackS) return std::nullopt;
    return right;
  }
  // How many seconds the device is ahead of a host that knows the time; it cannot be set back.
  std::int64_t ahead_s() const {
    if (!known_ || !host_.wall_synchronised()) return 0;
    return std::int64_t{now()} - std::int64_t{unix_seconds(host_.wall_ns())};
  }

  // Whether an app's SET_DEVICE_TIME is carried out.
  bool takes_from_app(std::uint32_t seconds) const {
    constexpr std::uint32_t earliest = 1'735'689'600;  // 2025
    constexpr std::uint32_t year = 366 * 86'400;
    if (host_.wall_synchronised() || seconds < earliest || seconds <= now()) return false;
    // Neither clock may be anywhere near, but a year that far off is a mistake that would last.
    const std::uint32_t host_s = unix_seconds(host_.wall_ns());
    const std::uint32_t base = std::max({host_s, now(), earliest + 2 * year});
    return seconds <= base || seconds - base < 3 * year;
  }

 private:
  const mmx::Host &host_;
  bool known_ = false;
  std::uint32_t seconds_ = 0;
  std::int64_t at_ns_ = 0;  // monotonic, when it was seconds_
  std::int64_t told_ = 0;   // device time minus monotonic time, ns
  bool told_any_ = false;
};

}  // namespace meshcore_driver
