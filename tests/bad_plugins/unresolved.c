/* Needs a function that nobody provides, so that the dynamic linker refuses it. */
#include "bad_plugin.h"

extern void bad_nobody_defines_this(void);

static void stop(void *self) {
  bad_nobody_defines_this();
  bad_stop(self);
}

BAD_OPS(bad_start, stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-unresolved");
BAD_PLUGIN
