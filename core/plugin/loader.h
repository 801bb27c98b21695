// Finds plugins, loads them once and for good, refuses what does not fit and remembers why. Must
// not know instances, configuration files or any type by name.
#pragma once

#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/config/catalog.h"
#include "meshmux/meshmux.h"

namespace meshmux {

// A plugin that passed every check. Never unloaded.
struct LoadedPlugin {
  std::string path;
  std::string name;
  std::string version;
  std::string license;
  std::vector<const mmx_type *> types;
  std::vector<const mmx_codec *> codecs;
};

// A file that did not pass, and why.
struct RefusedPlugin {
  std::string path;
  std::string reason;
  std::vector<std::string> types;  // those it would have provided, as far as that was known
};

// Where plugins are looked for, best first: the directories of search_path (MESHMUX_PLUGIN_PATH,
// separated by colons), those of the configuration, the build tree around the executable, the
// directory of an installation. Those that do not exist stay in.
std::vector<std::string> plugin_directories(std::string_view search_path,
                                            std::span<const std::string> configured,
                                            const std::string &executable);

// The real path of the running program.
std::string executable_path();

// A directory is listed when something is asked for that is not known yet; a file whose name an
// earlier directory has already is not looked at. [loop-thread]
class PluginLoader final : public TypeCatalog {
 public:
  PluginLoader() = default;
  PluginLoader(const PluginLoader &) = delete;
  PluginLoader &operator=(const PluginLoader &) = delete;

  // Sets where to look. What was loaded stays.
  void set_directories(std::vector<std::string> directories);
  const std::vector<std::string> &directories() const { return directories_; }

  // Loads the plugin file of the same name first, and all others only if that does not provide it.
  const mmx_type *find(std::string_view name) override;
  std::string why_not(std::string_view name) override;
  // Loads whatever there is.
  std::vector<CatalogType> types() override;
  std::vector<CatalogCodec> codecs() override;
  void load_all();
  // The plugin that provides type, nullptr: none.
  const LoadedPlugin *provider(const mmx_type *type) const;

  const std::vector<std::unique_ptr<LoadedPlugin>> &loaded() const { return loaded_; }
  const std::vector<RefusedPlugin> &refused() const { return refused_; }

  // Loads one file. A refusal is logged once, remembered and returned.
  Result<const LoadedPlugin *> load_file(const std::string &path);
  // Checks and takes an entry that is in memory already; path is what to call it.
  Result<const LoadedPlugin *> add(const mmx_entry *entry, const std::string &path);

 private:
  Error refuse(const std::string &path, std::string reason, std::vector<std::string> types = {});
  std::vector<std::string> unseen_files() const;
  const mmx_type *known_type(std::string_view name) const;

  std::vector<std::string> directories_;
  std::vector<std::unique_ptr<LoadedPlugin>> loaded_;
  std::vector<RefusedPlugin> refused_;
  std::set<std::string> seen_;  // file names, without directory
};

}  // namespace meshmux
