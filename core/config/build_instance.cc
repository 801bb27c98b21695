// See build_instance.h.
#include "core/config/build_instance.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/base/text.h"

namespace meshmux {

namespace {

constexpr size_t kMaxIdSize = 63;
constexpr size_t kMaxSecretSize = 64 * 1024;
constexpr int64_t kHour = INT64_C(3600) * 1000000000;

bool is_id(std::string_view id) {
  if (id.empty() || id.size() > kMaxIdSize || id[0] == '-' || id[0] == '_') return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

std::string_view without_suffix(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : std::string_view();
}

const char *kind_name(uint32_t kind) {
  switch (kind) {
    case MMX_OPTION_BOOL:
      return "true or false";
    case MMX_OPTION_INT:
    case MMX_OPTION_FLOAT:
      return "a number";
    case MMX_OPTION_DURATION:
      return "a duration such as 30s";
    case MMX_OPTION_SIZE:
      return "a size such as 8M";
    case MMX_OPTION_URI:
    case MMX_OPTION_LISTEN:
      return "an address such as tcp://host:port";
    default:
      return "a text";
  }
}

bool is_address(const mmx_option &option) {
  return option.kind == MMX_OPTION_URI || option.kind == MMX_OPTION_LISTEN;
}

// "connect:" without a value, or with an empty one: to be filled in.
bool is_blank(const mmx_option &option, const YamlNode &node) {
  return node.is_null() || (is_address(option) && node.is_scalar() && trim(node.text).empty());
}

std::vector<std::string> known_keys(const mmx_type &type, Group group) {
  std::vector<std::string> keys;
  for (uint32_t i = 0; i < type.option_count; ++i) {
    const mmx_option &option = option_at(type, i);
    keys.emplace_back(option.name);
    if ((option.flags & MMX_OPTION_SECRET) != 0) keys.push_back(std::string(option.name) + "_file");
  }
  const bool listens = has_listen_option(type);
  for (const std::string_view key : kCoreKeys) {
    if (core_key_fits(key, group, listens)) keys.emplace_back(key);
  }
  return keys;
}

}  // namespace

bool has_listen_option(const mmx_type &type) {
  for (uint32_t i = 0; i < type.option_count; ++i) {
    if (option_at(type, i).kind == MMX_OPTION_LISTEN) return true;
  }
  return false;
}

bool core_key_fits(std::string_view key, Group group, bool listens) {
  if (key == "plugin" || key == "enabled") return true;
  if (key == "source") return group == Group::frontends || group == Group::bridges;
  if (key == "policy") return group != Group::simulators;
  return listens;
}

BuiltInstance InstanceBuilder::build(Group group, const YamlEntry &entry) {
  BuiltInstance built;
  InstanceConfig &config = built.config;
  config.group = group;
  config.id = entry.key;
  config.mark = entry.key_mark;
  if (!is_id(entry.key)) {
    reader_.error(entry.key_mark,
                  fmt::format("\"{}\" cannot be an id; use at most {} lower-case letters, digits, "
                              "\"-\" and \"_\", beginning with a letter or digit",
                              entry.key, kMaxIdSize));
  }
  if (!reader_.expect_map(entry.value, entry.key)) return built;
  config.type = find_type(group, entry);
  if (const YamlNode *node = entry.value.get("enabled")) {
    built.enabled_mark = node->mark;
    config.enabled = reader_.read_bool(*node, "enabled").value_or(true);
  }
  if (const YamlNode *node = entry.value.get("source");
      node && core_key_fits("source", group, false)) {
    built.source_mark = node->mark;
    config.source = reader_.read_text(*node, "source").value_or("");
  }
  if (const YamlNode *node = entry.value.get("policy");
      node && core_key_fits("policy", group, false)) {
    config.policy = read_policy(&reader_, *node, "policy", policies_);
  }
  read_listener(entry, &built);
  if (!config.type) return built;
  config.options = OptionValues(*config.type);
  read_options(entry, &built);
  check_required(entry, &built);
  for (uint32_t i = 0; i < config.type->option_count; ++i) {
    const OptionValue &value = config.options.at(i);
    if (value.kind != MMX_OPTION_LISTEN) continue;
    if (Result<Uri> uri = parse_uri(value.s)) {
      config.listens.push_back(
          ListenAddress{i, std::move(*uri), value.mark.file ? value.mark : config.mark});
    }
  }
  return built;
}

const mmx_type *InstanceBuilder::find_type(Group group, const YamlEntry &entry) {
  const YamlNode *node = entry.value.get("plugin");
  if (!node || node->is_null()) {
    reader_.error(node ? node->mark : entry.key_mark,
                  fmt::format("{} names no plugin; add \"plugin: NAME\" (meshmuxd --list-plugins "
                              "shows the names)",
                              entry.key));
    return nullptr;
  }
  const std::optional<std::string> name = reader_.read_text(*node, "plugin");
  if (!name) return nullptr;
  const mmx_type *type = catalog_.find(*name);
  const auto role = static_cast<uint32_t>(group);
  if (!type) {
    if (const std::string why = catalog_.why_not(*name); !why.empty()) {
      reader_.error(node->mark, fmt::format("plugin \"{}\" cannot be used: {}", *name, why));
      return nullptr;
    }
    std::vector<std::string> fitting;
    std::vector<std::string> all;
    for (const CatalogType &known : catalog_.types()) {
      all.emplace_back(known.type->name);
      if (known.type->role == role) fitting.emplace_back(known.type->name);
    }
    const std::string hint = all.empty()
                                 ? "; no plugins were found, see plugin_path:"
                                 : suggest(*name, suggestion(*name, all).empty() ? fitting : all);
    reader_.error(node->mark, fmt::format("unknown plugin \"{}\"{}", *name, hint));
    return nullptr;
  }
  if (type->role != role) {
    std::string_view home = group_name(static_cast<Group>(type->role));
    reader_.error(node->mark,
                  fmt::format("plugin {} is a {}, not a {}; move \"{}\" under \"{}:\"", *name,
                              role_word(type->role), role_word(role), entry.key, home));
    return nullptr;
  }
  return type;
}

void InstanceBuilder::read_options(const YamlEntry &entry, BuiltInstance *built) {
  InstanceConfig &config = built->config;
  const mmx_type &type = *config.type;
  for (const YamlEntry &key : entry.value.entries) {
    if (is_core_key(key.key)) {
      if (!core_key_fits(key.key, config.group, has_listen_option(type))) {
        unknown_key(key, type, config.group);
      }
      continue;
    }
    int index = find_option(type, key.key);
    OptionValue value;
    if (index >= 0) {
      read_option(option_at(type, static_cast<uint32_t>(index)), key, built, &value);
    } else {
      const std::string_view base = without_suffix(key.key, "_file");
      index = base.empty() ? -1 : find_option(type, base);
      if (index < 0 ||
          (option_at(type, static_cast<uint32_t>(index)).flags & MMX_OPTION_SECRET) == 0) {
        unknown_key(key, type, config.group);
        continue;
      }
      if (entry.value.find(base)) {
        reader_.error_hidden(
            key.key_mark,
            fmt::format("\"{}\" and \"{}\" are both set; remove one of them", base, key.key));
        continue;
      }
      read_secret_file(option_at(type, static_cast<uint32_t>(index)), key, &value);
    }
    if (value.kind != MMX_OPTION_INVALID) config.options.set(static_cast<size_t>(index), value);
  }
}

void InstanceBuilder::unknown_key(const YamlEntry &key, const mmx_type &type, Group group) {
  if (is_core_key(key.key)) {
    const char *why = key.key == "source" || key.key == "policy"
                          ? "has none"
                          : "does not listen, so it has no such limit";
    reader_.error(key.key_mark,
                  fmt::format("\"{}\" does not fit here: a {} of plugin {} {}", key.key,
                              role_word(static_cast<uint32_t>(group)), type.name, why));
    return;
  }
  const std::vector<std::string> known = known_keys(type, group);
  // A misspelt secret stands on a line nobody marked as secret.
  const int near = find_option(type, suggestion(key.key, known));
  const std::string message = fmt::format("unknown option \"{}\" of plugin {}{}", key.key,
                                          type.name, suggest(key.key, known));
  if (near >= 0 && (option_at(type, static_cast<uint32_t>(near)).flags & MMX_OPTION_SECRET) != 0) {
    reader_.error_hidden(key.key_mark, message);
  } else {
    reader_.error(key.key_mark, message);
  }
}

void InstanceBuilder::read_option(const mmx_option &option, const YamlEntry &entry,
                                  BuiltInstance *built, OptionValue *value) {
  const YamlNode &node = entry.value;
  const bool secret = (option.flags & MMX_OPTION_SECRET) != 0;
  if (secret) {
    reader_.hide_line(entry.key_mark);
    reader_.hide_line(node.mark);
  }
  if (is_blank(option, node)) {
    if (is_address(option) && (option.flags & MMX_OPTION_REQUIRED) != 0) {
      built->unfinished_mark = node.mark;
      built->unfinished_key = entry.key;
    }
    return;
  }
  OptionValue read;
  read.kind = option.kind;
  if (option.kind == MMX_OPTION_BOOL) {
    const std::optional<bool> flag = reader_.read_bool(node, option.name);
    if (!flag) return;
    read.i = *flag ? 1 : 0;
  } else if (option.kind == MMX_OPTION_LIST) {
    for (const YamlNode &item : reader_.read_list(node, option.name))
      read.list.push_back(item.text);
  } else {
    if (!reader_.read_text(node, option.name)) return;
    if (node.quoted && (option.kind == MMX_OPTION_INT || option.kind == MMX_OPTION_FLOAT)) {
      reader_.error(node.mark,
                    fmt::format("{} must be a number, not a text; remove the quotes", option.name));
      return;
    }
    Result<OptionValue> parsed = parse_option_text(option, node.text);
    if (!parsed) {
      if (secret) {
        reader_.error_hidden(node.mark,
                             fmt::format("{} must be {}", option.name, kind_name(option.kind)));
      } else {
        reader_.error(node.mark, fmt::format("{}: {}", option.name, parsed.error().message));
      }
      return;
    }
    read = std::move(*parsed);
    if (option.kind == MMX_OPTION_PATH) read.s = resolve_path(node.mark, read.s);
  }
  read.is_set = true;
  read.mark = node.mark;
  *value = std::move(read);
}

void InstanceBuilder::read_secret_file(const mmx_option &option, const YamlEntry &entry,
                                       OptionValue *value) {
  const YamlNode &node = entry.value;
  const std::optional<std::string> name = reader_.read_text(node, entry.key);
  if (!name || name->empty()) return;
  const std::string path = resolve_path(node.mark, *name);
  Result<std::string> text = read_whole_file(path, kMaxSecretSize);
  if (!text) {
    reader_.error(node.mark, fmt::format("{}: {}", entry.key, text.error().message));
    return;
  }
  struct stat info {};
  if (stat(path.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0) {
    reader_.warning(node.mark,
                    fmt::format("{}: everybody on this machine can read {}; run chmod o-r on it",
                                entry.key, path));
  }
  while (text->ends_with('\n') || text->ends_with('\r')) text->pop_back();
  Result<OptionValue> parsed = parse_option_text(option, *text);
  if (!parsed) {
    reader_.error(node.mark,
                  fmt::format("{}: {} must hold {}", entry.key, path, kind_name(option.kind)));
    return;
  }
  *value = std::move(*parsed);
  value->is_set = true;
  value->mark = node.mark;
}

void InstanceBuilder::check_required(const YamlEntry &entry, BuiltInstance *built) {
  const mmx_type &type = *built->config.type;
  for (uint32_t i = 0; i < type.option_count; ++i) {
    const mmx_option &option = option_at(type, i);
    const bool required = (option.flags & MMX_OPTION_REQUIRED) != 0;
    if (!required || built->config.options.at(i).kind != MMX_OPTION_INVALID) continue;
    const std::string name = option.name;
    const YamlEntry *written = entry.value.find(name);
    if (written && !is_blank(option, written->value)) continue;  // wrong, which was reported
    if (entry.value.find(name + "_file")) continue;
    if (written && is_address(option)) {
      built->config.enabled = false;
      built->config.inactive_reason = fmt::format("\"{}\" is not filled in", name);
      continue;
    }
    reader_.error(written ? written->key_mark : entry.key_mark,
                  fmt::format("{} needs \"{}\": {}", entry.key, name,
                              option.help ? option.help : kind_name(option.kind)));
  }
}

void InstanceBuilder::read_listener(const YamlEntry &entry, BuiltInstance *built) {
  ListenerSettings &listener = built->config.listener;
  const YamlNode &map = entry.value;
  if (const YamlNode *node = map.get("allow")) {
    for (const YamlNode &item : reader_.read_list(*node, "allow")) {
      if (Result<Network> network = parse_network(item.text)) {
        listener.allow.push_back(*network);
      } else {
        reader_.error(item.mark, fmt::format("allow: {}", network.error().message));
      }
    }
    if (node->is_sequence() && node->items.empty()) {
      reader_.error(node->mark,
                    "allow: is an empty list, which would let nobody in; list networks, "
                    "or remove it to let everybody in");
    }
  }
  const auto number = [&](const char *key, int64_t min, uint32_t *into) {
    const YamlNode *node = map.get(key);
    if (!node) return;
    if (const auto value = reader_.read_int(*node, key, min, 100000)) {
      *into = static_cast<uint32_t>(*value);
    }
  };
  const auto duration = [&](const char *key, int64_t min, int64_t *into) {
    const YamlNode *node = map.get(key);
    if (!node) return;
    *into = reader_.read_duration(*node, key, min, 168 * kHour).value_or(*into);
  };
  number("max_sessions", 1, &listener.max_sessions);
  number("max_sessions_per_address", 0, &listener.max_sessions_per_address);
  duration("idle_timeout", 0, &listener.idle_timeout_ns);
  duration("session_stall", kHour / 3600, &listener.session_stall_ns);
  if (const YamlNode *node = map.get("session_outbox")) {
    listener.session_outbox =
        reader_.read_size(*node, "session_outbox", 64 * 1024, INT64_C(1) << 30)
            .value_or(listener.session_outbox);
  }
}

}  // namespace meshmux
