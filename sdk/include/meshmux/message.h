/*
 * The message view: one immutable, reference-counted envelope on the bus, as a plugin sees it.
 * Must not know what its payload means.
 */
#ifndef MESHMUX_MESSAGE_H
#define MESHMUX_MESSAGE_H

#include "meshmux/base.h"
#include "meshmux/records.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds, a bit each so that a subscription can name several. */
enum {
  MMX_KIND_RX = 1u << 0,    /* an event from the radio */
  MMX_KIND_TX = 1u << 1,    /* a command to it */
  MMX_KIND_SENT = 1u << 2,  /* a command the radio accepted, as the radio would show it */
  MMX_KIND_STATE = 1u << 3, /* retained: last value per key */
  MMX_KIND_LINK = 1u << 4,  /* retained: the link's phase, see mmx_link */
  MMX_KIND_REPLY = 1u << 5  /* answer to one command, delivered to its origin only */
};

enum {
  MMX_MESSAGE_FINAL = 1u << 0,   /* REPLY: no further reply follows */
  MMX_MESSAGE_DELETED = 1u << 1, /* STATE: the key is gone; the payload is empty */
  MMX_MESSAGE_STALE = 1u << 2,   /* STATE: restored, not yet confirmed by the radio */
  MMX_MESSAGE_QUIET = 1u << 3    /* RX: updates what is known, is no news to show or alert on */
};

/* Phase of a source's link. */
enum {
  MMX_LINK_INVALID = 0,
  MMX_LINK_DOWN = 1,       /* not connected; a retry may be scheduled */
  MMX_LINK_CONNECTING = 2, /* opening the transport */
  MMX_LINK_SYNCING = 3,    /* connected, capturing the radio's state */
  MMX_LINK_UP = 4          /* usable for commands */
};

/* The link of a source. epoch is stamped by the core and rises whenever the radio behind the source
 * turns out to be another one: everything learnt under an older epoch is void. */
typedef struct mmx_link {
  uint32_t struct_size;
  uint32_t phase;
  uint32_t epoch;
  uint32_t complete; /* 1: the retained state holds one whole capture */
  uint32_t stale;    /* 1: that state has not been confirmed since the link was last up */
  uint32_t swapping; /* 1: state records of a new capture follow; the next link message ends it */
  mmx_text reason;   /* for people; why the link is down */
} mmx_link;

/* One message. The struct and everything it points to are borrowed for the call; retain the message
 * through meshmux.bus/1 to keep both. */
typedef struct mmx_message {
  uint32_t struct_size;
  uint32_t kind;       /* one MMX_KIND_* */
  uint64_t id;         /* strictly increasing */
  uint64_t cause;      /* SENT, REPLY: id of the command; else 0 */
  uint64_t labels;     /* MMX_LABEL_* of the payload */
  uint64_t grants;     /* TX: labels the origin's policy allows outright */
  uint64_t withheld;   /* TX: MMX_LABEL_SECRET_* that were left out of what the origin was shown */
  uint64_t session;    /* TX: who sent it; SENT, REPLY: the session of the cause; 0: no session */
  uint64_t order;      /* STATE: place in a replay, ascending */
  int64_t wall_ns;     /* when the core took it, since 1970 */
  int64_t mono_ns;     /* the same on the monotonic clock */
  int64_t deadline_ns; /* TX: monotonic time by which the first reply is due; 0: none */
  uint32_t source;     /* number of the source instance it belongs to */
  uint32_t origin;     /* TX: number of the publishing instance; SENT, REPLY: the cause's */
  uint32_t flags;      /* MMX_MESSAGE_* */
  uint32_t epoch;      /* of the source's link when it was published */
  mmx_bytes key;       /* STATE: its key within the source */
  mmx_bytes payload;   /* bytes of the source's payload family */
  const mmx_record *record; /* what it means; NULL when nobody said */
  const mmx_link *link;     /* LINK only */
} mmx_message;

#ifdef __cplusplus
}
#endif

#endif
