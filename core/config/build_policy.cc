// See build_policy.h.
#include "core/config/build_policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/policy/labels.h"
#include "core/policy/rule.h"

namespace meshmux {

namespace {

const std::vector<std::string> kPolicyKeys = {"admin", "contacts", "secrets", "rules", "see"};
const std::vector<std::string> kSendActions = {"allow", "deny", "limit", "local"};
const std::vector<std::string> kSeeActions = {"allow", "deny"};

Action action_of(std::string_view word) {
  for (const Action action : {Action::allow, Action::deny, Action::limit, Action::local}) {
    if (action_name(action) == word) return action;
  }
  return Action::invalid;
}

class PolicyReader {
 public:
  explicit PolicyReader(ConfigReader *reader) : reader_(*reader) {}

  PolicySpec read(const YamlNode &node, const std::string &name) {
    PolicySpec spec;
    if (!reader_.expect_map(node, name)) return spec;
    reader_.check_keys(node, name, kPolicyKeys);
    if (const YamlNode *admin = node.get("admin")) {
      read_preset(*admin, "admin", parse_admin_preset, &spec.admin);
    }
    if (const YamlNode *contacts = node.get("contacts")) {
      read_preset(*contacts, "contacts", parse_contacts_preset, &spec.contacts);
    }
    if (const YamlNode *secrets = node.get("secrets")) {
      read_preset(*secrets, "secrets", parse_secrets_preset, &spec.secrets);
      spec.secrets_mark = secrets->mark.to_string();
    }
    if (const YamlNode *rules = node.get("rules")) {
      spec.rules = read_rules(*rules, "rules", kSendActions);
    }
    if (const YamlNode *see = node.get("see")) spec.see = read_rules(*see, "see", kSeeActions);
    return spec;
  }

 private:
  template <typename Preset>
  void read_preset(const YamlNode &node, const char *key,
                   Result<Preset> (*parse)(std::string_view word), Preset *into) {
    const std::optional<std::string> word = reader_.read_text(node, key);
    if (!word) return;
    if (const Result<Preset> preset = parse(*word)) {
      *into = *preset;
    } else {
      reader_.error(node.mark, fmt::format("{}: {}", key, preset.error().message));
    }
  }

  std::vector<RuleSpec> read_rules(const YamlNode &node, const std::string &name,
                                   const std::vector<std::string> &actions) {
    std::vector<RuleSpec> rules;
    if (node.is_null()) return rules;
    if (!node.is_sequence()) {
      reader_.error(node.mark, fmt::format("{} must be a list of rules such as \"- deny: "
                                           "[position]\", not {}",
                                           name, kind_words(node)));
      return rules;
    }
    for (const YamlNode &item : node.items) {
      if (std::optional<RuleSpec> rule = read_rule(item, name, actions)) {
        rules.push_back(std::move(*rule));
      }
    }
    return rules;
  }

  std::optional<RuleSpec> read_rule(const YamlNode &node, const std::string &name,
                                    const std::vector<std::string> &actions) {
    if (!node.is_map()) {
      reader_.error(node.mark, fmt::format("a rule of {} is written as \"- deny: [position]\"; it "
                                           "is not {}",
                                           name, kind_words(node)));
      return std::nullopt;
    }
    std::vector<std::string> known = actions;
    const bool may_limit = actions.size() == kSendActions.size();
    if (may_limit) known.emplace_back("rate");
    reader_.check_keys(node, "a rule of " + name, known);
    RuleSpec rule;
    const YamlEntry *rate = nullptr;
    for (const YamlEntry &entry : node.entries) {
      if (entry.key == "rate") rate = &entry;
      if (std::find(actions.begin(), actions.end(), entry.key) == actions.end()) continue;
      const Action action = action_of(entry.key);
      if (rule.action != Action::invalid) {
        reader_.error(entry.key_mark,
                      fmt::format("a rule has one action; make \"{}\" a rule of its own, with a "
                                  "\"-\" before it",
                                  entry.key));
        continue;
      }
      rule.action = action;
      rule.mark = entry.key_mark.to_string();
      rule.labels = read_labels(entry);
    }
    read_rate(node, rate, may_limit, &rule);
    if (rule.action == Action::invalid) {
      if (node.entries.empty()) reader_.error(node.mark, "an empty rule; remove it");
      return std::nullopt;
    }
    // What is wrong with it was told; half a rule would only cause more words.
    const bool whole = rule.labels != 0 && (rule.action != Action::limit || rule.rate.count > 0);
    return whole ? std::optional<RuleSpec>(std::move(rule)) : std::nullopt;
  }

  uint64_t read_labels(const YamlEntry &entry) {
    uint64_t labels = 0;
    if (entry.value.is_null() || (entry.value.is_sequence() && entry.value.items.empty())) {
      reader_.error(entry.key_mark,
                    fmt::format("\"{}\" names no labels; write {}: [text]", entry.key, entry.key));
    }
    for (const YamlNode &item : reader_.read_list(entry.value, entry.key)) {
      if (const Result<uint64_t> bits = parse_label(item.text)) {
        labels |= *bits;
      } else {
        reader_.error(item.mark, bits.error().message);
      }
    }
    return labels;
  }

  void read_rate(const YamlNode &node, const YamlEntry *rate, bool may_limit, RuleSpec *rule) {
    if (rule->action != Action::limit) {
      if (rate && may_limit && rule->action != Action::invalid) {
        reader_.error(rate->key_mark, "only a limit has a rate; write limit: [...] in this rule");
      }
      return;
    }
    if (!rate || rate->value.is_null()) {
      reader_.error(node.mark, "a limit needs a rate; add rate: 10/1m for ten in a minute");
      return;
    }
    const std::optional<std::string> text = reader_.read_text(rate->value, "rate");
    if (!text) return;
    if (const Result<Rate> parsed = parse_rate(*text)) {
      rule->rate = *parsed;
    } else {
      reader_.error(rate->value.mark, fmt::format("rate: {}", parsed.error().message));
    }
  }

  ConfigReader &reader_;
};

}  // namespace

NamedPolicies read_named_policies(ConfigReader *reader, const YamlNode &node) {
  NamedPolicies policies;
  if (!reader->expect_map(node, "policies")) return policies;
  for (const YamlEntry &entry : node.entries) {
    policies[entry.key] = PolicyReader(reader).read(entry.value, "policy " + entry.key);
  }
  return policies;
}

PolicySpec read_policy(ConfigReader *reader, const YamlNode &node, const std::string &name,
                       const NamedPolicies &named) {
  if (!node.is_scalar()) return PolicyReader(reader).read(node, name);
  if (const auto found = named.find(node.text); found != named.end()) return found->second;
  if (parse_admin_preset(node.text)) {
    reader->error(node.mark, fmt::format("no policy is called \"{0}\"; for the preset write "
                                         "policy: {{ admin: {0} }}",
                                         node.text));
    return {};
  }
  std::vector<std::string> names;
  for (const auto &[key, spec] : named) names.push_back(key);
  reader->error(node.mark, fmt::format("no policy is called \"{}\" under \"policies:\"{}",
                                       node.text, suggest(node.text, names)));
  return {};
}

}  // namespace meshmux
