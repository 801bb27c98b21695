// What a valid configuration says, ready for the daemon to carry out. Must not know YAML.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/log.h"
#include "core/base/uri.h"
#include "core/config/mark.h"
#include "core/config/values.h"
#include "core/policy/policy.h"
#include "meshmux/instance.h"

namespace meshmux {

// The groups of the file; their numbers are those of the roles.
enum class Group : uint32_t {
  invalid = MMX_ROLE_INVALID,
  sources = MMX_ROLE_SOURCE,
  frontends = MMX_ROLE_FRONTEND,
  storage = MMX_ROLE_STORAGE,
  bridges = MMX_ROLE_BRIDGE,
  simulators = MMX_ROLE_SIMULATOR,
};

inline constexpr std::array<Group, 5> kGroups = {Group::sources, Group::frontends, Group::storage,
                                                 Group::bridges, Group::simulators};
// "sources" ...; "" for invalid.
std::string_view group_name(Group group);
// "source" ... as in "is a frontend".
std::string_view role_word(uint32_t role);

// A network a peer may come from: an address and how many of its leading bits count.
struct Network {
  std::array<uint8_t, 16> address{};  // IPv4 as ::ffff:a.b.c.d
  uint8_t bits = 0;                   // of those 128

  // Whether text (an IPv4 or IPv6 address, zone allowed) lies within.
  bool contains(std::string_view text) const;
  bool operator==(const Network &other) const = default;
};

// "10.0.0.0/8", "fd00::/8", or one address alone.
Result<Network> parse_network(std::string_view text);

// What the core itself does for an instance that listens. Written beside the plugin's options.
struct ListenerSettings {
  std::vector<Network> allow;  // empty: everybody
  uint32_t max_sessions = 256;
  uint32_t max_sessions_per_address = 0;     // 0: no limit of its own
  int64_t idle_timeout_ns = 0;               // 0: never
  int64_t session_outbox = 8 * 1024 * 1024;  // bytes
  int64_t session_stall_ns = INT64_C(30000000000);

  bool operator==(const ListenerSettings &other) const = default;
};

// One listen option of an instance. Port 0: any free one.
struct ListenAddress {
  uint32_t option = 0;  // index in the type's option table
  Uri uri;
  Mark mark;
};

struct InstanceConfig {
  Group group = Group::invalid;
  std::string id;
  const mmx_type *type = nullptr;
  bool enabled = true;  // false too while its address was not filled in, see inactive_reason
  std::string inactive_reason;  // why an instance the user did not disable is not active
  std::string source;           // id of the source it is bound to; empty: none
  PolicySpec policy;  // of instances that send or see; a source has its own egress gate too
  OptionValues options;
  ListenerSettings listener;
  std::vector<ListenAddress> listens;  // one for each listen option that is set
  Mark mark;                           // of the id
};

struct LogConfig {
  log::Level level = log::Level::info;
  log::Format format = log::Format::automatic;

  bool operator==(const LogConfig &other) const = default;
};

struct ControlConfig {
  std::string socket;  // empty: the default of control/paths.h
  std::string group;   // that may use it; empty: the daemon's own

  bool operator==(const ControlConfig &other) const = default;
};

struct AuditConfig {
  std::string path;                    // empty: denials go to the log only
  int64_t max_size = 8 * 1024 * 1024;  // bytes; then it is renamed to PATH.1

  bool operator==(const AuditConfig &other) const = default;
};

struct Config {
  std::vector<InstanceConfig> instances;  // by group in the order of kGroups, then as written
  std::vector<std::string> plugin_path;
  std::map<std::string, std::string> codecs;  // payload family to plugin name
  LogConfig log;
  ControlConfig control;
  AuditConfig audit;
  std::vector<std::string> files;  // read for it, the main file first

  // nullptr: no such instance. Borrowed.
  const InstanceConfig *find(std::string_view id) const;
  bool has_active_source() const;
};

}  // namespace meshmux
