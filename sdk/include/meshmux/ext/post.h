/*
 * meshmux.post/1: the way from a plugin's own thread back to the loop. Bounded; order is kept
 * within one instance's posts. Must not be used to leave the loop.
 */
#ifndef MESHMUX_EXT_POST_H
#define MESHMUX_EXT_POST_H

#include "meshmux/base.h"
#include "meshmux/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMX_EXT_POST "meshmux.post/1"

typedef struct mmx_post {
  uint32_t struct_size;
  uint32_t reserved;
  /* Runs fn(ctx) on the loop thread soon. MMX_AGAIN: the queue is full; MMX_CLOSED: the instance is
   * stopping, fn will not run. [any-thread] */
  mmx_status (*post)(const mmx_host *host, void (*fn)(void *ctx), void *ctx);
} mmx_post;

#ifdef __cplusplus
}
#endif

#endif
