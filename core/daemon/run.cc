// The modes of meshmuxd. What only prints needs no loop; what runs has one loop, one App and the
// signals. Must not parse arguments.
#include "core/daemon/run.h"

#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <ostream>
#include <string_view>

#include "core/base/text.h"
#include "core/config/generate.h"
#include "core/config/load.h"
#include "core/daemon/app.h"
#include "core/loop/watchdog.h"

namespace meshmux {
namespace {

std::string environment(const char *name) {
  const char *value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// Where the daemon would look for plugins with this configuration.
void point_at_plugins(PluginLoader &loader, const ConfigDocument &document) {
  loader.set_directories(plugin_directories(environment("MESHMUX_PLUGIN_PATH"),
                                            document.plugin_path(), executable_path()));
}

bool is_missing(const std::string &path) {
  std::error_code error;
  return !std::filesystem::exists(path, error);
}

// Reads the configuration; without one, errors says what to do and the answer is empty.
std::optional<ConfigOutcome> read_config(const DaemonOptions &options, PluginLoader &loader,
                                         std::ostream &errors) {
  if (is_missing(options.config)) {
    errors << "meshmuxd: there is no configuration at " << options.config
           << "\nMake one to begin with:\n  meshmuxd --print-default-config > " << options.config
           << "\nor name another file with --config FILE.\n";
    return std::nullopt;
  }
  const ConfigDocument document = ConfigDocument::read_file(options.config);
  point_at_plugins(loader, document);
  ConfigOutcome outcome = build_config(document, loader);
  if (outcome.config) return outcome;
  errors << format_errors(outcome.errors);
  errors << "meshmuxd: " << options.config << ": " << outcome.errors.size()
         << (outcome.errors.size() == 1 ? " error\n" : " errors\n");
  return std::nullopt;
}

void set_up_logging(const DaemonOptions &options, const LogConfig &configured) {
  log::use_stderr(options.log_format.value_or(configured.format));
  log::set_level(options.log_level.value_or(configured.level));
}

// Each session is a descriptor; the soft limit of a login shell would end at a thousand.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) log::debug({}, "the descriptor limit stays as it is");
}

// Signals of one run. The second one that ends the daemon does so at once.
Result<void> hear_signals(Loop &loop, App &app, bool &asked_to_stop) {
  const auto stop = [&loop, &app, &asked_to_stop] {
    if (asked_to_stop) {
      log::warn({}, "asked to stop a second time: stopping at once");
      std::_Exit(kExitOk);
    }
    asked_to_stop = true;
    app.shutdown([&loop] { loop.stop(); });
  };
  MMX_CHECK(loop.on_signal(SIGTERM, stop));
  MMX_CHECK(loop.on_signal(SIGINT, stop));
  return loop.on_signal(SIGHUP, [&app] {
    if (const Result<Json> done = app.reload(); !done) {
      log::error({}, "reload failed, nothing was changed:\n{}", done.error().message);
    }
  });
}

uint64_t watchdog_usec() {
  const Result<int64_t> usec = parse_int(environment("WATCHDOG_USEC"));
  return usec && *usec > 0 ? static_cast<uint64_t>(*usec) : 0;
}

}  // namespace

int run_daemon(const DaemonOptions &options, std::ostream &errors) {
  PluginLoader loader;
  set_up_logging(options, ConfigDocument::read_file(options.config).log());
  std::optional<ConfigOutcome> outcome = read_config(options, loader, errors);
  if (!outcome) return kExitConfig;
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  const SystemClock clock;
  Loop loop(clock);
  SdNotify notify(environment("NOTIFY_SOCKET"), watchdog_usec());
  Watchdog watchdog(loop.calls(), clock);
  App app(
      {loop, loader, notify, watchdog, options.config, {}, options.log_level.has_value(), {}, {}});
  if (const Result<void> started = app.start(std::move(*outcome)); !started) {
    log::error({}, "cannot start: {}", started.error().message);
    return started.code() == MMX_INVALID ? kExitConfig : kExitFailed;
  }
  bool asked_to_stop = false;
  if (const Result<void> heard = hear_signals(loop, app, asked_to_stop); !heard) {
    log::error({}, "cannot start: {}", heard.error().message);
    return kExitFailed;
  }
  watchdog.start();
  loop.run();
  watchdog.stop();
  return kExitOk;
}

int check_config(const DaemonOptions &options, std::ostream &out, std::ostream &errors) {
  PluginLoader loader;
  log::set_level(log::Level::warn);
  const std::optional<ConfigOutcome> outcome = read_config(options, loader, errors);
  if (!outcome) return kExitConfig;
  errors << format_errors(outcome->warnings);
  out << options.config << ": ok\n";
  return kExitOk;
}

namespace {

void find_plugins(const DaemonOptions &options, PluginLoader &loader) {
  log::set_level(log::Level::warn);
  point_at_plugins(loader, ConfigDocument::read_file(options.config));
}

}  // namespace

int list_plugins(const DaemonOptions &options, std::ostream &out) {
  PluginLoader loader;
  find_plugins(options, loader);
  out << print_plugins(loader);
  out << "\nLooked for in:\n";
  for (const std::string &directory : loader.directories()) out << "  " << directory << "\n";
  if (!loader.refused().empty()) out << "\nRefused:\n";
  for (const RefusedPlugin &plugin : loader.refused()) {
    out << "  " << plugin.path << ": " << plugin.reason << "\n";
  }
  return kExitOk;
}

int print_defaults(const DaemonOptions &options, std::ostream &out) {
  PluginLoader loader;
  find_plugins(options, loader);
  out << print_default_config(loader);
  return kExitOk;
}

int print_json_schema(const DaemonOptions &options, std::ostream &out) {
  PluginLoader loader;
  find_plugins(options, loader);
  out << print_schema(loader);
  return kExitOk;
}

}  // namespace meshmux
