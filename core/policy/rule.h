// One rule of a policy and the first-match test over a list of them. Must not know roles, presets
// or sessions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace meshmux {

// What a rule decides. local: not forwarded, the frontend answers from its state; limit: forwarded
// as long as the rate is kept.
enum class Action { invalid = 0, allow, deny, limit, local };

// "allow" ...; "" for invalid.
std::string_view action_name(Action action);

// count events in period_ns, also the size of a burst.
struct Rate {
  uint32_t count = 0;
  int64_t period_ns = 0;
  bool operator==(const Rate &other) const = default;
};

// "10/1m", "1/30s". MMX_INVALID says what was expected.
Result<Rate> parse_rate(std::string_view text);
std::string format_rate(const Rate &rate);

// One rule as configured. It matches when any of its labels is present.
struct RuleSpec {
  Action action = Action::invalid;
  uint64_t labels = 0;
  Rate rate;         // limit only
  std::string mark;  // "meshmux.yaml:12:5"; empty: no place
  bool operator==(const RuleSpec &other) const = default;
};

// One rule ready for use.
struct Rule {
  Action action = Action::invalid;
  uint64_t labels = 0;  // all bits: matches everything, even no label
  Rate rate;
  std::string text;  // "deny admin.*, text (meshmux.yaml:12:5)" or "preset admin: deny"
  bool matches(uint64_t present) const { return labels == ~uint64_t{0} || (labels & present) != 0; }
};

// What a gate says of one payload.
struct Verdict {
  Action action = Action::invalid;
  uint32_t rule = 0;           // its index in the gate
  std::string_view rule_text;  // lives as long as the gate
};

// An ordered list of rules; the first that matches decides; the last one matches everything.
class Gate {
 public:
  // Without a rule that matches everything at its end, one that denies is added.
  explicit Gate(std::vector<Rule> rules = {});

  // labels as the codec gave them; secret.* bits are not looked at.
  Verdict evaluate(uint64_t labels) const;
  bool allows(uint64_t labels) const { return evaluate(labels).action == Action::allow; }
  const Rule &rule(uint32_t index) const { return rules_[index]; }
  const std::vector<Rule> &rules() const { return rules_; }
  // Labels that, each by itself, are allowed outright.
  uint64_t grants() const { return grants_; }

 private:
  std::vector<Rule> rules_;
  uint64_t grants_ = 0;
};

}  // namespace meshmux
