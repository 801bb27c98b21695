/*
 * meshmux.metrics/1: counters and gauges, named in Prometheus style, labelled with the instance by
 * the host. Must not carry texts, keys or positions.
 */
#ifndef MESHMUX_EXT_METRICS_H
#define MESHMUX_EXT_METRICS_H

#include "meshmux/base.h"
#include "meshmux/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMX_EXT_METRICS "meshmux.metrics/1"

typedef struct mmx_metric mmx_metric;

typedef struct mmx_metrics {
  uint32_t struct_size;
  uint32_t reserved;
  /* The counter (only rises) or gauge of that name for this instance, made on first use; lives as
   * long as the instance. name and help are copied. Never NULL. [loop-thread] */
  mmx_metric *(*counter)(const mmx_host *host, const char *name, const char *help);
  mmx_metric *(*gauge)(const mmx_host *host, const char *name, const char *help);
  /* [any-thread] */
  void (*add)(mmx_metric *metric, int64_t amount);
  void (*set)(mmx_metric *metric, int64_t value);
} mmx_metrics;

#ifdef __cplusplus
}
#endif

#endif
