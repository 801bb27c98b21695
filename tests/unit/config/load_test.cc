// What a good configuration becomes: values, defaults, variables, secrets from files, limits,
// policies.
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "core/policy/labels.h"
#include "tests/unit/config/fake_catalog.h"

using namespace meshmux;
using namespace meshmux::testing;

namespace {

constexpr int64_t kSecondNs = 1000000000;

const OptionValue &option(const Config &config, const char *id, const char *name) {
  const InstanceConfig *instance = config.find(id);
  REQUIRE(instance != nullptr);
  const int index = find_option(*instance->type, name);
  REQUIRE(index >= 0);
  return instance->options.at(static_cast<size_t>(index));
}

Config good(std::string_view text, std::map<std::string, std::string> environment = {}) {
  ConfigOutcome outcome = load(text, std::move(environment));
  INFO(format_errors(outcome.errors));
  REQUIRE(outcome.errors.empty());
  return std::move(*outcome.config);
}

const char *const kRadio = "sources:\n  home: {plugin: radio, connect: \"tcp://a:1\"}\n";

}  // namespace

TEST_CASE("every kind of option becomes its value", "[config]") {
  const Config config = good(
      "sources:\n  home:\n    plugin: radio\n    connect: tcp://192.168.1.100:4403\n"
      "    nodes_max: 500\n    pacing: 250ms\n    password: 0123\n    pin: 42\n    colour: green\n"
      "    set_clock: no\n    gain: 2.25\n    buffer: 128k\n    capture: out/c.bin\n"
      "    channels: [a, \"b, c\"]\n");
  CHECK(option(config, "home", "connect").s == "tcp://192.168.1.100:4403");
  CHECK(option(config, "home", "nodes_max").i == 500);
  CHECK(option(config, "home", "pacing").i == 250000000);
  CHECK(option(config, "home", "password").s == "0123");
  CHECK(option(config, "home", "pin").i == 42);
  CHECK(option(config, "home", "colour").s == "green");
  CHECK(option(config, "home", "colour").i == 1);
  CHECK(option(config, "home", "set_clock").i == 0);
  CHECK(option(config, "home", "gain").f == 2.25);
  CHECK(option(config, "home", "buffer").i == 128 * 1024);
  CHECK(option(config, "home", "capture").s == "out/c.bin");
  CHECK(option(config, "home", "channels").list == std::vector<std::string>{"a", "b, c"});
  CHECK(option(config, "home", "nodes_max").is_set);
  CHECK(option(config, "home", "nodes_max").mark.to_string() == "t.yaml:5:16");
}

TEST_CASE("what is not written has its default", "[config]") {
  const Config config = good(kRadio);
  const InstanceConfig &home = *config.find("home");
  CHECK(home.enabled);
  CHECK(home.mark.to_string() == "t.yaml:2:3");
  CHECK(option(config, "home", "nodes_max").i == 2000);
  CHECK_FALSE(option(config, "home", "nodes_max").is_set);
  CHECK(option(config, "home", "password").kind == MMX_OPTION_INVALID);
  CHECK(config.log == LogConfig{});
  CHECK(config.control.socket.empty());
  CHECK(config.has_active_source());
}

TEST_CASE("the plugin's view shows the same values", "[config]") {
  const Config config =
      good("sources:\n  home: {plugin: radio, connect: \"tcp://a:1\", channels: [x, yy]}\n");
  const InstanceConfig &home = *config.find("home");
  const mmx_values values = home.options.view();
  REQUIRE(values.count == home.type->option_count);
  REQUIRE(values.value_size == sizeof(mmx_value));
  const mmx_value &connect = values.values[find_option(*home.type, "connect")];
  CHECK(connect.kind == MMX_OPTION_URI);
  CHECK(connect.is_set == 1);
  CHECK(std::string(connect.s.data, connect.s.size) == "tcp://a:1");
  const mmx_value &channels = values.values[find_option(*home.type, "channels")];
  REQUIRE(channels.list_count == 2);
  CHECK(std::string(channels.list[1].data, channels.list[1].size) == "yy");
  CHECK(values.values[find_option(*home.type, "password")].kind == MMX_OPTION_INVALID);
}

