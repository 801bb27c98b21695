// Implementation of commands.h.
#include "core/ctl/commands.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>

#include "core/control/methods.h"
#include "core/ctl/show.h"

namespace meshmux::ctl {
namespace {

using Words = std::vector<std::string>;

Json no_params(const Words &, const Options &, std::string &) { return Json::object(); }

Json instance_param(const Words &words, const Options &, std::string &) {
  return words.empty() ? Json::object() : Json{{"instance", words[0]}};
}

Json source_param(const Words &words, const Options &, std::string &) {
  return words.empty() ? Json::object() : Json{{"source", words[0]}};
}

unsigned long long number(const std::string &text, const char *what, std::string &mistake) {
  unsigned long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    mistake = fmt::format("{} must be a number, not \"{}\"", what, text);
  return value;
}

Json policy_params(const Words &words, const Options &options, std::string &mistake) {
  Json params = {{"instance", words[0]}};
  if (options.payload.empty() == options.labels.empty()) {
    mistake = "policy test needs either --payload HEX or --labels a,b";
    return params;
  }
  if (!options.payload.empty()) params["payload"] = options.payload;
  if (!options.labels.empty()) {
    Json labels = Json::array();
    std::string word;
    for (const char c : options.labels + ",") {
      if (c != ',') {
        word += c;
      } else if (!word.empty()) {
        labels.push_back(word);
        word.clear();
      }
    }
    params["labels"] = labels;
  }
  if (!options.direction.empty()) params["direction"] = options.direction;
  if (!options.session.empty()) params["session"] = number(options.session, "--session", mistake);
  return params;
}

Json kick_params(const Words &words, const Options &options, std::string &mistake) {
  Json params = {{"session", number(words[0], "SESSION", mistake)}};
  if (!options.reason.empty()) params["reason"] = options.reason;
  return params;
}

Json level_params(const Words &words, const Options &, std::string &) {
  return words.empty() ? Json::object() : Json{{"level", words[0]}};
}

Json metrics_params(const Words &, const Options &options, std::string &) {
  return {{"format", options.json ? "json" : "prometheus"}};
}

Json call_params(const Words &words, const Options &, std::string &mistake) {
  Json params = {{"instance", words[0]}, {"verb", words[1]}};
  if (words.size() < 3) return params;
  params["args"] = Json::parse(words[2], nullptr, false);
  if (params["args"].is_discarded()) mistake = fmt::format("\"{}\" is not JSON", words[2]);
  return params;
}

Json follow_params(const Words &words, const Options &, std::string &) {
  return words.empty() ? Json::object() : Json{{"what", words}};
}

std::string nothing(const Json &) { return {}; }

}  // namespace

const std::vector<Command> &commands() {
  static const std::vector<Command> all = {
      {"status", "", "radios, virtual nodes and who is connected", control::kStatus, 0, 0, false,
       no_params, show_status},
      {"instances", "[INSTANCE]", "every part with its health and its own numbers",
       control::kInstances, 0, 1, false, instance_param, show_instances},
      {"sessions", "[FRONTEND]", "every connected app", control::kSessions, 0, 1, false,
       instance_param, show_sessions},
      {"state", "[SOURCE]", "what is mirrored of a radio", control::kState, 0, 1, false,
       source_param, show_state},
      {"policy test", "INSTANCE", "what the policy says of --payload HEX or --labels a,b, and why",
       control::kPolicyTest, 1, 1, false, policy_params, show_policy_test},
      {"reload", "", "apply the edited configuration; an error changes nothing", control::kReload,
       0, 0, false, no_params, show_reload},
      {"kick", "SESSION", "end one session", control::kKick, 1, 1, false, kick_params, show_kick},
      {"log-level", "[LEVEL]", "show or set: trace, debug, info, warn, error", control::kLogLevel,
       0, 1, false, level_params, show_log_level},
      {"metrics", "", "all counters, in Prometheus' format", control::kMetrics, 0, 0, false,
       metrics_params, show_metrics},
      {"call", "INSTANCE VERB [JSON]", "ask an instance for something of its own", control::kCall,
       2, 3, false, call_params, show_call},
      {"follow", "[sessions] [instances] [links]", "print what happens until interrupted",
       control::kFollow, 0, 3, true, follow_params, nothing},
  };
  return all;
}

const Command *find_command(std::vector<std::string> &words) {
  for (const Command &command : commands()) {
    const std::string name = command.name;
    const auto blank = name.find(' ');
    if (blank == std::string::npos) {
      if (words.empty() || words[0] != name) continue;
      words.erase(words.begin());
      return &command;
    }
    if (words.size() < 2 || words[0] != name.substr(0, blank) || words[1] != name.substr(blank + 1))
      continue;
    words.erase(words.begin(), words.begin() + 2);
    return &command;
  }
  return nullptr;
}

}  // namespace meshmux::ctl
