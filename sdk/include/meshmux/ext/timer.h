/*
 * meshmux.timer/1 and meshmux.clock/1: time, always the host's, so that tests can run on a virtual
 * clock. Must not be bypassed: no instance reads the system's clock by itself.
 */
#ifndef MESHMUX_EXT_TIMER_H
#define MESHMUX_EXT_TIMER_H

#include "meshmux/base.h"
#include "meshmux/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMX_EXT_TIMER "meshmux.timer/1"
#define MMX_EXT_CLOCK "meshmux.clock/1"

typedef struct mmx_timer mmx_timer;

typedef struct mmx_timers {
  uint32_t struct_size;
  uint32_t reserved;
  /* A new timer, idle, that calls fire(ctx). Owned by the caller until free. [loop-thread] */
  mmx_timer *(*create)(const mmx_host *host, void (*fire)(void *ctx), void *ctx);
  /* Fires once after delay_ns; replaces what was set before. [loop-thread] */
  void (*start)(mmx_timer *timer, int64_t delay_ns);
  /* Idle again. [loop-thread] */
  void (*stop)(mmx_timer *timer);
  /* Stops and frees it; allowed from inside its own fire. [loop-thread] */
  void (*free)(mmx_timer *timer);
} mmx_timers;

typedef struct mmx_clock {
  uint32_t struct_size;
  uint32_t reserved;
  /* Monotonic nanoseconds, as of this loop turn. [loop-thread] */
  int64_t (*mono_ns)(const mmx_host *host);
  /* Nanoseconds since 1970. [loop-thread] */
  int64_t (*wall_ns)(const mmx_host *host);
  /* Whether the wall clock is known to be right (NTP, PTP or GPS). [loop-thread] */
  bool (*wall_synchronised)(const mmx_host *host);
  /* 64 random bits, not for keys. [loop-thread] */
  uint64_t (*random)(const mmx_host *host);
} mmx_clock;

#ifdef __cplusplus
}
#endif

#endif
