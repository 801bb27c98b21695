// The entry of sim-meshcore. Nothing else.
#include "meshmux/plugin.hpp"
#include "plugins/sim/meshcore/instance.h"

namespace {

const mmx_type sim_meshcore = mmx::define_type<sim::companion::Simulator>(
    MMX_ROLE_SIMULATOR, "sim-meshcore",
    "A simulated MeshCore companion radio with a living mesh around it, for demonstrations and "
    "tests.",
    "meshcore");
const mmx_type *const types[] = {&sim_meshcore};

}  // namespace

MMX_PLUGIN("sim-meshcore", MESHMUX_VERSION, "Apache-2.0", types, 1, nullptr, 0)
