/* A type without a name. */
#include "bad_plugin.h"

BAD_OPS(bad_start, bad_stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, NULL);
BAD_PLUGIN
