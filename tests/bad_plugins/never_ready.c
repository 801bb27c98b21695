/* Starts and never says that it is ready. */
#include "bad_plugin.h"

static mmx_status start(void *self) {
  (void)self;
  return MMX_OK;
}

BAD_OPS(start, bad_stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-never-ready");
BAD_PLUGIN
