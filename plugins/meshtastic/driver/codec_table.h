// The family's codec as the core calls it: a thin wrapper over the codec library. Must not hold
// state.
#pragma once

#include "meshmux/ext/codec.h"

namespace meshtastic_driver {

const mmx_codec &codec_table();

}  // namespace meshtastic_driver
