// Commands: labels and canonical bytes are stable under a second look, for every idea of who the
// own node is; secrets can be cut out of them; no other function of the codec minds the bytes.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "plugins/meshtastic/codec/classify.h"
#include "plugins/meshtastic/codec/describe.h"
#include "plugins/meshtastic/codec/frame.h"
#include "plugins/meshtastic/codec/redact.h"
#include "plugins/meshtastic/codec/restore.h"
#include "plugins/meshtastic/codec/state.h"

using namespace meshtastic;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

void check(OwnNode own, std::string_view payload) {
  const auto result = classify_to_radio(own, payload);
  if (!result.ok) {
    must(result.labels == 0 && result.canonical.empty());
    return;
  }
  must(result.labels != 0);
  must((result.labels & ~label::all) == 0);
  must(result.canonical.size() <= max_payload_size);
  const auto again = classify_to_radio(own, result.canonical);
  must(again.ok);
  must(again.labels == result.labels);
  must(again.canonical == result.canonical);

  std::string out;
  const Redaction redaction = redact_to_radio(result.canonical, label::secrets, out);
  must(redaction != Redaction::invalid);
  if (redaction == Redaction::changed) must(secrets_in_to_radio(out) == 0);
  must((redaction == Redaction::changed) == ((result.labels & label::secrets) != 0));
  const auto needs = restore_needs(result.canonical);
  if (needs) must(decode_key(encode_key(*needs)) == needs);
  restore_secrets(result.canonical, label::secrets, payload, out);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view payload(reinterpret_cast<const char *>(data), size);
  check(std::nullopt, payload);
  check(1003, payload);
  check(0xFFFFFFFF, payload);
  must(!describe_to_radio(payload).empty());
  return 0;
}
