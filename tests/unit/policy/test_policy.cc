// Presets against every label, rules before presets, what each role sees, and errors.
#include <catch2/catch.hpp>

#include <map>
#include <string>

#include "core/policy/labels.h"
#include "core/policy/policy.h"
#include "meshmux/instance.h"

using namespace meshmux;

namespace {

Policy compiled(const PolicySpec &spec, uint32_t role = MMX_ROLE_FRONTEND) {
  auto policy = Policy::compile(spec, role);
  REQUIRE(policy);
  return std::move(policy).value();
}

PolicySpec preset(AdminPreset admin) {
  PolicySpec spec;
  spec.admin = admin;
  return spec;
}

std::string error_of(const PolicySpec &spec, uint32_t role) {
  const auto policy = Policy::compile(spec, role);
  return policy ? "" : policy.error().message;
}

RuleSpec rule(Action action, uint64_t labels, Rate rate = {}) {
  return RuleSpec{action, labels, rate, "meshmux.yaml:12:5"};
}

struct Row {
  uint64_t label;
  const char *deny;   // admin: deny
  const char *read;   // admin: read
  const char *allow;  // admin: allow
  bool visible;       // to a frontend
};

// One row for every label; the next test fails when one is missing.
const Row kRows[] = {
    {MMX_LABEL_TEXT, "allow", "allow", "allow", true},
    {MMX_LABEL_POSITION, "allow", "allow", "allow", true},
    {MMX_LABEL_TELEMETRY, "allow", "allow", "allow", true},
    {MMX_LABEL_TRACEROUTE, "allow", "allow", "allow", true},
    {MMX_LABEL_WAYPOINT, "allow", "allow", "allow", true},
    {MMX_LABEL_APP_DATA, "allow", "allow", "allow", true},
    {MMX_LABEL_HISTORY, "allow", "allow", "allow", true},
    {MMX_LABEL_NODEINFO, "deny", "deny", "allow", true},
    {MMX_LABEL_ROUTING, "deny", "deny", "allow", true},
    {MMX_LABEL_ADMIN_READ, "local", "allow", "allow", true},
    {MMX_LABEL_ADMIN_WRITE, "deny", "deny", "allow", true},
    {MMX_LABEL_ADMIN_DESTROY, "deny", "deny", "allow", true},
    {MMX_LABEL_ADMIN_TIME, "allow", "allow", "allow", true},
    {MMX_LABEL_ADMIN_CONTACT, "allow", "allow", "allow", true},
    {MMX_LABEL_ADMIN_FAVORITE, "deny", "deny", "allow", true},
    {MMX_LABEL_ADMIN_REMOTE, "deny", "deny", "allow", true},
    {MMX_LABEL_SELF_QUERY, "local", "local", "local", true},
    {MMX_LABEL_FILE, "deny", "deny", "deny", false},
    {MMX_LABEL_MQTT_PROXY, "deny", "deny", "deny", false},
    {MMX_LABEL_REMOTE_EXEC, "deny", "deny", "allow", true},
    {MMX_LABEL_RAW, "deny", "deny", "allow", true},
    {MMX_LABEL_LOG, "deny", "deny", "allow", false},
    {MMX_LABEL_CONTROL, "deny", "deny", "allow", true},
    {MMX_LABEL_CONFIG, "deny", "deny", "allow", true},
    {MMX_LABEL_NODE, "deny", "deny", "allow", true},
    {MMX_LABEL_NOTICE, "deny", "deny", "allow", true},
    {MMX_LABEL_CONTACTS, "deny", "deny", "allow", true},
    {MMX_LABEL_ADVERT, "limit", "limit", "allow", true},
    {MMX_LABEL_LOGIN, "allow", "allow", "allow", true},
    {MMX_LABEL_SIGN, "deny", "deny", "allow", true},
    {MMX_LABEL_KEY_EXPORT, "deny", "deny", "deny", true},
    {MMX_LABEL_NEIGHBORS, "allow", "allow", "allow", true},
    {MMX_LABEL_ALERT, "allow", "allow", "allow", true},
    {MMX_LABEL_CONTACTS_READ, "allow", "allow", "allow", true},
    {MMX_LABEL_UNKNOWN, "deny", "deny", "deny", true},
};

}  // namespace

