/* A type whose name another plugin has already. */
#include "bad_plugin.h"

BAD_OPS(bad_start, bad_stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-quiet");
BAD_PLUGIN
