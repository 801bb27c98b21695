// See codec_table.h. Here the label bits of codec and SDK meet; neither may include the other.
#include "plugins/meshcore/driver/codec_table.h"

#include <string>

#include "meshmux/text.hpp"
#include "plugins/meshcore/codec/classify.h"
#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/redact.h"

namespace meshcore_driver {

namespace {

namespace label = meshcore::label;

static_assert(label::text == MMX_LABEL_TEXT);
static_assert(label::position == MMX_LABEL_POSITION);
static_assert(label::telemetry == MMX_LABEL_TELEMETRY);
static_assert(label::traceroute == MMX_LABEL_TRACEROUTE);
static_assert(label::app_data == MMX_LABEL_APP_DATA);
static_assert(label::routing == MMX_LABEL_ROUTING);
static_assert(label::admin_write == MMX_LABEL_ADMIN_WRITE);
static_assert(label::admin_destroy == MMX_LABEL_ADMIN_DESTROY);
static_assert(label::admin_time == MMX_LABEL_ADMIN_TIME);
static_assert(label::admin_remote == MMX_LABEL_ADMIN_REMOTE);
static_assert(label::self_query == MMX_LABEL_SELF_QUERY);
static_assert(label::remote_exec == MMX_LABEL_REMOTE_EXEC);
static_assert(label::raw == MMX_LABEL_RAW);
static_assert(label::control == MMX_LABEL_CONTROL);
static_assert(label::config == MMX_LABEL_CONFIG);
static_assert(label::node == MMX_LABEL_NODE);
static_assert(label::notice == MMX_LABEL_NOTICE);
static_assert(label::contacts == MMX_LABEL_CONTACTS);
static_assert(label::advert == MMX_LABEL_ADVERT);
static_assert(label::login == MMX_LABEL_LOGIN);
static_assert(label::sign == MMX_LABEL_SIGN);
static_assert(label::key_export == MMX_LABEL_KEY_EXPORT);
static_assert(label::neighbors == MMX_LABEL_NEIGHBORS);
static_assert(label::contacts_read == MMX_LABEL_CONTACTS_READ);
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

mmx_status classify(mmx_bytes, uint32_t kind, mmx_bytes payload, uint64_t *labels,
                    mmx_buffer *canonical) {
  return guarded([&]() -> mmx_status {
    const std::string_view bytes = mmx::view(payload);
    if (kind != MMX_KIND_TX) {
      *labels = bytes.empty()           ? 0
                : kind == MMX_KIND_SENT ? meshcore::classify_sent(bytes)
                                        : meshcore::classify_frame(bytes);
      return MMX_OK;
    }
    const auto command = meshcore::classify_command(bytes);
    if (!command.ok) return MMX_INVALID;
    *labels = command.labels;
    return mmx::fill(canonical, command.canonical);
  });
}

// What was sent is either a frame as the radio would show it or, for a direct text, the command.
bool is_command(uint32_t kind, std::string_view bytes) {
  return kind == MMX_KIND_TX || (kind == MMX_KIND_SENT && !bytes.empty() &&
                                 static_cast<uint8_t>(bytes[0]) == meshcore::command::send_text);
}

mmx_status redact(mmx_bytes, uint32_t kind, mmx_bytes payload, uint64_t secrets, mmx_buffer *out) {
  return guarded([&]() -> mmx_status {
    std::string changed;
    const std::string_view bytes = mmx::view(payload);
    const auto done = is_command(kind, bytes) ? meshcore::redact_command(bytes, secrets, changed)
                                              : meshcore::redact_frame(bytes, secrets, changed);
    if (done == meshcore::Redaction::invalid) return MMX_INVALID;
    return mmx::fill(out, done == meshcore::Redaction::changed ? std::string_view(changed) : bytes);
  });
}

mmx_status describe(mmx_bytes, uint32_t kind, mmx_bytes payload, mmx_buffer *out) {
  return guarded([&] {
    const std::string_view bytes = mmx::view(payload);
    return mmx::fill(out, is_command(kind, bytes) ? meshcore::describe_command(bytes)
                                                  : meshcore::describe_frame(bytes));
  });
}

}  // namespace

const mmx_codec &codec_table() {
  static const mmx_codec table = {sizeof(mmx_codec), 0,       "meshcore", label::all,
                                  &classify,         &redact, &describe};
  return table;
}

}  // namespace meshcore_driver
