// The host's side of the ABI: the base table of an instance and its extensions. Everything a plugin
// calls lands here and is checked for thread, role and state before it goes on. Must not hold state
// of its own.
#pragma once

#include <string_view>

#include "core/loop/loop.h"
#include "core/plugin/host_objects.h"
#include "meshmux/meshmux.h"

namespace meshmux {

class Instance;

// The table an instance is created with; it points back to it through host_data.
mmx_host make_host_table(Instance &instance);

// The instance behind a table.
Instance &instance_of(const mmx_host *host);

// The extension tables, nullptr: not offered to this instance. One file each.
const mmx_bus *bus_table();
const mmx_stream_api *stream_table();
const mmx_sessions *sessions_table();
const mmx_source *source_table();
const mmx_timers *timer_table();
const mmx_clock *clock_table();
const mmx_post *post_table();
const mmx_metrics *metrics_table();

}  // namespace meshmux
