// Gives each app the direct answers to its commands in the order of the commands, each within a
// second, whether they come from state, from a verdict or from the source. Must not decide what is
// asked of whom.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/vnode/meshcore/app_session.h"
#include "plugins/vnode/meshcore/counters.h"
#include "plugins/vnode/meshcore/local_commands.h"
#include "plugins/vnode/meshcore/outlet.h"

namespace meshcore_vnode {

// [loop-thread]
class Answers {
 public:
  Answers(const mmx::Host &host, SessionTable &sessions, LocalCommands &local, Outlet &outlet,
          Counters &counters);

  // The answer to the session's newest command is payload.
  void known(AppSession &session, std::string_view payload);
  void error(AppSession &session, std::uint8_t code);
  // It comes from state, as state is when its turn comes.
  void local(AppSession &session, std::string_view command);
  // It is the source's first REPLY to cause. may_stay_silent: no answer is one, too.
  void published(AppSession &session, std::string_view command, std::uint64_t cause,
                 bool may_stay_silent);

  // The source says something about a command of one of our sessions.
  void reply(const mmx_message &message);
  // State is there now: whoever waited for it is answered.
  void state_is_there();
  // The app will say no more; it is closed once nothing is owed to it.
  void finish(AppSession &session);

  std::uint64_t waiting() const;

 private:
  struct Due {
    std::int64_t at_ns;
    std::uint64_t session;
    std::uint64_t slot;
  };

  Slot &push(AppSession &session, Slot::Kind kind, std::string_view bytes);
  void take_reply(Slot &slot, std::string_view payload);
  void give_up(Slot &slot);
  bool can_use_record(const Slot &slot) const;
  // Whether this is the answer to a command that was answered without it.
  static bool is_late(AppSession &session, std::uint64_t cause);
  static void note_overdue(AppSession &session, const Slot &slot);
  void overdue();
  // Sends what is next in order, as far as it is known.
  void proceed(AppSession &session);
  bool settle(AppSession &session, const Slot &slot);

  const mmx::Host &host_;
  SessionTable &sessions_;
  LocalCommands &local_;
  Outlet &outlet_;
  Counters &counters_;
  std::deque<Due> dues_;  // ascending
  mmx::Timer due_;
};

}  // namespace meshcore_vnode
