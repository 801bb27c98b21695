// Recognises a radio that another program keeps taking over: its TCP server has room for one client
// and throws the former one off without a word (docs/protocol notes 1.1). A restart ends a
// connection too, but not again and again within seconds. Must not know streams.
#pragma once

#include <cstdint>

#include "plugins/meshcore/driver/units.h"

namespace meshcore_driver {

class Displacement {
 public:
  // Ended again so soon after a connect, it is somebody who reconnects by itself.
  static constexpr std::int64_t kSoonNs = 15 * kSecondNs;
  // Undisturbed for this long, it is over.
  static constexpr std::int64_t kPeaceNs = kMinuteNs;

  void connected(std::int64_t now) { connected_at_ = now; }

  // The peer ended a connection that stood. expected: the radio was told to restart. True: somebody
  // else wants the radio, do not fight.
  bool closed_by_peer(std::int64_t now, bool expected) {
    const bool again = suspect_ && now - connected_at_ < kSoonNs;
    suspect_ = !expected;
    return again && !expected;
  }
  // The connection ended in any other way.
  void closed_otherwise() { suspect_ = false; }

  // True once the connection has been ours for long enough.
  bool at_peace(std::int64_t now) const { return now - connected_at_ >= kPeaceNs; }

 private:
  std::int64_t connected_at_ = 0;
  bool suspect_ = false;  // the last end has no other explanation so far
};

}  // namespace meshcore_driver
