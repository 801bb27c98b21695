// See redact.h. Secrets are named by a small tree of field numbers; one walk over the wire format
// finds them, another copies everything else.
#include "plugins/meshtastic/codec/redact.h"

#include <span>

#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/codec/wire.h"

namespace meshtastic {

namespace {

struct Spec;

// A field that is a secret (secret set) or may hold one deeper down (inside set).
struct Rule {
  uint32_t number;
  label::Labels secret;
  const Spec *inside;
};

struct Spec {
  std::span<const Rule> rules;
  bool data = false;  // a Data: its payload is looked into on the admin port only
};

constexpr Rule channel_settings_rules[] = {{2, label::secret_psk, nullptr}};
constexpr Spec channel_settings{channel_settings_rules};
constexpr Rule channel_rules[] = {{2, 0, &channel_settings}};
constexpr Spec channel{channel_rules};

constexpr Rule ui_rules[] = {{6, label::secret_pin, nullptr}};
constexpr Spec ui{ui_rules};

constexpr Rule network_rules[] = {{4, label::secret_password, nullptr}};
constexpr Spec network{network_rules};
constexpr Rule bluetooth_rules[] = {{3, label::secret_pin, nullptr}};
constexpr Spec bluetooth{bluetooth_rules};
constexpr Rule security_rules[] = {{2, label::secret_key, nullptr}};
constexpr Spec security{security_rules};
constexpr Rule config_rules[] = {
    {4, 0, &network}, {7, 0, &bluetooth}, {8, 0, &security}, {10, 0, &ui}};
constexpr Spec config{config_rules};

constexpr Rule mqtt_rules[] = {{4, label::secret_password, nullptr}};
constexpr Spec mqtt{mqtt_rules};
constexpr Rule beacon_rules[] = {{5, 0, &channel_settings}, {8, 0, &channel_settings}};
constexpr Spec beacon{beacon_rules};
constexpr Rule module_rules[] = {{1, 0, &mqtt}, {17, 0, &beacon}};
constexpr Spec module{module_rules};

constexpr Rule bluetooth_status_rules[] = {{1, label::secret_pin, nullptr}};
constexpr Spec bluetooth_status{bluetooth_status_rules};
constexpr Rule status_rules[] = {{3, 0, &bluetooth_status}};
constexpr Spec connection_status{status_rules};
constexpr Rule verification_rules[] = {{4, label::secret_pin, nullptr}};
constexpr Spec verification{verification_rules};
constexpr Rule lockdown_rules[] = {{1, label::secret_password, nullptr}};
constexpr Spec lockdown{lockdown_rules};

constexpr Rule admin_rules[] = {
    {2, 0, &channel},  {6, 0, &config},        {8, 0, &module},    {17, 0, &connection_status},
    {33, 0, &channel}, {34, 0, &config},       {35, 0, &module},   {45, 0, &ui},
    {46, 0, &ui},      {67, 0, &verification}, {104, 0, &lockdown}};
constexpr Spec admin{admin_rules};

constexpr Rule data_rules[] = {{2, 0, &admin}};
constexpr Spec data{data_rules, true};
constexpr Rule packet_rules[] = {{4, 0, &data}};
constexpr Spec packet{packet_rules};

constexpr Rule from_radio_rules[] = {
    {2, 0, &packet}, {5, 0, &config}, {9, 0, &module}, {10, 0, &channel}, {17, 0, &ui}};
constexpr Spec from_radio_spec{from_radio_rules};
constexpr Rule to_radio_rules[] = {{1, 0, &packet}};
constexpr Spec to_radio_spec{to_radio_rules};

const Rule *find(const Spec &spec, uint32_t number) {
  for (const Rule &rule : spec.rules) {
    if (rule.number == number) return &rule;
  }
  return nullptr;
}

// A port number met anywhere counts: which of several wins is not left to the reader's parser.
bool on_admin_port(std::string_view message) {
  wire::Reader reader(message);
  while (auto field = reader.next()) {
    if (field->number == 1 && static_cast<uint32_t>(field->value) == port::admin) return true;
  }
  return false;
}

bool closed(const Spec &spec, std::string_view message) {
  return spec.data && !on_admin_port(message);
}

// False if message cannot be read; found holds what was seen until then.
bool scan(const Spec &spec, std::string_view message, label::Labels &found) {
  if (closed(spec, message)) return true;
  wire::Reader reader(message);
  bool good = true;
  while (auto field = reader.next()) {
    const Rule *rule = find(spec, field->number);
    if (rule == nullptr) continue;
    if (rule->secret != 0) {
      found |= rule->secret;
    } else if (field->type == wire::Type::bytes && !scan(*rule->inside, field->body, found)) {
      // The payload of a packet comes from anyone; broken administration hides nothing of ours.
      good = good && spec.data;
    }
  }
  return good && reader.ok();
}

void cut(const Spec &spec, std::string_view message, label::Labels mask, std::string &out) {
  if (closed(spec, message)) {
    out.append(message);
    return;
  }
  wire::Reader reader(message);
  while (auto field = reader.next()) {
    const Rule *rule = find(spec, field->number);
    if (rule != nullptr && (rule->secret & mask) != 0) continue;
    label::Labels found = 0;
    const bool nested =
        rule != nullptr && rule->inside != nullptr && field->type == wire::Type::bytes;
    const bool readable = nested && scan(*rule->inside, field->body, found);
    if ((found & mask) == 0) {
      out.append(field->whole);
      continue;
    }
    // What breaks off behind a secret cannot be cut exactly: it goes as a whole.
    if (!readable) continue;
    std::string inner;
    cut(*rule->inside, field->body, mask, inner);
    wire::append_bytes(out, field->number, inner);
  }
}

Redaction redact(const Spec &spec, std::string_view payload, label::Labels mask, std::string &out) {
  label::Labels found = 0;
  if (!scan(spec, payload, found)) return Redaction::invalid;
  if ((found & mask & label::secrets) == 0) return Redaction::unchanged;
  out.clear();
  cut(spec, payload, mask & label::secrets, out);
  return Redaction::changed;
}

}  // namespace

label::Labels secrets_in_from_radio(std::string_view payload) {
  label::Labels found = 0;
  scan(from_radio_spec, payload, found);
  return found;
}

label::Labels secrets_in_to_radio(std::string_view payload) {
  label::Labels found = 0;
  scan(to_radio_spec, payload, found);
  return found;
}

Redaction redact_from_radio(std::string_view payload, label::Labels mask, std::string &out) {
  return redact(from_radio_spec, payload, mask, out);
}

Redaction redact_to_radio(std::string_view payload, label::Labels mask, std::string &out) {
  return redact(to_radio_spec, payload, mask, out);
}

}  // namespace meshtastic
