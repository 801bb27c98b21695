// meshmux.metrics/1 over the daemon's registry, labelled with the instance. Must not interpret
// values.
#include "core/control/metrics.h"
#include "core/plugin/host.h"
#include "core/plugin/instance.h"

namespace meshmux {
namespace {

// What a caller from a wrong thread gets: counting into it changes nothing anybody sees.
Metric &nowhere() {
  static Metric metric;
  return metric;
}

mmx_metric *counter(const mmx_host *host, const char *name, const char *help) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_metrics.counter") || name == nullptr) return &nowhere();
  return &instance.services().metrics.counter(instance.id(), name, help == nullptr ? "" : help);
}

mmx_metric *gauge(const mmx_host *host, const char *name, const char *help) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_metrics.gauge") || name == nullptr) return &nowhere();
  return &instance.services().metrics.gauge(instance.id(), name, help == nullptr ? "" : help);
}

void add(mmx_metric *metric, int64_t amount) {
  if (metric != nullptr) Metric::from_abi(metric)->add(amount);
}

void set(mmx_metric *metric, int64_t value) {
  if (metric != nullptr) Metric::from_abi(metric)->set(value);
}

}  // namespace

const mmx_metrics *metrics_table() {
  static const mmx_metrics table = {sizeof(mmx_metrics), 0, &counter, &gauge, &add, &set};
  return &table;
}

}  // namespace meshmux
