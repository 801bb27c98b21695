// The entry of sim-meshtastic. Nothing else.
#include "meshmux/plugin.hpp"
#include "plugins/sim/meshtastic/instance.h"

namespace {

const mmx_type sim_meshtastic = mmx::define_type<sim::Simulator>(
    MMX_ROLE_SIMULATOR, "sim-meshtastic",
    "A simulated Meshtastic radio with a living mesh around it, for demonstrations and tests.",
    "meshtastic");
const mmx_type *const types[] = {&sim_meshtastic};

}  // namespace

MMX_PLUGIN("sim-meshtastic", MESHMUX_VERSION, "Apache-2.0", types, 1, nullptr, 0)
