// See diff.h.
#include "core/config/diff.h"

#include <fmt/format.h>

#include <algorithm>

namespace meshmux {

namespace {

bool same_rules(const std::vector<RuleSpec> &a, const std::vector<RuleSpec> &b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const RuleSpec &left, const RuleSpec &right) {
                      return left.action == right.action && left.labels == right.labels &&
                             left.rate == right.rate;
                    });
}

// Places do not count: moving a rule to another line changes nothing.
bool same_policy(const PolicySpec &a, const PolicySpec &b) {
  return a.admin == b.admin && a.contacts == b.contacts && a.secrets == b.secrets &&
         same_rules(a.rules, b.rules) && same_rules(a.see, b.see);
}

InstanceChange compare(const InstanceConfig &before, const InstanceConfig &after) {
  InstanceChange change;
  change.id = after.id;
  change.before = &before;
  change.after = &after;
  change.kind = ChangeKind::unchanged;
  if (before.enabled != after.enabled) {
    change.kind = after.enabled ? ChangeKind::enabled : ChangeKind::disabled;
    return change;
  }
  if (!after.enabled) return change;
  if (before.group != after.group || before.type != after.type || before.source != after.source) {
    change.kind = ChangeKind::recreate;
    return change;
  }
  for (uint32_t i = 0; i < after.type->option_count; ++i) {
    if (before.options.at(i).same(after.options.at(i))) continue;
    const mmx_option &option = option_at(*after.type, i);
    if (option.kind == MMX_OPTION_LISTEN) {
      change.address = true;
    } else if ((option.flags & MMX_OPTION_HOT) != 0) {
      change.hot = true;
    } else {
      change.kind = ChangeKind::recreate;
    }
  }
  change.policy = !same_policy(before.policy, after.policy);
  change.listener = !(before.listener == after.listener);
  if (change.kind == ChangeKind::recreate) {
    change.address = change.hot = change.policy = change.listener = false;
  } else if (change.address || change.hot || change.policy || change.listener) {
    change.kind = ChangeKind::updated;
  }
  return change;
}

}  // namespace

bool ConfigChange::any() const {
  return log || audit || !needs_restart.empty() ||
         std::any_of(instances.begin(), instances.end(), [](const InstanceChange &change) {
           return change.kind != ChangeKind::unchanged;
         });
}

ConfigChange compare_configs(const Config &before, const Config &after) {
  ConfigChange result;
  for (const InstanceConfig &instance : after.instances) {
    if (const InstanceConfig *old = before.find(instance.id)) {
      result.instances.push_back(compare(*old, instance));
      continue;
    }
    InstanceChange change;
    change.kind = ChangeKind::added;
    change.id = instance.id;
    change.after = &instance;
    result.instances.push_back(std::move(change));
  }
  for (const InstanceConfig &instance : before.instances) {
    if (after.find(instance.id)) continue;
    InstanceChange change;
    change.kind = ChangeKind::removed;
    change.id = instance.id;
    change.before = &instance;
    result.instances.push_back(std::move(change));
  }
  result.log = !(before.log == after.log);
  result.audit = !(before.audit == after.audit);
  if (before.plugin_path != after.plugin_path) result.needs_restart.emplace_back("plugin_path");
  if (before.codecs != after.codecs) result.needs_restart.emplace_back("codecs");
  if (!(before.control == after.control)) result.needs_restart.emplace_back("control");
  return result;
}

std::string source_fingerprint(const InstanceConfig &source) {
  std::string fingerprint = source.type ? source.type->name : "";
  if (!source.type) return fingerprint;
  for (uint32_t i = 0; i < source.type->option_count; ++i) {
    const mmx_option &option = option_at(*source.type, i);
    const OptionValue &value = source.options.at(i);
    if (option.kind != MMX_OPTION_URI || (option.flags & MMX_OPTION_SECRET) != 0) continue;
    if (value.kind == MMX_OPTION_INVALID) continue;
    fingerprint += fmt::format(" {}={}", option.name, value.s);
  }
  return fingerprint;
}

}  // namespace meshmux
