/* Calls the loop's functions from a thread of its own. The thread has ended before start returns.
 */
#include <pthread.h>

#include "bad_plugin.h"

static const mmx_bus *bus;
static const mmx_timers *timers;
static const mmx_clock *clocks;

static void *run(void *ctx) {
  mmx_publish what = {0};
  what.struct_size = sizeof what;
  what.kind = MMX_KIND_TX;
  (void)ctx;
  if (bus->publish(bad_host, &what, NULL) == MMX_ERROR) bad_log("publish was refused");
  if (bus->subscribe(bad_host, 0, MMX_KIND_RX) == MMX_ERROR) bad_log("subscribe was refused");
  if (timers->create(bad_host, NULL, NULL) == NULL) bad_log("create was refused");
  if (clocks->mono_ns(bad_host) != 0) bad_log("the clock may be read");
  if (bad_host->get_extension(bad_host, MMX_EXT_BUS) == NULL) bad_log("get_extension was refused");
  bad_health(MMX_HEALTH_FAILED);
  return NULL;
}

static mmx_status start(void *self) {
  pthread_t thread;
  bus = bad_host->get_extension(bad_host, MMX_EXT_BUS);
  timers = bad_host->get_extension(bad_host, MMX_EXT_TIMER);
  clocks = bad_host->get_extension(bad_host, MMX_EXT_CLOCK);
  if (pthread_create(&thread, NULL, run, NULL) != 0) return MMX_ERROR;
  pthread_join(thread, NULL);
  return bad_start(self);
}

BAD_OPS(start, bad_stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-calls-from-thread");
BAD_PLUGIN
