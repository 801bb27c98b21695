// Puts secrets back that were withheld from an app: a section it writes back without them would
// otherwise wipe them, and a radio that gets its security section without its key makes itself a
// new identity (docs/protocol notes 3.3). Used just before transmitting.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "plugins/meshtastic/codec/labels.h"
#include "plugins/meshtastic/codec/state.h"

namespace meshtastic {

enum class Restored : uint8_t {
  invalid = 0,  // no legal ToRadio
  unchanged,    // nothing was missing; send the original bytes
  changed,      // out holds what to send
  unknown,      // a withheld secret is missing and the record to take it from was not given
};

// The record restore_secrets needs for this command; nothing if it writes no section with secrets.
std::optional<StateKey> restore_needs(std::string_view to_radio_payload);

// withheld: label::secret_* bits the asking app never sees. record: the radio's own frame
// (FromRadio) under the key restore_needs named, with its secrets. Fields the app did fill are kept
// as they are.
Restored restore_secrets(std::string_view to_radio_payload, label::Labels withheld,
                         std::optional<std::string_view> record, std::string &out);

}  // namespace meshtastic
