// From files to a Config or to every error at once. Two steps, because the plugins that know the
// options are found through the file itself. Must not start, bind or open anything but the files.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/catalog.h"
#include "core/config/mark.h"
#include "core/config/model.h"

namespace meshmux {

// What loading asks of the system; all of it may be replaced in tests. Members left empty ask the
// real system.
struct ConfigSystem {
  // The environment variable's value, nullopt: not set.
  std::function<std::optional<std::string>(const std::string &name)> environment;
  // Addresses of this host's interfaces as text, for finding a listener that covers one's own
  // source.
  std::function<std::vector<std::string>()> local_addresses;
};

// A parsed file with its includes, variables put in, before anything is known about plugins.
class ConfigDocument {
 public:
  ConfigDocument();
  ~ConfigDocument();
  ConfigDocument(ConfigDocument &&) noexcept;
  ConfigDocument &operator=(ConfigDocument &&) noexcept;

  // Never throws. Errors are kept for build.
  static ConfigDocument read_file(const std::string &path, const ConfigSystem &system = {});
  // name stands for the file in errors; include: and NAME_file are relative to its folder.
  static ConfigDocument read_text(std::string_view text, const std::string &name,
                                  const ConfigSystem &system = {});

  // As written in plugin_path:, for the plugin loader; relative ones made relative to their file.
  // Empty if it is missing or wrong.
  std::vector<std::string> plugin_path() const;
  // As written in log:, so that loading plugins logs rightly already; defaults if missing or wrong.
  LogConfig log() const;

  struct Content;
  const Content &content() const { return *content_; }

 private:
  std::unique_ptr<Content> content_;
};

struct ConfigOutcome {
  std::optional<Config> config;   // present exactly if errors is empty
  std::vector<Problem> errors;    // every one, by file and line
  std::vector<Problem> warnings;  // e.g. that no source is active, and what to edit
};

// Checks document against the types of catalog. Never throws.
ConfigOutcome build_config(const ConfigDocument &document, TypeCatalog &catalog);

// Both steps; the entry for fuzzing too.
ConfigOutcome load_from_file(const std::string &path, TypeCatalog &catalog,
                             const ConfigSystem &system = {});
ConfigOutcome load_from_text(std::string_view text, TypeCatalog &catalog,
                             const ConfigSystem &system = {},
                             const std::string &name = "meshmux.yaml");

}  // namespace meshmux
