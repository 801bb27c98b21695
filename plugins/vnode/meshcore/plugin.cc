// The entry of the vnode-meshcore plugin. Must not hold anything else.
#include "plugins/vnode/meshcore/virtual_node.h"

namespace {
const mmx_type *const types[] = {&meshcore_vnode::virtual_node_type()};
}

MMX_PLUGIN("meshmux virtual node for MeshCore", MESHMUX_VERSION, "Apache-2.0", types, 1, nullptr, 0)
