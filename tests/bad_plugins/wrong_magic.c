/* An entry that begins with another number. */
#include "bad_plugin.h"

BAD_OPS(bad_start, bad_stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-magic");
BAD_ENTRY(0x12345678, MMX_ABI_MAJOR, MMX_ABI_MINOR, sizeof(mmx_entry))
