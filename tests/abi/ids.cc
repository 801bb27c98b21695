// The spelling of the entry symbol and of every extension id, pinned. Must not compile when one
// changes.
#include <string_view>

#include "meshmux/meshmux.h"

static_assert(std::string_view(MMX_ENTRY_SYMBOL) == "mmx_plugin_entry");
static_assert(std::string_view(MMX_EXT_BUS) == "meshmux.bus/1");
static_assert(std::string_view(MMX_EXT_STREAM) == "meshmux.stream/1");
static_assert(std::string_view(MMX_EXT_SESSIONS) == "meshmux.sessions/1");
static_assert(std::string_view(MMX_EXT_SOURCE) == "meshmux.source/1");
static_assert(std::string_view(MMX_EXT_TIMER) == "meshmux.timer/1");
static_assert(std::string_view(MMX_EXT_CLOCK) == "meshmux.clock/1");
static_assert(std::string_view(MMX_EXT_POST) == "meshmux.post/1");
static_assert(std::string_view(MMX_EXT_METRICS) == "meshmux.metrics/1");
static_assert(std::string_view(MMX_EXT_CONTROL) == "meshmux.control/1");
