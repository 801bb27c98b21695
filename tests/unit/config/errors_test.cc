// Every mistake a configuration can contain, with the exact place and words it is reported with.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/config/fake_catalog.h"

using namespace meshmux;
using namespace meshmux::testing;

namespace {

struct Case {
  const char *name;
  const char *text;
  std::vector<std::string> errors;
};

// Around an instance's own lines, so that cases stay short. They begin in line 3.
std::string radio(const std::string &lines) { return "sources:\n  home:\n" + lines; }

void check(const Case &each) {
  INFO(each.name);
  const ConfigOutcome outcome = load(each.text);
  CHECK(errors_of(outcome) == each.errors);
  CHECK(outcome.config.has_value() == each.errors.empty());
}

const char *const kKnownRadio =
    "connect, nodes_max, pacing, password, password_file, pin, pin_file, colour, set_clock, gain, "
    "buffer, capture, channels, plugin, enabled and policy";

}  // namespace

TEST_CASE("YAML mistakes are told with their place", "[config]") {
  const std::vector<Case> cases = {
      {"a section twice",
       "log:\n  level: info\nlog:\n  format: json\n",
       {"3:1: \"log\" stands twice, first at t.yaml:1:1; remove or rename one of them"}},
      {"an option twice",
       "sources:\n  home:\n    plugin: radio\n    connect: tcp://a:1\n    connect: tcp://b:1\n",
       {"5:5: \"connect\" stands twice, first at t.yaml:4:5; remove or rename one of them"}},
      {"not a map",
       "- sources\n",
       {"1:1: the file must be a map of sections such as \"sources:\", not a list"}},
      {"a key that is no word",
       "sources:\n  ? [a, b]\n  : 1\n",
       {"2:5: a key must be a word, not a list"}},
      {"a second document",
       "log:\n  level: info\n---\nlog:\n  level: info\n",
       {"4:1: a second document begins here; a file holds one"}},
      {"no flow end", "log: { level: info\n", {"2:1: not valid YAML: end of map flow not found"}},
      {"zero bytes", "", {}},
  };
  for (const Case &each : cases) check(each);
  CHECK(errors_of(load(std::string_view("log:\0", 5))) ==
        std::vector<std::string>{"0:0: not a text file: it contains zero bytes"});
}

TEST_CASE("unknown words come with a suggestion", "[config]") {
  const std::vector<Case> cases = {
      {"a section",
       "source:\n  home: {}\n",
       {"1:1: unknown section \"source\"; did you mean \"sources\"?"}},
      {"a section unlike any",
       "quux: 1\n",
       {"1:1: unknown section \"quux\"; known are sources, frontends, storage, bridges, "
        "simulators, "
        "policies, include, plugin_path, codecs, log, control and audit"}},
      {"a log key",
       "log:\n  levle: info\n",
       {"2:3: unknown key \"levle\" in log; did you mean \"level\"?"}},
      {"a level",
       "log:\n  level: inof\n",
       {"2:10: log.level must be one of trace, debug, info, warn, error, not \"inof\" (did you "
        "mean "
        "\"info\"?)"}},
      {"an option",
       "sources:\n  home:\n    plugin: radio\n    conect: tcp://a:1\n",
       {"2:3: home needs \"connect\": The radio's address.",
        "4:5: unknown option \"conect\" of plugin radio; did you mean \"connect\"?"}},
      {"an option unlike any",
       "sources:\n  home:\n    plugin: radio\n    connect: tcp://a:1\n    zzzzzz: 1\n",
       {std::string("5:5: unknown option \"zzzzzz\" of plugin radio; known are ") + kKnownRadio}},
      {"a plugin",
       "sources:\n  home:\n    plugin: radoi\n",
       {"3:13: unknown plugin \"radoi\"; did you mean \"radio\"?"}},
      {"a plugin unlike any",
       "sources:\n  home:\n    plugin: zzzzzzzz\n",
       {"3:13: unknown plugin \"zzzzzzzz\"; known are other-radio and radio"}},
      {"a plugin that was refused",
       "sources:\n  home:\n    plugin: broken\n",
       {"3:13: plugin \"broken\" cannot be used: broken.so was built for another version"}},
      {"no plugin",
       "sources:\n  home:\n    connect: tcp://a:1\n",
       {"2:3: home names no plugin; add \"plugin: NAME\" (meshmuxd --list-plugins shows the "
        "names)"}},
      {"a codec family",
       "codecs:\n  c: one\n",
       {"2:3: no plugin has a codec for \"c\"; known are a and a"}},
      {"a codec's plugin",
       "codecs:\n  a: three\n",
       {"2:6: plugin \"three\" has no codec for a; known are one and two"}},
  };
  for (const Case &each : cases) check(each);
}