TEST_CASE("variables keep the type of what they hold", "[config]") {
  const char *text =
      "sources:\n  home:\n    plugin: radio\n    connect: tcp://${HOST}:${PORT:-4403}\n"
      "    enabled: ${ON:-true}\n    nodes_max: ${MAX:-100}\n    password: ${SECRET:-a${b}\n"
      "    colour: $${x}\n";
  SECTION("defaults") {
    const ConfigOutcome outcome = load(text, {{"HOST", "radio"}});
    CHECK(errors_of(outcome) ==
          std::vector<std::string>{"8:13: colour: \"${x}\" is none of red, green, blue"});
  }
  const std::string fixed = std::string(text).substr(0, std::string(text).find("    colour"));
  SECTION("set") {
    const Config config = good(
        fixed, {{"HOST", "radio"}, {"PORT", "99"}, {"ON", "0"}, {"MAX", "77"}, {"SECRET", "1"}});
    CHECK(option(config, "home", "connect").s == "tcp://radio:99");
    CHECK_FALSE(config.find("home")->enabled);
    CHECK(option(config, "home", "nodes_max").i == 77);
    CHECK(option(config, "home", "password").s == "1");
  }
  SECTION("empty means the default, as in a shell") {
    CHECK(good(fixed, {{"HOST", "radio"}, {"MAX", ""}}).find("home")->enabled);
    CHECK(option(good(fixed, {{"HOST", "radio"}, {"MAX", ""}}), "home", "nodes_max").i == 100);
  }
  SECTION("not set") {
    CHECK(errors_of(load(fixed)) ==
          std::vector<std::string>{
              "4:14: connect: \"tcp://:4403\" has no host; write tcp://host:4403",
              "4:14: the environment variable HOST is not set; set it, or give a default: "
              "${HOST:-default}"});
  }
  SECTION("misspelt") {
    CHECK(errors_of(load("log:\n  level: ${A B}\n")) ==
          std::vector<std::string>{"2:10: \"${A B}\" is not a variable; write ${NAME} or "
                                   "${NAME:-default}, and $${ for a plain ${"});
    CHECK(errors_of(load("control:\n  socket: /a${B\n")) ==
          std::vector<std::string>{"2:11: \"${\" without \"}\"; write $${ for a plain ${"});
  }
  SECTION("quoted, because braces end a flow map") {
    CHECK(good("log: {level: \"${L:-debug}\"}\n").log.level == log::Level::debug);
  }
  SECTION("lists are split at commas") {
    const std::string list = std::string(kRadio) +
                             "frontends:\n  f:\n    plugin: vnode\n    source: home\n"
                             "    allow: ${NETS:-}\n";
    CHECK(good(list).find("f")->listener.allow.empty());
    CHECK(good(list, {{"NETS", "10.0.0.0/8, fd00::/8"}}).find("f")->listener.allow.size() == 2);
  }
}

