// meshmuxd's command line: reads it, prints what only prints, or runs the daemon. Must not know how
// any of it is done.
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>

#include <iostream>
#include <sstream>
#include <string>

#include "core/base/log.h"
#include "core/daemon/run.h"

namespace {

using meshmux::DaemonOptions;

enum class Mode {
  invalid = 0,
  run,
  check_config,
  print_default_config,
  list_plugins,
  print_schema,
  version,
  help
};

struct CommandLine {
  Mode mode = Mode::run;
  DaemonOptions options;
  std::string mistake;  // for people; empty: none
};

Poco::Util::OptionSet known_options() {
  using Poco::Util::Option;
  Poco::Util::OptionSet set;
  set.addOption(Option("config", "c", "the configuration file").argument("FILE"));
  set.addOption(Option("check-config", "", "check the configuration and exit"));
  set.addOption(
      Option("print-default-config", "", "print a commented configuration to begin with"));
  set.addOption(Option("list-plugins", "", "list the plugins found, with their options"));
  set.addOption(Option("print-schema", "", "print the JSON schema of the configuration"));
  set.addOption(Option("log-level", "l", "trace, debug, info, warn or error").argument("LEVEL"));
  set.addOption(Option("log-format", "", "auto, human, journald or json").argument("FORMAT"));
  set.addOption(Option("version", "V", "print the version and exit"));
  set.addOption(Option("help", "h", "print this help and exit"));
  return set;
}

std::string help_text() {
  std::ostringstream out;
  const Poco::Util::OptionSet known = known_options();  // the formatter only borrows it
  Poco::Util::HelpFormatter formatter(known);
  formatter.setUnixStyle(true);
  formatter.setWidth(90);
  formatter.setCommand("meshmuxd");
  formatter.setUsage("[--config FILE] [OPTION]...");
  formatter.setHeader(
      "Holds the one connection to each mesh radio and lets many apps use it at once.");
  formatter.setFooter(
      "Without --config, " + DaemonOptions{}.config +
      " is read. SIGHUP reads it again; an error in it changes nothing. SIGTERM ends the daemon "
      "after at most 5 seconds, a second one at once.\n\n"
      "Plugins are looked for in MESHMUX_PLUGIN_PATH, in plugin_path: of the configuration, beside "
      "the program and where meshmux is installed. meshmuxctl talks to the running daemon.\n\n"
      "Exit codes: 0 all is well, 1 the daemon failed, 2 wrong command line, 78 wrong "
      "configuration.");
  formatter.format(out);
  return out.str();
}

Mode mode_of(const std::string &name) {
  if (name == "check-config") return Mode::check_config;
  if (name == "print-default-config") return Mode::print_default_config;
  if (name == "list-plugins") return Mode::list_plugins;
  if (name == "print-schema") return Mode::print_schema;
  if (name == "version") return Mode::version;
  if (name == "help") return Mode::help;
  return Mode::invalid;
}

// Takes one option; an empty answer: fine.
std::string take(const std::string &name, const std::string &value, CommandLine &line) {
  if (name == "config") {
    line.options.config = value;
  } else if (name == "log-level") {
    const auto level = meshmux::log::parse_level(value);
    if (!level) return "--log-level " + value + ": expected trace, debug, info, warn or error";
    line.options.log_level = *level;
  } else if (name == "log-format") {
    const auto format = meshmux::log::parse_format(value);
    if (!format) return "--log-format " + value + ": expected auto, human, journald or json";
    line.options.log_format = *format;
  } else if (line.mode == Mode::run) {
    line.mode = mode_of(name);
  } else if (line.mode != mode_of(name)) {
    return "--" + name + " cannot be combined with another action";
  }
  return {};
}

CommandLine read_command_line(int count, char **arguments) {
  CommandLine line;
  const Poco::Util::OptionSet known = known_options();
  Poco::Util::OptionProcessor processor(known);
  processor.setUnixStyle(true);
  std::string name;
  std::string value;
  try {
    for (int i = 1; i < count && line.mistake.empty(); ++i) {
      const std::string argument = arguments[i];
      if (!processor.process(argument, name, value)) {
        line.mistake = "unexpected argument '" + argument + "'";
      } else if (!name.empty()) {
        line.mistake = take(name, value, line);
      }
    }
    processor.checkRequired();
  } catch (const Poco::Util::OptionException &error) {
    line.mistake = error.displayText();
  }
  return line;
}

}  // namespace

int main(int argc, char **argv) {
  const CommandLine line = read_command_line(argc, argv);
  if (!line.mistake.empty()) {
    std::cerr << "meshmuxd: " << line.mistake << "\nTry: meshmuxd --help\n";
    return meshmux::kExitUsage;
  }
  switch (line.mode) {
    case Mode::help:
      std::cout << help_text();
      return meshmux::kExitOk;
    case Mode::version:
      std::cout << "meshmuxd " MESHMUX_VERSION "\n";
      return meshmux::kExitOk;
    case Mode::check_config:
      return meshmux::check_config(line.options, std::cout, std::cerr);
    case Mode::print_default_config:
      return meshmux::print_defaults(line.options, std::cout);
    case Mode::list_plugins:
      return meshmux::list_plugins(line.options, std::cout);
    case Mode::print_schema:
      return meshmux::print_json_schema(line.options, std::cout);
    default:
      return meshmux::run_daemon(line.options, std::cerr);
  }
}
