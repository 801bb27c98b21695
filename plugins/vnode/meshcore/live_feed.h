// What happens on the mesh, for every app that was told anything yet: pushes at once, messages into
// the queues, and what other apps did. Must not know answers.
#pragma once

#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/meshcore/app_session.h"
#include "plugins/vnode/meshcore/counters.h"
#include "plugins/vnode/meshcore/local_commands.h"
#include "plugins/vnode/meshcore/mailboxes.h"
#include "plugins/vnode/meshcore/raw_feed.h"

namespace meshcore_vnode {

// [loop-thread]
class LiveFeed {
 public:
  LiveFeed(vnode::Fanout &fanout, SessionTable &sessions, Mailboxes &mailboxes,
           LocalCommands &local, RawFeed &raw, Counters &counters)
      : fanout_(fanout),
        sessions_(sessions),
        mailboxes_(mailboxes),
        local_(local),
        raw_(raw),
        counters_(counters) {}

  // An event of the radio.
  void rx(const mmx_message &message);
  // What the radio took from somebody; its own sender is not told.
  void sent(const mmx_message &message);
  // Every app whose queue has filled hears that messages wait.
  void announce();

 private:
  void show(std::string_view payload, std::uint64_t sender);
  void queue(const mmx_message &message, std::uint64_t sender);

  vnode::Fanout &fanout_;
  SessionTable &sessions_;
  Mailboxes &mailboxes_;
  LocalCommands &local_;
  RawFeed &raw_;
  Counters &counters_;
};

}  // namespace meshcore_vnode
