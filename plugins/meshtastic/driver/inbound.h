// What a frame of the radio outside any dump means: news for all, an answer for one, or something
// that concerns the driver alone. Must not know phases or dumps.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/meshtastic/driver/counters.h"
#include "plugins/meshtastic/driver/mirror.h"
#include "plugins/meshtastic/driver/publisher.h"
#include "plugins/meshtastic/driver/transmitter.h"

namespace meshtastic_driver {

enum class Heeded : std::uint8_t {
  invalid = 0,
  other,
  packet,    // a packet was delivered
  restarted  // the radio says, or shows, that it has restarted
};

// [loop-thread]
class Inbound {
 public:
  Inbound(const mmx::Host &host, Mirror &mirror, Transmitter &transmitter, Publisher &out,
          Counters &counters)
      : host_(host), mirror_(mirror), transmitter_(transmitter), out_(out), counters_(counters) {}

  // One FromRadio.
  Heeded take(std::string_view payload);
  // A dump has just ended: firmware 2.8 now replays what it knows of its nodes.
  void dump_ended();

 private:
  Heeded packet(const pb::MeshPacket &packet, std::string_view payload);
  bool replayed(const pb::MeshPacket &packet);
  bool uptime_fell(const pb::MeshPacket &packet);
  void settings_frame(std::string_view payload);

  const mmx::Host &host_;
  Mirror &mirror_;
  Transmitter &transmitter_;
  Publisher &out_;
  Counters &counters_;
  std::int64_t replay_until_ns_ = 0;
  std::uint32_t uptime_s_ = 0;
};

}  // namespace meshtastic_driver
