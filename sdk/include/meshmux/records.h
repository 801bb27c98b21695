/*
 * Neutral records: what a message means, told without any protocol. Keys and units are fixed here;
 * MQTT, HTTP, storage and alerts read only these. Must not know either mesh family.
 */
#ifndef MESHMUX_RECORDS_H
#define MESHMUX_RECORDS_H

#include "meshmux/base.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
  MMX_RECORD_INVALID = 0,
  MMX_RECORD_TEXT = 1,
  MMX_RECORD_NODE = 2,
  MMX_RECORD_POSITION = 3,
  MMX_RECORD_TELEMETRY = 4,
  MMX_RECORD_CHANNEL = 5,
  MMX_RECORD_ACK = 6, /* a sent message's fate changed */
  MMX_RECORD_TRACEROUTE = 7,
  MMX_RECORD_WAYPOINT = 8,
  MMX_RECORD_RECEIPT = 9, /* the source took or refused a command, see MMX_FIELD_STATUS */
  MMX_RECORD_NEIGHBORS = 10,
  MMX_RECORD_NOTICE = 11,
  MMX_RECORD_PACKET = 12 /* anything else that crossed the air */
};

enum {
  MMX_FIELD_TYPE_INT = 1,
  MMX_FIELD_TYPE_FLOAT = 2,
  MMX_FIELD_TYPE_TEXT = 3,
  MMX_FIELD_TYPE_BYTES = 4
};

/* Field keys. Times are int64 nanoseconds since 1970 unless said otherwise. Node addresses are text
 * in the family's own customary spelling; node numbers are the integer where there is one. */
enum {
  MMX_FIELD_INVALID = 0,
  MMX_FIELD_NATIVE_ID = 1,         /* int: packet id as on the wire */
  MMX_FIELD_FROM = 2,              /* text */
  MMX_FIELD_TO = 3,                /* text; "broadcast" for everybody */
  MMX_FIELD_FROM_NUM = 4,          /* int */
  MMX_FIELD_TO_NUM = 5,            /* int */
  MMX_FIELD_CHANNEL = 6,           /* int: index */
  MMX_FIELD_TEXT = 7,              /* text */
  MMX_FIELD_REPLY_TO = 8,          /* int: native id this answers */
  MMX_FIELD_EMOJI = 9,             /* int: 1 when the text is a reaction */
  MMX_FIELD_TIME = 10,             /* int: when it happened, as the radio says */
  MMX_FIELD_SNR_DB = 11,           /* float */
  MMX_FIELD_RSSI_DBM = 12,         /* int */
  MMX_FIELD_HOPS = 13,             /* int: hops away or taken */
  MMX_FIELD_LONG_NAME = 14,        /* text */
  MMX_FIELD_SHORT_NAME = 15,       /* text */
  MMX_FIELD_HARDWARE = 16,         /* int: the family's model number */
  MMX_FIELD_ROLE = 17,             /* int: the family's role number */
  MMX_FIELD_PUBLIC_KEY = 18,       /* bytes */
  MMX_FIELD_LAST_HEARD = 19,       /* int: ns */
  MMX_FIELD_FAVORITE = 20,         /* int: 0 or 1 */
  MMX_FIELD_IGNORED = 21,          /* int: 0 or 1 */
  MMX_FIELD_VIA_MQTT = 22,         /* int: 0 or 1 */
  MMX_FIELD_LATITUDE = 23,         /* float: degrees, WGS84 */
  MMX_FIELD_LONGITUDE = 24,        /* float: degrees, WGS84 */
  MMX_FIELD_ALTITUDE_M = 25,       /* float: metres above sea level */
  MMX_FIELD_PRECISION_BITS = 26,   /* int */
  MMX_FIELD_SPEED_MPS = 27,        /* float: metres per second */
  MMX_FIELD_HEADING_DEG = 28,      /* float */
  MMX_FIELD_BATTERY_PCT = 29,      /* float; above 100 means powered */
  MMX_FIELD_VOLTAGE_V = 30,        /* float */
  MMX_FIELD_CHANNEL_UTIL_PCT = 31, /* float */
  MMX_FIELD_AIR_UTIL_PCT = 32,     /* float */
  MMX_FIELD_UPTIME_S = 33,         /* int: seconds */
  MMX_FIELD_TEMPERATURE_C = 34,    /* float */
  MMX_FIELD_HUMIDITY_PCT = 35,     /* float */
  MMX_FIELD_PRESSURE_HPA = 36,     /* float */
  MMX_FIELD_NAME = 37,             /* text: channel or waypoint name */
  MMX_FIELD_INDEX = 38,            /* int: channel index */
  MMX_FIELD_STATUS = 39,           /* int: enum MMX_DELIVERY_* */
  MMX_FIELD_REASON = 40,           /* text: why it failed */
  MMX_FIELD_NATIVE_STATUS = 41,    /* int: the family's own result code */
  MMX_FIELD_QUEUE_FREE = 42,       /* int: commands the source can still take */
  MMX_FIELD_QUEUE_MAX = 43,        /* int */
  MMX_FIELD_ROUTE = 44,            /* text: hops as addresses, separated by spaces */
  MMX_FIELD_PORT = 45,             /* int: the family's application number */
  MMX_FIELD_WANT_ACK = 46,         /* int: 0 or 1 */
  MMX_FIELD_ORIGINAL_ID = 47       /* int: the id the app chose, where it had to be replaced */
};

/* Values of MMX_FIELD_STATUS. */
enum {
  MMX_DELIVERY_INVALID = 0,
  MMX_DELIVERY_QUEUED = 1,    /* the source holds it */
  MMX_DELIVERY_SENT = 2,      /* handed to the radio */
  MMX_DELIVERY_RELAYED = 3,   /* a neighbour was heard repeating it */
  MMX_DELIVERY_DELIVERED = 4, /* the destination acknowledged it */
  MMX_DELIVERY_FAILED = 5,    /* see REASON and NATIVE_STATUS */
  MMX_DELIVERY_REFUSED = 6,   /* never left: queue full, radio away, not permitted */
  MMX_DELIVERY_DONE = 7       /* carried out without the radio's help */
};

typedef struct mmx_field {
  uint16_t key;
  uint16_t type;
  uint32_t reserved;
  union {
    int64_t i;
    double f;
    mmx_text text;
    mmx_bytes bytes;
  } value;
} mmx_field;

/* Borrowed for the call; the host copies what it keeps. A key stands at most once. */
typedef struct mmx_record {
  uint32_t type;
  uint32_t count;
  const mmx_field *fields;
} mmx_record;

#ifdef __cplusplus
}
#endif

#endif
