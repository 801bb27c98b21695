/* Goes on using the host after it said that it has stopped. */
#include "bad_plugin.h"

static const mmx_post *post;

static void late(void *ctx) { (void)ctx; }

static void stop(void *self) {
  const mmx_bus *bus = bad_host->get_extension(bad_host, MMX_EXT_BUS);
  const mmx_timers *timers = bad_host->get_extension(bad_host, MMX_EXT_TIMER);
  mmx_publish what = {0};
  what.struct_size = sizeof what;
  what.kind = MMX_KIND_TX;
  bad_stop(self);
  if (bus->publish(bad_host, &what, NULL) == MMX_CLOSED) bad_log("late publish was refused");
  if (bus->subscribe(bad_host, 0, MMX_KIND_RX) == MMX_CLOSED) bad_log("late subscribe was refused");
  if (post->post(bad_host, late, NULL) == MMX_CLOSED) bad_log("late post was refused");
  timers->start(timers->create(bad_host, late, NULL), 1);
  bad_health(MMX_HEALTH_OK);
}

static mmx_status start(void *self) {
  post = bad_host->get_extension(bad_host, MMX_EXT_POST);
  return bad_start(self);
}

BAD_OPS(start, stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-calls-after-stop");
BAD_PLUGIN