TEST_CASE("wrong types and ranges say what was expected", "[config]") {
  struct Line {
    const char *line;
    const char *error;
  };
  const std::vector<Line> lines = {
      {"nodes_max: many", "5:16: nodes_max: \"many\" is no whole number"},
      {"nodes_max: \"50\"", "5:16: nodes_max must be a number, not a text; remove the quotes"},
      {"nodes_max: 5", "5:16: nodes_max: 5 is out of range; it must be between 10 and 10000"},
      {"nodes_max: [1]", "5:16: nodes_max must be one word or text, not a list"},
      {"pacing: 10", "5:13: pacing: \"10\" has no unit; write 10s or 10ms"},
      {"pacing: 9s", "5:13: pacing: 9s is out of range; it must be between 0s and 5s"},
      {"colour: gren",
       "5:13: colour: \"gren\" is none of red, green, blue (did you mean \"green\"?)"},
      {"set_clock: maybe", "5:16: set_clock must be true or false, not \"maybe\""},
      {"set_clock: \"true\"",
       "5:16: set_clock must be true or false, not the text \"true\"; remove the quotes"},
      {"set_clock: 1", "5:16: set_clock must be true or false, not \"1\""},
      {"gain: much", "5:11: gain: \"much\" is no number"},
      {"gain: 11", "5:11: gain: 11 is out of range; it must be between 0 and 10"},
      {"buffer: 2M", "5:13: buffer: 2M is out of range; it must be between 1k and 1M"},
      {"channels: {a: b}",
       "5:15: channels must be a list, not a map; write each entry as \"- entry\""},
      {"channels: [[a]]", "5:16: an entry of channels must be one word or text, not a list"},
      {"enabled: nope", "5:14: enabled must be true or false, not \"nope\""},
      {"pin: 12345", "5:10: pin must be a number"},
      {"source: other", "5:5: \"source\" does not fit here: a source of plugin radio has none"},
      {"max_sessions: 3",
       "5:5: \"max_sessions\" does not fit here: a source of plugin radio does not listen, so it "
       "has "
       "no such limit"},
  };
  for (const Line &each : lines) {
    INFO(each.line);
    const ConfigOutcome outcome = load(
        radio("    plugin: radio\n    connect: tcp://a:1\n    " + std::string(each.line) + "\n"));
    CHECK(errors_of(outcome) == std::vector<std::string>{each.error});
  }
}

TEST_CASE("addresses are checked for their spelling", "[config]") {
  const auto connect = [](const std::string &address) {
    return errors_of(load(radio("    plugin: radio\n    connect: " + address + "\n")));
  };
  CHECK(connect("192.168.1.1:4403") ==
        std::vector<std::string>{
            "4:14: connect: \"192.168.1.1:4403\" is no URI; write tcp://192.168.1.1:4403"});
  CHECK(connect("/dev/ttyUSB0") ==
        std::vector<std::string>{
            "4:14: connect: \"/dev/ttyUSB0\" is no URI; write serial:///dev/ttyUSB0"});
  CHECK(connect("serial:///dev/ttyUSB0?baud=9600").empty());
  const ConfigOutcome listen = load(
      "sources:\n  r: {plugin: radio, connect: \"tcp://a:1\"}\n"
      "frontends:\n  f:\n    plugin: vnode\n    source: r\n    listen: serial:///dev/ttyUSB0\n");
  CHECK(errors_of(listen) ==
        std::vector<std::string>{"7:13: listen: \"serial:///dev/ttyUSB0\" cannot be listened on; "
                                 "write tcp://0.0.0.0:port"});
}

TEST_CASE("ids follow one rule and are unique across groups", "[config]") {
  const std::vector<Case> cases = {
      {"upper case",
       "sources:\n  Home: {plugin: radio, connect: \"tcp://a:1\"}\n",
       {"2:3: \"Home\" cannot be an id; use at most 63 lower-case letters, digits, \"-\" and "
        "\"_\", "
        "beginning with a letter or digit"}},
      {"leading dash",
       "sources:\n  -a: {plugin: radio, connect: \"tcp://a:1\"}\n",
       {"2:3: \"-a\" cannot be an id; use at most 63 lower-case letters, digits, \"-\" and \"_\", "
        "beginning with a letter or digit"}},
      {"across groups",
       "sources:\n  home: {plugin: radio, connect: \"tcp://a:1\"}\n"
       "bridges:\n  home: {plugin: http}\n",
       {"4:3: the id \"home\" is already used under \"sources:\" at t.yaml:2:3; ids are unique in "
        "the "
        "whole configuration"}},
      {"good ones", "sources:\n  0a_b-c: {plugin: radio, connect: \"tcp://a:1\"}\n", {}},
  };
  for (const Case &each : cases) check(each);
}

