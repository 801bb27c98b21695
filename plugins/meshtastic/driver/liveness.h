// Decides when to ask the radio whether it is still there. A heartbeat's answer proves the wire
// only; that packets are still delivered is proved by a packet or by the answer to a read
// (docs/protocol notes 1.4, 2.4). Must not know streams, timers or the codec.
#pragma once

#include <cstdint>

#include "plugins/meshtastic/driver/units.h"

namespace meshtastic_driver {

enum class LivenessAction : std::uint8_t {
  invalid = 0,
  none,
  heartbeat,     // send one
  probe,         // read something small; tell answered() when the answer comes
  link_dead,     // nothing comes any more
  session_dead,  // the wire is fine, but the radio delivers no packets: ask for the config again
};

// Times are monotonic nanoseconds.
class Liveness {
 public:
  static constexpr std::int64_t kSilenceNs = 20 * kSecondNs;  // then a heartbeat
  // Firmware before 2.7.4 answers no heartbeat, but it answers reads.
  static constexpr std::int64_t kHeartbeatPatienceNs = 12 * kSecondNs;
  static constexpr std::int64_t kDeadNs = 50 * kSecondNs;  // of silence; the promise is 60 s
  static constexpr std::int64_t kNoPacketsNs = 5 * kMinuteNs;
  static constexpr std::int64_t kProbePatienceNs = 20 * kSecondNs;
  // The radio closes 15 min after the last word from us, whatever it sent meanwhile.
  static constexpr std::int64_t kQuietNs = 4 * kMinuteNs;

  void begin(std::int64_t now) {
    last_in_ = last_out_ = last_packet_ = now;
    asked_ = probed_ = false;
  }
  // A frame arrived.
  void heard(std::int64_t now) {
    last_in_ = now;
    asked_ = false;
  }
  // A packet arrived: the session lives.
  void delivered(std::int64_t now) {
    last_packet_ = now;
    probed_ = false;
  }
  void sent(std::int64_t now) { last_out_ = now; }

  // Call about once a second while the link is up; what it says is taken as done.
  LivenessAction tick(std::int64_t now) {
    if (now - last_in_ >= kDeadNs) return LivenessAction::link_dead;
    if (probed_ && now - probed_at_ >= kProbePatienceNs && last_in_ >= probed_at_) {
      probed_ = false;
      return LivenessAction::session_dead;
    }
    if (!asked_ && now - last_in_ >= kSilenceNs) {
      asked_ = true;
      asked_at_ = last_out_ = now;
      return LivenessAction::heartbeat;
    }
    const bool mute = asked_ && now - asked_at_ >= kHeartbeatPatienceNs;
    if (!probed_ && (mute || now - last_packet_ >= kNoPacketsNs)) {
      probed_ = true;
      probed_at_ = last_out_ = now;
      return LivenessAction::probe;
    }
    if (now - last_out_ >= kQuietNs) {
      last_out_ = now;
      return LivenessAction::heartbeat;
    }
    return LivenessAction::none;
  }

 private:
  std::int64_t last_in_ = 0;
  std::int64_t last_out_ = 0;
  std::int64_t last_packet_ = 0;
  std::int64_t asked_at_ = 0;
  std::int64_t probed_at_ = 0;
  bool asked_ = false;   // a heartbeat is out and nothing came since
  bool probed_ = false;  // a read is out and no packet came since
};

}  // namespace meshtastic_driver
