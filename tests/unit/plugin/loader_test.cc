// The loader: what it refuses, in which words, and where it looks.
#include "core/plugin/loader.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "core/plugin/entry_check.h"
#include "tests/unit/plugin/bench.h"

namespace meshmux::test {
namespace {

namespace fs = std::filesystem;

std::string refusal(const std::string &path) {
  log::Capture logged;
  PluginLoader loader;
  const Result<const LoadedPlugin *> plugin = loader.load_file(path);
  REQUIRE_FALSE(plugin);
  REQUIRE(loader.refused().size() == 1);
  CHECK(logged.contains("plugin " + path + " is refused: " + loader.refused()[0].reason));
  CHECK(loader.loaded().empty());
  return loader.refused()[0].reason;
}

// A directory of its own that is gone afterwards.
struct Folder {
  fs::path path;
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "meshmux-loader-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { fs::remove_all(path); }
  std::string link(const std::string &sin, const std::string &name) const {
    fs::create_symlink(bad_plugin(sin), path / name);
    return (path / name).string();
  }
};

}  // namespace

TEST_CASE("a plugin that cannot be used is refused in words its author can act on") {
  CHECK(
      refusal(bad_plugin("no_symbol")) ==
      "it does not export the function mmx_plugin_entry: define it with C linkage and MMX_EXPORT, "
      "or use MMX_PLUGIN in C++");
  CHECK(refusal(bad_plugin("null_entry")) ==
        "mmx_plugin_entry returned NULL: it must return a pointer to a static mmx_entry");
  CHECK(refusal(bad_plugin("wrong_magic")) ==
        "mmx_entry.magic is 0x12345678, expected 0x50584d4d: mmx_plugin_entry must return a "
        "mmx_entry that begins with MMX_ENTRY_MAGIC");
  CHECK(refusal(bad_plugin("wrong_major")) ==
        "it was built for plugin ABI 2.0, this meshmux speaks 1.0 and the major must be equal: "
        "rebuild the plugin with the headers of this meshmux");
  CHECK(refusal(bad_plugin("newer_minor")) ==
        "it was built for plugin ABI 1.7, this meshmux speaks only up to 1.0: upgrade meshmux, or "
        "rebuild the plugin with the headers of this meshmux");
  CHECK(
      refusal(bad_plugin("short_struct")) ==
      fmt::format("mmx_entry.struct_size is 16, expected at least {}: set it to sizeof(mmx_entry) "
                  "and rebuild the plugin with the headers of this meshmux",
                  sizeof(mmx_entry)));
  CHECK(refusal(bad_plugin("no_ops")) ==
        "type 'bad-no-ops': its ops is NULL: point it to a mmx_instance_ops");
  CHECK(refusal(bad_plugin("no_stop")) ==
        "type 'bad-no-stop': its ops.stop is NULL: start, stop and destroy are mandatory");
  CHECK(
      refusal(bad_plugin("nameless")) ==
      "mmx_type.name is NULL: the word after 'plugin:' consists of lower-case letters, digits, '_' "
      "and '-'");
  CHECK(refusal(bad_plugin("unknown_role")) ==
        "type 'bad-role': its role is 99, expected one MMX_ROLE_* from 1 to 5");
  CHECK(refusal(bad_plugin("narrow_options")) ==
        fmt::format("type 'bad-narrow': its option_size is 8, expected at least {}: set it to "
                    "sizeof(mmx_option) and rebuild the plugin with the headers of this meshmux",
                    sizeof(mmx_option)));
  CHECK_THAT(refusal(bad_plugin("unresolved")),
             Catch::StartsWith("it cannot be loaded: ") &&
                 Catch::Contains("undefined symbol: bad_nobody_defines_this"));
}

TEST_CASE("a file that is no shared object is refused") {
  Folder folder;
  const std::string path = (folder.path / "text.so").string();
  std::ofstream(path) << "not an object";
  CHECK_THAT(refusal(path), Catch::StartsWith("it cannot be loaded: "));
}

TEST_CASE("nothing but the frozen prefix is read before it passes") {
  // The prefix ends where the memory ends: reading on would be found by the sanitizer.
  const auto prefix = std::make_unique<uint8_t[]>(16);
  const uint32_t magic = MMX_ENTRY_MAGIC;
  const uint16_t major = MMX_ABI_MAJOR + 1;
  std::memcpy(prefix.get(), &magic, 4);
  std::memcpy(prefix.get() + 4, &major, 2);
  CHECK_THAT(refuse_entry(reinterpret_cast<const mmx_entry *>(prefix.get())),
             Catch::StartsWith("it was built for plugin ABI 2."));
}

TEST_CASE("options are checked one by one") {
  mmx_option options[2] = {{MMX_OPTION_INT, 0, "count", nullptr, nullptr, 0, 0, ""},
                           {MMX_OPTION_INT, 0, "count", nullptr, nullptr, 0, 0, ""}};
  mmx_instance_ops ops{};
  ops.struct_size = sizeof ops;
  ops.start = [](void *) -> mmx_status { return MMX_OK; };
  ops.stop = ops.destroy = [](void *) {};
  mmx_type type{};
  type.struct_size = sizeof type;
  type.role = MMX_ROLE_BRIDGE;
  type.name = "x";
  type.options = options;
  type.option_count = 2;
  type.option_size = sizeof(mmx_option);
  type.ops = &ops;
  type.create = [](const mmx_host *, const mmx_values *, void **) -> mmx_status { return MMX_OK; };
  CHECK(refuse_type(&type) == "type 'x': it declares the option 'count' twice");
  options[1].name = "Count";
  CHECK(
      refuse_type(&type) ==
      "type 'x': its options[1].name is 'Count': expected lower-case letters, digits, '_' and '-'");
  options[1] = {77, 0, "mode", nullptr, nullptr, 0, 0, ""};
  CHECK(refuse_type(&type) ==
        "type 'x': its option 'mode' has the kind 77, expected one MMX_OPTION_* from 1 to 11");
  options[1].kind = MMX_OPTION_ENUM;
  CHECK(refuse_type(&type) == "type 'x': its option 'mode' is an ENUM without values");
  options[1].kind = MMX_OPTION_BOOL;
  CHECK(refuse_type(&type).empty());
  ops.struct_size = 8;
  CHECK_THAT(refuse_type(&type),
             Catch::StartsWith("type 'x': mmx_instance_ops.struct_size is 8, expected at least"));
}

TEST_CASE("two plugins with one type name: the second one is refused and named") {
  log::Capture logged;
  PluginLoader loader;
  REQUIRE(loader.load_file(bad_plugin("quiet")));
  REQUIRE_FALSE(loader.load_file(bad_plugin("duplicate")));
  CHECK(loader.refused().at(0).reason == "type 'bad-quiet' is already provided by " +
                                             bad_plugin("quiet") +
                                             ": rename it, or remove one of them");
  CHECK(loader.find("bad-quiet") == loader.loaded().at(0)->types.at(0));
}

TEST_CASE("the file of a type's own name is loaded first and others only if it is not enough") {
  log::Capture logged;
  Folder folder;
  folder.link("quiet", "bad-quiet.so");
  folder.link("wrong_major", "broken.so");
  PluginLoader loader;
  loader.set_directories({"/nonexistent", folder.path.string()});
  REQUIRE(loader.find("bad-quiet") != nullptr);
  CHECK(loader.loaded().size() == 1);
  CHECK(loader.refused().empty());  // broken.so was not even opened

  CHECK(loader.find("broken") == nullptr);
  CHECK(loader.why_not("broken") ==
        (folder.path / "broken.so").string() +
            " was refused: it was built for plugin ABI 2.0, this meshmux "
            "speaks 1.0 and the major must be equal: rebuild the plugin "
            "with the headers of this meshmux");
  CHECK(loader.why_not("never-heard-of").empty());
}

TEST_CASE("a file in an earlier directory hides the one of the same name in a later one") {
  log::Capture logged;
  Folder first;
  Folder second;
  const std::string wanted = first.link("quiet", "plugin.so");
  second.link("wrong_magic", "plugin.so");
  PluginLoader loader;
  loader.set_directories({first.path.string(), second.path.string()});
  loader.load_all();
  REQUIRE(loader.loaded().size() == 1);
  CHECK(loader.loaded()[0]->path == wanted);
  CHECK(loader.refused().empty());
}

TEST_CASE("a plugin needs no execute permission") {
  log::Capture logged;
  Folder folder;
  const fs::path copy = folder.path / "bad-quiet.so";
  fs::copy_file(bad_plugin("quiet"), copy);
  fs::permissions(copy, fs::perms::owner_read);
  PluginLoader loader;
  CHECK(loader.load_file(copy.string()));
}

TEST_CASE(
    "plugins are looked for in the environment's, the configured, the built and the installed "
    "directory") {
  const std::vector<std::string> configured = {"/srv/plugins", "/one"};
  const auto found = plugin_directories("/one::/two", configured, "/tree/bin/meshmuxd");
  REQUIRE(found.size() == 5);
  CHECK(found[0] == "/one");
  CHECK(found[1] == "/two");
  CHECK(found[2] == "/srv/plugins");
  CHECK(found[3] == "/tree/lib/meshmux/plugins");
  CHECK_THAT(found[4], Catch::EndsWith("/meshmux/plugins"));
}

}  // namespace meshmux::test
