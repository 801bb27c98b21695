// One entry of a group as an InstanceConfig: plugin, options, limits. Must not know other
// instances.
#pragma once

#include <string>
#include <vector>

#include "core/config/build_policy.h"
#include "core/config/catalog.h"
#include "core/config/model.h"
#include "core/config/reader.h"

namespace meshmux {

// An instance and the places that checks across instances, and warnings, point to.
struct BuiltInstance {
  InstanceConfig config;
  Mark source_mark;      // of the value of source:
  Mark enabled_mark;     // of the value of enabled:
  Mark unfinished_mark;  // of the key whose value is to be filled in
  std::string unfinished_key;
};

class InstanceBuilder {
 public:
  // All borrowed.
  InstanceBuilder(ConfigReader *reader, TypeCatalog *catalog, const NamedPolicies *policies)
      : reader_(*reader), catalog_(*catalog), policies_(*policies) {}

  // What could be read of it; errors are with the reader. config.type is nullptr if the plugin is
  // missing or unknown.
  BuiltInstance build(Group group, const YamlEntry &entry);

 private:
  const mmx_type *find_type(Group group, const YamlEntry &entry);
  void read_options(const YamlEntry &entry, BuiltInstance *built);
  void read_option(const mmx_option &option, const YamlEntry &entry, BuiltInstance *built,
                   OptionValue *value);
  void read_secret_file(const mmx_option &option, const YamlEntry &entry, OptionValue *value);
  void check_required(const YamlEntry &entry, BuiltInstance *built);
  void read_listener(const YamlEntry &entry, BuiltInstance *built);
  void unknown_key(const YamlEntry &key, const mmx_type &type, Group group);

  ConfigReader &reader_;
  TypeCatalog &catalog_;
  const NamedPolicies &policies_;
};

// Whether an instance of that group may have the core's key; listens: its type has a listen option.
bool core_key_fits(std::string_view key, Group group, bool listens);
bool has_listen_option(const mmx_type &type);

}  // namespace meshmux
