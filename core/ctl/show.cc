// Implementation of show.h.
#include "core/ctl/show.h"

#include <fmt/format.h>

#include <ctime>

#include "core/ctl/table.h"

namespace meshmux::ctl {
namespace {

std::string text_of(const Json &object, const char *key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

long long number_of(const Json &object, const char *key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number() ? found->get<long long>() : 0;
}

const Json &list_of(const Json &object, const char *key) {
  static const Json none = Json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : none;
}

std::string since(const Json &object, const char *key) {
  const long long at = number_of(object, key);
  return at == 0 ? "never" : duration_text(static_cast<long long>(std::time(nullptr)) - at / 1000);
}

std::string words_of(const Json &list) {
  std::string out;
  for (const Json &word : list) {
    if (!out.empty()) out += ' ';
    out += word.is_string() ? word.get<std::string>() : word.dump();
  }
  return out;
}

// "running", "running, degraded: why".
std::string condition(const Json &instance) {
  std::string out = text_of(instance, "state");
  const std::string health = text_of(instance, "health");
  if (health == "degraded" || health == "failed") out += ", " + health;
  if (const std::string reason = text_of(instance, "reason"); !reason.empty()) out += ": " + reason;
  return out;
}

std::string client_name(const Json &session) {
  const std::string client = text_of(session, "client");
  return client.empty() ? "?" : client;
}

}  // namespace

std::string show_status(const Json &result) {
  std::string out =
      fmt::format("meshmuxd {}, {}, up {}\nconfiguration: {}\n", text_of(result, "version"),
                  text_of(result, "state"), duration_text(number_of(result, "uptime")),
                  text_of(result, "config"));
  for (const Json &warning : list_of(result, "warnings"))
    out += fmt::format("warning: {}\n",
                       warning.is_string() ? warning.get<std::string>() : warning.dump());
  Table sources({"SOURCE", "PLUGIN", "LINK", "APPS", "CONDITION"});
  for (const Json &source : list_of(result, "sources")) {
    const Json link = source.value("link", Json::object());
    std::string phase = text_of(link, "phase");
    if (link.value("stale", false)) phase += " (mirror is stale)";
    if (!source.value("enabled", true)) phase = "disabled";
    std::string state = condition(source);
    if (const std::string why = text_of(link, "reason");
        !why.empty() && state.find(why) == std::string::npos)
      state += "; " + why;
    sources.add({text_of(source, "sourceId"), text_of(source, "plugin"), phase,
                 std::to_string(number_of(source, "clientCount")), state});
  }
  if (!sources.empty()) out += "\n" + sources.text();
  Table frontends({"FRONTEND", "SOURCE", "LISTENING ON", "APPS", "CONDITION"});
  for (const Json &frontend : list_of(result, "frontends"))
    frontends.add({text_of(frontend, "id"), text_of(frontend, "source"),
                   text_of(frontend, "listen"), std::to_string(number_of(frontend, "clientCount")),
                   condition(frontend)});
  if (!frontends.empty()) out += "\n" + frontends.text();
  return out;
}

std::string show_instances(const Json &result) {
  Table table({"INSTANCE", "GROUP", "PLUGIN", "LISTENING ON", "RESTARTS", "CONDITION"});
  for (const Json &instance : list_of(result, "instances"))
    table.add({text_of(instance, "id"), text_of(instance, "group"), text_of(instance, "plugin"),
               text_of(instance, "listen"), std::to_string(number_of(instance, "restarts")),
               condition(instance)});
  return table.empty() ? "no instances: the configuration names none\n" : table.text();
}

std::string show_sessions(const Json &result) {
  Table table(
      {"SESSION", "FRONTEND", "ADDRESS", "APP", "CONNECTED", "LAST HEARD", "IN", "OUT", "PENDING"});
  for (const Json &session : list_of(result, "sessions"))
    table.add({std::to_string(number_of(session, "id")), text_of(session, "frontend"),
               text_of(session, "address"), client_name(session), since(session, "connectedAt"),
               since(session, "lastInAt"),
               size_text(static_cast<unsigned long long>(number_of(session, "bytesIn"))),
               size_text(static_cast<unsigned long long>(number_of(session, "bytesOut"))),
               size_text(static_cast<unsigned long long>(number_of(session, "pending")))});
  return table.empty() ? "nobody is connected\n" : table.text();
}

std::string show_state(const Json &result) {
  std::string out =
      fmt::format("{}: epoch {}, {}{}\n", text_of(result, "source"), number_of(result, "epoch"),
                  result.value("complete", false) ? "complete" : "not yet captured",
                  result.value("stale", false) ? ", stale" : "");
  Table table({"KEY", "SIZE", "LABELS", "WHAT"});
  for (const Json &record : list_of(result, "records"))
    table.add({text_of(record, "key"), std::to_string(number_of(record, "size")),
               words_of(list_of(record, "labels")), text_of(record, "text")});
  return table.empty() ? out : out + table.text();
}

std::string show_policy_test(const Json &result) {
  std::string out = fmt::format("{} ({})\nlabels: {}\n", text_of(result, "verdict"),
                                text_of(result, "direction"), words_of(list_of(result, "labels")));
  if (const std::string what = text_of(result, "description"); !what.empty()) out += what + "\n";
  for (const Json &gate : list_of(result, "gates"))
    out += fmt::format("{} of {}: {} by rule \"{}\" ({})\n", text_of(gate, "gate"),
                       text_of(gate, "instance"), text_of(gate, "action"), text_of(gate, "rule"),
                       text_of(gate, "place"));
  return out;
}

std::string show_reload(const Json &result) {
  std::string out;
  for (const Json &change : list_of(result, "changed"))
    out +=
        fmt::format("{}: {}{}\n", text_of(change, "id"), text_of(change, "change"),
                    change.contains("what") ? " (" + words_of(list_of(change, "what")) + ")" : "");
  if (out.empty()) out = "nothing changed\n";
  for (const Json &warning : list_of(result, "warnings"))
    out += fmt::format("warning: {}\n",
                       warning.is_string() ? warning.get<std::string>() : warning.dump());
  return out;
}

std::string show_kick(const Json &result) {
  return fmt::format("session {} of {} is closed\n", number_of(result, "session"),
                     text_of(result, "frontend"));
}

std::string show_log_level(const Json &result) { return text_of(result, "level") + "\n"; }

std::string show_metrics(const Json &result) { return text_of(result, "text"); }

std::string show_call(const Json &result) {
  const Json answer = result.value("result", Json());
  return answer.is_null() || answer == Json::object() ? "done\n" : answer.dump(2) + "\n";
}

std::string show_event(const Json &event) {
  const std::string what = text_of(event, "what");
  if (what == "sessions") {
    const Json session = event.value("session", Json::object());
    const std::string reason = text_of(event, "reason");
    return fmt::format("session {} on {} {}: {} {}{}\n", number_of(session, "id"),
                       text_of(session, "frontend"), text_of(event, "event"),
                       text_of(session, "address"), client_name(session),
                       reason.empty() ? "" : " (" + reason + ")");
  }
  if (what == "links") {
    const Json link = event.value("link", Json::object());
    const std::string reason = text_of(link, "reason");
    return fmt::format("link of {}: {}{}\n", text_of(event, "source"), text_of(link, "phase"),
                       reason.empty() ? "" : " (" + reason + ")");
  }
  const Json instance = event.value("instance", Json::object());
  return fmt::format("instance {}: {}\n", text_of(instance, "id"), condition(instance));
}

}  // namespace meshmux::ctl
