// What the bus must know of a configuration: codecs of the families in use, a number, a policy and
// a source for each instance. Must not start anything.
#include <utility>

#include "core/base/log.h"
#include "core/daemon/app.h"

namespace meshmux {

// Codecs come from the plugins of the sources only: a frontend never supplies one for another
// plugin's source.
Result<void> App::add_codecs(const Config &config) {
  codecs_.choose(config.codecs);
  for (const InstanceConfig &instance : config.instances) {
    if (instance.group != Group::sources) continue;
    const LoadedPlugin *plugin = parts_.loader.provider(instance.type);
    if (plugin == nullptr || !with_codecs_.insert(plugin).second) continue;
    for (const mmx_codec *codec : plugin->codecs) MMX_CHECK(codecs_.add(*codec, plugin->name));
  }
  return {};
}

// Without its file the audit log still goes to the log; that is no reason not to run.
void App::open_audit(const Config &config) {
  if (const Result<void> opened = audit_.open(config.audit.path, config.audit.max_size); !opened) {
    log::warn({}, "{}", opened.error().message);
    warnings_.push_back(opened.error().message);
  }
}

Policy App::policy_of(const InstanceConfig &instance) const {
  Result<Policy> policy = Policy::compile(instance.policy, instance.type->role);
  if (policy) return std::move(*policy);
  // The configuration was checked; should this happen all the same, nothing is allowed.
  log::error(instance.id, "its policy cannot be used, everything is denied: {}",
             policy.error().message);
  return {};
}

Supervisor &App::add_instance(const ConfigPtr &config, const InstanceConfig &instance) {
  ParticipantSpec spec;
  spec.id = instance.id;
  spec.role = instance.type->role;
  // Not by its name on the bus: a source that is being replaced is still known there.
  if (const Supervisor *source = find(instance.source)) spec.bound_source = source->number();
  if (instance.group == Group::sources && instance.type->family != nullptr) {
    spec.family = instance.type->family;
  }
  spec.policy = policy_of(instance);
  const uint32_t number = bus_.add(std::move(spec));
  const LoadedPlugin *plugin = parts_.loader.provider(instance.type);
  auto supervisor = std::make_unique<Supervisor>(
      services_, std::shared_ptr<const InstanceConfig>(config, &instance),
      plugin == nullptr ? std::string() : plugin->path, number, *this, parts_.times);
  Supervisor &added = *supervisor;
  supervisors_[instance.id] = std::move(supervisor);
  return added;
}

uint32_t App::link_phase(const Supervisor &source) const {
  const mmx_message *link = bus_.link(source.number());
  return link == nullptr ? uint32_t{MMX_LINK_DOWN} : link->link->phase;
}

}  // namespace meshmux
