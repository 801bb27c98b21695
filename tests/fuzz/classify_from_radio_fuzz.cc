// What a radio sends: never more than labels that exist, no secret left after redaction, keys that
// can be read again, and node records that survive being folded into.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/classify.h"
#include "plugins/meshtastic/codec/describe.h"
#include "plugins/meshtastic/codec/node.h"
#include "plugins/meshtastic/codec/redact.h"
#include "plugins/meshtastic/codec/state.h"

using namespace meshtastic;

namespace {

void must(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view payload(reinterpret_cast<const char *>(data), size);
  const auto labels = classify_from_radio(1003, payload);
  must(labels != 0);
  must((labels & ~label::all) == 0);
  std::string out;
  for (const label::Labels mask : {label::secrets, label::secret_key, label::secret_pin}) {
    if (redact_from_radio(payload, mask, out) != Redaction::changed) continue;
    must((secrets_in_from_radio(out) & mask) == 0);
    must(out.size() < payload.size());
    std::string again;
    must(redact_from_radio(out, mask, again) == Redaction::unchanged);
  }
  DumpOrder order;
  for (int i = 0; i < 2; ++i) {
    const auto slot = order.place(payload);
    if (slot) must(decode_key(encode_key(slot->key)) == slot->key);
  }
  answer_key(1003, payload);
  must(!describe_from_radio(payload).empty());
  if (auto node = node_from_frame(payload)) {
    pb::MeshPacket packet;
    packet.ParseFromArray(data, static_cast<int>(size));
    packet.set_from(node->num());
    fold_packet(*node, packet, Heard::live, 1);
    must(node_from_frame(build_node_frame(*node)).has_value());
  }
  return 0;
}
