// What apps ask of the radio: published as commands, and exactly one queueStatus for each packet,
// to its sender, whatever the gates and the source say. Must not decide what is allowed, nor know
// frames that are no commands.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mesh.pb.h"
#include "meshmux/host.hpp"
#include "plugins/vnode/meshtastic/answers.h"
#include "plugins/vnode/meshtastic/app_session.h"
#include "plugins/vnode/meshtastic/counters.h"

namespace meshtastic_vnode {

// [loop-thread]
class Commands {
 public:
  Commands(const mmx::Host &host, SessionTable &sessions, Answers &answers, Counters &counters);

  // A ToRadio that goes to the radio if the gates let it. payload is what message was parsed from.
  void submit(AppSession &session, meshtastic::pb::ToRadio &message, std::string_view payload);
  // A REPLY to a command of one of our sessions.
  void reply(const mmx_message &message);
  // The source says, unasked, how much room it has: FromRadio with a queueStatus.
  void queue_status(std::string_view payload);

  // A queueStatus about no packet: the answer to a heartbeat, or a sign of life.
  void sign_of_life(AppSession &session);
  // The session is about to end; call before it is destroyed.
  void forget(AppSession &session);
  // The radio behind the source is another one.
  void reset();
  // The source's link came or went: its queue is empty again.
  void link_changed();

  // Sessions that know ids the radio does not.
  const std::vector<AppSession *> &remapped() const { return remapped_; }
  std::uint32_t free() const { return free_; }
  std::size_t unanswered() const { return untold_; }

 private:
  // A packet whose fate may still change.
  struct Open {
    std::uint64_t session;
    std::uint32_t packet_id;
    bool told = false;      // its queueStatus is out
    bool answered = false;  // the source said something about it in the app's own protocol
  };
  using OpenMap = std::unordered_map<std::uint64_t, Open>;
  // Packets remembered beyond their queueStatus, for the error that may follow.
  static constexpr std::size_t kOpenLimit = 2048;

  void submit_packet(AppSession &session, meshtastic::pb::ToRadio &message,
                     std::string_view payload);
  void submit_other(AppSession &session, const meshtastic::pb::ToRadio &message,
                    std::string_view payload);
  std::uint32_t publish(const AppSession &session, std::string_view payload, std::uint64_t *id);
  void remember(std::uint64_t command, AppSession &session, std::uint32_t packet_id);
  void receipt(const mmx_message &message, AppSession *session, Open *open);
  std::uint32_t learn_room(const mmx_record *receipt);
  void map_ids(AppSession &session, const mmx_record *receipt);
  void status(AppSession &session, std::int32_t res, std::uint32_t free, std::uint32_t packet_id);
  void tell_room();
  void tell(Open &open, std::int32_t res, std::uint32_t free);
  void fail(AppSession &session, std::uint32_t packet_id, std::int32_t res);
  void overdue();
  void settle(AppSession &session);

  const mmx::Host &host_;
  SessionTable &sessions_;
  Answers &answers_;
  Counters &counters_;
  OpenMap open_;                      // by command
  std::deque<std::uint64_t> oldest_;  // commands in open_, and some that are not any more
  std::deque<std::pair<std::int64_t, std::uint64_t>> deadlines_;  // when to tell, command
  std::vector<AppSession *> remapped_;
  mmx::Timer status_due_;
  mmx::Timer room_again_;
  std::uint32_t free_;
  std::uint32_t max_;
  std::size_t untold_ = 0;
  std::size_t told_zero_ = 0;  // sessions that wait for room
};

}  // namespace meshtastic_vnode
