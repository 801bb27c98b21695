// See settings.h.
#include "plugins/meshtastic/driver/settings.h"

namespace meshtastic_driver {

Settings read_settings(const mmx::Options &options) {
  Settings settings;
  settings.uri = options.string("connect");
  settings.serial = settings.uri.rfind("serial:", 0) == 0;
  settings.pacing_ns = options.integer("pacing");
  settings.nodes_max = static_cast<std::size_t>(options.integer("nodes_max"));
  settings.refresh_ns = options.integer("refresh");
  return settings;
}

}  // namespace meshtastic_driver
