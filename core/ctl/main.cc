// meshmuxctl: reads the command line, makes one request, shows the answer. Exit codes: 0 done, 1
// refused, 2 wrong command line, 3 no daemon. Must not know what the methods mean.
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>
#include <fmt/format.h>

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "core/control/paths.h"
#include "core/ctl/client.h"
#include "core/ctl/commands.h"
#include "core/ctl/show.h"

namespace {

using meshmux::ctl::Outcome;

struct CommandLine {
  meshmux::ctl::Options options;
  std::vector<std::string> words;
  bool help = false;
  bool version = false;
  std::string mistake;
};

Poco::Util::OptionSet known_options() {
  using Poco::Util::Option;
  Poco::Util::OptionSet set;
  set.addOption(Option("socket", "s", "the daemon's control socket").argument("PATH"));
  set.addOption(Option("json", "j", "print the answer as JSON"));
  set.addOption(
      Option("payload", "", "policy test: the payload's bytes, hexadecimal").argument("HEX"));
  set.addOption(Option("labels", "", "policy test: labels in place of a payload").argument("A,B"));
  set.addOption(Option("direction", "", "policy test: tx (default), rx or state").argument("WAY"));
  set.addOption(Option("session", "", "policy test: on behalf of that session").argument("N"));
  set.addOption(Option("reason", "", "kick: why, for the log").argument("TEXT"));
  set.addOption(Option("version", "V", "print the version and exit"));
  set.addOption(Option("help", "h", "print this help and exit"));
  return set;
}

std::string help_text() {
  std::string list = "Commands:\n";
  for (const auto &command : meshmux::ctl::commands())
    list += fmt::format("  {:<38} {}\n", fmt::format("{} {}", command.name, command.arguments),
                        command.help);
  std::ostringstream out;
  const Poco::Util::OptionSet known = known_options();
  Poco::Util::HelpFormatter formatter(known);
  formatter.setUnixStyle(true);
  formatter.setWidth(90);
  formatter.setCommand("meshmuxctl");
  formatter.setUsage("COMMAND [ARGUMENT]... [OPTION]...");
  formatter.setHeader("Looks into a running meshmuxd and steers it.");
  formatter.setFooter(
      "The socket is --socket, else MESHMUX_SOCKET, else control.sock in $RUNTIME_DIRECTORY, in "
      "$XDG_RUNTIME_DIR/meshmux or in /run/meshmux.\n\n"
      "Exit codes: 0 done, 1 refused, 2 wrong command line, 3 no daemon there.");
  formatter.format(out);
  return out.str() + "\n" + list;
}

void take(const std::string &name, const std::string &value, CommandLine &line) {
  if (name == "socket") line.options.socket = value;
  if (name == "json") line.options.json = true;
  if (name == "payload") line.options.payload = value;
  if (name == "labels") line.options.labels = value;
  if (name == "direction") line.options.direction = value;
  if (name == "session") line.options.session = value;
  if (name == "reason") line.options.reason = value;
  if (name == "version") line.version = true;
  if (name == "help") line.help = true;
}

CommandLine read_command_line(int count, char **arguments) {
  CommandLine line;
  const Poco::Util::OptionSet known = known_options();
  Poco::Util::OptionProcessor processor(known);
  processor.setUnixStyle(true);
  try {
    for (int i = 1; i < count; ++i) {
      std::string name, value;
      if (!processor.process(arguments[i], name, value))
        line.words.emplace_back(arguments[i]);
      else if (!name.empty())
        take(name, value, line);
    }
    processor.checkRequired();
  } catch (const Poco::Util::OptionException &error) {
    line.mistake = error.displayText();
  }
  if (line.options.socket.empty()) line.options.socket = meshmux::default_control_socket();
  return line;
}

int exit_code(Outcome outcome) { return static_cast<int>(outcome); }

int usage_error(const std::string &what) {
  std::cerr << "meshmuxctl: " << what << "\nTry: meshmuxctl --help\n";
  return exit_code(Outcome::usage);
}

int run(CommandLine line) {
  const auto *command = meshmux::ctl::find_command(line.words);
  if (command == nullptr)
    return usage_error(line.words.empty()
                           ? "a command is missing"
                           : fmt::format("there is no command \"{}\"", line.words[0]));
  if (line.words.size() < command->least || line.words.size() > command->most)
    return usage_error(fmt::format("usage: meshmuxctl {} {}", command->name, command->arguments));
  std::string mistake;
  const meshmux::ctl::Json params = command->params(line.words, line.options, mistake);
  if (!mistake.empty()) return usage_error(mistake);

  std::function<void(const meshmux::ctl::Json &)> on_event;
  if (command->streams)
    on_event = [&line](const meshmux::ctl::Json &event) {
      std::cout << (line.options.json ? event.dump() + "\n" : meshmux::ctl::show_event(event))
                << std::flush;
    };
  const auto answer = meshmux::ctl::request(line.options.socket, command->method, params, on_event);
  if (answer.outcome != Outcome::ok) {
    std::cerr << "meshmuxctl: " << answer.error << "\n";
    return exit_code(answer.outcome);
  }
  std::cout << (line.options.json ? answer.result.dump(2) + "\n" : command->show(answer.result));
  return exit_code(Outcome::ok);
}

}  // namespace

int main(int argc, char **argv) {
  CommandLine line = read_command_line(argc, argv);
  if (!line.mistake.empty()) return usage_error(line.mistake);
  if (line.help) {
    std::cout << help_text();
    return 0;
  }
  if (line.version) {
    std::cout << "meshmuxctl " MESHMUX_VERSION "\n";
    return 0;
  }
  return run(std::move(line));
}
