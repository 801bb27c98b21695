// What a user can say about a MeshCore source, as the option table the core reads and as plain
// values. Must not know what the driver does with them.
#pragma once

#include <cstdint>
#include <string>

#include "meshmux/plugin.hpp"

namespace meshcore_driver {

inline constexpr const char *kLinesWords[] = {"auto", "both", "none", "keep", nullptr};

inline constexpr mmx_option kOptions[] = {
    {MMX_OPTION_URI, MMX_OPTION_REQUIRED, "connect", nullptr, nullptr, 0, 0,
     "The companion radio: tcp://host:5000 or serial:///dev/ttyACM0."},
    {MMX_OPTION_ENUM, 0, "lines", "auto", kLinesWords, 0, 0,
     "DTR and RTS of a serial line: both on, none, keep as they are, or auto to try both, then "
     "none."},
    {MMX_OPTION_DURATION, MMX_OPTION_HOT, "poll", "60s", nullptr, 10, 86400,
     "How often battery, statistics and clock of the radio are read."},
    {MMX_OPTION_DURATION, MMX_OPTION_HOT, "refresh_interval", "30m", nullptr, 60, 604800,
     "How often everything the radio holds is read again, to notice changes made elsewhere."},
};

enum class Lines : std::uint8_t { invalid = 0, automatic, both, none, keep };

struct Settings {
  std::string uri;
  bool serial = false;  // else a network connection
  Lines lines = Lines::automatic;
  std::int64_t poll_ns = 0;
  std::int64_t refresh_ns = 0;
};

Settings read_settings(const mmx::Options &options);
// The URI with the modem lines set that way; untouched for a network connection, for keep without
// need, and where the user wrote lines= into the URI.
std::string uri_with_lines(const Settings &settings, Lines lines);

}  // namespace meshcore_driver
