// Which messages each app still has to get: a queue for every session from its connect, and what an
// identity missed while no session of it was connected. A message counts as delivered when the app
// asks for the next one: a crash may repeat one, never lose one. Must not know how a message is
// asked for or shown.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/vnode/meshcore/app_session.h"
#include "plugins/vnode/meshcore/counters.h"
#include "plugins/vnode/meshcore/history_option.h"
#include "plugins/vnode/meshcore/identities.h"
#include "plugins/vnode/meshcore/message_log.h"

namespace meshcore_vnode {

struct MailboxRules {
  bool personal = false;  // the listener alone is the identity
  History history;        // for an identity that is new
  std::size_t log_limit = 1000;
};

// [loop-thread]
class Mailboxes {
 public:
  Mailboxes(const mmx::Host &host, SessionTable &sessions, Counters &counters, MailboxRules rules)
      : host_(host),
        sessions_(sessions),
        counters_(counters),
        rules_(rules),
        log_(rules.log_limit) {}

  void set_rules(const MailboxRules &rules);

  // The session is there: from here on it has a queue.
  void open(AppSession &session);
  // It said who it is. Later calls for the same session change nothing.
  void introduce(AppSession &session, std::string_view app_name);
  // It is about to end; what it did not confirm waits for its identity. Gives the session of that
  // identity that has got some of it now, NULL if none has.
  AppSession *close(AppSession &session);

  // A message of the radio, or of a session (0: none), for all others.
  void add(const mmx_message &message, std::uint64_t sender);
  bool waiting(AppSession &session);
  // The next message, NULL if there is none; confirms the one before. Borrowed until the next add.
  const mmx_message *take(AppSession &session);

  // The radio is another one: its messages are nobody's.
  void forget_messages() { log_.clear(); }

  std::size_t logged() const { return log_.size(); }
  std::size_t identities() const { return identities_.size(); }

 private:
  void settle(AppSession &session);
  AppSession *inherit(const Identity &identity, std::uint64_t rest);
  std::uint64_t beginning() const;

  const mmx::Host &host_;
  SessionTable &sessions_;
  Counters &counters_;
  MailboxRules rules_;
  MessageLog log_;
  Identities identities_;
};

}  // namespace meshcore_vnode
