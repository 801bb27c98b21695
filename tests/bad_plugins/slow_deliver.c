/* Holds the loop for two seconds with every message. */
#define _POSIX_C_SOURCE 200809L
#include <time.h>

#include "bad_plugin.h"

static mmx_status deliver(void *self, const mmx_message *message) {
  (void)self;
  (void)message;
  struct timespec two_seconds = {2, 0};
  nanosleep(&two_seconds, NULL);
  return MMX_OK;
}

static mmx_status start(void *self) {
  const mmx_bus *bus = bad_host->get_extension(bad_host, MMX_EXT_BUS);
  bus->subscribe(bad_host, 0, MMX_KIND_LINK | MMX_KIND_STATE);
  return bad_start(self);
}

BAD_OPS(start, bad_stop, deliver);
BAD_TYPE(MMX_ROLE_BRIDGE, "bad-slow-deliver");
BAD_PLUGIN
