// See codec_table.h. Here the label bits of codec and SDK meet; neither may include the other.
#include "plugins/meshtastic/driver/codec_table.h"

#include <string>

#include "meshmux/text.hpp"
#include "plugins/meshtastic/codec/classify.h"
#include "plugins/meshtastic/codec/describe.h"
#include "plugins/meshtastic/codec/redact.h"

namespace meshtastic_driver {

namespace {

namespace label = meshtastic::label;

static_assert(label::text == MMX_LABEL_TEXT);
static_assert(label::position == MMX_LABEL_POSITION);
static_assert(label::telemetry == MMX_LABEL_TELEMETRY);
static_assert(label::traceroute == MMX_LABEL_TRACEROUTE);
static_assert(label::waypoint == MMX_LABEL_WAYPOINT);
static_assert(label::app_data == MMX_LABEL_APP_DATA);
static_assert(label::history == MMX_LABEL_HISTORY);
static_assert(label::nodeinfo == MMX_LABEL_NODEINFO);
static_assert(label::routing == MMX_LABEL_ROUTING);
static_assert(label::admin_read == MMX_LABEL_ADMIN_READ);
static_assert(label::admin_write == MMX_LABEL_ADMIN_WRITE);
static_assert(label::admin_destroy == MMX_LABEL_ADMIN_DESTROY);
static_assert(label::admin_time == MMX_LABEL_ADMIN_TIME);
static_assert(label::admin_contact == MMX_LABEL_ADMIN_CONTACT);
static_assert(label::admin_favorite == MMX_LABEL_ADMIN_FAVORITE);
static_assert(label::admin_remote == MMX_LABEL_ADMIN_REMOTE);
static_assert(label::self_query == MMX_LABEL_SELF_QUERY);
static_assert(label::file == MMX_LABEL_FILE);
static_assert(label::mqtt_proxy == MMX_LABEL_MQTT_PROXY);
static_assert(label::remote_exec == MMX_LABEL_REMOTE_EXEC);
static_assert(label::raw == MMX_LABEL_RAW);
static_assert(label::log == MMX_LABEL_LOG);
static_assert(label::control == MMX_LABEL_CONTROL);
static_assert(label::config == MMX_LABEL_CONFIG);
static_assert(label::node == MMX_LABEL_NODE);
static_assert(label::notice == MMX_LABEL_NOTICE);
static_assert(label::neighbors == MMX_LABEL_NEIGHBORS);
static_assert(label::alert == MMX_LABEL_ALERT);
static_assert(label::unknown == MMX_LABEL_UNKNOWN);
static_assert(label::secret_key == MMX_LABEL_SECRET_KEY);
static_assert(label::secret_password == MMX_LABEL_SECRET_PASSWORD);
static_assert(label::secret_pin == MMX_LABEL_SECRET_PIN);
static_assert(label::secret_psk == MMX_LABEL_SECRET_PSK);
static_assert(label::secrets == MMX_LABEL_SECRETS);

// No exception may cross the ABI; out of memory is the only one there could be.
template <class Body>
mmx_status guarded(Body &&body) noexcept {
  try {
    return body();
  } catch (...) {
    return MMX_ERROR;
  }
}

mmx_status classify(mmx_bytes identity, uint32_t kind, mmx_bytes payload, uint64_t *labels,
                    mmx_buffer *canonical) {
  return guarded([&]() -> mmx_status {
    const auto own = meshtastic::own_node_from_identity(mmx::view(identity));
    if (kind != MMX_KIND_TX) {
      *labels = payload.size == 0 ? 0 : meshtastic::classify_from_radio(own, mmx::view(payload));
      return MMX_OK;
    }
    const auto command = meshtastic::classify_to_radio(own, mmx::view(payload));
    if (!command.ok) return MMX_INVALID;
    *labels = command.labels;
    return mmx::fill(canonical, command.canonical);
  });
}

mmx_status redact(mmx_bytes, uint32_t kind, mmx_bytes payload, uint64_t secrets, mmx_buffer *out) {
  return guarded([&]() -> mmx_status {
    std::string changed;
    const std::string_view bytes = mmx::view(payload);
    const auto done = kind == MMX_KIND_TX ? meshtastic::redact_to_radio(bytes, secrets, changed)
                                          : meshtastic::redact_from_radio(bytes, secrets, changed);
    if (done == meshtastic::Redaction::invalid) return MMX_INVALID;
    return mmx::fill(out, done == meshtastic::Redaction::changed ? changed : bytes);
  });
}

mmx_status describe(mmx_bytes, uint32_t kind, mmx_bytes payload, mmx_buffer *out) {
  return guarded([&] {
    const std::string_view bytes = mmx::view(payload);
    return mmx::fill(out, kind == MMX_KIND_TX ? meshtastic::describe_to_radio(bytes)
                                              : meshtastic::describe_from_radio(bytes));
  });
}

}  // namespace

const mmx_codec &codec_table() {
  static const mmx_codec table = {sizeof(mmx_codec), 0,       "meshtastic", label::all,
                                  &classify,         &redact, &describe};
  return table;
}

}  // namespace meshtastic_driver
