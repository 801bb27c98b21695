// What a reload has to do: two configurations compared, instance by instance. Must not do any of
// it.
#pragma once

#include <string>
#include <vector>

#include "core/config/model.h"

namespace meshmux {

// What became of one instance. listener, policy and hot may come together (see InstanceChange);
// everything else stands alone.
enum class ChangeKind {
  invalid = 0,
  unchanged,
  updated,   // kept; see policy, listener and hot for what is new
  recreate,  // another plugin, source, group or an option that is not hot
  added,
  removed,
  enabled,  // was disabled, is active now: create it
  disabled  // was active, is disabled now: stop it
};

struct InstanceChange {
  ChangeKind kind = ChangeKind::invalid;
  std::string id;
  const InstanceConfig *before = nullptr;  // borrowed from the configurations compared
  const InstanceConfig *after = nullptr;
  bool policy = false;    // updated: the gates change
  bool listener = false;  // updated: limits or allow-list change
  bool address =
      false;         // updated: a listen address changes (bind the new one before the old one goes)
  bool hot = false;  // updated: options for reconfigure
};

struct ConfigChange {
  std::vector<InstanceChange> instances;  // those of after in its order, then the removed ones
  bool log = false;
  bool audit = false;
  std::vector<std::string> needs_restart;  // sections that changed and only count after a restart

  bool any() const;
};

// Both are borrowed for as long as the result is used.
ConfigChange compare_configs(const Config &before, const Config &after);

// A fingerprint of everything that decides whether retained state may be kept for a source: its
// plugin and its address. Never contains a secret.
std::string source_fingerprint(const InstanceConfig &source);

}  // namespace meshmux