TEST_CASE("presets say something of every label") {
  const Policy deny = compiled(preset(AdminPreset::deny));
  const Policy read = compiled(preset(AdminPreset::read));
  const Policy allow = compiled(preset(AdminPreset::allow));
  uint64_t covered = MMX_LABEL_SECRETS;
  for (const Row &row : kRows) {
    CAPTURE(label_names(row.label));
    covered |= row.label;
    CHECK(action_name(deny.ingress().evaluate(row.label).action) == row.deny);
    CHECK(action_name(read.ingress().evaluate(row.label).action) == row.read);
    CHECK(action_name(allow.ingress().evaluate(row.label).action) == row.allow);
    CHECK(deny.egress().allows(row.label) == row.visible);
    CHECK(allow.egress().allows(row.label) == row.visible);
    // What it contains decides nothing about a command.
    for (const uint64_t secret : {MMX_LABEL_SECRET_KEY, MMX_LABEL_SECRETS}) {
      CHECK(action_name(deny.ingress().evaluate(row.label | secret).action) == row.deny);
      CHECK(deny.egress().allows(row.label | secret) == row.visible);
    }
    // One forbidden label is enough, whatever else a payload is.
    if (std::string(row.deny) == "deny") {
      CHECK(deny.ingress().evaluate(row.label | MMX_LABEL_TEXT).action == Action::deny);
      CHECK(deny.ingress().evaluate(row.label | MMX_LABEL_ADMIN_READ).action == Action::deny);
    }
    CHECK(((deny.grants() & row.label) != 0) == (std::string(row.deny) == "allow"));
    CHECK(((allow.grants() & row.label) != 0) == (std::string(row.allow) == "allow"));
  }
  CHECK(covered == known_labels());
  CHECK((deny.grants() & ~known_labels()) == 0);
}

TEST_CASE("contacts: allow opens the contact list and nothing else") {
  for (const AdminPreset admin : {AdminPreset::deny, AdminPreset::read}) {
    PolicySpec spec = preset(admin);
    const Policy closed = compiled(spec);
    spec.contacts = ContactsPreset::allow;
    const Policy open = compiled(spec);
    for (const Row &row : kRows) {
      CAPTURE(label_names(row.label));
      const Action before = closed.ingress().evaluate(row.label).action;
      const Action after = open.ingress().evaluate(row.label).action;
      if (row.label == MMX_LABEL_CONTACTS) {
        CHECK(before == Action::deny);
        CHECK(after == Action::allow);
        continue;
      }
      CHECK(after == before);
      // What else it is still counts.
      if (before == Action::deny)
        CHECK(open.ingress().evaluate(row.label | MMX_LABEL_CONTACTS).action == Action::deny);
    }
  }
  CHECK(*parse_contacts_preset("allow") == ContactsPreset::allow);
  CHECK(*parse_contacts_preset("deny") == ContactsPreset::deny);
  CHECK(parse_contacts_preset("alow").error().message ==
        "contacts is \"deny\" or \"allow\", not \"alow\" (did you mean \"allow\"?)");
}

TEST_CASE("an app may announce the node ten times, then once a minute") {
  const Policy policy = compiled(preset(AdminPreset::deny));
  const Verdict verdict = policy.ingress().evaluate(MMX_LABEL_ADVERT);
  REQUIRE(verdict.action == Action::limit);
  CHECK(format_rate(policy.ingress().rule(verdict.rule).rate) == "10/10m");
}

TEST_CASE("a payload nobody labelled is denied, and so are labels of another age") {
  for (const AdminPreset admin : {AdminPreset::deny, AdminPreset::read, AdminPreset::allow}) {
    const Policy policy = compiled(preset(admin));
    CHECK(policy.ingress().evaluate(0).action == Action::deny);
    CHECK(policy.ingress().evaluate(MMX_LABEL_SECRETS).action == Action::deny);
    CHECK(policy.ingress().evaluate(MMX_LABEL(40)).action == Action::deny);
    CHECK(policy.ingress().evaluate(0).rule_text ==
          std::string(admin == AdminPreset::deny   ? "preset admin: deny"
                      : admin == AdminPreset::read ? "preset admin: read"
                                                   : "preset admin: allow"));
  }
}

