// The modes of the program that only print, with their exit codes.
#include "core/daemon/run.h"

#include <sstream>

#include "tests/unit/daemon/house.h"

namespace meshmux::test {
namespace {

struct Checked {
  int code = -1;
  std::string out;
  std::string errors;
};

Checked check(const std::string &path) {
  const log::Level level = log::level();
  std::ostringstream out;
  std::ostringstream errors;
  DaemonOptions options;
  options.config = path;
  Checked checked;
  checked.code = check_config(options, out, errors);
  checked.out = out.str();
  checked.errors = errors.str();
  log::set_level(level);
  return checked;
}

}  // namespace

TEST_CASE("checking a configuration: fine, wrong, and not there") {
  Folder folder;
  const std::string path = folder / "meshmux.yaml";
  std::ofstream(path) << "sources: {}\n";
  const Checked fine = check(path);
  CHECK(fine.code == 0);
  CHECK(fine.out == path + ": ok\n");
  CHECK_THAT(fine.errors, Catch::Contains("no source is active"));

  std::ofstream(path) << "source: {}\n";
  const Checked wrong = check(path);
  CHECK(wrong.code == 78);
  CHECK(wrong.out.empty());
  CHECK_THAT(wrong.errors, Catch::Contains("meshmux.yaml:1:1: error: ") &&
                               Catch::Contains("sources") && Catch::Contains(": 1 error\n"));

  const Checked missing = check(folder / "nothing.yaml");
  CHECK(missing.code == 78);
  CHECK_THAT(missing.errors, Catch::Contains("there is no configuration at") &&
                                 Catch::Contains("--print-default-config"));
}

TEST_CASE(
    "a plugin that an instance needs and that was refused is a configuration error that says why") {
  Folder folder;
  std::filesystem::create_symlink(bad_plugin("wrong_major"), folder / "radio.so");
  const std::string path = folder / "meshmux.yaml";
  std::ofstream(path) << "plugin_path: [" << folder.path.string()
                      << "]\nsources:\n  home:\n    plugin: radio\n";
  log::Capture logged;
  const Checked checked = check(path);
  CHECK(checked.code == 78);
  CHECK_THAT(checked.errors, Catch::Contains("meshmux.yaml:4:") &&
                                 Catch::Contains("it was built for plugin ABI 2.0"));
}

TEST_CASE("the list of plugins names those that were refused, and why") {
  Folder folder;
  std::filesystem::create_symlink(bad_plugin("quiet"), folder / "quiet.so");
  std::filesystem::create_symlink(bad_plugin("no_symbol"), folder / "broken.so");
  const std::string path = folder / "meshmux.yaml";
  std::ofstream(path) << "plugin_path: [" << folder.path.string() << "]\n";
  const log::Capture logged;
  std::ostringstream out;
  DaemonOptions options;
  options.config = path;
  CHECK(list_plugins(options, out) == 0);
  CHECK_THAT(out.str(), Catch::Contains("bad-quiet") &&
                            Catch::Contains((folder / "broken.so") +
                                            ": it does not export the function mmx_plugin_entry"));
}

}  // namespace meshmux::test
