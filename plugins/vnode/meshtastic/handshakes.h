// Answers want_config: at once from the shared images, or, before the radio's first capture is
// complete, after a wait that ends with the session. Must not know where images come from.
#pragma once

#include <cstdint>

#include "meshmux/host.hpp"
#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/meshtastic/answers.h"
#include "plugins/vnode/meshtastic/app_session.h"
#include "plugins/vnode/meshtastic/counters.h"
#include "plugins/vnode/meshtastic/images.h"

namespace meshtastic_vnode {

// [loop-thread]
class Handshakes {
 public:
  Handshakes(const mmx::Host &host, SessionTable &sessions, Images &images, vnode::Fanout &fanout,
             Answers &answers, Counters &counters);

  // The session wants its config; a later call replaces the nonce. From here on it gets nothing
  // live.
  void ask(AppSession &session, std::uint32_t nonce);
  // Answers it, or begins to hold it.
  void proceed(AppSession &session);

  // Whether state is there to serve. Becoming ready answers all who wait.
  void set_ready(bool ready);
  bool ready() const { return ready_; }

 private:
  void serve(AppSession &session);
  void hold(AppSession &session);
  void give_up();

  const mmx::Host &host_;
  SessionTable &sessions_;
  Images &images_;
  vnode::Fanout &fanout_;
  Answers &answers_;
  Counters &counters_;
  mmx::Timer hold_over_;
  bool ready_ = false;
};

}  // namespace meshtastic_vnode
