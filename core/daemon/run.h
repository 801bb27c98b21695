// What meshmuxd can be asked to do, one function each, with its exit code. Must not know the
// command line's spelling.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "core/base/log.h"

namespace meshmux {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitConfig = 78;  // EX_CONFIG

struct DaemonOptions {
  std::string config = "/etc/meshmux/meshmux.yaml";
  std::optional<log::Level> log_level;  // over what the configuration says
  std::optional<log::Format> log_format;
};

// Runs until a signal ends it. errors gets what is wrong with the configuration.
int run_daemon(const DaemonOptions &options, std::ostream &errors);

int check_config(const DaemonOptions &options, std::ostream &out, std::ostream &errors);
int list_plugins(const DaemonOptions &options, std::ostream &out);
// These two look for plugins as the daemon would; a missing or wrong configuration does not matter.
int print_defaults(const DaemonOptions &options, std::ostream &out);
int print_json_schema(const DaemonOptions &options, std::ostream &out);

}  // namespace meshmux
