/* Built for a minor of the ABI that does not exist yet. */
#include "bad_plugin.h"

BAD_OPS(bad_start, bad_stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-minor");
BAD_ENTRY(MMX_ENTRY_MAGIC, MMX_ABI_MAJOR, MMX_ABI_MINOR + 7, sizeof(mmx_entry))