TEST_CASE("secrets can come from files", "[config]") {
  const TemporaryFolder folder;
  const std::string secret = folder.write("secret", "hunter2\n");
  chmod(secret.c_str(), 0600);
  const std::string main = folder.write(
      "meshmux.yaml",
      "sources:\n  home:\n    plugin: radio\n    connect: tcp://a:1\n    password_file: secret\n");
  FakeCatalog catalog;
  SECTION("relative to the configuration, without the newline") {
    const ConfigOutcome outcome = load_from_file(main, catalog, fake_system());
    REQUIRE(outcome.config);
    CHECK(option(*outcome.config, "home", "password").s == "hunter2");
    CHECK(outcome.warnings.empty());
  }
  SECTION("everybody may read it") {
    chmod(secret.c_str(), 0644);
    const ConfigOutcome outcome = load_from_file(main, catalog, fake_system());
    REQUIRE(outcome.config);
    CHECK(warnings_of(outcome) ==
          std::vector<std::string>{"5:20: password_file: everybody on this machine can read " +
                                   secret + "; run chmod o-r on it"});
  }
  SECTION("missing") {
    const ConfigOutcome outcome = load(
        "sources:\n  home:\n    plugin: radio\n    connect: tcp://a:1\n    password_file: "
        "/no/such\n");
    CHECK(errors_of(outcome) ==
          std::vector<std::string>{
              "5:20: password_file: cannot read /no/such: No such file or directory"});
  }
  SECTION("both") {
    const ConfigOutcome outcome = load(
        "sources:\n  home:\n    plugin: radio\n    connect: tcp://a:1\n    password: x\n"
        "    password_file: y\n");
    CHECK(errors_of(outcome) ==
          std::vector<std::string>{
              "6:5: \"password\" and \"password_file\" are both set; remove one of them"});
  }
  SECTION("not for what is no secret") {
    const ConfigOutcome outcome =
        load("sources:\n  home:\n    plugin: radio\n    connect: tcp://a:1\n    capture_file: y\n");
    REQUIRE(outcome.errors.size() == 1);
    CHECK(outcome.errors[0].message.starts_with("unknown option \"capture_file\" of plugin radio"));
  }
}

TEST_CASE("limits of a listener", "[config]") {
  const std::string head =
      std::string(kRadio) + "frontends:\n  f:\n    plugin: vnode\n    source: home\n";
  const Config defaults = good(head);
  CHECK(defaults.find("f")->listener == ListenerSettings{});
  REQUIRE(defaults.find("f")->listens.size() == 1);
  CHECK(defaults.find("f")->listens[0].uri.port == 4404);
  CHECK(defaults.find("f")->listens[0].mark.to_string() == "t.yaml:4:3");

  const Config config =
      good(head +
           "    listen: tcp://[::1]:0\n    allow: [10.0.0.0/8, 192.0.2.1]\n"
           "    max_sessions: 5\n    max_sessions_per_address: 2\n"
           "    idle_timeout: 10m\n    session_outbox: 1M\n    session_stall: 5s\n");
  const ListenerSettings &listener = config.find("f")->listener;
  CHECK(listener.allow.size() == 2);
  CHECK(listener.max_sessions == 5);
  CHECK(listener.max_sessions_per_address == 2);
  CHECK(listener.idle_timeout_ns == 600 * kSecondNs);
  CHECK(listener.session_outbox == 1024 * 1024);
  CHECK(listener.session_stall_ns == 5 * kSecondNs);
  CHECK(config.find("f")->listens[0].uri.host == "::1");

  CHECK(errors_of(
            load(head + "    max_sessions: 0\n    allow: [10.0.0.1/8]\n    session_stall: 0\n")) ==
        std::vector<std::string>{
            "7:19: max_sessions: 0 is out of range; it must be between 1 and 100000",
            "8:13: allow: \"10.0.0.1/8\" has bits set behind its prefix; for one address leave out "
            "/8",
            "9:20: session_stall: 0 is out of range; it must be between 1s and 7d"});
  CHECK(errors_of(load(head + "    allow: []\n")) ==
        std::vector<std::string>{"7:12: allow: is an empty list, which would let nobody in; list "
                                 "networks, or remove it to let everybody in"});
}

