// The meshcore-console source: reads a room server or a repeater over its own text console, the
// only place where these tell their statistics without being logged in to. Must not know who looks
// at the answers.
#pragma once

#include "meshmux/meshmux.h"

namespace meshcore_console {

// Static for the life of the process.
const mmx_type &console_type();

}  // namespace meshcore_console
