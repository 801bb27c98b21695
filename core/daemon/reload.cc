// Reading the configuration again and carrying out what changed, instance by instance. Everything
// that can fail comes before the first change.
#include <algorithm>
#include <utility>

#include "core/base/log.h"
#include "core/daemon/app.h"
#include "core/daemon/listener_plan.h"

namespace meshmux {
namespace {

const char *change_word(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::updated:
      return "updated";
    case ChangeKind::recreate:
      return "recreated";
    case ChangeKind::added:
      return "added";
    case ChangeKind::removed:
      return "removed";
    case ChangeKind::enabled:
      return "enabled";
    case ChangeKind::disabled:
      return "disabled";
    default:
      return "unchanged";
  }
}

Json change_json(const InstanceChange &change, ChangeKind kind) {
  log::info(change.id, "{} by the reload", change_word(kind));
  Json what = Json::array();
  if (change.policy) what.push_back("policy");
  if (change.listener) what.push_back("limits");
  if (change.address) what.push_back("listen");
  if (change.hot) what.push_back("options");
  return {{"id", change.id}, {"change", change_word(kind)}, {"what", std::move(what)}};
}

// Whether the bus has to know the instance under another number: role, family and binding are fixed
// for a number.
bool is_another(const InstanceConfig &before, const InstanceConfig &after) {
  return before.type != after.type || before.group != after.group || before.source != after.source;
}

}  // namespace

Result<Json> App::reload() {
  if (state_ == State::stopping || state_ == State::stopped) {
    return fail(MMX_CLOSED, "the daemon is stopping");
  }
  log::info({}, "reloading {}", parts_.config_path);
  parts_.notify.reloading(parts_.loop.clock().mono_ns());
  Result<Json> done = try_reload();
  parts_.notify.ready(status_line());
  if (done) log::info({}, "reloaded: {} instances changed", (*done)["changed"].size());
  return done;
}

Result<Json> App::try_reload() {
  const ConfigDocument document = ConfigDocument::read_file(parts_.config_path, parts_.system);
  ConfigOutcome outcome = build_config(document, parts_.loader);
  if (!outcome.config) return fail(MMX_INVALID, "{}", format_errors(outcome.errors));
  const auto after = std::make_shared<const Config>(std::move(*outcome.config));
  const ConfigChange change = compare_configs(*config_, *after);
  MMX_CHECK(add_codecs(*after));
  ListenerPlan plan(parts_.loop);
  for (auto &[id, supervisor] : supervisors_) plan.offer(supervisor->desk());
  for (const InstanceConfig &instance : after->instances) {
    if (!instance.enabled) continue;
    Supervisor *supervisor = find(instance.id);
    plan.want(instance.id, supervisor == nullptr ? nullptr : &supervisor->desk(),
              addresses_to_bind(instance));
  }
  MMX_CHECK(plan.bind());

  warnings_.clear();
  for (const Problem &warning : outcome.warnings) warnings_.push_back(warning.to_string());
  for (const std::string &section : change.needs_restart) {
    warnings_.push_back(section + ": the change takes effect at the next start of the daemon");
  }
  if (change.audit) open_audit(*after);
  for (const std::string &warning : warnings_) log::warn({}, "{}", warning);
  if (change.log && !parts_.keep_log_level) log::set_level(after->log.level);
  return apply(after, change, plan);
}

// An address that was wanted before and could not be had is left to its supervisor, which keeps
// trying: it is no reason to refuse a configuration that changes something else.
std::vector<ListenAddress> App::addresses_to_bind(const InstanceConfig &instance) const {
  const InstanceConfig *before = config_->find(instance.id);
  const Supervisor *supervisor = find(instance.id);
  std::vector<ListenAddress> wanted;
  for (const ListenAddress &address : instance.listens) {
    const auto same = [&](const auto &other) { return other.option == address.option; };
    const bool known = before != nullptr && before->enabled && supervisor != nullptr &&
                       std::ranges::any_of(before->listens, [&](const ListenAddress &old) {
                         return same(old) && old.uri == address.uri;
                       });
    if (known && supervisor->life() == nullptr) continue;
    wanted.push_back(address);
  }
  return wanted;
}

Json App::apply(const ConfigPtr &after, const ConfigChange &change, ListenerPlan &plan) {
  Json changed = Json::array();
  const ConfigPtr before = std::exchange(config_, after);
  std::set<std::string, std::less<>> replaced;
  // First whoever goes, so that what they held is free; then who stays; then who comes.
  for (const InstanceChange &one : change.instances) {
    if (one.kind == ChangeKind::removed) dismiss(one.id);
    if (one.kind == ChangeKind::disabled) {
      find(one.id)->set_config(shared_instance(after, *one.after));
      find(one.id)->stop(parts_.times.drain);
    }
  }
  for (const InstanceChange &one : change.instances) {
    if (one.after == nullptr || one.before == nullptr) continue;
    if (!is_another(*one.before, *one.after) && !replaced.contains(one.after->source)) continue;
    dismiss(one.id);
    replaced.insert(one.id);
  }
  std::vector<Supervisor *> to_start;
  for (const InstanceChange &one : change.instances) {
    const bool is_replaced = replaced.contains(one.id);
    if (one.kind != ChangeKind::unchanged || is_replaced) {
      changed.push_back(change_json(one, is_replaced ? ChangeKind::recreate : one.kind));
    }
    if (one.after == nullptr) continue;
    Supervisor *supervisor = find(one.id);
    const bool is_new = supervisor == nullptr;
    if (is_new) supervisor = &add_instance(after, *one.after);
    supervisor->set_config(shared_instance(after, *one.after));
    supervisor->desk().add_listeners(plan.take(one.id));
    if (is_new || one.kind == ChangeKind::enabled) {
      if (!is_new) bus_.set_policy(supervisor->number(), policy_of(*one.after));
      if (one.after->enabled) to_start.push_back(supervisor);
    } else {
      update(*supervisor, one);
    }
  }
  for (Supervisor *supervisor : to_start) supervisor->start();
  return {{"changed", std::move(changed)}, {"warnings", warnings_}};
}

void App::update(Supervisor &supervisor, const InstanceChange &change) {
  if (change.policy || change.kind == ChangeKind::recreate) {
    bus_.set_policy(supervisor.number(), policy_of(*change.after));
  }
  if (change.kind == ChangeKind::recreate && change.after->enabled) {
    const bool elsewhere = change.after->group == Group::sources &&
                           source_fingerprint(*change.before) != source_fingerprint(*change.after);
    supervisor.recreate(elsewhere ? Supervisor::Memory::forget : Supervisor::Memory::keep);
  } else if (change.kind == ChangeKind::updated && change.hot && change.after->enabled) {
    supervisor.reconfigure();
  }
}

// The supervisor of id drains on its own until it can be forgotten.
void App::dismiss(std::string_view id) {
  const auto found = supervisors_.find(id);
  if (found == supervisors_.end()) return;
  leavers_.push_back(std::move(found->second));
  supervisors_.erase(found);
  leavers_.back()->stop(parts_.times.drain);
  parts_.loop.defer(*this);
}

std::shared_ptr<const InstanceConfig> App::shared_instance(const ConfigPtr &config,
                                                           const InstanceConfig &instance) {
  return {config, &instance};
}

}  // namespace meshmux
