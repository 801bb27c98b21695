/* A type that cannot be stopped. */
#include "bad_plugin.h"

BAD_OPS(bad_start, NULL, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-no-stop");
BAD_PLUGIN
