// The entry of the MeshCore plugin: its two source types and its codec. The only file that knows
// both sources. Nothing else.
#include "meshmux/plugin.hpp"
#include "plugins/meshcore/console/console.h"
#include "plugins/meshcore/driver/codec_table.h"
#include "plugins/meshcore/driver/driver.h"

namespace {

const mmx_type *const types[] = {&meshcore_driver::driver_type(),
                                 &meshcore_console::console_type()};
const mmx_codec *const codecs[] = {&meshcore_driver::codec_table()};

}  // namespace

MMX_PLUGIN("meshcore", MESHMUX_VERSION, "Apache-2.0", types, 2, codecs, 1)
