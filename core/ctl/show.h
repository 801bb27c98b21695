// The daemon's answers for people. Each takes a result as core/control/methods.h says. Must not
// talk to the daemon.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace meshmux::ctl {

using Json = nlohmann::json;

std::string show_status(const Json &result);
std::string show_instances(const Json &result);
std::string show_sessions(const Json &result);
std::string show_state(const Json &result);
std::string show_policy_test(const Json &result);
std::string show_reload(const Json &result);
std::string show_kick(const Json &result);
std::string show_log_level(const Json &result);
std::string show_metrics(const Json &result);
std::string show_call(const Json &result);
std::string show_event(const Json &event);

}  // namespace meshmux::ctl
