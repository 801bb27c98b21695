// What a reload has to do for each kind of change.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/config/diff.h"
#include "tests/unit/config/fake_catalog.h"

using namespace meshmux;
using namespace meshmux::testing;

namespace {

const std::string kSource =
    "sources:\n  home:\n    plugin: radio\n    connect: tcp://192.168.1.9:4403\n";
const std::string kFrontend = "frontends:\n  f:\n    plugin: vnode\n    source: home\n";

Config config(const std::string &text) {
  ConfigOutcome outcome = load(text);
  INFO(format_errors(outcome.errors));
  REQUIRE(outcome.config);
  return std::move(*outcome.config);
}

// "id: kind" and for updates what is new, of every instance that changed.
std::vector<std::string> changes(const std::string &before_text, const std::string &after_text) {
  const Config before = config(before_text);
  const Config after = config(after_text);
  std::vector<std::string> out;
  for (const InstanceChange &change : compare_configs(before, after).instances) {
    static const char *const names[] = {"invalid", "unchanged", "updated", "recreate",
                                        "added",   "removed",   "enabled", "disabled"};
    if (change.kind == ChangeKind::unchanged) continue;
    std::string line = change.id + ": " + names[static_cast<int>(change.kind)];
    if (change.policy) line += " policy";
    if (change.listener) line += " listener";
    if (change.address) line += " address";
    if (change.hot) line += " hot";
    CHECK((change.before != nullptr) == (change.kind != ChangeKind::added));
    CHECK((change.after != nullptr) == (change.kind != ChangeKind::removed));
    out.push_back(line);
  }
  return out;
}

using Changes = std::vector<std::string>;

}  // namespace

TEST_CASE("each change has its consequence", "[config]") {
  const std::string base = kSource + kFrontend;
  CHECK(changes(base, base).empty());
  // Comments, order of keys and written defaults change nothing.
  CHECK(changes(base, "# x\n" + kSource + "    nodes_max: 2000\n" + kFrontend +
                          "    listen: tcp://0.0.0.0:4404\n")
            .empty());
  CHECK(changes(base, kSource + "    nodes_max: 3000\n" + kFrontend) ==
        Changes{"home: updated hot"});
  CHECK(changes(base, kSource + "    gain: 3\n" + kFrontend) == Changes{"home: recreate"});
  CHECK(changes(base, kSource + "    password: x\n" + kFrontend) == Changes{"home: recreate"});
  CHECK(changes(base, base + "    listen: tcp://0.0.0.0:4500\n") == Changes{"f: updated address"});
  CHECK(changes(base, base + "    max_sessions: 3\n") == Changes{"f: updated listener"});
  CHECK(changes(base, base + "    policy: {admin: read}\n") == Changes{"f: updated policy"});
  CHECK(changes(base, base + "    policy: {admin: read}\n    keepalive: 10s\n    max_sessions: 3\n"
                             "    listen: tcp://0.0.0.0:1\n") ==
        Changes{"f: updated policy listener address hot"});
  CHECK(changes(base, base + "    enabled: false\n") == Changes{"f: disabled"});
  CHECK(changes(base + "    enabled: false\n", base) == Changes{"f: enabled"});
  CHECK(changes(base + "    enabled: false\n", base + "    enabled: false\n    max_sessions: 3\n")
            .empty());
  CHECK(changes(base, kSource) == Changes{"f: removed"});
  CHECK(changes(kSource, base) == Changes{"f: added"});
  CHECK(changes(kSource,
                "sources:\n  home:\n    plugin: other-radio\n    connect: "
                "tcp://192.168.1.9:4403\n") == Changes{"home: recreate"});
  CHECK(changes(kSource, "sources:\n  home:\n    plugin: radio\n    connect:\n") ==
        Changes{"home: disabled"});
}

TEST_CASE("another source means a new instance", "[config]") {
  const std::string sources =
      kSource + "  b:\n    plugin: radio\n    connect: tcp://192.168.1.8:1\n";
  CHECK(changes(sources + kFrontend,
                sources + "frontends:\n  f:\n    plugin: vnode\n    source: b\n") ==
        Changes{"f: recreate"});
}

TEST_CASE("moving a rule to another line changes nothing", "[config]") {
  const std::string rules = "    policy:\n      rules:\n        - deny: [text]\n";
  CHECK(changes(kSource + kFrontend + rules, "# moved\n" + kSource + kFrontend + rules).empty());
  CHECK(changes(kSource + kFrontend + rules,
                kSource + kFrontend + "    policy:\n      rules:\n        - deny: [position]\n") ==
        Changes{"f: updated policy"});
}

TEST_CASE("a changed shared policy reaches everybody who uses it", "[config]") {
  const std::string use = kSource + kFrontend + "    policy: p\n";
  CHECK(changes(use + "policies: {p: {admin: deny}}\n", use + "policies: {p: {admin: read}}\n") ==
        Changes{"f: updated policy"});
}

TEST_CASE("what only counts after a restart is named", "[config]") {
  const auto compare = [](const std::string &a, const std::string &b) {
    const Config before = config(a);
    const Config after = config(b);
    return compare_configs(before, after);
  };
  CHECK_FALSE(compare(kSource, kSource).any());
  const ConfigChange sections =
      compare(kSource, kSource + "control: {socket: /x}\nplugin_path: [/p]\n");
  CHECK(sections.needs_restart == std::vector<std::string>{"plugin_path", "control"});
  CHECK(sections.any());
  CHECK(compare(kSource, kSource + "log: {level: debug}\n").log);
  CHECK(compare(kSource, kSource + "audit: {path: /a}\n").audit);
}

TEST_CASE("a source's fingerprint follows its address", "[config]") {
  const auto fingerprint = [](const std::string &text) {
    return source_fingerprint(*config(text).find("home"));
  };
  CHECK(fingerprint(kSource) == "radio connect=tcp://192.168.1.9:4403");
  CHECK(fingerprint(kSource) == fingerprint(kSource + "    gain: 3\n    password: hunter2\n"));
  CHECK(fingerprint(kSource) !=
        fingerprint("sources:\n  home:\n    plugin: radio\n    connect: tcp://192.168.1.8:4403\n"));
}
