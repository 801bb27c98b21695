/*
 * meshmux.bus/1: publish, subscribe, reply. The host's half; an instance receives through
 * mmx_instance_ops.deliver. Must not know what is said.
 */
#ifndef MESHMUX_EXT_BUS_H
#define MESHMUX_EXT_BUS_H

#include "meshmux/base.h"
#include "meshmux/host.h"
#include "meshmux/message.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMX_EXT_BUS "meshmux.bus/1"

/* What the gates said of a command. */
enum {
  MMX_VERDICT_INVALID = 0,  /* not a legal payload; nothing was queued */
  MMX_VERDICT_ACCEPTED = 1, /* queued for the source, which will reply */
  MMX_VERDICT_DENIED = 2,   /* a rule forbids it */
  MMX_VERDICT_LOCAL = 3,    /* not forwarded: the frontend answers from its state */
  MMX_VERDICT_LIMITED = 4,  /* too fast; retry_after_ns says when */
  MMX_VERDICT_FULL = 5,     /* the source's inbox is full */
  MMX_VERDICT_NO_SOURCE = 6 /* the source is not running */
};

/* What to publish. Everything is borrowed for the call. */
typedef struct mmx_publish {
  uint32_t struct_size;
  uint32_t kind;      /* one MMX_KIND_*; LINK goes through meshmux.source/1 */
  uint32_t source;    /* TX: the target source's number, 0: the one bound; else ignored */
  uint32_t flags;     /* MMX_MESSAGE_* */
  uint64_t session;   /* TX: on whose behalf, 0: the instance's own */
  uint64_t cause;     /* SENT, REPLY: id of the command, 0 for SENT: the radio did it by itself */
  uint64_t order;     /* STATE */
  int64_t timeout_ns; /* TX: how long the first reply may take, 0: the default of 5 min */
  mmx_bytes key;      /* STATE */
  mmx_bytes payload;
  const mmx_record *record; /* may be NULL */
} mmx_publish;

typedef struct mmx_published {
  uint32_t struct_size;
  uint32_t verdict;       /* TX: one MMX_VERDICT_* */
  uint64_t id;            /* of the message, 0 if none came to be */
  uint64_t labels;        /* what the codec said */
  int64_t retry_after_ns; /* LIMITED */
} mmx_published;

typedef struct mmx_bus {
  uint32_t struct_size;
  uint32_t reserved;

  /* Adds kinds (MMX_KIND_* bits) of source to what this instance receives; 0: of every source it
   * may see. Retained state and link are delivered first, in order. TX and REPLY need no
   * subscription: commands reach their source and replies their origin. [loop-thread] [starting &
   * running] */
  mmx_status (*subscribe)(const mmx_host *host, uint32_t source, uint32_t kinds);

  /* Publishes one message. Nobody is called from inside. out may be NULL; its struct_size is set by
   * the caller. MMX_DENIED: this role may not publish that kind. A TX that a gate stops returns
   * MMX_OK with its verdict. [loop-thread] [starting, running & draining] */
  mmx_status (*publish)(const mmx_host *host, const mmx_publish *what, mmx_published *out);

  /* Takes up delivery again after deliver answered MMX_AGAIN. [loop-thread] [any state] */
  void (*ready)(const mmx_host *host);

  /* Keep a message beyond the call it was handed to, and let go of it. [any-thread] */
  void (*retain)(const mmx_message *message);
  void (*release)(const mmx_message *message);

  /* Number of the source this instance is bound to by "source:"; 0: none. [loop-thread] */
  uint32_t (*bound_source)(const mmx_host *host);
} mmx_bus;

#ifdef __cplusplus
}
#endif

#endif
