// A catalog of made-up plugin types with every kind of option, for tests of the configuration; and
// loading shortcuts over it. Must not be like any real plugin more than a configuration needs.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/load.h"

namespace meshmux::testing {

// "radio" and "other-radio" are sources of two families; "vnode" and "other-vnode" their frontends;
// "http" is a bridge, "store" a storage, "sim" a simulator.
class FakeCatalog final : public TypeCatalog {
 public:
  FakeCatalog();

  const mmx_type *find(std::string_view name) override;
  std::string why_not(std::string_view name) override;
  std::vector<CatalogType> types() override { return types_; }
  std::vector<CatalogCodec> codecs() override;

 private:
  std::vector<CatalogType> types_;
};

// A system without environment and with one interface address, 192.0.2.7, besides the loopback.
ConfigSystem fake_system(std::map<std::string, std::string> environment = {});

ConfigOutcome load(std::string_view text, std::map<std::string, std::string> environment = {});
// Each error as "line:column: message", in order.
std::vector<std::string> errors_of(const ConfigOutcome &outcome);
std::vector<std::string> warnings_of(const ConfigOutcome &outcome);

// A folder of its own that is removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder &) = delete;
  TemporaryFolder &operator=(const TemporaryFolder &) = delete;

  const std::string &path() const { return path_; }
  // Writes a file below it, making folders; returns its path.
  std::string write(const std::string &name, std::string_view text) const;

 private:
  std::string path_;
};

}  // namespace meshmux::testing
