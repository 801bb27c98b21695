// What becomes of a command when it arrives from the bus: answered here, kept in an edit
// transaction, refused, or given to the transmitter. The gates have already said that it may come.
// Must not send anything by itself.
#pragma once

#include <cstdint>

#include "meshmux/host.hpp"
#include "plugins/meshtastic/driver/counters.h"
#include "plugins/meshtastic/driver/edit_buffer.h"
#include "plugins/meshtastic/driver/mirror.h"
#include "plugins/meshtastic/driver/transmitter.h"

namespace meshtastic_driver {

// [loop-thread]
class Admission {
 public:
  Admission(const mmx::Host &host, const Mirror &mirror, Transmitter &transmitter,
            Counters &counters)
      : host_(host), mirror_(mirror), transmitter_(transmitter), counters_(counters) {}

  void take(const mmx_message &message);
  // What it had begun to edit and not committed never happened.
  void session_ended(std::uint32_t origin, std::uint64_t session);
  // Another radio, or the end.
  void forget_edits() { edits_.clear(); }
  std::size_t open_edits() const { return edits_.size(); }

 private:
  bool is_for_radio_itself(const pb::MeshPacket &packet) const;
  void admin(const CommandRef &command, std::uint64_t grants);
  void add_contact(const CommandRef &command, const pb::AdminMessage &message,
                   std::uint64_t grants);
  bool edit(const CommandRef &command, const pb::AdminMessage &message);

  const mmx::Host &host_;
  const Mirror &mirror_;
  Transmitter &transmitter_;
  Counters &counters_;
  EditBuffer edits_;
};

}  // namespace meshtastic_driver
