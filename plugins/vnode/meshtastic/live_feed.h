// What happens on the mesh, for every configured session: received packets, and what other apps
// sent. Must not know handshakes or answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "meshmux/host.hpp"
#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/meshtastic/commands.h"
#include "plugins/vnode/meshtastic/counters.h"

namespace meshtastic_vnode {

// [loop-thread]
class LiveFeed {
 public:
  LiveFeed(vnode::Fanout &fanout, SessionTable &sessions, Commands &commands, Counters &counters)
      : fanout_(fanout), sessions_(sessions), commands_(commands), counters_(counters) {}

  // An event of the radio.
  void rx(const mmx_message &message);
  // A packet the radio took from somebody; its own sender is not told.
  void sent(const mmx_message &message);

 private:
  void show(std::string_view payload, AppSession *sender);
  // Sessions that know something payload refers to by another id, each with its own payload.
  std::vector<std::pair<AppSession *, std::string>> rewritten(std::string_view payload,
                                                              const AppSession *sender) const;
  bool publish(std::string_view payload, const std::vector<vnode::Session *> &except);

  vnode::Fanout &fanout_;
  SessionTable &sessions_;
  Commands &commands_;
  Counters &counters_;
};

}  // namespace meshtastic_vnode
