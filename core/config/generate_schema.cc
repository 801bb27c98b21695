// The JSON schema of the configuration file, see generate.h.
#include <cmath>

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/config/build_instance.h"
#include "core/config/generate.h"
#include "core/config/model.h"
#include "core/config/values.h"
#include "core/policy/labels.h"

namespace meshmux {

namespace {

// JSON objects keep the order we write them in: the file is read by people too.
using Schema = nlohmann::ordered_json;

constexpr const char *kVariable = R"(^\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}$)";
constexpr const char *kIdPattern = "^[a-z0-9][a-z0-9_-]{0,62}$";

Schema reference(const std::string &name) { return Schema{{"$ref", "#/$defs/" + name}}; }

// Any value may be a variable of the environment instead.
Schema or_variable(Schema schema) {
  return Schema{{"anyOf", Schema::array({std::move(schema), reference("variable")})}};
}

Schema text_with_pattern(const char *pattern) {
  return Schema{{"type", "string"}, {"pattern", pattern}};
}

Schema number_schema(const char *type, const mmx_option &option) {
  Schema schema{{"type", type}};
  if (option.min < option.max) {
    const bool whole = option.kind == MMX_OPTION_INT;
    schema["minimum"] = whole ? Schema(std::llround(option.min)) : Schema(option.min);
    schema["maximum"] = whole ? Schema(std::llround(option.max)) : Schema(option.max);
  }
  return or_variable(std::move(schema));
}

Schema kind_schema(const mmx_option &option) {
  switch (option.kind) {
    case MMX_OPTION_BOOL:
      return or_variable(Schema{{"type", "boolean"}});
    case MMX_OPTION_INT:
      return number_schema("integer", option);
    case MMX_OPTION_FLOAT:
      return number_schema("number", option);
    case MMX_OPTION_ENUM: {
      Schema words = Schema::array();
      for (const char *const *word = option.values; word && *word; ++word) words.push_back(*word);
      return or_variable(Schema{{"enum", std::move(words)}});
    }
    case MMX_OPTION_DURATION:
      return reference("duration");
    case MMX_OPTION_SIZE:
      return reference("size");
    case MMX_OPTION_URI:
      return reference("address");
    case MMX_OPTION_LISTEN:
      return reference("listen");
    case MMX_OPTION_LIST:
      return reference("list");
    default:
      return Schema{{"type", Schema::array({"string", "number", "boolean", "null"})}};
  }
}

Schema option_schema(const mmx_option &option) {
  Schema schema = kind_schema(option);
  if (option.help) schema["description"] = option.help;
  if (option.default_value && (option.flags & MMX_OPTION_SECRET) == 0) {
    Schema value = option.default_value;
    if (const auto parsed = parse_option_text(option, option.default_value)) {
      if (option.kind == MMX_OPTION_BOOL) value = parsed->i != 0;
      if (option.kind == MMX_OPTION_INT) value = parsed->i;
      if (option.kind == MMX_OPTION_FLOAT) value = parsed->f;
      if (option.kind == MMX_OPTION_LIST) value = parsed->list;
    }
    schema["default"] = std::move(value);
  }
  return schema;
}

Schema instance_schema(const mmx_type &type) {
  const auto group = static_cast<Group>(type.role);
  Schema properties;
  Schema required = Schema::array({"plugin"});
  if (group == Group::frontends) required.push_back("source");
  properties["plugin"] = Schema{{"const", type.name}};
  if (type.summary) properties["plugin"]["description"] = type.summary;
  const bool listens = has_listen_option(type);
  for (const std::string_view key : kCoreKeys) {
    if (key == "plugin" || !core_key_fits(key, group, listens)) continue;
    properties[std::string(key)] = reference("core." + std::string(key));
  }
  Schema all_of = Schema::array();
  for (uint32_t i = 0; i < type.option_count; ++i) {
    const mmx_option &option = option_at(type, i);
    properties[option.name] = option_schema(option);
    const bool is_required = (option.flags & MMX_OPTION_REQUIRED) != 0;
    if ((option.flags & MMX_OPTION_SECRET) != 0) {
      const std::string file = std::string(option.name) + "_file";
      properties[file] = Schema{{"type", "string"},
                                {"description", std::string("A file that holds ") + option.name}};
      if (is_required) {
        all_of.push_back(
            Schema{{"anyOf", Schema::array({Schema{{"required", Schema::array({option.name})}},
                                            Schema{{"required", Schema::array({file})}}})}});
      }
    } else if (is_required && !option.default_value) {
      required.push_back(option.name);
    }
  }
  Schema schema{{"type", "object"},
                {"properties", std::move(properties)},
                {"required", std::move(required)},
                {"additionalProperties", false}};
  if (!all_of.empty()) schema["allOf"] = std::move(all_of);
  return schema;
}

Schema policy_schema() {
  Schema labels = Schema::array();
  for (const LabelName &label : label_table()) labels.push_back(label.name);
  const Schema label{
      {"anyOf", Schema::array({Schema{{"enum", std::move(labels)}},
                               text_with_pattern(R"(^[a-z-]+\.\*$)"), reference("variable")})}};
  const Schema label_list{
      {"anyOf",
       Schema::array({label, Schema{{"type", "array"}, {"minItems", 1}, {"items", label}}})}};
  const auto rule = [&](std::initializer_list<const char *> actions) {
    Schema properties;
    Schema one_of = Schema::array();
    for (const char *action : actions) {
      properties[action] = label_list;
      one_of.push_back(Schema{{"required", Schema::array({action})}});
    }
    if (properties.contains("limit"))
      properties["rate"] = text_with_pattern("^[0-9]+/[0-9.]*[a-z]+$");
    return Schema{{"type", "object"},
                  {"properties", std::move(properties)},
                  {"oneOf", std::move(one_of)},
                  {"additionalProperties", false}};
  };
  return Schema{
      {"type", "object"},
      {"properties",
       Schema{{"admin", or_variable(Schema{{"enum", Schema::array({"deny", "read", "allow"})},
                                           {"default", "deny"}})},
              {"contacts", or_variable(Schema{{"enum", Schema::array({"deny", "allow"})},
                                              {"default", "deny"}})},
              {"secrets",
               or_variable(Schema{{"enum", Schema::array({"hide", "show"})}, {"default", "hide"}})},
              {"rules",
               Schema{{"type", "array"}, {"items", rule({"allow", "deny", "limit", "local"})}}},
              {"see", Schema{{"type", "array"}, {"items", rule({"allow", "deny"})}}}}},
      {"additionalProperties", false}};
}

Schema described(Schema schema, const char *description) {
  schema["description"] = description;
  return schema;
}

Schema sessions_schema(int minimum) {
  return or_variable(Schema{{"type", "integer"}, {"minimum", minimum}, {"maximum", 100000}});
}

void add_definitions(Schema *defs) {
  (*defs)["variable"] = described(text_with_pattern(kVariable), "A variable of the environment");
  (*defs)["duration"] = described(
      Schema{{"anyOf", Schema::array({Schema{{"const", 0}}, Schema{{"type", "string"}}})}},
      "250ms, 30s, 5m, 2h or 7d");
  (*defs)["size"] = described(
      Schema{{"anyOf", Schema::array({Schema{{"type", "integer"}}, Schema{{"type", "string"}}})}},
      "512, 64k, 8M or 1G, in powers of 1024");
  (*defs)["address"] =
      described(Schema{{"type", Schema::array({"string", "null"})}},
                "tcp://host:port, serial:///dev/ttyUSB0?baud=115200 or unix:///path");
  (*defs)["listen"] = described(Schema{{"type", "string"}}, "tcp://0.0.0.0:port or unix:///path");
  (*defs)["list"] = Schema{
      {"anyOf", Schema::array({Schema{{"type", "string"}},
                               Schema{{"type", "array"}, {"items", Schema{{"type", "string"}}}}})}};
  (*defs)["policy"] = policy_schema();
  (*defs)["core.enabled"] = described(or_variable(Schema{{"type", "boolean"}, {"default", true}}),
                                      "false: configured, but not started");
  (*defs)["core.source"] =
      described(Schema{{"type", "string"}}, "The id of the source it belongs to");
  (*defs)["core.policy"] =
      described(Schema{{"anyOf", Schema::array({Schema{{"type", "string"}}, reference("policy")})}},
                "What it may send and see, or the name of one of policies:");
  (*defs)["core.allow"] = described(reference("list"), "Networks peers may come from");
  (*defs)["core.max_sessions"] = described(sessions_schema(1), "Peers at the same time; 256");
  (*defs)["core.max_sessions_per_address"] = described(
      sessions_schema(0), "Peers of one address at the same time; 0: no limit of its own");
  (*defs)["core.idle_timeout"] =
      described(reference("duration"), "A peer that sent nothing for so long is closed; 0: never");
  (*defs)["core.session_outbox"] =
      described(reference("size"), "Bytes a peer may leave unread before it is closed; 8M");
  (*defs)["core.session_stall"] =
      described(reference("duration"), "How long a peer may take nothing at all; 30s");
}

}  // namespace

std::string print_schema(TypeCatalog &catalog) {
  Schema defs;
  add_definitions(&defs);
  Schema properties;
  for (const Group group : kGroups) {
    Schema any_of = Schema::array();
    for (const CatalogType &known : catalog.types()) {
      if (known.type->role != static_cast<uint32_t>(group)) continue;
      const std::string name = "plugin." + std::string(known.type->name);
      defs[name] = instance_schema(*known.type);
      any_of.push_back(reference(name));
    }
    Schema entries{{"type", Schema::array({"object", "null"})},
                   {"propertyNames", Schema{{"pattern", kIdPattern}}}};
    entries["additionalProperties"] = any_of.empty() ? Schema(false) : Schema{{"anyOf", any_of}};
    properties[std::string(group_name(group))] = std::move(entries);
  }
  const auto object = [](Schema members) {
    return Schema{{"type", Schema::array({"object", "null"})},
                  {"properties", std::move(members)},
                  {"additionalProperties", false}};
  };
  const Schema text{{"type", "string"}};
  properties["policies"] = Schema{{"type", Schema::array({"object", "null"})},
                                  {"additionalProperties", reference("policy")}};
  properties["include"] = described(reference("list"), "Files, or patterns such as conf.d/*.yaml");
  properties["plugin_path"] = described(reference("list"), "More folders to find plugins in");
  properties["codecs"] =
      described(Schema{{"type", Schema::array({"object", "null"})}, {"additionalProperties", text}},
                "Payload family: plugin, where two plugins have a codec for one family");
  properties["log"] = object(Schema{
      {"level",
       or_variable(Schema{{"enum", Schema::array({"trace", "debug", "info", "warn", "error"})},
                          {"default", "info"}})},
      {"format", or_variable(Schema{{"enum", Schema::array({"auto", "human", "journald", "json"})},
                                    {"default", "auto"}})}});
  properties["control"] = object(Schema{{"socket", text}, {"group", text}});
  properties["audit"] = object(Schema{{"path", text}, {"max_size", reference("size")}});
  const Schema schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                      {"title", "meshmux configuration"},
                      {"type", Schema::array({"object", "null"})},
                      {"properties", std::move(properties)},
                      {"additionalProperties", false},
                      {"$defs", std::move(defs)}};
  return schema.dump(2, ' ', false, Schema::error_handler_t::replace) + "\n";
}

}  // namespace meshmux
