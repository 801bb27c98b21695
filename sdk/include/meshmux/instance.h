/*
 * Plugin types and instances: what a plugin can create, and how the core drives what it created.
 * Must not know any service of the host beyond its table.
 */
#ifndef MESHMUX_INSTANCE_H
#define MESHMUX_INSTANCE_H

#include "meshmux/base.h"
#include "meshmux/host.h"
#include "meshmux/message.h"
#include "meshmux/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Roles. The role and the source binding are the grant: a source publishes rx, sent, state, link
 * and replies of its own; a frontend or bridge publishes tx to sources it is bound to; storage and
 * simulators publish nothing. */
enum {
  MMX_ROLE_INVALID = 0,
  MMX_ROLE_SOURCE = 1,
  MMX_ROLE_FRONTEND = 2,
  MMX_ROLE_STORAGE = 3,
  MMX_ROLE_BRIDGE = 4,
  MMX_ROLE_SIMULATOR = 5
};

/* Methods of an instance. self is what create returned. Every member may be NULL except start, stop
 * and destroy. No call is made from inside another call of the same instance. */
typedef struct mmx_instance_ops {
  uint32_t struct_size;
  uint32_t reserved;

  /* Begins work. MMX_OK means under way: readiness is told by set_health(OK or DEGRADED), now or
   * later, within 10 s. Anything else fails the instance. [loop-thread] [created] */
  mmx_status (*start)(void *self);

  /* Begins draining: finish what was accepted, say goodbye, close streams, then
   * set_health(STOPPED), now or within 5 s; after that it is destroyed anyway.
   * [loop-thread] [starting or running] */
  void (*stop)(void *self);

  /* Frees everything. No call follows; streams and timers still open are closed by the host.
   * [loop-thread] [created, failed or stopped] */
  void (*destroy)(void *self);

  /* Takes one message; borrowed for the call. MMX_AGAIN leaves it in the inbox until
   * meshmux.bus/1 ready() is called. [loop-thread] [started until stop] */
  mmx_status (*deliver)(void *self, const mmx_message *message);

  /* End of a loop turn in which this instance was called, just before its streams are flushed: the
   * place to write once what the turn gathered. [loop-thread] [started until destroyed] */
  void (*turn_end)(void *self);

  /* Applies changed hot options. MMX_UNSUPPORTED makes the core recreate the instance instead.
   * values are borrowed for the call. [loop-thread] [running] */
  mmx_status (*reconfigure)(void *self, const mmx_values *values);

  /* The plugin's half of extension id, or NULL. Lives as long as the instance.
   * [loop-thread] [any state] */
  const void *(*get_extension)(void *self, const char *id);
} mmx_instance_ops;

/* What a plugin can create. Static for the life of the process. */
typedef struct mmx_type {
  uint32_t struct_size;
  uint32_t role;       /* one MMX_ROLE_* */
  const char *name;    /* the word after "plugin:" */
  const char *summary; /* one sentence for people */
  const char *family;  /* payload family it speaks, NULL: any or none */
  const mmx_option *options;
  uint32_t option_count;
  uint32_t option_size; /* sizeof(mmx_option) where it was built */
  const mmx_instance_ops *ops;

  /* Makes an instance and stores it in *self. Does no input or output. host lives until destroy has
   * returned, values are borrowed for the call. [loop-thread] */
  mmx_status (*create)(const mmx_host *host, const mmx_values *values, void **self);
} mmx_type;

#ifdef __cplusplus
}
#endif

#endif
