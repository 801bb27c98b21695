// meshmuxctl's commands: which words each takes, which request it makes, how its answer is shown.
// Must not talk to the daemon itself.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace meshmux::ctl {

using Json = nlohmann::json;

// Options that stand beside the words of a command.
struct Options {
  std::string socket;
  bool json = false;
  std::string payload;    // policy test
  std::string labels;     // policy test
  std::string direction;  // policy test
  std::string session;    // policy test
  std::string reason;     // kick
};

struct Command {
  const char *name;       // as typed, "policy test" with its blank
  const char *arguments;  // for the help
  const char *help;
  const char *method;
  std::size_t least;  // words it needs
  std::size_t most;   // and takes
  bool streams;       // answers with events until interrupted
  // Parameters of the request; mistake is set, for people, if the words are wrong.
  Json (*params)(const std::vector<std::string> &words, const Options &options,
                 std::string &mistake);
  std::string (*show)(const Json &result);
};

const std::vector<Command> &commands();

// The command words begin with; removes its name from them. NULL: there is none.
const Command *find_command(std::vector<std::string> &words);

}  // namespace meshmux::ctl
