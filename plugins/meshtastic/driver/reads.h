// Reads of the radio's settings by administration, one at a time: what no dump holds, and what a
// change may have altered. What the radio does not know is remembered as empty. Must not know when
// to read.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "meshmux/host.hpp"
#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/driver/mirror.h"
#include "plugins/meshtastic/driver/transmitter.h"

namespace meshtastic_driver {

// [loop-thread]
class Reads {
 public:
  Reads(const mmx::Host &host, Mirror &mirror, Transmitter &transmitter)
      : host_(host), mirror_(mirror), transmitter_(transmitter) {}

  // Everything apps ask for beyond a dump.
  void read_answers();
  // Reads the record again, after those already waiting. Records nothing can read are left out.
  void read(meshtastic::StateKey key);
  // The link is gone: what was not read will be, after the next dump.
  void give_up();

  bool idle() const { return !busy_ && waiting_.empty(); }
  std::size_t waiting() const { return waiting_.size() + (busy_ ? 1 : 0); }

 private:
  void next();
  void ended(meshtastic::StateKey key, OwnEnd end, const pb::AdminMessage *message);
  void remember(const pb::AdminMessage &message);
  void remember_empty(meshtastic::StateKey key);
  void keep_answer(std::uint32_t member, const std::string &admin_payload);

  const mmx::Host &host_;
  Mirror &mirror_;
  Transmitter &transmitter_;
  std::deque<meshtastic::StateKey> waiting_;
  bool busy_ = false;
};

}  // namespace meshtastic_driver