TEST_CASE("rules go before the preset, the first match wins, any label matches") {
  PolicySpec spec;
  spec.rules = {rule(Action::deny, MMX_LABEL_POSITION),
                rule(Action::allow, MMX_LABEL_POSITION | MMX_LABEL_RAW),
                rule(Action::limit, MMX_LABEL_TEXT, Rate{2, 1000}),
                rule(Action::local, MMX_LABEL_NODEINFO)};
  const Policy policy = compiled(spec);
  const auto said = [&](uint64_t labels) { return policy.ingress().evaluate(labels); };
  CHECK(said(MMX_LABEL_POSITION).action == Action::deny);
  CHECK(said(MMX_LABEL_POSITION).rule == 0);
  CHECK(said(MMX_LABEL_POSITION).rule_text == "deny position (meshmux.yaml:12:5)");
  CHECK(said(MMX_LABEL_RAW).action == Action::allow);
  CHECK(said(MMX_LABEL_POSITION | MMX_LABEL_RAW).action == Action::deny);
  CHECK(said(MMX_LABEL_TEXT).action == Action::limit);
  CHECK(said(MMX_LABEL_TEXT).rule_text == "limit text, rate 2/1us (meshmux.yaml:12:5)");
  CHECK(said(MMX_LABEL_NODEINFO).action == Action::local);
  CHECK(said(MMX_LABEL_WAYPOINT).action == Action::allow);
  CHECK(said(MMX_LABEL_ADMIN_WRITE).rule_text == "preset admin: deny");
  // Limited and local are not granted outright.
  CHECK((policy.grants() & (MMX_LABEL_TEXT | MMX_LABEL_NODEINFO | MMX_LABEL_POSITION)) == 0);
  CHECK((policy.grants() & MMX_LABEL_RAW) != 0);
}

TEST_CASE("a gate does not look at secrets, and ends with a rule for everything") {
  const Gate gate({Rule{Action::allow, MMX_LABEL_TEXT | MMX_LABEL_SECRET_PIN, {}, "first"}});
  CHECK(gate.evaluate(MMX_LABEL_TEXT).rule_text == "first");
  CHECK(gate.evaluate(MMX_LABEL_SECRET_PIN).action == Action::deny);
  CHECK(gate.evaluate(0).rule == 1);
  CHECK(gate.rules().size() == 2);
  CHECK(gate.grants() == MMX_LABEL_TEXT);
}

TEST_CASE("only frontends and bridges send") {
  for (const uint32_t role : {MMX_ROLE_STORAGE, MMX_ROLE_SIMULATOR, MMX_ROLE_SOURCE}) {
    CHECK(compiled({}, role).ingress().evaluate(MMX_LABEL_TEXT).action == Action::deny);
    CHECK(compiled({}, role).grants() == 0);
  }
  CHECK(compiled({}, MMX_ROLE_BRIDGE).ingress().allows(MMX_LABEL_TEXT));
  CHECK_FALSE(Policy().ingress().allows(MMX_LABEL_TEXT));
  CHECK_FALSE(Policy().egress().allows(MMX_LABEL_TEXT));
}

TEST_CASE("secrets by role and setting") {
  constexpr uint64_t kKey = MMX_LABEL_SECRET_KEY;
  constexpr uint64_t kWords = MMX_LABEL_SECRET_PASSWORD | MMX_LABEL_SECRET_PIN;
  constexpr uint64_t kPsk = MMX_LABEL_SECRET_PSK;
  PolicySpec show;
  show.secrets = SecretsPreset::show;
  CHECK(compiled({}, MMX_ROLE_FRONTEND).stripped() == (kKey | kWords));
  CHECK(compiled(show, MMX_ROLE_FRONTEND).stripped() == kKey);
  CHECK(compiled({}, MMX_ROLE_STORAGE).stripped() == (kKey | kWords));
  CHECK(compiled({}, MMX_ROLE_BRIDGE).stripped() == (kKey | kWords | kPsk));
  CHECK(compiled({}, MMX_ROLE_SOURCE).stripped() == 0);
  PolicySpec hide_psk;
  hide_psk.see = {rule(Action::deny, kPsk)};
  const Policy policy = compiled(hide_psk);
  CHECK(policy.stripped() == (kKey | kWords | kPsk));
  CHECK(policy.egress().allows(MMX_LABEL_CONFIG | kPsk));
}

TEST_CASE("what an instance sees") {
  PolicySpec spec;
  spec.see = {rule(Action::allow, MMX_LABEL_MQTT_PROXY), rule(Action::deny, MMX_LABEL_POSITION)};
  const Policy policy = compiled(spec, MMX_ROLE_BRIDGE);
  CHECK(policy.egress().allows(MMX_LABEL_MQTT_PROXY));
  CHECK_FALSE(policy.egress().allows(MMX_LABEL_POSITION | MMX_LABEL_TEXT));
  CHECK_FALSE(policy.egress().allows(MMX_LABEL_FILE));
  CHECK(policy.egress().allows(0));
  CHECK_FALSE(policy.sees_unreadable());
  spec.see = {rule(Action::allow, MMX_LABEL_UNKNOWN)};
  CHECK(compiled(spec).sees_unreadable());
  spec.see = {rule(Action::deny, MMX_LABEL_UNKNOWN)};
  CHECK_FALSE(compiled(spec).sees_unreadable());
  CHECK(compiled({}, MMX_ROLE_SOURCE).egress().allows(MMX_LABEL_UNKNOWN));
}

