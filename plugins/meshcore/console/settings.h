// What a user can say about a meshcore-console source, as the option table the core reads and as
// plain values. Must not know what is done with them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "meshmux/plugin.hpp"
#include "plugins/meshcore/console/questions.h"

namespace meshcore_console {

inline constexpr const char *kLinesWords[] = {"auto", "both", "none", "keep", nullptr};

inline constexpr mmx_option kOptions[] = {
    {MMX_OPTION_URI, MMX_OPTION_REQUIRED, "connect", nullptr, nullptr, 0, 0,
     "The console: serial:///dev/ttyUSB0, or tcp://host:23 of a board with Ethernet."},
    {MMX_OPTION_ENUM, 0, "lines", "auto", kLinesWords, 0, 0,
     "DTR and RTS of a serial line: both on, none, keep as they are, or auto to try both, then "
     "none."},
    {MMX_OPTION_DURATION, MMX_OPTION_HOT, "interval", "5m", nullptr, 5, 86400,
     "How often the commands are asked."},
    {MMX_OPTION_LIST, MMX_OPTION_HOT, "commands",
     "stats-core, stats-radio, stats-packets, neighbors, get acl, clock", nullptr, 0, 0,
     "What is asked each time: statistics, lists and settings that hold no secret; ver, board, "
     "role, "
     "name and key are asked once."},
    {MMX_OPTION_BOOL, MMX_OPTION_HOT, "set_clock", "true", nullptr, 0, 0,
     "Whether a clock that is behind is set, while the host's own clock is synchronised."},
};

struct Settings {
  std::string uri;
  bool serial = false;        // else a network connection
  bool choose_lines = false;  // try both, then none
  std::string lines;          // of a serial line, as in a URI; empty: what the URI says
  std::int64_t interval_ns = 0;
  std::vector<const Question *> questions;
  bool set_clock = true;
};

// Nothing if a command may not be asked; wrong then says which.
std::optional<Settings> read_settings(const mmx::Options &options, std::string &wrong);
std::string uri_with_lines(const std::string &uri, const std::string &lines);

}  // namespace meshcore_console
