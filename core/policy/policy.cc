// Presets and defaults by role, and how a configured policy goes before them. Must not know
// sessions or the bus.
#include "core/policy/policy.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <utility>

#include "core/base/text.h"
#include "core/policy/labels.h"
#include "meshmux/instance.h"

namespace meshmux {
namespace {

constexpr uint64_t kEverything = ~uint64_t{0};

// What an app may do to the mesh, and how it keeps its radio in order without changing it.
constexpr uint64_t kHarmless = MMX_LABEL_TEXT | MMX_LABEL_POSITION | MMX_LABEL_TELEMETRY |
                               MMX_LABEL_TRACEROUTE | MMX_LABEL_WAYPOINT | MMX_LABEL_APP_DATA |
                               MMX_LABEL_HISTORY | MMX_LABEL_NEIGHBORS | MMX_LABEL_ALERT |
                               MMX_LABEL_ADMIN_TIME | MMX_LABEL_ADMIN_CONTACT | MMX_LABEL_ADVERT |
                               MMX_LABEL_LOGIN | MMX_LABEL_CONTACTS_READ;
// What no `admin:` word opens; each needs a rule that names it.
constexpr uint64_t kNeverByPreset =
    MMX_LABEL_FILE | MMX_LABEL_MQTT_PROXY | MMX_LABEL_UNKNOWN | MMX_LABEL_KEY_EXPORT;
// One of these is enough to deny, whatever else a payload is.
constexpr uint64_t kOperatorOnly =
    kNeverByPreset | MMX_LABEL_REMOTE_EXEC | MMX_LABEL_RAW | MMX_LABEL_ADMIN_WRITE |
    MMX_LABEL_ADMIN_DESTROY | MMX_LABEL_ADMIN_FAVORITE | MMX_LABEL_ADMIN_REMOTE |
    MMX_LABEL_NODEINFO | MMX_LABEL_ROUTING | MMX_LABEL_LOG | MMX_LABEL_SIGN | MMX_LABEL_CONTACTS |
    MMX_LABEL_CONFIG | MMX_LABEL_NODE | MMX_LABEL_CONTROL | MMX_LABEL_NOTICE;
// Announcing oneself costs everybody's air time: a session may do it ten times, then once a minute.
constexpr Rate kAdverts{10, 10 * INT64_C(60'000'000'000)};
// Streams with one rightful consumer, and lines that may hold anything.
constexpr uint64_t kHiddenByDefault = MMX_LABEL_MQTT_PROXY | MMX_LABEL_FILE | MMX_LABEL_LOG;

std::string_view preset_name(AdminPreset preset) {
  switch (preset) {
    case AdminPreset::deny:
      return "deny";
    case AdminPreset::read:
      return "read";
    case AdminPreset::allow:
      return "allow";
    case AdminPreset::invalid:
      break;
  }
  return "";
}

void add_preset(const PolicySpec &spec, std::vector<Rule> *rules) {
  std::string text = fmt::format("preset admin: {}", preset_name(spec.admin));
  if (spec.contacts == ContactsPreset::allow) text += ", contacts: allow";
  const auto add = [&](Action action, uint64_t labels, Rate rate = {}) {
    rules->push_back(Rule{action, labels, rate, text});
  };
  const uint64_t contacts = spec.contacts == ContactsPreset::allow ? MMX_LABEL_CONTACTS : 0;
  switch (spec.admin) {
    case AdminPreset::allow:
      add(Action::deny, kNeverByPreset);
      add(Action::local, MMX_LABEL_SELF_QUERY);
      add(Action::allow, known_labels() & ~MMX_LABEL_SECRETS);
      break;
    case AdminPreset::read:
      add(Action::deny, kOperatorOnly & ~contacts);
      add(Action::local, MMX_LABEL_SELF_QUERY);
      add(Action::limit, MMX_LABEL_ADVERT, kAdverts);
      add(Action::allow, kHarmless | MMX_LABEL_ADMIN_READ | contacts);
      break;
    case AdminPreset::deny:
    case AdminPreset::invalid:
      add(Action::deny, kOperatorOnly & ~contacts);
      add(Action::local, MMX_LABEL_ADMIN_READ | MMX_LABEL_SELF_QUERY);
      add(Action::limit, MMX_LABEL_ADVERT, kAdverts);
      add(Action::allow, kHarmless | contacts);
      break;
  }
  add(Action::deny, kEverything);
}

Rule compile_rule(const RuleSpec &spec) {
  std::string text = fmt::format("{} {}", action_name(spec.action), label_names(spec.labels));
  if (spec.action == Action::limit) text += fmt::format(", rate {}", format_rate(spec.rate));
  if (!spec.mark.empty()) text += fmt::format(" ({})", spec.mark);
  // A rule that names every bit still asks for a label; only presets match a payload without any.
  return Rule{spec.action, spec.labels & ~MMX_LABEL_SECRETS, spec.rate, std::move(text)};
}

template <typename... Args>
Error at(const std::string &mark, fmt::format_string<Args...> format, Args &&...args) {
  std::string message = mark.empty() ? std::string() : mark + ": ";
  message += fmt::format(format, std::forward<Args>(args)...);
  return Error{MMX_INVALID, std::move(message)};
}

Result<void> check_send_rule(const RuleSpec &spec) {
  if (spec.action == Action::invalid) return at(spec.mark, "a rule needs an action");
  if (spec.labels == 0) return at(spec.mark, "a rule needs at least one label");
  if ((spec.labels & MMX_LABEL_SECRETS) != 0) {
    return at(spec.mark,
              "secret.* labels decide nothing about commands; in see: they can be denied");
  }
  const bool rated = spec.rate.count > 0 && spec.rate.period_ns > 0;
  if (spec.action == Action::limit && !rated) {
    return at(spec.mark, "a limit needs a rate, as in rate: 10/1m");
  }
  return {};
}

Result<void> check_see_rule(const RuleSpec &spec) {
  if (spec.action != Action::allow && spec.action != Action::deny) {
    return at(spec.mark, "see: knows allow and deny only");
  }
  if (spec.labels == 0) return at(spec.mark, "a rule needs at least one label");
  if (spec.action == Action::allow && (spec.labels & MMX_LABEL_SECRETS) != 0) {
    return at(spec.mark, "see: releases no secrets; secrets: show releases passwords and pins");
  }
  return {};
}

}  // namespace

Result<AdminPreset> parse_admin_preset(std::string_view word) {
  for (const AdminPreset preset : {AdminPreset::deny, AdminPreset::read, AdminPreset::allow}) {
    if (preset_name(preset) == word) return preset;
  }
  static const std::vector<std::string> words = {"deny", "read", "allow"};
  return fail(MMX_INVALID, "admin is \"deny\", \"read\" or \"allow\", not \"{}\"{}",
              escape_control(word), did_you_mean(word, words));
}

Result<ContactsPreset> parse_contacts_preset(std::string_view word) {
  if (word == "deny") return ContactsPreset::deny;
  if (word == "allow") return ContactsPreset::allow;
  static const std::vector<std::string> words = {"deny", "allow"};
  return fail(MMX_INVALID, "contacts is \"deny\" or \"allow\", not \"{}\"{}", escape_control(word),
              did_you_mean(word, words));
}

Result<SecretsPreset> parse_secrets_preset(std::string_view word) {
  if (word == "hide") return SecretsPreset::hide;
  if (word == "show") return SecretsPreset::show;
  static const std::vector<std::string> words = {"hide", "show"};
  return fail(MMX_INVALID, "secrets is \"hide\" or \"show\", not \"{}\"{}", escape_control(word),
              did_you_mean(word, words));
}

Result<Policy> Policy::compile(const PolicySpec &spec, uint32_t role) {
  const bool sends = role == MMX_ROLE_FRONTEND || role == MMX_ROLE_BRIDGE;
  Policy policy;

  if (!spec.rules.empty() && !sends) {
    return at(spec.rules.front().mark, "rules: only frontends and bridges send commands");
  }
  std::vector<Rule> send;
  for (const RuleSpec &rule : spec.rules) {
    MMX_CHECK(check_send_rule(rule));
    send.push_back(compile_rule(rule));
  }
  if (sends) add_preset(spec, &send);
  policy.ingress_ = Gate(std::move(send));

  if (spec.secrets == SecretsPreset::show && role != MMX_ROLE_FRONTEND) {
    return at(spec.secrets_mark, "secrets: show is for frontends only");
  }
  // A source is the radio's side: what reaches it is a command whose secrets must arrive.
  if (role != MMX_ROLE_SOURCE) {
    policy.stripped_ = MMX_LABEL_SECRET_KEY;
    if (spec.secrets != SecretsPreset::show) {
      policy.stripped_ |= MMX_LABEL_SECRET_PASSWORD | MMX_LABEL_SECRET_PIN;
    }
    if (role != MMX_ROLE_FRONTEND && role != MMX_ROLE_STORAGE) {
      policy.stripped_ |= MMX_LABEL_SECRET_PSK;
    }
  }

  std::vector<Rule> see;
  for (const RuleSpec &rule : spec.see) {
    MMX_CHECK(check_see_rule(rule));
    if (role == MMX_ROLE_SOURCE && (rule.labels & MMX_LABEL_SECRETS) != 0) {
      return at(rule.mark, "secrets cannot be kept from a source");
    }
    policy.stripped_ |= rule.labels & MMX_LABEL_SECRETS;
    if ((rule.labels & ~MMX_LABEL_SECRETS) != 0) see.push_back(compile_rule(rule));
    if ((rule.labels & MMX_LABEL_UNKNOWN) != 0 && rule.action == Action::allow) {
      policy.sees_unreadable_ = true;
    }
  }
  if (role != MMX_ROLE_SOURCE) {
    see.push_back(
        Rule{Action::deny, kHiddenByDefault, {}, "default: hidden unless see: allows it"});
  }
  see.push_back(Rule{Action::allow, kEverything, {}, "default: everything else is visible"});
  policy.egress_ = Gate(std::move(see));
  return policy;
}

Explanation explain(const Policy &policy, uint64_t labels) {
  Explanation result;
  result.labels = labels;
  result.label_text = label_names(labels);
  result.send = policy.ingress().evaluate(labels);
  result.see = policy.egress().evaluate(labels);
  result.left_out = label_names(labels & policy.stripped());
  return result;
}

std::string Explanation::to_string() const {
  return fmt::format(
      "labels:   {}\n"
      "send:     {}, by {}\n"
      "see:      {}, by {}\n"
      "left out: {}\n",
      label_text, action_name(send.action), send.rule_text, action_name(see.action), see.rule_text,
      left_out);
}

}  // namespace meshmux
