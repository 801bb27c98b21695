// Finds and removes secrets: login passwords, the BLE pin, channel and scope keys, private keys.
// The layouts are fixed, so a secret's bytes become zero and everything else stays where it was;
// only a password, which stands last, is cut off. Zeros are no secret.
#pragma once

#include <string>
#include <string_view>

#include "plugins/meshcore/codec/labels.h"

namespace meshcore {

// Which label::secret_* bits a payload holds; 0 if it cannot be read.
label::Labels secrets_in_command(std::string_view payload);
label::Labels secrets_in_frame(std::string_view payload);

enum class Redaction : uint8_t {
  invalid = 0,  // not readable: do not pass it on
  unchanged,    // nothing had to go; out is left alone, use the original bytes
  changed,      // out holds the payload without the secrets
};

// Removes the secrets named by mask. out is overwritten when changed.
Redaction redact_command(std::string_view payload, label::Labels mask, std::string &out);
Redaction redact_frame(std::string_view payload, label::Labels mask, std::string &out);

}  // namespace meshcore
