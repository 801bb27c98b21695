// Finds and removes secrets. Fields are cut out of the bytes; nothing stands in for them and all
// other bytes stay as they were, in their order (docs/protocol notes 3.3). A session passkey is no
// secret here: it goes to whom asked only.
#pragma once

#include <string>
#include <string_view>

#include "plugins/meshtastic/codec/labels.h"

namespace meshtastic {

// Which label::secret_* bits the payload holds: settings sections, channels, screen settings, and
// administration inside a packet, whoever sent it.
label::Labels secrets_in_from_radio(std::string_view payload);
label::Labels secrets_in_to_radio(std::string_view payload);

enum class Redaction : uint8_t {
  invalid = 0,  // not readable: do not pass it on
  unchanged,    // nothing had to go; out is left alone, use the original bytes
  changed,      // out holds the payload without the secrets
};

// Removes the secrets named by mask. out is overwritten when changed.
Redaction redact_from_radio(std::string_view payload, label::Labels mask, std::string &out);
Redaction redact_to_radio(std::string_view payload, label::Labels mask, std::string &out);

}  // namespace meshtastic
