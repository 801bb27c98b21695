// The plugin types a configuration may name. Implemented over the plugin loader by the daemon and
// by a fake in tests. Must not know how plugins are found or loaded.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "meshmux/meshmux.h"

namespace meshmux {

// One type and where it came from. Types live as long as the process.
struct CatalogType {
  const mmx_type *type = nullptr;
  std::string plugin_name;  // of the plugin that provides it
  std::string plugin_version;
  std::string plugin_file;  // empty: not from a file
};

// One codec and the plugin that provides it.
struct CatalogCodec {
  const mmx_codec *codec = nullptr;
  std::string plugin_name;
};

// [loop-thread]
class TypeCatalog {
 public:
  virtual ~TypeCatalog() = default;
  // The type of that name, nullptr: there is none. May load a plugin.
  virtual const mmx_type *find(std::string_view name) = 0;
  // Why find had no answer although a file of that name is there: a sentence, or "".
  virtual std::string why_not(std::string_view name) = 0;
  // Everything there is, sorted by type name; loads all plugins. Asked for only when a name was not
  // found, and to print lists and schemas.
  virtual std::vector<CatalogType> types() = 0;
  // Every codec of the plugins loaded so far. Asked for only where `codecs:` is written.
  virtual std::vector<CatalogCodec> codecs() = 0;
};

}  // namespace meshmux
