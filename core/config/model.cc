// Small questions to a Config, see model.h.
#include "core/config/model.h"

namespace meshmux {

std::string_view group_name(Group group) {
  switch (group) {
    case Group::sources:
      return "sources";
    case Group::frontends:
      return "frontends";
    case Group::storage:
      return "storage";
    case Group::bridges:
      return "bridges";
    case Group::simulators:
      return "simulators";
    default:
      return "";
  }
}

std::string_view role_word(uint32_t role) {
  switch (role) {
    case MMX_ROLE_SOURCE:
      return "source";
    case MMX_ROLE_FRONTEND:
      return "frontend";
    case MMX_ROLE_STORAGE:
      return "storage";
    case MMX_ROLE_BRIDGE:
      return "bridge";
    case MMX_ROLE_SIMULATOR:
      return "simulator";
    default:
      return "";
  }
}

const InstanceConfig *Config::find(std::string_view id) const {
  for (const InstanceConfig &instance : instances) {
    if (instance.id == id) return &instance;
  }
  return nullptr;
}

bool Config::has_active_source() const {
  for (const InstanceConfig &instance : instances) {
    if (instance.group == Group::sources && instance.enabled) return true;
  }
  return false;
}

}  // namespace meshmux
