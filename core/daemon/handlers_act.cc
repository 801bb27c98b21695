// Control methods that act, or explain a decision: policy.test, reload, kick, log-level, call. The
// shapes are those of control/methods.h.
#include <fmt/format.h>

#include <utility>

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/control/methods.h"
#include "core/daemon/app.h"
#include "core/daemon/show.h"
#include "core/policy/labels.h"

namespace meshmux {
namespace {

const char *verdict_word(Action action) {
  switch (action) {
    case Action::allow:
      return "accepted";
    case Action::local:
      return "local";
    case Action::limit:
      return "limited";
    default:
      return "denied";
  }
}

// "allow text (meshmux.yaml:12:5)" in its two parts.
std::pair<std::string, std::string> rule_and_place(std::string_view text) {
  const size_t open = text.rfind(" (");
  if (open == std::string_view::npos || !text.ends_with(')')) {
    return {std::string(text), text.starts_with("preset") ? std::string(text) : std::string()};
  }
  return {std::string(text.substr(0, open)),
          std::string(text.substr(open + 2, text.size() - open - 3))};
}

Json gate_json(const Supervisor &supervisor, const char *gate, const Verdict &verdict) {
  auto [rule, place] = rule_and_place(verdict.rule_text);
  return {{"instance", supervisor.id()},
          {"gate", gate},
          {"action", action_name(verdict.action)},
          {"rule", std::move(rule)},
          {"place", std::move(place)}};
}

Result<uint64_t> labels_of(const Json &names) {
  uint64_t labels = 0;
  for (const Json &name : names) {
    MMX_TRY(const uint64_t bits, parse_label(name.get<std::string>()));
    labels |= bits;
  }
  return labels;
}

Result<uint32_t> kind_of(const std::string &direction) {
  if (direction == "tx") return uint32_t{MMX_KIND_TX};
  if (direction == "rx") return uint32_t{MMX_KIND_RX};
  if (direction == "state") return uint32_t{MMX_KIND_STATE};
  return fail(MMX_INVALID, "direction \"{}\" is none of tx, rx, state", direction);
}

}  // namespace

// What a payload is, by the codec of the source the instance is bound to.
Result<uint64_t> App::classify_for_test(const Supervisor &source, uint32_t kind, const Json &params,
                                        Json *out) {
  Codec *codec = bus_.codec_of(source.number());
  if (codec == nullptr) return fail(MMX_NOT_FOUND, "{} has no codec", source.id());
  const auto bytes = from_hex(params.at("payload").get<std::string>());
  if (!bytes) return fail(MMX_INVALID, "payload is no hexadecimal text");
  const mmx_bytes identity = bus_.identity(source.number());
  const mmx_bytes payload{bytes->data(), bytes->size()};
  const Codec::Classified classified = codec->classify(identity, kind, payload);
  if (classified.status != MMX_OK) (*out)["verdict"] = "invalid";
  if (kind == MMX_KIND_TX && classified.status == MMX_OK) {
    (*out)["canonical"] = to_hex(classified.canonical);
  }
  (*out)["description"] = codec->describe(identity, kind, payload);
  return classified.labels;
}

Result<Json> App::policy_test(const Json &params) {
  const std::string id = params.at("instance").get<std::string>();
  const std::string direction = params.value("direction", std::string("tx"));
  MMX_TRY(const uint32_t kind, kind_of(direction));
  const Supervisor *instance = find(id);
  if (instance == nullptr) return fail(MMX_NOT_FOUND, "there is no instance \"{}\"", id);
  const ParticipantSpec *spec = bus_.spec(instance->number());
  const bool is_source = instance->config().group == Group::sources;
  const Supervisor *source = is_source ? instance : find(instance->config().source);

  Json out = {{"instance", id}, {"direction", direction}, {"description", ""}};
  uint64_t labels = 0;
  if (params.contains("payload")) {
    if (source == nullptr) return fail(MMX_INVALID, "{} is bound to no source", id);
    MMX_TRY(labels, classify_for_test(*source, kind, params, &out));
  } else {
    MMX_TRY(labels, labels_of(params.at("labels")));
  }
  out["labels"] = label_list(labels);
  Json gates = Json::array();
  Action action = Action::allow;
  if (kind == MMX_KIND_TX) {
    const Verdict ingress = spec->policy.ingress().evaluate(labels);
    action = ingress.action;
    gates.push_back(gate_json(*instance, "ingress", ingress));
    const bool goes_on = action == Action::allow || action == Action::limit;
    if (goes_on && source != nullptr && source != instance) {
      const Verdict egress = bus_.spec(source->number())->policy.egress().evaluate(labels);
      gates.push_back(gate_json(*source, "egress", egress));
      if (egress.action != Action::allow) action = egress.action;
    }
  } else {
    const Verdict egress = spec->policy.egress().evaluate(labels);
    action = egress.action;
    gates.push_back(gate_json(*instance, "egress", egress));
  }
  if (!out.contains("verdict")) out["verdict"] = verdict_word(action);
  out["gates"] = std::move(gates);
  return out;
}

void App::call_instance(const Json &params, const ControlReply &reply) {
  const std::string id = params.at("instance").get<std::string>();
  const std::string verb = params.at("verb").get<std::string>();
  Supervisor *supervisor = find(id);
  if (supervisor == nullptr || supervisor->life() == nullptr) {
    return reply.error(MMX_NOT_FOUND, fmt::format("there is no running instance \"{}\"", id));
  }
  const std::string args = params.contains("args") ? dump_json(params["args"]) : std::string();
  std::string text;
  const mmx_status status = supervisor->life()->control_call(verb, args, &text);
  if (status == MMX_UNSUPPORTED && text.empty()) {
    text = fmt::format("{} knows no verb \"{}\"", id, verb);
  }
  if (status != MMX_OK) {
    return reply.error(status, text.empty() ? fmt::format("{} refused \"{}\"", id, verb) : text);
  }
  Json result = Json::parse(text, nullptr, false);
  if (result.is_discarded()) result = text.empty() ? Json() : Json(scrub_utf8(text));
  reply.ok({{"result", std::move(result)}});
}

void App::add_act_handlers() {
  control_.add(control::kPolicyTest, [this](const Json &params, ControlReply reply) {
    const Result<Json> answer = policy_test(params);
    answer ? reply.ok(*answer) : reply.error(answer.error());
  });
  control_.add(control::kReload, [this](const Json &, ControlReply reply) {
    const Result<Json> done = reload();
    done ? reply.ok(*done) : reply.error(done.error());
  });
  control_.add(control::kKick, [this](const Json &params, ControlReply reply) {
    const uint64_t session = params.at("session").get<uint64_t>();
    const std::string reason = params.value("reason", std::string("kicked by the operator"));
    for (const auto &[id, supervisor] : supervisors_) {
      if (!supervisor->desk().close(session, reason)) continue;
      return reply.ok({{"session", session}, {"frontend", id}});
    }
    reply.error(MMX_NOT_FOUND, fmt::format("there is no session {}", session));
  });
  control_.add(control::kLogLevel, [](const Json &params, ControlReply reply) {
    if (params.contains("level")) {
      const std::string word = params["level"].get<std::string>();
      const auto level = log::parse_level(word);
      if (!level) {
        return reply.error(MMX_INVALID, "expected trace, debug, info, warn or error");
      }
      log::set_level(*level);
      log::info({}, "log level is {}", word);
    }
    reply.ok({{"level", log::level_name(log::level())}});
  });
  control_.add(control::kCall,
               [this](const Json &params, ControlReply reply) { call_instance(params, reply); });
}

}  // namespace meshmux