TEST_CASE("networks contain what they should", "[config]") {
  const auto contains = [](const char *network, const char *address) {
    const Result<Network> parsed = parse_network(network);
    INFO(network);
    REQUIRE(parsed);
    return parsed->contains(address);
  };
  CHECK(contains("192.168.0.0/16", "192.168.255.1"));
  CHECK_FALSE(contains("192.168.0.0/16", "192.169.0.1"));
  CHECK(contains("192.168.0.0/16", "::ffff:192.168.3.4"));
  CHECK(contains("10.1.2.3", "10.1.2.3"));
  CHECK_FALSE(contains("10.1.2.3", "10.1.2.4"));
  CHECK(contains("0.0.0.0/0", "8.8.8.8"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  CHECK(contains("fd00::/8", "fd12:3456::1"));
  CHECK_FALSE(contains("fd00::/8", "fe80::1"));
  CHECK(contains("fe80::/10", "fe80::1%eth0"));
  CHECK(contains("10.0.0.0/9", "10.127.0.1"));
  CHECK_FALSE(contains("10.0.0.0/9", "10.128.0.1"));
  CHECK_FALSE(contains("10.0.0.0/8", "unix"));
  for (const char *bad : {"", "10.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "10.0.0.0/-1",
                          "host", "10.0.0.1/31x", "fe80::1%eth0"}) {
    INFO(bad);
    CHECK_FALSE(parse_network(bad));
  }
}

TEST_CASE("policies are read in place and by name", "[config]") {
  const std::string head = std::string(kRadio);
  const Config config = good(
      head +
      "policies:\n  guests:\n    rules:\n      - limit: [text]\n        rate: 10/1m\n"
      "frontends:\n"
      "  a:\n    plugin: vnode\n    source: home\n    listen: tcp://0.0.0.0:1\n    policy: guests\n"
      "  b:\n    plugin: vnode\n    source: home\n    listen: tcp://0.0.0.0:2\n    policy:\n"
      "      admin: read\n      secrets: show\n      rules:\n        - allow: [text, admin.time]\n"
      "        - deny: position\n      see:\n        - deny: [telemetry]\n");
  const PolicySpec &guests = config.find("a")->policy;
  REQUIRE(guests.rules.size() == 1);
  CHECK(guests.rules[0].action == Action::limit);
  CHECK(guests.rules[0].labels == MMX_LABEL_TEXT);
  CHECK(guests.rules[0].rate.count == 10);
  CHECK(guests.rules[0].rate.period_ns == 60 * kSecondNs);
  CHECK(guests.rules[0].mark == "t.yaml:6:9");
  const PolicySpec &own = config.find("b")->policy;
  CHECK(own.admin == AdminPreset::read);
  CHECK(own.secrets == SecretsPreset::show);
  REQUIRE(own.rules.size() == 2);
  CHECK(own.rules[0].labels == (MMX_LABEL_TEXT | MMX_LABEL_ADMIN_TIME));
  CHECK(own.rules[1].action == Action::deny);
  CHECK(own.rules[1].labels == MMX_LABEL_POSITION);
  REQUIRE(own.see.size() == 1);
  CHECK(own.see[0].labels == MMX_LABEL_TELEMETRY);
}

TEST_CASE("mistakes in policies", "[config]") {
  const auto policy = [](const std::string &lines) {
    return errors_of(load(std::string(kRadio) +
                          "policies:\n  guests: {}\nfrontends:\n  f:\n    plugin: vnode\n"
                          "    source: home\n    policy:" +
                          lines));
  };
  using Errors = std::vector<std::string>;
  CHECK(
      policy(" guets\n") ==
      Errors{"9:13: no policy is called \"guets\" under \"policies:\"; did you mean \"guests\"?"});
  CHECK(policy(" read\n") ==
        Errors{"9:13: no policy is called \"read\"; for the preset write policy: { admin: read }"});
  CHECK(policy("\n      admni: deny\n") ==
        Errors{"10:7: unknown key \"admni\" in policy; did you mean \"admin\"?"});
  CHECK(policy("\n      rules: deny\n") ==
        Errors{"10:14: rules must be a list of rules such as \"- deny: [position]\", not text"});
  CHECK(policy("\n      rules:\n        - deny\n") ==
        Errors{"11:11: a rule of rules is written as \"- deny: [position]\"; it is not text"});
  CHECK(
      policy("\n      rules:\n        - deny: [text]\n          allow: [position]\n") ==
      Errors{"12:11: a rule has one action; make \"allow\" a rule of its own, with a \"-\" before "
             "it"});
  CHECK(policy("\n      rules:\n        - deny: []\n") ==
        Errors{"11:11: \"deny\" names no labels; write deny: [text]"});
  CHECK(policy("\n      rules:\n        - limit: [text]\n") ==
        Errors{"11:11: a limit needs a rate; add rate: 10/1m for ten in a minute"});
  CHECK(policy("\n      rules:\n        - deny: [text]\n          rate: 1/1m\n") ==
        Errors{"12:11: only a limit has a rate; write limit: [...] in this rule"});
  CHECK(policy("\n      see:\n        - limit: [text]\n") ==
        Errors{"11:11: unknown key \"limit\" in a rule of see; known are allow and deny"});
  const Errors label = policy("\n      rules:\n        - deny: [txt]\n");
  REQUIRE(label.size() == 1);
  CHECK(label[0].starts_with("11:18: "));
  CHECK(label[0].find("\"text\"") != std::string::npos);
  const Errors admin = policy("\n      admin: allowed\n");
  REQUIRE(admin.size() == 1);
  CHECK(admin[0].starts_with("10:14: admin: "));
}

TEST_CASE("a policy that its role cannot have is an error at its place", "[config]") {
  const ConfigOutcome outcome = load(
      "storage:\n  db:\n    plugin: store\n    path: /x\n    policy:\n      rules:\n"
      "        - deny: [text]\n");
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].mark.to_string() == "t.yaml:7:11");
  CHECK(outcome.errors[0].message.ends_with("(policy of db)"));
}

