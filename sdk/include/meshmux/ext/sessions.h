/*
 * meshmux.sessions/1: the apps connected to an instance that has a listen option. The core binds,
 * accepts, filters, limits, numbers and kicks; the instance speaks. Both halves are here.
 */
#ifndef MESHMUX_EXT_SESSIONS_H
#define MESHMUX_EXT_SESSIONS_H

#include "meshmux/base.h"
#include "meshmux/ext/stream.h"
#include "meshmux/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMX_EXT_SESSIONS "meshmux.sessions/1"

typedef struct mmx_session {
  uint32_t struct_size;
  uint32_t listener; /* index of the listen option in the type's option table */
  uint64_t id;       /* never used twice while the daemon runs */
  mmx_text address;  /* of the peer, without port */
  mmx_text local;    /* URI it came in on */
} mmx_session;

/* The instance's half, from its get_extension. */
typedef struct mmx_session_handler {
  uint32_t struct_size;
  uint32_t reserved;
  /* A peer connected and passed every limit. Set the stream's callbacks here; anything but MMX_OK
   * closes it. session is borrowed for the call. [loop-thread] [running] */
  mmx_status (*opened)(void *self, const mmx_session *session, mmx_stream *stream);
} mmx_session_handler;

/* The host's half. */
typedef struct mmx_sessions {
  uint32_t struct_size;
  uint32_t reserved;
  /* Tells people what the peer is ("python-cli", "android"); copied. [loop-thread] */
  void (*describe)(const mmx_host *host, uint64_t session, mmx_text client);
  /* Ends a session and says why in the log and in the sessions list; on_close follows.
   * [loop-thread] */
  void (*close)(const mmx_host *host, uint64_t session, mmx_text reason);
} mmx_sessions;

#ifdef __cplusplus
}
#endif

#endif
