// Tells a radio that was taken over by another client from one that restarted: both close the
// connection with a plain FIN (docs/protocol notes 8). The restart counter and how fast it happens
// again tell them apart. Must not know streams.
#pragma once

#include <cstdint>

#include "plugins/meshtastic/driver/units.h"

namespace meshtastic_driver {

class Displacement {
 public:
  // Taken over again so soon after a connect, it is somebody who reconnects by itself.
  static constexpr std::int64_t kSoonNs = 10 * kSecondNs;
  // Undisturbed for this long, it is over.
  static constexpr std::int64_t kPeaceNs = kMinuteNs;

  void connected(std::int64_t now) { connected_at_ = now; }

  // The handshake told the restart counter. True if the last end of the connection is now known to
  // have been another client's doing.
  bool learned(std::uint32_t reboot_count) {
    const bool restarted = !known_ || reboot_count != reboot_count_;
    const bool displaced = suspect_ && !restarted;
    if (restarted) suspect_ = false;
    known_ = true;
    reboot_count_ = reboot_count;
    return displaced;
  }

  // The radio closed an orderly connection. expected: it was told to restart. True: do not fight.
  bool closed_by_peer(std::int64_t now, bool expected) {
    const bool again = suspect_ && now - connected_at_ < kSoonNs;
    suspect_ = !expected;
    return again && !expected;
  }
  // The connection ended in any other way.
  void closed_otherwise() { suspect_ = false; }

  // True once the connection has been ours for long enough.
  bool at_peace(std::int64_t now) const { return now - connected_at_ >= kPeaceNs; }

  // Another radio, or no memory of this one.
  void forget() { known_ = false; }

 private:
  std::int64_t connected_at_ = 0;
  std::uint32_t reboot_count_ = 0;
  bool known_ = false;
  bool suspect_ = false;  // the last end has no other explanation so far
};

}  // namespace meshtastic_driver
