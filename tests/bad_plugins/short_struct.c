/* An entry that says it is shorter than it must be. */
#include "bad_plugin.h"

BAD_OPS(bad_start, bad_stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-short");
BAD_ENTRY(MMX_ENTRY_MAGIC, MMX_ABI_MAJOR, MMX_ABI_MINOR, 16)
