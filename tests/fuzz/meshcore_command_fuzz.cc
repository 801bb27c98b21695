// What apps send: the canonical form is its own canonical form, is within the limits, and is what
// the parsers and the redaction read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "plugins/meshcore/codec/classify.h"
#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/events.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/redact.h"
#include "plugins/meshcore/codec/settings.h"

using namespace meshcore;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

// Parsers must bear anything, refused commands too.
void read_everything(std::string_view payload) {
  parse_set_contact(payload);
  parse_set_channel(payload);
  parse_set_name(payload);
  parse_set_location(payload);
  parse_set_custom_var(payload);
  command_key(payload);
  command_password(payload);
  command_request(payload);
  contacts_since(payload);
  is_self_telemetry(payload);
  transmits(payload);
  treatment_of(payload);
  classify_sent(payload);
  SelfInfo self;
  DeviceInfo device;
  apply_setting(payload, self, device);
  must(describe_command(payload).size() < 150);
  must(with_trace_tag(payload, 7).size() == payload.size());
}

// The parsers of a canonical command find every byte of it.
void read_back(const std::string &form) {
  if (const auto text = parse_text_command(form)) must(build_text_command(*text) == form);
  if (const auto text = parse_channel_text_command(form)) {
    must(build_channel_text_command(*text) == form);
  }
  if (const auto data = parse_channel_data_command(form)) {
    must(build_channel_data_command(*data) == form);
  }
  if (const auto contact = parse_set_contact(form)) {
    must(build_set_contact(*contact).starts_with(form));
  }
  if (const auto radio = parse_set_radio(form)) must(build_set_radio(*radio) == form);
  if (const auto other = parse_set_other(form)) must(build_set_other(*other) == form);
  if (const auto tuning = parse_set_tuning(form)) must(build_set_tuning(*tuning) == form);
  if (const auto add = parse_set_auto_add(form)) must(build_set_auto_add(*add) == form);
  if (const auto scope = parse_flood_scope(form)) must(build_flood_scope(*scope) == form);
  if (const auto scope = parse_set_default_scope(form); scope && form.size() > 1) {
    must(build_set_default_scope(scope) == form);
  }
  if (const auto trace = parse_trace_command(form)) must(build_trace_command(*trace) == form);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view payload(reinterpret_cast<const char *>(data), size);
  read_everything(payload);
  std::string out;
  redact_command(payload, label::secrets, out);
  const ClassifiedCommand result = classify_command(payload);
  if (!result.ok) {
    must(result.labels == 0 && result.canonical.empty());
    return 0;
  }
  const CommandInfo *info = command_of(payload);
  must(info != nullptr && info == command_of(result.canonical));
  must(result.canonical.size() >= info->min_size && result.canonical.size() <= max_frame);
  must(result.labels != 0 && (result.labels & ~label::all) == 0);
  const ClassifiedCommand again = classify_command(result.canonical);
  must(again.ok && again.canonical == result.canonical && again.labels == result.labels);
  must(answers(result.canonical, build_error(1)));
  must((result.labels & label::secrets) == secrets_in_command(result.canonical));
  read_everything(result.canonical);
  read_back(result.canonical);
  const Redaction redaction = redact_command(result.canonical, label::secrets, out);
  must(redaction != Redaction::invalid);
  must((redaction == Redaction::changed) == ((result.labels & label::secrets) != 0));
  if (redaction == Redaction::changed) {
    const ClassifiedCommand left = classify_command(out);
    must(left.ok && left.labels == (result.labels & ~label::secrets));
  }
  return 0;
}
