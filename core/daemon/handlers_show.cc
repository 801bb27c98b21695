// Control methods that show: status, instances, sessions, state, metrics, follow. The shapes are
// those of control/methods.h. Must not change anything.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/base/text.h"
#include "core/control/methods.h"
#include "core/daemon/app.h"
#include "core/daemon/show.h"

namespace meshmux {
namespace {

constexpr int64_t kNsPerMs = 1000000;

const char *state_text(App::State state) {
  switch (state) {
    case App::State::starting:
      return "starting";
    case App::State::running:
      return "running";
    default:
      return "stopping";
  }
}

std::string first_address(const Supervisor &supervisor) {
  const std::vector<std::string> addresses = supervisor.desk().addresses();
  return addresses.empty() ? std::string() : addresses.front();
}

// What status says of a source and a frontend alike.
void add_health(const Supervisor &supervisor, Json *out) {
  (*out)["plugin"] = supervisor.config().type->name;
  (*out)["enabled"] = supervisor.config().enabled;
  (*out)["isRunning"] = supervisor.running();
  (*out)["state"] = supervisor.state_word();
  (*out)["health"] = supervisor.health_word();
  (*out)["reason"] = supervisor.reason();
}

}  // namespace

Json App::session_json(const Supervisor &supervisor, const SessionInfo &session) const {
  const Clock &clock = parts_.loop.clock();
  const int64_t last_in = clock.wall_ns() - (clock.mono_ns() - session.last_in_mono_ns);
  return {{"id", session.id},
          {"frontend", supervisor.id()},
          {"source", supervisor.config().source},
          {"address", session.address},
          {"client", session.client},
          {"connectedAt", session.since_wall_ns / kNsPerMs},
          {"lastInAt", last_in / kNsPerMs},
          {"bytesIn", session.bytes_in},
          {"bytesOut", session.bytes_out},
          {"pending", session.pending}};
}

Json App::link_json(const Supervisor &source) const {
  const mmx_message *message = bus_.link(source.number());
  if (message == nullptr) {
    return {{"phase", "down"}, {"complete", false}, {"stale", false}, {"reason", ""}, {"epoch", 0}};
  }
  const mmx_link &link = *message->link;
  return {{"phase", link_phase_name(link.phase)},
          {"complete", link.complete != 0},
          {"stale", link.stale != 0},
          {"reason", std::string(view(link.reason))},
          {"epoch", link.epoch}};
}

Json App::source_json(const Supervisor &source) const {
  Json clients = Json::array();
  for (const auto &[id, supervisor] : supervisors_) {
    if (supervisor->config().source != source.id()) continue;
    for (const SessionInfo &session : supervisor->desk().list()) {
      clients.push_back({{"id", session.id},
                         {"address", session.address},
                         {"client", session.client},
                         {"frontend", id},
                         {"connectedAt", session.since_wall_ns / kNsPerMs},
                         {"bytesIn", session.bytes_in},
                         {"bytesOut", session.bytes_out}});
    }
  }
  Json out = {{"sourceId", source.id()},
              {"sourceName", source.id()},
              {"clientCount", clients.size()},
              {"clients", std::move(clients)},
              {"link", link_json(source)}};
  add_health(source, &out);
  return out;
}

Json App::status_json() const {
  Json sources = Json::array();
  Json frontends = Json::array();
  for (const InstanceConfig &instance : config_->instances) {
    const Supervisor *supervisor = find(instance.id);
    if (supervisor == nullptr) continue;
    if (instance.group == Group::sources) sources.push_back(source_json(*supervisor));
    if (instance.group != Group::frontends) continue;
    Json frontend = {{"id", instance.id},
                     {"source", instance.source},
                     {"listen", first_address(*supervisor)},
                     {"clientCount", supervisor->desk().size()}};
    add_health(*supervisor, &frontend);
    frontends.push_back(std::move(frontend));
  }
  return {{"version", MESHMUX_VERSION},
          {"uptime", (parts_.loop.clock().mono_ns() - started_ns_) / kSecond},
          {"pid", getpid()},
          {"config", parts_.config_path},
          {"state", state_text(state_)},
          {"warnings", warnings_},
          {"sources", std::move(sources)},
          {"frontends", std::move(frontends)}};
}

Json App::instance_json(Supervisor &supervisor) const {
  const ParticipantStats stats = bus_.stats(supervisor.number());
  const ParticipantLevels levels = bus_.levels(supervisor.number());
  uint64_t dropped = 0;
  for (const uint64_t count : stats.dropped) dropped += count;
  Json out = {{"id", supervisor.id()},
              {"group", group_name(supervisor.config().group)},
              {"restarts", supervisor.restarts()},
              {"retrySeconds", (supervisor.retry_ns() + kSecond - 1) / kSecond},
              {"startedAt", supervisor.started_wall_ns() / kNsPerMs},
              {"source", supervisor.config().source},
              {"listen", first_address(supervisor)},
              {"inbox",
               {{"messages", levels.inbox_messages},
                {"bytes", levels.inbox_bytes},
                {"dropped", dropped},
                {"refused", stats.full}}},
              {"verdicts",
               {{"accepted", stats.published[kind_index(MMX_KIND_TX)]},
                {"denied", stats.denied},
                {"local", stats.local},
                {"limited", stats.limited},
                {"full", stats.full}}}};
  add_health(supervisor, &out);
  std::string detail;
  if (supervisor.life() != nullptr && supervisor.life()->control_status(&detail) == MMX_OK) {
    Json parsed = Json::parse(detail, nullptr, false);
    if (!parsed.is_discarded()) out["detail"] = std::move(parsed);
  }
  return out;
}

Result<Json> App::state_json(const Json &params) const {
  std::string wanted = params.value("source", std::string());
  const Supervisor *source = nullptr;
  for (const auto &[id, supervisor] : supervisors_) {
    if (supervisor->config().group != Group::sources) continue;
    if (!wanted.empty() && id != wanted) continue;
    if (source != nullptr) return fail(MMX_INVALID, "there are several sources; name one");
    source = supervisor.get();
  }
  if (source == nullptr) return fail(MMX_NOT_FOUND, "there is no source \"{}\"", wanted);
  Codec *codec = bus_.codec_of(source->number());
  const mmx_bytes identity = bus_.identity(source->number());
  Json records = Json::array();
  bus_.visit_state(source->number(), [&](const mmx_message &message) {
    records.push_back(
        {{"key", to_hex(message.key)},
         {"order", message.order},
         {"labels", label_list(message.labels)},
         {"size", message.payload.size},
         {"stale", (message.flags & MMX_MESSAGE_STALE) != 0},
         {"text", codec == nullptr ? std::string()
                                   : codec->describe(identity, MMX_KIND_STATE, message.payload)}});
  });
  const Json link = link_json(*source);
  return Json{{"source", source->id()},
              {"epoch", link["epoch"]},
              {"complete", link["complete"]},
              {"stale", link["stale"]},
              {"records", std::move(records)}};
}

void App::session_opened(Supervisor &supervisor, const SessionInfo &session) {
  if (!followers_.any()) return;
  followers_.tell("sessions", {{"what", "sessions"},
                               {"event", "opened"},
                               {"session", session_json(supervisor, session)},
                               {"reason", ""}});
}

void App::session_ended(Supervisor &supervisor, const SessionInfo &session,
                        std::string_view reason) {
  if (!followers_.any()) return;
  followers_.tell("sessions", {{"what", "sessions"},
                               {"event", "closed"},
                               {"session", session_json(supervisor, session)},
                               {"reason", reason}});
}

// At the end of every turn somebody follows: the bus tells nobody but subscribers of a link.
void App::tell_links() {
  if (!followers_.any()) return;
  for (const auto &[id, supervisor] : supervisors_) {
    const mmx_message *link = bus_.link(supervisor->number());
    if (link == nullptr || told_links_[supervisor->number()] == link->id) continue;
    told_links_[supervisor->number()] = link->id;
    followers_.tell("links", {{"what", "links"},
                              {"event", "changed"},
                              {"source", id},
                              {"link", link_json(*supervisor)}});
  }
}

void App::add_show_handlers() {
  control_.add(control::kStatus,
               [this](const Json &, ControlReply reply) { reply.ok(status_json()); });
  control_.add(control::kInstances, [this](const Json &params, ControlReply reply) {
    const std::string wanted = params.value("instance", std::string());
    Json instances = Json::array();
    for (const InstanceConfig &instance : config_->instances) {
      if (!wanted.empty() && instance.id != wanted) continue;
      if (Supervisor *supervisor = find(instance.id))
        instances.push_back(instance_json(*supervisor));
    }
    if (!wanted.empty() && instances.empty()) {
      return reply.error(MMX_NOT_FOUND, fmt::format("there is no instance \"{}\"", wanted));
    }
    reply.ok({{"instances", std::move(instances)}});
  });
  control_.add(control::kSessions, [this](const Json &params, ControlReply reply) {
    const std::string wanted = params.value("instance", std::string());
    if (!wanted.empty() && find(wanted) == nullptr) {
      return reply.error(MMX_NOT_FOUND, fmt::format("there is no instance \"{}\"", wanted));
    }
    Json sessions = Json::array();
    for (const auto &[id, supervisor] : supervisors_) {
      if (!wanted.empty() && id != wanted) continue;
      for (const SessionInfo &session : supervisor->desk().list()) {
        sessions.push_back(session_json(*supervisor, session));
      }
    }
    reply.ok({{"sessions", std::move(sessions)}});
  });
  control_.add(control::kState, [this](const Json &params, ControlReply reply) {
    const Result<Json> state = state_json(params);
    state ? reply.ok(*state) : reply.error(state.error());
  });
  control_.add(control::kMetrics, [this](const Json &params, ControlReply reply) {
    collect_metrics();
    if (params.value("format", std::string("json")) == "prometheus") {
      return reply.ok({{"text", metrics_.to_prometheus()}});
    }
    reply.ok(metrics_.to_json());
  });
  control_.add(control::kFollow, [this](const Json &params, ControlReply reply) {
    std::set<std::string, std::less<>> what;
    if (params.contains("what")) {
      for (const Json &word : params.at("what")) what.insert(word.get<std::string>());
    }
    followers_.add(std::move(reply), std::move(what));
  });
}

}  // namespace meshmux
