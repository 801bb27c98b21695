// One request over the control socket, blocking. Must not know what any method means.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

namespace meshmux::ctl {

using Json = nlohmann::json;

// How a request ended, and meshmuxctl's exit code for it.
enum class Outcome { ok = 0, refused = 1, usage = 2, unreachable = 3 };

struct Answer {
  Outcome outcome = Outcome::ok;
  Json result;
  std::string error;  // for people, with what to do; empty with ok
};

// Sends method with params to the daemon at socket and waits for its answer, at most 30 s; events
// of a stream go to on_event as they come, without a limit of time.
Answer request(const std::string &socket, const std::string &method, const Json &params,
               const std::function<void(const Json &)> &on_event = {});

}  // namespace meshmux::ctl
