// The entry of the vnode-meshtastic plugin. Must not hold anything else.
#include "plugins/vnode/meshtastic/virtual_node.h"

namespace {
const mmx_type *const types[] = {&meshtastic_vnode::virtual_node_type()};
}

MMX_PLUGIN("meshmux virtual node for Meshtastic", MESHMUX_VERSION, "Apache-2.0", types, 1, nullptr,
           0)
