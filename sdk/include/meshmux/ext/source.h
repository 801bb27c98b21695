/*
 * meshmux.source/1: what only a source says and hears: which radio it holds, how the link is, and
 * which sessions have ended. Both halves are here.
 */
#ifndef MESHMUX_EXT_SOURCE_H
#define MESHMUX_EXT_SOURCE_H

#include "meshmux/base.h"
#include "meshmux/host.h"
#include "meshmux/message.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMX_EXT_SOURCE "meshmux.source/1"

/* The host's half. */
typedef struct mmx_source {
  uint32_t struct_size;
  uint32_t reserved;
  /* Says which radio is there. If it differs from the one the retained state is of, that state is
   * dropped and the link's epoch rises before this returns. Call before publishing anything of the
   * radio. identity is copied. [loop-thread] [running] */
  mmx_status (*set_identity)(const mmx_host *host, mmx_bytes identity);
  /* Publishes the link. epoch is ignored, the core stamps it; link is copied.
   * [loop-thread] [starting, running & draining] */
  mmx_status (*set_link)(const mmx_host *host, const mmx_link *link);
} mmx_source;

/* The instance's half, from its get_extension. */
typedef struct mmx_source_handler {
  uint32_t struct_size;
  uint32_t reserved;
  /* A session of a frontend is over; its last command was delivered before. Accepted commands stay
   * valid. [loop-thread] [running] */
  void (*session_ended)(void *self, uint32_t origin, uint64_t session);
} mmx_source_handler;

#ifdef __cplusplus
}
#endif

#endif
