// What a user can say about a Meshtastic source, as the option table the core reads and as plain
// values. Must not know what the driver does with them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "meshmux/plugin.hpp"

namespace meshtastic_driver {

inline constexpr mmx_option kOptions[] = {
    {MMX_OPTION_URI, MMX_OPTION_REQUIRED, "connect", nullptr, nullptr, 0, 0,
     "The radio: tcp://host:4403 or serial:///dev/ttyUSB0."},
    {MMX_OPTION_DURATION, MMX_OPTION_HOT, "pacing", "10ms", nullptr, 0, 10,
     "Least time between two packets handed to the radio."},
    {MMX_OPTION_INT, MMX_OPTION_HOT, "nodes_max", "2000", nullptr, 10, 100000,
     "Most nodes remembered; beyond it the one unheard longest goes, favourites last."},
    {MMX_OPTION_DURATION, MMX_OPTION_HOT, "refresh", "1h", nullptr, 60, 604800,
     "How often the radio's settings are read again, to notice changes made elsewhere."},
};

struct Settings {
  std::string uri;
  bool serial = false;  // else a network connection
  std::int64_t pacing_ns = 0;
  std::size_t nodes_max = 0;
  std::int64_t refresh_ns = 0;
};

Settings read_settings(const mmx::Options &options);

}  // namespace meshtastic_driver
