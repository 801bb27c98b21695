// Opening a serial line so that the radio behind it is not reset and nobody else has it open. Must
// not know streams.
#pragma once

#include "core/base/result.h"
#include "core/base/uri.h"

namespace meshmux {

// Opens uri.path raw, 8N1, without flow control, exclusively, non-blocking, HUPCL cleared; sets DTR
// and RTS as uri.lines says. Pseudo terminals work as well. Returns the descriptor, or an error
// that says what to do about it.
Result<int> open_serial(const Uri &uri);

// Bytes the line has not sent yet; 0 where that cannot be told.
int serial_unsent(int fd);

}  // namespace meshmux
