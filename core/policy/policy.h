// The policy of one instance: what it may send, what it sees, which secrets are kept from it.
// Compiled from what the configuration says and the instance's role. Must not know YAML or any
// codec.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/policy/rule.h"

namespace meshmux {

// The presets behind `admin:`.
enum class AdminPreset { invalid = 0, deny, read, allow };
// `contacts:`. allow lets apps edit the radio's contact list, whatever `admin:` says.
enum class ContactsPreset { invalid = 0, deny, allow };
// `secrets:`. show releases passwords and pins to a frontend; a private key is released by nothing.
enum class SecretsPreset { invalid = 0, hide, show };

// A policy as configured, from `policy:` of an instance or from `policies:`.
struct PolicySpec {
  AdminPreset admin = AdminPreset::deny;
  ContactsPreset contacts = ContactsPreset::deny;
  SecretsPreset secrets = SecretsPreset::hide;
  std::string secrets_mark;     // where `secrets:` stands; for errors
  std::vector<RuleSpec> rules;  // of what it sends, before the preset
  std::vector<RuleSpec> see;  // of what it sees, before the default; allow and deny only; a denied
                              // secret.* is left out of payloads rather than hiding them
  bool operator==(const PolicySpec &other) const = default;
};

// "deny", "read", "allow"; MMX_INVALID with a suggestion otherwise.
Result<AdminPreset> parse_admin_preset(std::string_view word);
// "deny", "allow".
Result<ContactsPreset> parse_contacts_preset(std::string_view word);
// "hide", "show".
Result<SecretsPreset> parse_secrets_preset(std::string_view word);

class Policy {
 public:
  // Sees and sends nothing.
  Policy() = default;
  // For an instance of role (MMX_ROLE_*). MMX_INVALID: the spec says something that role cannot
  // have, such as rules for an instance that never sends; the message begins with the place, if
  // known.
  static Result<Policy> compile(const PolicySpec &spec, uint32_t role);

  // Of commands the instance publishes.
  const Gate &ingress() const { return ingress_; }
  // Of what is delivered to the instance; for a source: of commands to it.
  const Gate &egress() const { return egress_; }
  // MMX_LABEL_SECRET_* left out of everything the instance is shown.
  uint64_t stripped() const { return stripped_; }
  // Whether a rule of `see:` lets it have even what no codec could read, secrets or not. A payload
  // the codec did read and calls unknown (a packet of a new kind) is for the egress gate alone.
  bool sees_unreadable() const { return sees_unreadable_; }
  // Labels allowed outright, for mmx_message.grants.
  uint64_t grants() const { return ingress_.grants(); }

 private:
  Gate ingress_;
  Gate egress_;
  uint64_t stripped_ = 0;
  bool sees_unreadable_ = false;
};

// Why a policy decides as it does, for `meshmuxctl policy test`.
struct Explanation {
  uint64_t labels = 0;
  std::string label_text;  // "admin.write, secret.psk"
  Verdict send;            // of a command with these labels; borrowed from the policy
  Verdict see;             // of an event with these labels; borrowed from the policy
  std::string left_out;    // secrets that would be removed on the way out; "none"

  // Several lines for people.
  std::string to_string() const;
};

Explanation explain(const Policy &policy, uint64_t labels);

}  // namespace meshmux
