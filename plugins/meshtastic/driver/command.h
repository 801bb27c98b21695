// One thing the radio is asked to do: by an app, or by the driver itself. Shared by queue, id table
// and whatever waits for its fate. Must not do anything.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "admin.pb.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/driver/units.h"

namespace meshtastic_driver {

// How a command of the driver itself ended.
enum class OwnEnd : std::uint8_t { invalid = 0, answered, refused, unanswered };

struct Command {
  // 0 for the driver's own; the same for all of one session.
  std::pair<std::uint32_t, std::uint64_t> flow() const { return {origin, session}; }
  bool own() const { return id == 0; }

  std::uint64_t id = 0;  // of the message on the bus; 0: the driver's own
  std::uint64_t session = 0;
  std::uint32_t origin = 0;
  std::uint64_t withheld = 0;
  pb::ToRadio message;            // MeshPacket.id is set just before it is sent
  std::uint32_t original_id = 0;  // what the app chose, 0 if it left that to us
  std::uint32_t wire_id = 0;      // what the radio and the mesh see
  meshtastic::RateClass rate = meshtastic::RateClass::unlimited;
  bool is_packet = false;       // else file transfer and the like, which nothing answers
  bool self_admin = false;      // administers the own node
  std::uint32_t edit = 0;       // number of the edit transaction whose burst it is part of
  std::uint32_t attempts = 0;   // how often it was handed to the radio
  std::int64_t queued_ns = 0;   // when it entered the queue
  std::int64_t expires_ns = 0;  // when its fate is no longer waited for
  bool accepted = false;        // the radio took it
  bool acked_early = false;     // its app got its word before the radio gave one
  bool answered = false;        // the last word was said
  // The driver's own: called once, then cleared. The message is NULL unless a read was answered.
  std::function<void(OwnEnd, const pb::AdminMessage *)> done;

  // The id under which whoever asked knows it.
  std::uint32_t asked_id() const { return original_id != 0 ? original_id : wire_id; }
  const pb::MeshPacket &packet() const { return message.packet(); }
  bool wants_answer() const { return is_packet && packet().decoded().want_response(); }
  bool wants_word() const { return is_packet && (packet().want_ack() || wants_answer()); }
};

using CommandRef = std::shared_ptr<Command>;

}  // namespace meshtastic_driver
