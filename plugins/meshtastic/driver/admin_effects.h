// What a change of the radio's settings means for what is known of it: some things are known at
// once, others have to be read again, because the firmware may alter what it is given and tells
// nobody (docs/protocol notes 2.8). Must not ask the radio itself.
#pragma once

#include <vector>

#include "admin.pb.h"
#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/driver/mirror.h"

namespace meshtastic_driver {

struct AdminEffects {
  std::vector<meshtastic::StateKey> read_again;
  bool changes = false;      // anything at all, or nobody knows
  bool may_restart = false;  // the connection may end because of it
};

// The radio accepted message for itself. Applies what is known at once to mirror.
AdminEffects apply_admin(const pb::AdminMessage &message, Mirror &mirror);

// Whether message asks for something only.
bool is_read(const pb::AdminMessage &message);

}  // namespace meshtastic_driver
