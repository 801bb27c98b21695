/* Never says that it has stopped. */
#include "bad_plugin.h"

static void stop(void *self) { (void)self; }

BAD_OPS(bad_start, stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-never-stopped");
BAD_PLUGIN
