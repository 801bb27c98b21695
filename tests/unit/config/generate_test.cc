// What is made from option tables: schema, default file, list of plugins; and the shipped files.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/config/document.h"
#include "core/config/generate.h"
#include "tests/unit/config/fake_catalog.h"
#include "tests/unit/config/shipped_catalog.h"

using namespace meshmux;
using namespace meshmux::testing;

namespace {

class EmptyCatalog final : public TypeCatalog {
 public:
  const mmx_type *find(std::string_view) override { return nullptr; }
  std::string why_not(std::string_view) override { return {}; }
  std::vector<CatalogType> types() override { return {}; }
  std::vector<CatalogCodec> codecs() override { return {}; }
};

std::vector<std::string> yaml_files(const std::string &folder) {
  std::vector<std::string> files;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  return files;
}

}  // namespace

TEST_CASE("the schema is JSON and follows the option tables", "[config]") {
  FakeCatalog catalog;
  const Json schema = Json::parse(print_schema(catalog), nullptr, false);
  REQUIRE(schema.is_object());
  CHECK(schema.at("$schema") == "https://json-schema.org/draft/2020-12/schema");
  CHECK(schema.at("additionalProperties") == false);
  const Json &radio = schema.at("$defs").at("plugin.radio");
  CHECK(radio.at("required") == Json::array({"plugin", "connect"}));
  CHECK(radio.at("properties").at("plugin").at("const") == "radio");
  const Json &nodes = radio.at("properties").at("nodes_max");
  CHECK(nodes.at("default") == 2000);
  CHECK(nodes.at("description") == "Nodes to remember.");
  CHECK(nodes.at("anyOf").at(0).at("minimum") == 10);
  CHECK(radio.at("properties").contains("password_file"));
  CHECK_FALSE(radio.at("properties").contains("max_sessions"));
  CHECK_FALSE(radio.at("properties").contains("source"));
  const Json &vnode = schema.at("$defs").at("plugin.vnode");
  CHECK(vnode.at("required") == Json::array({"plugin", "source"}));
  CHECK(vnode.at("properties").contains("max_sessions"));
  // Every reference leads somewhere.
  const Json flat = schema.flatten();
  for (const auto &[path, value] : flat.items()) {
    if (!path.ends_with("/$ref")) continue;
    INFO(value);
    CHECK(schema.contains(Json::json_pointer(value.get<std::string>().substr(1))));
  }
}

TEST_CASE("generated texts do without any plugin", "[config]") {
  EmptyCatalog catalog;
  CHECK(Json::parse(print_schema(catalog), nullptr, false).is_object());
  CHECK(load_from_text(print_default_config(catalog), catalog, fake_system()).errors.empty());
  CHECK(print_plugins(catalog) == "no plugins found; see plugin_path: and MESHMUX_PLUGIN_PATH\n");
}

TEST_CASE("the default file is valid unedited and asks for one address", "[config]") {
  FakeCatalog catalog;
  const std::string text = print_default_config(catalog);
  const ConfigOutcome outcome = load_from_text(text, catalog, fake_system());
  INFO(format_errors(outcome.errors));
  REQUIRE(outcome.config);
  CHECK_FALSE(outcome.config->has_active_source());
  REQUIRE(outcome.warnings.size() == 1);
  CHECK(
      outcome.warnings[0].message.starts_with("no source is active: fill in \"connect\" of home"));

  const size_t place = text.find("    connect:\n");
  REQUIRE(place != std::string::npos);
  std::string edited = text;
  edited.replace(place, 13, "    connect: tcp://192.168.1.5:4403\n");
  const ConfigOutcome filled = load_from_text(edited, catalog, fake_system());
  REQUIRE(filled.config);
  CHECK(filled.config->has_active_source());
  CHECK(filled.warnings.empty());
  CHECK(filled.config->find("phones")->source == "home");
}

TEST_CASE("everything commented in the default file is right once uncommented", "[config]") {
  FakeCatalog catalog;
  std::string text;
  const std::string commented = print_default_config(catalog);
  // Lines of one option, "    # name: value", and those of the sections below "# policies:".
  size_t begin = 0;
  while (begin < commented.size()) {
    const size_t end = commented.find('\n', begin);
    std::string line = commented.substr(begin, end - begin);
    begin = end + 1;
    const size_t colon = line.find(':');
    const bool option = line.starts_with("    # ") && colon != std::string::npos &&
                        line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", 6) == colon &&
                        (colon + 1 == line.size() || line[colon + 1] == ' ');
    text += (option ? "    " + line.substr(6) : line) + "\n";
  }
  CHECK(text.find("\n    max_sessions: 256\n") != std::string::npos);
  CHECK(text.find("\n    nodes_max: 2000\n") != std::string::npos);
  const ConfigOutcome outcome = load_from_text(text, catalog, fake_system());
  INFO(text << format_errors(outcome.errors));
  CHECK(outcome.errors.empty());
}

TEST_CASE("the list of plugins documents every option", "[config]") {
  FakeCatalog catalog;
  const std::string text = print_plugins(catalog);
  CHECK(
      text.find("radio (source, under \"sources:\")\n  A type of the tests.\n  from tests 1.0, "
                "radio.so\n  speaks a\n    connect: address, required\n        The radio's "
                "address.\n    nodes_max: whole number, default 2000, 10 to 10000, changes without "
                "a restart\n") != std::string::npos);
  CHECK(text.find("password: text, secret (or password_file)") != std::string::npos);
}

TEST_CASE("every shipped configuration is valid", "[config]") {
  const std::string folder = MESHMUX_SOURCE_DIR "/config";
  const std::vector<std::string> files = yaml_files(folder);
  CHECK(files.size() >= 9);
  for (const std::string &file : files) {
    ShippedCatalog catalog;
    const ConfigOutcome outcome = load_from_file(file, catalog, fake_system());
    INFO(file << "\n" << format_errors(outcome.errors));
    CHECK(outcome.errors.empty());
  }
}

TEST_CASE("a first-time user's warnings in shipped files are as meant", "[config]") {
  ShippedCatalog catalog;
  const std::string folder = MESHMUX_SOURCE_DIR "/config/";
  CHECK(load_from_file(folder + "demo.yaml", catalog, fake_system()).warnings.empty());
  const ConfigOutcome first = load_from_file(folder + "meshmux.yaml", catalog, fake_system());
  REQUIRE(first.warnings.size() == 1);
  CHECK(first.warnings[0].message.starts_with("no source is active: fill in "));
  REQUIRE(first.config);
  CHECK_FALSE(first.config->has_active_source());
}

TEST_CASE("the fake of the shipped plugins makes a default file of the same shape", "[config]") {
  ShippedCatalog catalog;
  const Result<std::string> shipped =
      read_whole_file(MESHMUX_SOURCE_DIR "/config/meshmux.yaml", 1 << 20);
  REQUIRE(shipped);
  // Byte for byte it is compared with the real plugins, in the integration tests.
  const std::string made = print_default_config(catalog);
  CHECK(made.substr(0, made.find("sources:")) == shipped->substr(0, shipped->find("sources:")));
  CHECK(made.substr(made.find("# Rules shared")) ==
        shipped->substr(shipped->find("# Rules shared")));
}
