// The entry of the Meshtastic plugin: its source type and its codec. Nothing else.
#include "meshmux/plugin.hpp"
#include "plugins/meshtastic/driver/codec_table.h"
#include "plugins/meshtastic/driver/driver.h"

namespace {

const mmx_type *const types[] = {&meshtastic_driver::driver_type()};
const mmx_codec *const codecs[] = {&meshtastic_driver::codec_table()};

}  // namespace

MMX_PLUGIN("meshtastic", MESHMUX_VERSION, "Apache-2.0", types, 1, codecs, 1)
