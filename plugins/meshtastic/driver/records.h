// Says in neutral words what a packet, a node or a channel means, for all who know no protocol.
// Must not publish anything.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "meshmux/record.hpp"
#include "plugins/meshtastic/driver/units.h"

namespace meshtastic_driver {

// A record with the texts it borrows. Not movable: the record points into itself.
class NeutralRecord {
 public:
  NeutralRecord() = default;
  NeutralRecord(const NeutralRecord &) = delete;
  NeutralRecord &operator=(const NeutralRecord &) = delete;

  // NULL while nothing was said. Borrowed from this object.
  const mmx_record *get() { return type_ == MMX_RECORD_INVALID ? nullptr : record_.get(); }

  void begin(std::uint32_t type) {
    type_ = type;
    record_ = mmx::Record(type);
    texts_.clear();
  }
  mmx::Record &fields() { return record_; }
  // Texts that are no UTF-8 are left out.
  void text(std::uint16_t key, std::string_view value);
  void bytes(std::uint16_t key, std::string_view value);

 private:
  std::uint32_t type_ = MMX_RECORD_INVALID;
  mmx::Record record_{MMX_RECORD_INVALID};
  std::deque<std::string> texts_;
};

// own: number of the own node.
void describe_packet(const pb::MeshPacket &packet, std::uint32_t own, NeutralRecord &out);
// The fate a Routing packet tells of the packet it names; own: as above, to: where that packet
// went.
void describe_fate(const pb::MeshPacket &routing, std::uint32_t own, std::uint32_t to,
                   NeutralRecord &out);
void describe_node(const pb::NodeInfo &node, NeutralRecord &out);
void describe_channel(const pb::Channel &channel, NeutralRecord &out);
// What a retained FromRadio means; out stays empty for settings.
void describe_state(std::string_view from_radio, NeutralRecord &out);

bool valid_utf8(std::string_view text);

}  // namespace meshtastic_driver
