// See shipped_catalog.h.
#include "tests/unit/config/shipped_catalog.h"

#include <iterator>

namespace meshmux::testing {

namespace {

const mmx_option kRadioOptions[] = {{MMX_OPTION_URI, MMX_OPTION_REQUIRED, "connect", nullptr,
                                     nullptr, 0, 0, "The radio's address."}};
const mmx_option kVnodeOptions[] = {{MMX_OPTION_LISTEN, MMX_OPTION_HOT, "listen",
                                     "tcp://0.0.0.0:4404", nullptr, 0, 0, "Where apps connect."}};
const mmx_option kSimOptions[] = {
    {MMX_OPTION_LISTEN, 0, "listen", "tcp://127.0.0.1:4403", nullptr, 0, 0, "Where to listen."},
    {MMX_OPTION_INT, 0, "nodes", "40", nullptr, 1, 5000, "Nodes around it."},
    {MMX_OPTION_INT, 0, "seed", "1", nullptr, 0, 0, "Of its randomness."}};
const mmx_option kCompanionVnodeOptions[] = {{MMX_OPTION_LISTEN, MMX_OPTION_HOT, "listen",
                                              "tcp://0.0.0.0:5000", nullptr, 0, 0,
                                              "Where apps connect."}};
const mmx_option kCompanionSimOptions[] = {
    {MMX_OPTION_LISTEN, 0, "listen", nullptr, nullptr, 0, 0, "Where to listen."},
    {MMX_OPTION_INT, 0, "contacts", "40", nullptr, 0, 350, "Contacts it knows."},
    {MMX_OPTION_INT, 0, "seed", "1", nullptr, 0, 0, "Of its randomness."}};

mmx_type make(uint32_t role, const char *name, const mmx_option *options, uint32_t count,
              const char *family = "meshtastic") {
  mmx_type type{};
  type.struct_size = sizeof type;
  type.role = role;
  type.name = name;
  type.family = family;
  type.options = options;
  type.option_count = count;
  type.option_size = sizeof(mmx_option);
  return type;
}

const mmx_type kTypes[] = {
    make(MMX_ROLE_SOURCE, "meshtastic", kRadioOptions, std::size(kRadioOptions)),
    make(MMX_ROLE_SIMULATOR, "sim-meshtastic", kSimOptions, std::size(kSimOptions)),
    make(MMX_ROLE_FRONTEND, "vnode-meshtastic", kVnodeOptions, std::size(kVnodeOptions)),
    make(MMX_ROLE_SOURCE, "meshcore", kRadioOptions, std::size(kRadioOptions), "meshcore"),
    make(MMX_ROLE_SIMULATOR, "sim-meshcore", kCompanionSimOptions, std::size(kCompanionSimOptions),
         "meshcore"),
    make(MMX_ROLE_FRONTEND, "vnode-meshcore", kCompanionVnodeOptions,
         std::size(kCompanionVnodeOptions), "meshcore"),
};

}  // namespace

const mmx_type *ShippedCatalog::find(std::string_view name) {
  for (const mmx_type &type : kTypes) {
    if (name == type.name) return &type;
  }
  return nullptr;
}

std::vector<CatalogType> ShippedCatalog::types() {
  std::vector<CatalogType> types;
  for (const mmx_type &type : kTypes) types.push_back(CatalogType{&type, type.name, "1.0", ""});
  return types;
}

}  // namespace meshmux::testing
