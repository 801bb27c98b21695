// A catalog with the names and the commonest options of the plugins that are shipped, enough for
// the shipped configurations; the real ones are used in the integration tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/config/catalog.h"

namespace meshmux::testing {

class ShippedCatalog final : public TypeCatalog {
 public:
  const mmx_type *find(std::string_view name) override;
  std::string why_not(std::string_view) override { return {}; }
  std::vector<CatalogType> types() override;
  std::vector<CatalogCodec> codecs() override { return {}; }
};

}  // namespace meshmux::testing
