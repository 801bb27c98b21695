// dlopen with the checks of entry_check.h around it. Shared objects are never closed, refused ones
// included: unloading code that may have started a thread cannot be made safe.
#include "core/plugin/loader.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/plugin/entry_check.h"

namespace meshmux {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".so";

std::string file_name(const std::string &path) { return fs::path(path).filename().string(); }

// dlerror begins with the path, which the caller says already.
std::string linker_error(const std::string &path) {
  const char *text = dlerror();
  std::string why = text == nullptr ? "unknown error of the dynamic linker" : text;
  if (const std::string prefix = path + ": "; why.starts_with(prefix)) why.erase(0, prefix.size());
  return why;
}

}  // namespace

std::string executable_path() {
  std::error_code error;
  const fs::path path = fs::read_symlink("/proc/self/exe", error);
  return error ? std::string() : path.string();
}

std::vector<std::string> plugin_directories(std::string_view search_path,
                                            std::span<const std::string> configured,
                                            const std::string &executable) {
  std::vector<std::string> found;
  const auto add = [&found](std::string directory) {
    if (directory.empty() || std::ranges::find(found, directory) != found.end()) return;
    found.push_back(std::move(directory));
  };
  for (const std::string_view part : split(search_path, ':')) add(std::string(part));
  for (const std::string &directory : configured) add(directory);
  if (!executable.empty()) {
    const fs::path beside = fs::path(executable).parent_path().parent_path();
    add((beside / "lib" / "meshmux" / "plugins").string());
  }
  add(MESHMUX_INSTALLED_PLUGIN_DIR);
  return found;
}

void PluginLoader::set_directories(std::vector<std::string> directories) {
  directories_ = std::move(directories);
}

std::vector<std::string> PluginLoader::unseen_files() const {
  std::vector<std::string> files;
  std::set<std::string> names = seen_;
  for (const std::string &directory : directories_) {
    std::error_code error;
    std::vector<std::string> here;
    for (const fs::directory_entry &entry : fs::directory_iterator(directory, error)) {
      if (entry.path().extension() == kSuffix) here.push_back(entry.path().string());
    }
    std::ranges::sort(here);
    for (std::string &path : here) {
      if (names.insert(file_name(path)).second) files.push_back(std::move(path));
    }
  }
  return files;
}

const mmx_type *PluginLoader::known_type(std::string_view name) const {
  for (const auto &plugin : loaded_) {
    for (const mmx_type *type : plugin->types) {
      if (name == type->name) return type;
    }
  }
  return nullptr;
}

const mmx_type *PluginLoader::find(std::string_view name) {
  if (const mmx_type *type = known_type(name)) return type;
  const std::string wanted = std::string(name) + std::string(kSuffix);
  for (const std::string &path : unseen_files()) {
    if (file_name(path) == wanted) static_cast<void>(load_file(path));
  }
  if (const mmx_type *type = known_type(name)) return type;
  load_all();
  return known_type(name);
}

std::string PluginLoader::why_not(std::string_view name) {
  for (const RefusedPlugin &plugin : refused_) {
    if (fs::path(plugin.path).stem() == name ||
        std::ranges::find(plugin.types, name) != plugin.types.end()) {
      return fmt::format("{} was refused: {}", plugin.path, plugin.reason);
    }
  }
  return {};
}

void PluginLoader::load_all() {
  for (const std::string &path : unseen_files()) static_cast<void>(load_file(path));
}

std::vector<CatalogType> PluginLoader::types() {
  load_all();
  std::vector<CatalogType> out;
  for (const auto &plugin : loaded_) {
    for (const mmx_type *type : plugin->types) {
      out.push_back({type, plugin->name, plugin->version, plugin->path});
    }
  }
  std::ranges::sort(out, {},
                    [](const CatalogType &entry) { return std::string_view(entry.type->name); });
  return out;
}

std::vector<CatalogCodec> PluginLoader::codecs() {
  std::vector<CatalogCodec> out;
  for (const auto &plugin : loaded_) {
    for (const mmx_codec *codec : plugin->codecs) out.push_back({codec, plugin->name});
  }
  return out;
}

const LoadedPlugin *PluginLoader::provider(const mmx_type *type) const {
  for (const auto &plugin : loaded_) {
    if (std::ranges::find(plugin->types, type) != plugin->types.end()) return plugin.get();
  }
  return nullptr;
}

Error PluginLoader::refuse(const std::string &path, std::string reason,
                           std::vector<std::string> types) {
  log::warn({}, "plugin {} is refused: {}", path, reason);
  Error error{MMX_INVALID, fmt::format("plugin {} is refused: {}", path, reason)};
  refused_.push_back({path, std::move(reason), std::move(types)});
  return error;
}

Result<const LoadedPlugin *> PluginLoader::load_file(const std::string &path) {
  seen_.insert(file_name(path));
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    return refuse(path, fmt::format("it cannot be loaded: {}", linker_error(path)));
  }
  using Entry = const mmx_entry *(*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(library, MMX_ENTRY_SYMBOL));
  if (entry == nullptr) {
    return refuse(path, fmt::format("it does not export the function {}: define it with C linkage "
                                    "and MMX_EXPORT, or use MMX_PLUGIN in C++",
                                    MMX_ENTRY_SYMBOL));
  }
  try {
    return add(entry(), path);
  } catch (...) {
    return refuse(path, "an exception left mmx_plugin_entry: it must only return static data");
  }
}

Result<const LoadedPlugin *> PluginLoader::add(const mmx_entry *entry, const std::string &path) {
  if (std::string why = refuse_entry(entry); !why.empty()) return refuse(path, std::move(why));
  auto plugin = std::make_unique<LoadedPlugin>();
  plugin->path = path;
  plugin->name = entry->name;
  plugin->version = entry->version;
  plugin->license = entry->license;
  std::vector<std::string> names;
  for (uint32_t i = 0; i < entry->type_count; ++i) {
    const mmx_type *type = entry->types[i];
    if (std::string why = refuse_type(type); !why.empty())
      return refuse(path, std::move(why), names);
    names.emplace_back(type->name);
    plugin->types.push_back(type);
  }
  for (const mmx_type *type : plugin->types) {
    const mmx_type *other = known_type(type->name);
    if (other == nullptr && std::ranges::count(names, type->name) == 1) continue;
    return refuse(
        path,
        fmt::format("type '{}' is already provided by {}: rename it, or remove one of them",
                    type->name, other == nullptr ? path : provider(other)->path),
        names);
  }
  for (uint32_t i = 0; i < entry->codec_count; ++i) {
    if (std::string why = refuse_codec(entry->codecs[i]); !why.empty()) {
      return refuse(path, std::move(why), names);
    }
    plugin->codecs.push_back(entry->codecs[i]);
  }
  log::debug({}, "plugin {} {} loaded from {}", plugin->name, plugin->version, path);
  loaded_.push_back(std::move(plugin));
  return loaded_.back().get();
}

}  // namespace meshmux
