/* A type with a role nobody knows. */
#include "bad_plugin.h"

BAD_OPS(bad_start, bad_stop, NULL);
BAD_TYPE(99, "bad-role");
BAD_PLUGIN
