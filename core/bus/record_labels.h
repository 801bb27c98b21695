// Labels of messages that are a neutral record without bytes, which no codec can classify. Must not
// know any protocol.
#pragma once

#include <cstdint>

#include "meshmux/labels.h"
#include "meshmux/message.h"
#include "meshmux/records.h"

namespace meshmux {

// As a command only what a radio can be asked to do has a label; the rest is unknown and so denied.
inline uint64_t command_record_labels(const mmx_record &record) {
  switch (record.type) {
    case MMX_RECORD_TEXT:
      return MMX_LABEL_TEXT;
    case MMX_RECORD_POSITION:
      return MMX_LABEL_POSITION;
    case MMX_RECORD_TELEMETRY:
      return MMX_LABEL_TELEMETRY;
    case MMX_RECORD_TRACEROUTE:
      return MMX_LABEL_TRACEROUTE;
    case MMX_RECORD_WAYPOINT:
      return MMX_LABEL_WAYPOINT;
    default:
      return MMX_LABEL_UNKNOWN;
  }
}

// As news. What tells of a command's fate has no label: whoever sent the command may know.
inline uint64_t event_record_labels(const mmx_record &record) {
  switch (record.type) {
    case MMX_RECORD_TEXT:
      return MMX_LABEL_TEXT;
    case MMX_RECORD_NODE:
      return MMX_LABEL_NODE;
    case MMX_RECORD_POSITION:
      return MMX_LABEL_POSITION;
    case MMX_RECORD_TELEMETRY:
      return MMX_LABEL_TELEMETRY;
    case MMX_RECORD_CHANNEL:
      return MMX_LABEL_CONFIG;
    case MMX_RECORD_ACK:
    case MMX_RECORD_RECEIPT:
      return 0;
    case MMX_RECORD_TRACEROUTE:
      return MMX_LABEL_TRACEROUTE;
    case MMX_RECORD_WAYPOINT:
      return MMX_LABEL_WAYPOINT;
    case MMX_RECORD_NEIGHBORS:
      return MMX_LABEL_NEIGHBORS;
    case MMX_RECORD_NOTICE:
      return MMX_LABEL_NOTICE;
    default:
      return MMX_LABEL_UNKNOWN;
  }
}

}  // namespace meshmux
