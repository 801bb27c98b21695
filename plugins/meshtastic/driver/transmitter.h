// Brings commands to the radio and their fate back to who asked: queue, ids, pacing, queueStatus,
// acknowledgements. Must not decide what is allowed, nor know dumps or how the link is opened.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "meshmux/host.hpp"
#include "plugins/meshtastic/driver/admin_effects.h"
#include "plugins/meshtastic/driver/counters.h"
#include "plugins/meshtastic/driver/id_table.h"
#include "plugins/meshtastic/driver/link.h"
#include "plugins/meshtastic/driver/mirror.h"
#include "plugins/meshtastic/driver/publisher.h"
#include "plugins/meshtastic/driver/radio_window.h"
#include "plugins/meshtastic/driver/tx_queue.h"

namespace meshtastic_driver {

// [loop-thread]
class Transmitter {
 public:
  // effects is told of every accepted change of the radio's own settings.
  Transmitter(const mmx::Host &host, const Settings &settings, Link &link, Mirror &mirror,
              Publisher &out, Counters &counters,
              std::function<void(const AdminEffects &)> effects);

  // Whether commands are taken and sent. Down: what waits is kept for a while, except what concerns
  // the radio's own settings; everything the driver itself asked is given up.
  void open();
  void close();
  // Commands are taken but none is sent: a dump is on its way.
  void hold(bool held);
  bool is_open() const { return open_; }
  // Another radio: nothing that was asked of the former one makes sense.
  void forget_all();

  // Takes the command into the queue or refuses it; the receipt is published either way.
  void submit(const CommandRef &command);
  // The same for a whole edit transaction, last one its commit. Receipts of the others were given.
  void submit_edit(const std::vector<CommandRef> &commands);
  // Gives the command an id and says that it was taken, without queueing it.
  void keep_for_later(const CommandRef &command);
  // The word an app waits for before it goes on, for a command that keep_for_later was called with.
  void acknowledge_early(const CommandRef &command);
  // The radio is away.
  void refuse_away(const CommandRef &command);
  void refuse_full(const CommandRef &command);
  // Nothing goes to the radio; error as the radio would have said it.
  void carry_out(const CommandRef &command, std::uint32_t error);
  // An accepted command that will never go out.
  void fail(const CommandRef &command, std::uint32_t error);

  // Nobody is there any more to hear of room or files.
  void session_ended(std::uint32_t origin, std::uint64_t session);

  // Administration of the own node by the driver itself; done is called once unless the driver
  // ends.
  void ask(const pb::AdminMessage &message,
           std::function<void(OwnEnd, const pb::AdminMessage *)> done);
  void heartbeat();

  // Frames of the radio. The latter three: true if it was for one asker only and is dealt with.
  void queue_status(const pb::QueueStatus &status);
  bool answer(const pb::MeshPacket &packet, std::string_view payload);
  bool notification(const pb::ClientNotification &notification);
  bool file_transfer(std::string_view payload);

  // Sends what may go. Call whenever something may have changed; sets its own timer.
  void pump();
  // About once a second: what has waited too long.
  void tick();

  bool idle() const { return queue_.size() == 0 && window_.empty(); }
  std::size_t queued() const { return queue_.size(); }
  std::size_t ids() const { return ids_.size(); }
  const RadioWindow &window() const { return window_; }
  void set_pacing(std::int64_t pacing_ns) { queue_.set_pacing(pacing_ns); }

 private:
  using Flow = std::pair<std::uint32_t, std::uint64_t>;

  void enqueue(const CommandRef &command);
  bool needs_contact(const Command &command) const;
  void add_contact_first(const CommandRef &command);
  bool transmit(const CommandRef &command);
  bool complete_secrets(const CommandRef &command, std::string &bytes);
  void accepted(const CommandRef &command);
  void announce(const Command &command);
  void refused_by_radio(const CommandRef &command, std::int32_t res);
  void settle(RadioWindow::Outcome outcome);
  void routing_answer(const CommandRef &command, const pb::MeshPacket &packet,
                      std::string_view payload);
  void admin_answer(const CommandRef &command, const pb::MeshPacket &packet,
                    std::string_view payload);
  void pass_on(const CommandRef &command, const pb::MeshPacket &packet, std::string_view payload,
               const mmx_record *record, Last last);
  void routing_to_app(Command &command, std::uint32_t error, Last last);
  void finish_own(const CommandRef &command, OwnEnd end, const pb::AdminMessage *message);
  void forgotten(const CommandRef &command);
  Receipt receipt(std::int64_t status, std::int32_t res, const Command &command);
  void offer_room();
  void schedule();
  std::uint64_t random() const { return host_.random(); }
  std::uint32_t now_s() const { return unix_seconds(host_.wall_ns()); }

  const mmx::Host &host_;
  Link &link_;
  Mirror &mirror_;
  Publisher &out_;
  Counters &counters_;
  std::function<void(const AdminEffects &)> effects_;
  TxQueue queue_;
  IdTable ids_;
  RadioWindow window_;
  std::deque<CommandRef> own_out_;  // the driver's own, sent or waiting, not ended
  std::set<Flow> told_full_;        // sessions that wait to hear that there is room
  CommandRef file_command_;
  std::size_t awaiting_contact_ = 0;
  bool open_ = false;
  bool held_ = false;
  mmx::Timer timer_;
};

}  // namespace meshtastic_driver