TEST_CASE("errors name the place") {
  PolicySpec spec;
  spec.rules = {rule(Action::deny, MMX_LABEL_TEXT)};
  CHECK(error_of(spec, MMX_ROLE_STORAGE).starts_with("meshmux.yaml:12:5: "));
  CHECK(error_of(spec, MMX_ROLE_FRONTEND).empty());
  spec.rules = {rule(Action::deny, MMX_LABEL_TEXT | MMX_LABEL_SECRET_PIN)};
  CHECK(error_of(spec, MMX_ROLE_FRONTEND).find("secret.*") != std::string::npos);
  spec.rules = {rule(Action::limit, MMX_LABEL_TEXT)};
  CHECK(error_of(spec, MMX_ROLE_FRONTEND).find("rate") != std::string::npos);
  spec.rules = {rule(Action::deny, 0)};
  CHECK_FALSE(error_of(spec, MMX_ROLE_FRONTEND).empty());
  spec.rules = {rule(Action::invalid, MMX_LABEL_TEXT)};
  CHECK_FALSE(error_of(spec, MMX_ROLE_FRONTEND).empty());
  spec.rules.clear();
  for (const Action action : {Action::limit, Action::local, Action::invalid}) {
    spec.see = {rule(action, MMX_LABEL_TEXT, Rate{1, 1})};
    CHECK(error_of(spec, MMX_ROLE_FRONTEND).find("see:") != std::string::npos);
  }
  spec.see = {rule(Action::allow, MMX_LABEL_SECRET_KEY)};
  CHECK_FALSE(error_of(spec, MMX_ROLE_FRONTEND).empty());
  spec.see = {rule(Action::deny, MMX_LABEL_SECRET_PSK)};
  CHECK_FALSE(error_of(spec, MMX_ROLE_SOURCE).empty());
  spec.see.clear();
  spec.secrets = SecretsPreset::show;
  spec.secrets_mark = "a.yaml:3:1";
  CHECK(error_of(spec, MMX_ROLE_STORAGE) == "a.yaml:3:1: secrets: show is for frontends only");
  CHECK(error_of(spec, MMX_ROLE_BRIDGE) == "a.yaml:3:1: secrets: show is for frontends only");
}

TEST_CASE("words of the presets") {
  CHECK(*parse_admin_preset("read") == AdminPreset::read);
  CHECK(parse_admin_preset("alow").error().message.find("did you mean \"allow\"") !=
        std::string::npos);
  CHECK(*parse_secrets_preset("show") == SecretsPreset::show);
  CHECK(parse_secrets_preset("shwo").error().message.find("did you mean \"show\"") !=
        std::string::npos);
}

TEST_CASE("rates") {
  CHECK(*parse_rate("10/1m") == Rate{10, INT64_C(60000000000)});
  CHECK(*parse_rate("1/250ms") == Rate{1, 250000000});
  CHECK(format_rate(*parse_rate("10/1m")) == "10/1m");
  for (const char *wrong :
       {"", "10", "/1m", "10/", "0/1m", "-1/1m", "10/0", "x/1m", "10/x", "1000001/1s", "10/1m/2"}) {
    CAPTURE(wrong);
    CHECK(parse_rate(wrong).code() == MMX_INVALID);
  }
}

TEST_CASE("explain gives labels, decision and place") {
  PolicySpec spec;
  spec.rules = {rule(Action::deny, MMX_LABEL_TEXT)};
  const Policy policy = compiled(spec);
  const Explanation text = explain(policy, MMX_LABEL_TEXT | MMX_LABEL_SECRET_PIN);
  CHECK(text.label_text == "text, secret.pin");
  CHECK(text.send.action == Action::deny);
  CHECK(text.send.rule_text == "deny text (meshmux.yaml:12:5)");
  CHECK(text.see.action == Action::allow);
  CHECK(text.left_out == "secret.pin");
  CHECK(text.to_string().find("deny, by deny text (meshmux.yaml:12:5)") != std::string::npos);
  CHECK(explain(policy, MMX_LABEL_RAW).send.rule_text == "preset admin: deny");
}