TEST_CASE("roles, sources and families must fit", "[config]") {
  const std::vector<Case> cases = {
      {"a frontend among sources",
       "sources:\n  home: {plugin: vnode}\n",
       {"2:18: plugin vnode is a frontend, not a source; move \"home\" under \"frontends:\""}},
      {"no source",
       "frontends:\n  f: {plugin: vnode}\n",
       {"2:3: f names no source; add one under \"sources:\" and name it here"}},
      {"no source although there is one",
       "sources:\n  home: {plugin: radio, connect: \"tcp://a:1\"}\nfrontends:\n  f: {plugin: "
       "vnode}\n",
       {"4:3: f names no source; write source: home"}},
      {"an unknown source",
       "sources:\n  home: {plugin: radio, connect: \"tcp://a:1\"}\n"
       "frontends:\n  f: {plugin: vnode, source: hoem}\n",
       {"4:30: there is no source \"hoem\"; did you mean \"home\"?"}},
      {"a source that is none",
       "sources:\n  home: {plugin: radio, connect: \"tcp://a:1\"}\n"
       "frontends:\n  f: {plugin: vnode, source: web}\nbridges:\n  web: {plugin: http}\n",
       {"4:30: \"web\" is a bridge, not a source; known is home"}},
      {"another family",
       "sources:\n  home: {plugin: other-radio, connect: \"tcp://a:1\"}\n"
       "frontends:\n  f: {plugin: vnode, source: home}\n",
       {"4:30: plugin vnode speaks a, but source home speaks b; bind f to a source of its own "
        "kind"}},
  };
  for (const Case &each : cases) check(each);
}

TEST_CASE("disabled instances are checked all the same", "[config]") {
  check({"disabled",
         "sources:\n  home:\n    plugin: radio\n    enabled: false\n    connect: nonsense\n    "
         "typo: 1\n",
         {"5:14: connect: \"nonsense\" is no URI; write tcp://host:port, "
          "serial:///dev/ttyUSB0 or unix:///path",
          std::string("6:5: unknown option \"typo\" of plugin radio; known are ") + kKnownRadio}});
}

TEST_CASE("all errors of a file are told at once, in order", "[config]") {
  const ConfigOutcome outcome = load(
      "log:\n  level: loud\nfrontends:\n  f: {plugin: vnode, source: nope}\n"
      "sources:\n  home:\n    plugin: radio\n    connect: tcp://a:1\n    gain: -1\nxyzzyx: 1\n");
  const std::vector<std::string> errors = errors_of(outcome);
  REQUIRE(errors.size() == 4);
  CHECK(errors[0].starts_with("2:10: "));
  CHECK(errors[1].starts_with("4:30: "));
  CHECK(errors[2].starts_with("9:11: "));
  CHECK(errors[3].starts_with("10:1: "));
  CHECK_FALSE(outcome.config.has_value());
}

TEST_CASE("errors show their line with a caret", "[config]") {
  const ConfigOutcome outcome =
      load("sources:\n  home:\n    plugin: radio\n    connect: tcp://a:1\n    conect: x\n");
  CHECK(format_errors(outcome.errors) ==
        "t.yaml:5:5: error: unknown option \"conect\" of plugin radio; did you mean \"connect\"?\n"
        "      conect: x\n"
        "      ^\n");
}

TEST_CASE("no error shows a secret", "[config]") {
  const std::vector<std::string> texts = {
      radio("    plugin: radio\n    connect: tcp://a:1\n    pin: hunter2\n"),
      radio("    plugin: radio\n    connect: tcp://a:1\n    pni: hunter2\n"),
      radio("    plugin: radio\n    connect: tcp://a:1\n    pasword: hunter2\n"),
      radio("    plugin: radio\n    connect: tcp://a:1\n    password: [hunter2]\n"),
      radio("    {plugin: radio, connect: \"tcp://a:1\", pin: \"hunter2\", gain: 99}\n"),
      radio("    plugin: radio\n    password: \"hunter2\n"),
  };
  for (const std::string &text : texts) {
    INFO(text);
    const ConfigOutcome outcome = load(text);
    REQUIRE_FALSE(outcome.errors.empty());
    CHECK(format_errors(outcome.errors).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("control characters in names cannot reach a terminal", "[config]") {
  const ConfigOutcome outcome = load("\"a\\e[31m\\nb\": 1\n");
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].message.find('\x1b') == std::string::npos);
  CHECK(outcome.errors[0].message.find('\n') == std::string::npos);
}

TEST_CASE("hostile files end in an error, soon", "[config]") {
  std::string deep = "a: ";
  for (int i = 0; i < 5000; ++i) deep += '[';
  CHECK_FALSE(load(deep).errors.empty());

  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 20; ++i) {
    const std::string last = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + last;
    for (int j = 0; j < 9; ++j) bomb += ", " + last;
    bomb += "]\n";
  }
  const ConfigOutcome outcome = load(bomb);
  bool told = false;
  for (const Problem &problem : outcome.errors) {
    told = told || problem.message == "too many nested aliases";
  }
  CHECK(told);
  CHECK_FALSE(load("a: &a [*a]\n").errors.empty());
}
