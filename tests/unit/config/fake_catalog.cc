// See fake_catalog.h.
#include "tests/unit/config/fake_catalog.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "core/base/text.h"

namespace meshmux::testing {

namespace {

const char *const kColours[] = {"red", "green", "blue", nullptr};

const mmx_option kRadioOptions[] = {
    {MMX_OPTION_URI, MMX_OPTION_REQUIRED, "connect", nullptr, nullptr, 0, 0,
     "The radio's address."},
    {MMX_OPTION_INT, MMX_OPTION_HOT, "nodes_max", "2000", nullptr, 10, 10000, "Nodes to remember."},
    {MMX_OPTION_DURATION, MMX_OPTION_HOT, "pacing", "10ms", nullptr, 0, 5,
     "Pause between packets."},
    {MMX_OPTION_STRING, MMX_OPTION_SECRET, "password", nullptr, nullptr, 0, 0, "Its password."},
    {MMX_OPTION_INT, MMX_OPTION_SECRET, "pin", nullptr, nullptr, 0, 9999, "Its pin."},
    {MMX_OPTION_ENUM, 0, "colour", "red", kColours, 0, 0, "Colour of the case."},
    {MMX_OPTION_BOOL, 0, "set_clock", "true", nullptr, 0, 0, "Whether to set its clock."},
    {MMX_OPTION_FLOAT, 0, "gain", "1.5", nullptr, 0, 10, "Antenna gain."},
    {MMX_OPTION_SIZE, 0, "buffer", "64k", nullptr, 1024, 1048576, "Bytes to buffer."},
    {MMX_OPTION_PATH, 0, "capture", nullptr, nullptr, 0, 0, "Where to write what arrives."},
    {MMX_OPTION_LIST, 0, "channels", nullptr, nullptr, 0, 0, "Channels to use."},
};
const mmx_option kVnodeOptions[] = {
    {MMX_OPTION_LISTEN, MMX_OPTION_HOT, "listen", "tcp://0.0.0.0:4404", nullptr, 0, 0,
     "Where apps connect."},
    {MMX_OPTION_DURATION, MMX_OPTION_HOT, "keepalive", "30s", nullptr, 5, 50, "Sign of life."},
};
const mmx_option kStoreOptions[] = {
    {MMX_OPTION_PATH, MMX_OPTION_REQUIRED, "path", nullptr, nullptr, 0, 0, "The database file."},
};
const mmx_option kSimOptions[] = {
    {MMX_OPTION_LISTEN, MMX_OPTION_REQUIRED, "listen", nullptr, nullptr, 0, 0,
     "Where its one client connects."},
    {MMX_OPTION_INT, 0, "nodes", "40", nullptr, 1, 5000, "Nodes around it."},
    {MMX_OPTION_INT, 0, "seed", "1", nullptr, 0, 0, "Of its randomness."},
};

mmx_type make(uint32_t role, const char *name, const char *family, const mmx_option *options,
              uint32_t count) {
  mmx_type type{};
  type.struct_size = sizeof type;
  type.role = role;
  type.name = name;
  type.summary = "A type of the tests.";
  type.family = family;
  type.options = options;
  type.option_count = count;
  type.option_size = sizeof(mmx_option);
  return type;
}

// Sorted by name, as a catalog promises.
const mmx_type kTypes[] = {
    make(MMX_ROLE_BRIDGE, "http", nullptr, nullptr, 0),
    make(MMX_ROLE_SOURCE, "other-radio", "b", kRadioOptions, std::size(kRadioOptions)),
    make(MMX_ROLE_FRONTEND, "other-vnode", "b", kVnodeOptions, std::size(kVnodeOptions)),
    make(MMX_ROLE_SOURCE, "radio", "a", kRadioOptions, std::size(kRadioOptions)),
    make(MMX_ROLE_SIMULATOR, "sim", "a", kSimOptions, std::size(kSimOptions)),
    make(MMX_ROLE_STORAGE, "store", nullptr, kStoreOptions, std::size(kStoreOptions)),
    make(MMX_ROLE_FRONTEND, "vnode", "a", kVnodeOptions, std::size(kVnodeOptions)),
};

const mmx_codec kCodec = {sizeof(mmx_codec), 0, "a", 0, nullptr, nullptr, nullptr};

std::vector<std::string> short_form(const std::vector<Problem> &problems) {
  std::vector<std::string> out;
  for (const Problem &problem : problems) {
    out.push_back(std::to_string(problem.mark.line) + ":" + std::to_string(problem.mark.column) +
                  ": " + problem.message);
  }
  return out;
}

}  // namespace

FakeCatalog::FakeCatalog() {
  for (const mmx_type &type : kTypes) {
    types_.push_back(CatalogType{&type, "tests", "1.0", std::string(type.name) + ".so"});
  }
}

const mmx_type *FakeCatalog::find(std::string_view name) {
  for (const CatalogType &known : types_) {
    if (name == known.type->name) return known.type;
  }
  return nullptr;
}

std::string FakeCatalog::why_not(std::string_view name) {
  return name == "broken" ? "broken.so was built for another version" : "";
}

std::vector<CatalogCodec> FakeCatalog::codecs() {
  return {CatalogCodec{&kCodec, "one"}, CatalogCodec{&kCodec, "two"}};
}

ConfigSystem fake_system(std::map<std::string, std::string> environment) {
  ConfigSystem system;
  system.environment = [environment = std::move(environment)](
                           const std::string &name) -> std::optional<std::string> {
    const auto found = environment.find(name);
    return found == environment.end() ? std::nullopt : std::optional<std::string>(found->second);
  };
  system.local_addresses = [] {
    return std::vector<std::string>{"127.0.0.1", "::1", "192.0.2.7", "fe80::1%eth0"};
  };
  return system;
}

ConfigOutcome load(std::string_view text, std::map<std::string, std::string> environment) {
  FakeCatalog catalog;
  return load_from_text(text, catalog, fake_system(std::move(environment)), "t.yaml");
}

std::vector<std::string> errors_of(const ConfigOutcome &outcome) {
  return short_form(outcome.errors);
}

std::vector<std::string> warnings_of(const ConfigOutcome &outcome) {
  return short_form(outcome.warnings);
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = std::filesystem::temp_directory_path().string() + "/meshmux-config-XXXXXX";
  if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string TemporaryFolder::write(const std::string &name, std::string_view text) const {
  const std::filesystem::path path = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
  return path.string();
}

}  // namespace meshmux::testing
