// Says what a payload is and, for what an app sends, gives the only bytes that may go on: parsed,
// length-checked, cut or zero-padded to what the firmware reads (docs/protocol notes 2.3). Pure
// functions; must not know policies or sessions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plugins/meshcore/codec/labels.h"

namespace meshcore {

struct ClassifiedCommand {
  bool ok = false;  // false: unknown code, too short, too long; the rest is empty
  label::Labels labels = 0;
  std::string canonical;
};

// payload is a command without frame. classify_command(canonical) gives the same labels and bytes.
// No shorter than the table's least length, no longer than max_frame, texts cut at their first NUL,
// a contact padded with zeros to its full layout, trailing bytes the firmware does not read gone.
ClassifiedCommand classify_command(std::string_view payload);

// payload is a response or push without frame; for MMX_KIND_SENT it may also be a SEND_TXT_MSG
// command (see model.h). Never fails: what cannot be read is label::unknown.
label::Labels classify_frame(std::string_view payload);
label::Labels classify_sent(std::string_view payload);

}  // namespace meshcore