TEST_CASE("with no active source the file is valid and says what to edit", "[config]") {
  const auto warned = [](std::string_view text) {
    const ConfigOutcome outcome = load(text);
    CHECK(outcome.errors.empty());
    return warnings_of(outcome);
  };
  using Warnings = std::vector<std::string>;
  CHECK(warned("") == Warnings{"0:0: no source is active: add one under \"sources:\"; meshmuxd "
                               "--print-default-config shows how"});
  CHECK(warned("sources:\n  home:\n    plugin: radio\n    connect:\n\nlog:\n  level: info\n") ==
        Warnings{"4:5: no source is active: fill in \"connect\" of home, for example connect: "
                 "tcp://192.168.1.100:4403"});
  CHECK(warned("sources:\n  home:\n    plugin: radio\n    connect: ''\n") ==
        Warnings{"4:14: no source is active: fill in \"connect\" of home, for example connect: "
                 "tcp://192.168.1.100:4403"});
  CHECK(warned(
            "sources:\n  home:\n    plugin: radio\n    connect: tcp://a:1\n    enabled: false\n") ==
        Warnings{"5:14: no source is active: set \"enabled: true\" for home"});
  CHECK(warned(kRadio).empty());

  const Config config = good("sources:\n  home:\n    plugin: radio\n    connect:\n");
  CHECK_FALSE(config.find("home")->enabled);
  CHECK(config.find("home")->inactive_reason == "\"connect\" is not filled in");
}

TEST_CASE("the sections beside the instances", "[config]") {
  const Config config = good(
      "plugin_path: [plugins, /opt/plugins]\ncodecs: {a: one}\nlog: {level: debug, format: json}\n"
      "control: {socket: /run/x.sock, group: users}\naudit: {path: audit.log, max_size: 1M}\n");
  CHECK(config.plugin_path == std::vector<std::string>{"plugins", "/opt/plugins"});
  CHECK(config.codecs.at("a") == "one");
  CHECK(config.log.level == log::Level::debug);
  CHECK(config.log.format == log::Format::json);
  CHECK(config.control.socket == "/run/x.sock");
  CHECK(config.control.group == "users");
  CHECK(config.audit.path == "audit.log");
  CHECK(config.audit.max_size == 1024 * 1024);

  const ConfigDocument document = ConfigDocument::read_text(
      "plugin_path: [plugins]\nlog: {level: trace}\nbroken: [\n", "/etc/m/m.yaml", fake_system());
  CHECK(document.log().level == log::Level::info);
  const ConfigDocument whole = ConfigDocument::read_text(
      "plugin_path: [plugins]\nlog: {level: trace}\nbroken: 1\n", "/etc/m/m.yaml", fake_system());
  CHECK(whole.plugin_path() == std::vector<std::string>{"/etc/m/plugins"});
  CHECK(whole.log().level == log::Level::trace);
}
