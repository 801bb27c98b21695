// The table of label names and the words built from it. Must not know rules.
#include "core/policy/labels.h"

#include <fmt/format.h>

#include <array>
#include <vector>

#include "core/base/text.h"

namespace meshmux {
namespace {

constexpr std::array kLabels = {
    LabelName{MMX_LABEL_TEXT, "text", "text messages"},
    LabelName{MMX_LABEL_POSITION, "position", "positions, and asking for them"},
    LabelName{MMX_LABEL_TELEMETRY, "telemetry", "measurements, and asking for them"},
    LabelName{MMX_LABEL_TRACEROUTE, "traceroute", "finding the way to a node"},
    LabelName{MMX_LABEL_WAYPOINT, "waypoint", "places shared on the map"},
    LabelName{MMX_LABEL_APP_DATA, "app-data", "payloads between apps"},
    LabelName{MMX_LABEL_HISTORY, "history", "requests to a store-and-forward node"},
    LabelName{MMX_LABEL_NODEINFO, "nodeinfo", "who a node says it is"},
    LabelName{MMX_LABEL_ROUTING, "routing", "acknowledgements and route control"},
    LabelName{MMX_LABEL_ADMIN_READ, "admin.read", "asks for settings, changes nothing"},
    LabelName{MMX_LABEL_ADMIN_WRITE, "admin.write", "changes settings, recoverable"},
    LabelName{MMX_LABEL_ADMIN_DESTROY, "admin.destroy", "wipes, reboots, flashes"},
    LabelName{MMX_LABEL_ADMIN_TIME, "admin.time", "sets the radio's clock"},
    LabelName{MMX_LABEL_ADMIN_CONTACT, "admin.contact", "adds a peer with its key"},
    LabelName{MMX_LABEL_ADMIN_FAVORITE, "admin.favorite", "favourite, ignored, muted"},
    LabelName{MMX_LABEL_ADMIN_REMOTE, "admin.remote", "administers another node"},
    LabelName{MMX_LABEL_SELF_QUERY, "self-query", "asks the own node what its state holds"},
    LabelName{MMX_LABEL_FILE, "file", "reads or writes the radio's files"},
    LabelName{MMX_LABEL_MQTT_PROXY, "mqtt-proxy", "the radio's MQTT traffic"},
    LabelName{MMX_LABEL_REMOTE_EXEC, "remote-exec", "GPIO, shells, updates, remote consoles"},
    LabelName{MMX_LABEL_RAW, "raw", "bytes for the air that cannot be read"},
    LabelName{MMX_LABEL_LOG, "log", "the radio's own log lines"},
    LabelName{MMX_LABEL_CONTROL, "control", "session keeping of the link itself"},
    LabelName{MMX_LABEL_CONFIG, "config", "a settings section or channel"},
    LabelName{MMX_LABEL_NODE, "node", "an entry of the node or contact list"},
    LabelName{MMX_LABEL_NOTICE, "notice", "a remark of the radio for its user"},
    LabelName{MMX_LABEL_CONTACTS, "contacts", "edits the contact list"},
    LabelName{MMX_LABEL_ADVERT, "advert", "announces the own node on the air"},
    LabelName{MMX_LABEL_LOGIN, "login", "logs in to a room or repeater"},
    LabelName{MMX_LABEL_SIGN, "sign", "signs data with the radio's key"},
    LabelName{MMX_LABEL_KEY_EXPORT, "key-export", "asks for the private key"},
    LabelName{MMX_LABEL_NEIGHBORS, "neighbors", "neighbour reports and requests"},
    LabelName{MMX_LABEL_ALERT, "alert", "sensor alarms and bells"},
    LabelName{MMX_LABEL_CONTACTS_READ, "contacts.read", "asks for a contact's card or path"},
    LabelName{MMX_LABEL_UNKNOWN, "unknown", "what nobody could classify"},
    LabelName{MMX_LABEL_SECRET_KEY, "secret.key", "contains a private key"},
    LabelName{MMX_LABEL_SECRET_PASSWORD, "secret.password", "contains a password"},
    LabelName{MMX_LABEL_SECRET_PIN, "secret.pin", "contains a pin"},
    LabelName{MMX_LABEL_SECRET_PSK, "secret.psk", "contains a channel key"},
};

constexpr uint64_t with_prefix(std::string_view prefix) {
  uint64_t bits = 0;
  for (const LabelName &label : kLabels) {
    if (label.name.starts_with(prefix)) bits |= label.bit;
  }
  return bits;
}

struct Group {
  std::string_view name;
  uint64_t bits;
};

constexpr std::array kGroups = {Group{"admin.*", with_prefix("admin.")},
                                Group{"secret.*", with_prefix("secret.")}};
static_assert(kGroups[1].bits == MMX_LABEL_SECRETS);

const std::vector<std::string> &all_words() {
  static const std::vector<std::string> words = [] {
    std::vector<std::string> result;
    result.reserve(std::size(kGroups) + std::size(kLabels));
    for (const Group &group : kGroups) result.emplace_back(group.name);
    for (const LabelName &label : kLabels) result.emplace_back(label.name);
    return result;
  }();
  return words;
}

}  // namespace

std::span<const LabelName> label_table() { return kLabels; }

uint64_t known_labels() {
  constexpr uint64_t kAll = with_prefix("");
  return kAll;
}

Result<uint64_t> parse_label(std::string_view word) {
  for (const Group &group : kGroups) {
    if (group.name == word) return group.bits;
  }
  for (const LabelName &label : kLabels) {
    if (label.name == word) return label.bit;
  }
  return fail(MMX_INVALID, "there is no label \"{}\"{}", escape_control(word),
              did_you_mean(word, all_words()));
}

std::string label_names(uint64_t labels) {
  if (labels == 0) return "none";
  std::string result;
  const auto add = [&](std::string_view name) {
    if (!result.empty()) result += ", ";
    result += name;
  };
  uint64_t grouped = 0;
  for (const LabelName &label : kLabels) {
    if ((labels & label.bit) == 0 || (grouped & label.bit) != 0) continue;
    std::string_view name = label.name;
    for (const Group &group : kGroups) {
      if ((group.bits & label.bit) != 0 && (labels & group.bits) == group.bits) {
        name = group.name;
        grouped |= group.bits;
      }
    }
    add(name);
  }
  for (uint64_t rest = labels & ~known_labels(); rest != 0; rest &= rest - 1) {
    add(fmt::format("label-{}", __builtin_ctzll(rest)));
  }
  return result;
}

}  // namespace meshmux
