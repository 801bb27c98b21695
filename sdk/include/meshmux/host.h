/*
 * The host table: the few services every instance has. All else is an extension fetched by id.
 * Must not know any role.
 */
#ifndef MESHMUX_HOST_H
#define MESHMUX_HOST_H

#include "meshmux/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What an instance says of itself. */
enum {
  MMX_HEALTH_INVALID = 0,
  MMX_HEALTH_OK = 1,       /* ends "starting": the instance is ready */
  MMX_HEALTH_DEGRADED = 2, /* ready, but something is wrong; the reason is shown */
  MMX_HEALTH_FAILED = 3,   /* cannot go on; the core stops and restarts it with backoff */
  MMX_HEALTH_STOPPED = 4   /* ends "draining": everything stop began is done */
};

/* One table for each instance, valid from create until destroy has returned. */
typedef struct mmx_host mmx_host;
struct mmx_host {
  uint32_t struct_size;
  uint16_t abi_major;
  uint16_t abi_minor;
  void *host_data; /* the host's own; do not touch */

  /* The host's half of extension id, or NULL. The table lives as long as the host table.
   * [loop-thread] [any state] */
  const void *(*get_extension)(const mmx_host *host, const char *id);

  /* One log line about this instance. text is borrowed for the call; session is 0 or the session it
   * concerns, which adds that session's id and address. [any-thread] [any state] */
  void (*log)(const mmx_host *host, int32_t level, uint64_t session, mmx_text text);

  /* Says how the instance is, one MMX_HEALTH_*. reason is borrowed for the call, for people, and
   * may be empty with OK and STOPPED. [loop-thread] [started until destroyed] */
  void (*set_health)(const mmx_host *host, int32_t health, mmx_text reason);

  /* The instance's id from the configuration. Lives as long as the host table.
   * [loop-thread] [any state] */
  mmx_text (*instance_id)(const mmx_host *host);
};

#ifdef __cplusplus
}
#endif

#endif
