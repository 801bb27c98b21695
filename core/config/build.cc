// From a document to a Config: the sections of the file, and all checks in order. See load.h.
#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"
#include "core/config/build_checks.h"
#include "core/config/build_instance.h"
#include "core/config/build_policy.h"
#include "core/config/load.h"
#include "core/config/reader.h"

namespace meshmux {

namespace {

const std::vector<std::string> kSections = {"sources",    "frontends", "storage", "bridges",
                                            "simulators", "policies",  "include", "plugin_path",
                                            "codecs",     "log",       "control", "audit"};
const std::vector<std::string> kLogKeys = {"level", "format"};
const std::vector<std::string> kLevels = {"trace", "debug", "info", "warn", "error"};
const std::vector<std::string> kFormats = {"auto", "human", "journald", "json"};

const YamlNode &section(const YamlNode &root, std::string_view name) {
  static const YamlNode nothing;
  const YamlNode *node = root.get(name);
  return node ? *node : nothing;
}

LogConfig read_log(ConfigReader *reader, const YamlNode &node) {
  LogConfig config;
  if (!reader->expect_map(node, "log")) return config;
  reader->check_keys(node, "log", kLogKeys);
  if (const YamlNode *level = node.get("level")) {
    if (const auto word = reader->read_word(*level, "log.level", kLevels)) {
      config.level = log::parse_level(kLevels[*word]).value_or(config.level);
    }
  }
  if (const YamlNode *format = node.get("format")) {
    if (const auto word = reader->read_word(*format, "log.format", kFormats)) {
      config.format = log::parse_format(kFormats[*word]).value_or(config.format);
    }
  }
  return config;
}

ControlConfig read_control(ConfigReader *reader, const YamlNode &node) {
  ControlConfig config;
  if (!reader->expect_map(node, "control")) return config;
  reader->check_keys(node, "control", {"socket", "group"});
  if (const YamlNode *socket = node.get("socket")) {
    config.socket =
        resolve_path(socket->mark, reader->read_text(*socket, "control.socket").value_or(""));
  }
  if (const YamlNode *group = node.get("group")) {
    config.group = reader->read_text(*group, "control.group").value_or("");
  }
  return config;
}

AuditConfig read_audit(ConfigReader *reader, const YamlNode &node) {
  AuditConfig config;
  if (!reader->expect_map(node, "audit")) return config;
  reader->check_keys(node, "audit", {"path", "max_size"});
  if (const YamlNode *path = node.get("path")) {
    config.path = resolve_path(path->mark, reader->read_text(*path, "audit.path").value_or(""));
  }
  if (const YamlNode *size = node.get("max_size")) {
    config.max_size = reader->read_size(*size, "audit.max_size", 64 * 1024, INT64_C(1) << 40)
                          .value_or(config.max_size);
  }
  return config;
}

std::map<std::string, std::string> read_codecs(ConfigReader *reader, const YamlNode &node,
                                               TypeCatalog &catalog) {
  std::map<std::string, std::string> chosen;
  if (!reader->expect_map(node, "codecs") || node.entries.empty()) return chosen;
  catalog.types();  // codecs are known once their plugins are loaded
  const std::vector<CatalogCodec> codecs = catalog.codecs();
  for (const YamlEntry &entry : node.entries) {
    const std::optional<std::string> plugin = reader->read_text(entry.value, entry.key);
    std::vector<std::string> families;
    std::vector<std::string> providers;
    for (const CatalogCodec &known : codecs) {
      families.emplace_back(known.codec->family);
      if (entry.key == known.codec->family) providers.push_back(known.plugin_name);
    }
    if (providers.empty()) {
      reader->error(entry.key_mark, fmt::format("no plugin has a codec for \"{}\"{}", entry.key,
                                                suggest(entry.key, families)));
    } else if (plugin &&
               std::find(providers.begin(), providers.end(), *plugin) == providers.end()) {
      reader->error(entry.value.mark, fmt::format("plugin \"{}\" has no codec for {}{}", *plugin,
                                                  entry.key, suggest(*plugin, providers)));
    } else if (plugin) {
      chosen[entry.key] = *plugin;
    }
  }
  return chosen;
}

std::vector<std::string> read_plugin_path(ConfigReader *reader, const YamlNode &node) {
  std::vector<std::string> paths;
  for (const YamlNode &item : reader->read_list(node, "plugin_path")) {
    paths.push_back(resolve_path(item.mark, item.text));
  }
  return paths;
}

void check_sections(ConfigReader *reader, const YamlNode &root) {
  for (const YamlEntry &entry : root.entries) {
    if (std::find(kSections.begin(), kSections.end(), entry.key) != kSections.end()) continue;
    reader->error(entry.key_mark, fmt::format("unknown section \"{}\"{}", entry.key,
                                              suggest(entry.key, kSections)));
  }
}

ConfigOutcome build(const ConfigDocument::Content &content, TypeCatalog &catalog) {
  ConfigReader reader(content);
  const YamlNode &root = content.root;
  check_sections(&reader, root);
  Config config;
  config.files = content.files;
  config.plugin_path = read_plugin_path(&reader, section(root, "plugin_path"));
  config.log = read_log(&reader, section(root, "log"));
  config.control = read_control(&reader, section(root, "control"));
  config.audit = read_audit(&reader, section(root, "audit"));
  config.codecs = read_codecs(&reader, section(root, "codecs"), catalog);
  const NamedPolicies policies = read_named_policies(&reader, section(root, "policies"));

  std::vector<BuiltInstance> built;
  InstanceBuilder builder(&reader, &catalog, &policies);
  for (const Group group : kGroups) {
    const YamlNode &node = section(root, group_name(group));
    if (!reader.expect_map(node, group_name(group))) continue;
    for (const YamlEntry &entry : node.entries) built.push_back(builder.build(group, entry));
  }
  check_ids(&reader, built);
  check_sources(&reader, built);
  check_policies(&reader, built);
  check_listeners(&reader, built);
  // A file that could not be read whole may well have had a source.
  if (content.errors.empty()) warn_if_idle(&reader, built);

  ConfigOutcome outcome;
  outcome.errors = reader.take_errors();
  outcome.warnings = reader.take_warnings();
  if (!outcome.errors.empty()) return outcome;
  for (BuiltInstance &each : built) config.instances.push_back(std::move(each.config));
  outcome.config = std::move(config);
  return outcome;
}

}  // namespace

std::vector<std::string> ConfigDocument::plugin_path() const {
  ConfigReader reader(*content_);
  return read_plugin_path(&reader, section(content_->root, "plugin_path"));
}

LogConfig ConfigDocument::log() const {
  ConfigReader reader(*content_);
  return read_log(&reader, section(content_->root, "log"));
}

ConfigOutcome build_config(const ConfigDocument &document, TypeCatalog &catalog) {
  return build(document.content(), catalog);
}

ConfigOutcome load_from_file(const std::string &path, TypeCatalog &catalog,
                             const ConfigSystem &system) {
  return build(ConfigDocument::read_file(path, system).content(), catalog);
}

ConfigOutcome load_from_text(std::string_view text, TypeCatalog &catalog,
                             const ConfigSystem &system, const std::string &name) {
  return build(ConfigDocument::read_text(text, name, system).content(), catalog);
}

}  // namespace meshmux
