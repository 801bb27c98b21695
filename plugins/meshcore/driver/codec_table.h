// The meshmux.codec/1 table of the MeshCore family. Must not hold state.
#pragma once

#include "meshmux/ext/codec.h"

namespace meshcore_driver {

const mmx_codec &codec_table();

}  // namespace meshcore_driver
