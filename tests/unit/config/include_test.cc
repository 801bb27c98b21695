// include: of files and patterns, and how sections of several files become one.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/config/fake_catalog.h"

using namespace meshmux;
using namespace meshmux::testing;

namespace {

ConfigOutcome load_main(const std::string &path) {
  FakeCatalog catalog;
  return load_from_file(path, catalog, fake_system());
}

const char *const kRadio = "sources:\n  home: {plugin: radio, connect: \"tcp://a:1\"}\n";
const char *const kPhones = "frontends:\n  phones: {plugin: vnode, source: home}\n";

}  // namespace

TEST_CASE("files and patterns are merged in order", "[config]") {
  const TemporaryFolder folder;
  folder.write("conf.d/20-b.yaml",
               "frontends:\n  b: {plugin: vnode, source: home, listen: \"tcp://0.0.0.0:2\"}\n");
  folder.write("conf.d/10-a.yaml",
               "frontends:\n  a: {plugin: vnode, source: home, listen: \"tcp://0.0.0.0:1\"}\n");
  folder.write("conf.d/ignored.txt", "nonsense");
  folder.write("radio.yaml", kRadio);
  const std::string main =
      folder.write("meshmux.yaml",
                   "include: [radio.yaml, conf.d/*.yaml, empty.d/*.yaml]\nlog:\n  level: warn\n");
  const ConfigOutcome outcome = load_main(main);
  INFO(format_errors(outcome.errors));
  REQUIRE(outcome.config);
  REQUIRE(outcome.config->instances.size() == 3);
  CHECK(outcome.config->instances[0].id == "home");
  CHECK(outcome.config->instances[1].id == "a");
  CHECK(outcome.config->instances[2].id == "b");
  CHECK(outcome.config->log.level == log::Level::warn);
  CHECK(outcome.config->files == std::vector<std::string>{main, folder.path() + "/radio.yaml",
                                                          folder.path() + "/conf.d/10-a.yaml",
                                                          folder.path() + "/conf.d/20-b.yaml"});
  CHECK(*outcome.config->find("a")->mark.file == folder.path() + "/conf.d/10-a.yaml");
}

TEST_CASE("paths are relative to the file they stand in", "[config]") {
  const TemporaryFolder folder;
  folder.write("a/b/deep.yaml", kRadio);
  folder.write("a/mid.yaml", "include: b/deep.yaml\nplugin_path: plugins\n");
  const ConfigOutcome outcome =
      load_main(folder.write("meshmux.yaml", "include: a/mid.yaml\nplugin_path: [own]\n"));
  INFO(format_errors(outcome.errors));
  REQUIRE(outcome.config);
  CHECK(outcome.config->has_active_source());
  CHECK(outcome.config->plugin_path ==
        std::vector<std::string>{folder.path() + "/own", folder.path() + "/a/plugins"});
}

TEST_CASE("an id in two files names both places", "[config]") {
  const TemporaryFolder folder;
  const std::string other = folder.write("other.yaml", kRadio);
  const std::string main =
      folder.write("meshmux.yaml", std::string("include: other.yaml\n") + kRadio);
  const ConfigOutcome outcome = load_main(main);
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].to_string() ==
        other + ":2:3: error: \"home\" of sources is already defined at " + main +
            ":3:3; remove or rename one of them");
  CHECK(outcome.errors[0].source_line == "  home: {plugin: radio, connect: \"tcp://a:1\"}");
}

TEST_CASE("a setting in two files names both places", "[config]") {
  const TemporaryFolder folder;
  const std::string other = folder.write("other.yaml", "log:\n  level: info\n  format: json\n");
  const std::string main =
      folder.write("meshmux.yaml", "include: other.yaml\nlog:\n  level: warn\n");
  const ConfigOutcome outcome = load_main(main);
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].to_string() ==
        other + ":2:3: error: \"level\" of log is already defined at " + main +
            ":3:3; remove or rename one of them");
}

TEST_CASE("cycles, repetitions and missing files", "[config]") {
  const TemporaryFolder folder;
  SECTION("a cycle") {
    folder.write("b.yaml", "include: meshmux.yaml\n");
    const std::string main = folder.write("meshmux.yaml", "include: b.yaml\n");
    const ConfigOutcome outcome = load_main(main);
    REQUIRE(outcome.errors.size() == 1);
    CHECK(outcome.errors[0].to_string() ==
          folder.path() + "/b.yaml:1:10: error: " + main + " includes itself; remove this include");
  }
  SECTION("itself by a pattern is passed over") {
    CHECK(load_main(folder.write("meshmux.yaml", "include: '*.yaml'\n")).errors.empty());
  }
  SECTION("twice") {
    folder.write("radio.yaml", kRadio);
    const std::string main =
        folder.write("meshmux.yaml", "include:\n  - radio.yaml\n  - ./radio.yaml\n");
    const ConfigOutcome outcome = load_main(main);
    REQUIRE(outcome.errors.size() == 1);
    CHECK(outcome.errors[0].to_string() ==
          main + ":3:5: error: " + folder.path() +
              "/./radio.yaml is included twice; remove this include");
  }
  SECTION("by name, then by a pattern") {
    folder.write("conf.d/radio.yaml", kRadio);
    folder.write("conf.d/phones.yaml", kPhones);
    const ConfigOutcome outcome = load_main(
        folder.write("meshmux.yaml", "include:\n  - conf.d/radio.yaml\n  - conf.d/*.yaml\n"));
    CHECK(outcome.errors.empty());
    CHECK(outcome.config->instances.size() == 2);
  }
  SECTION("missing") {
    const std::string main = folder.write("meshmux.yaml", "include: none.yaml\n");
    const ConfigOutcome outcome = load_main(main);
    REQUIRE(outcome.errors.size() == 1);
    CHECK(outcome.errors[0].to_string() == main + ":1:10: error: cannot read " + folder.path() +
                                               "/none.yaml: No such file or directory");
  }
  SECTION("the main file missing") {
    const ConfigOutcome outcome = load_main(folder.path() + "/none.yaml");
    REQUIRE(outcome.errors.size() == 1);
    CHECK(outcome.errors[0].to_string() == folder.path() + "/none.yaml: error: cannot read " +
                                               folder.path() +
                                               "/none.yaml: No such file or directory");
  }
  SECTION("a folder") {
    const ConfigOutcome outcome = load_main(folder.path());
    REQUIRE(outcome.errors.size() == 1);
    CHECK(outcome.errors[0].message == "cannot read " + folder.path() + ": it is not a file");
  }
  SECTION("a map") {
    CHECK(errors_of(load("include: {a: b}\n")) ==
          std::vector<std::string>{"1:10: include: takes a file or a list of files, not a map"});
  }
}

TEST_CASE("errors in an included file show its own line", "[config]") {
  const TemporaryFolder folder;
  const std::string other = folder.write("conf.d/x.yaml", "# a comment\nlog:\n  level: loud\n");
  const ConfigOutcome outcome = load_main(folder.write("meshmux.yaml", "include: conf.d/*.yaml\n"));
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].mark.to_string() == other + ":3:10");
  CHECK(outcome.errors[0].source_line == "  level: loud");
}
