// Rules and the first-match test over them. Must not know roles, presets or sessions.
#include "core/policy/rule.h"

#include <fmt/format.h>

#include <utility>

#include "core/base/text.h"
#include "meshmux/labels.h"

namespace meshmux {
namespace {

constexpr int64_t kLargestCount = 1000000;

}  // namespace

std::string_view action_name(Action action) {
  switch (action) {
    case Action::allow:
      return "allow";
    case Action::deny:
      return "deny";
    case Action::limit:
      return "limit";
    case Action::local:
      return "local";
    case Action::invalid:
      break;
  }
  return "";
}

Result<Rate> parse_rate(std::string_view text) {
  const auto wrong = [&] {
    return fail(MMX_INVALID, "\"{}\" is no rate: write a count and a time, as in 10/1m",
                escape_control(text));
  };
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return wrong();
  const auto count = parse_int(trim(text.substr(0, slash)));
  const auto period = parse_duration(trim(text.substr(slash + 1)));
  if (!count || !period) return wrong();
  if (*count < 1 || *count > kLargestCount) {
    return fail(MMX_INVALID, "the count of rate \"{}\" must be from 1 to {}", escape_control(text),
                kLargestCount);
  }
  if (*period <= 0) {
    return fail(MMX_INVALID, "the time of rate \"{}\" must be more than 0", escape_control(text));
  }
  return Rate{uint32_t(*count), *period};
}

std::string format_rate(const Rate &rate) {
  return fmt::format("{}/{}", rate.count, format_duration(rate.period_ns));
}

Gate::Gate(std::vector<Rule> rules) : rules_(std::move(rules)) {
  if (rules_.empty() || rules_.back().labels != ~uint64_t{0}) {
    rules_.push_back(Rule{Action::deny, ~uint64_t{0}, {}, "no rule allows it"});
  }
  for (uint64_t bit = 1; bit != 0; bit <<= 1) {
    if ((bit & MMX_LABEL_SECRETS) == 0 && allows(bit)) grants_ |= bit;
  }
}

Verdict Gate::evaluate(uint64_t labels) const {
  labels &= ~MMX_LABEL_SECRETS;
  uint32_t index = 0;
  while (!rules_[index].matches(labels)) ++index;  // the last one matches everything
  return Verdict{rules_[index].action, index, rules_[index].text};
}

}  // namespace meshmux
