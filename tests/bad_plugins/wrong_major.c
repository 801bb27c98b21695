/* Built for another major of the ABI. */
#include "bad_plugin.h"

BAD_OPS(bad_start, bad_stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-major");
BAD_ENTRY(MMX_ENTRY_MAGIC, MMX_ABI_MAJOR + 1, 0, sizeof(mmx_entry))
