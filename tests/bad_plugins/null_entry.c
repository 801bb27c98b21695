/* An entry that returns nothing. */
#include "meshmux/entry.h"

MMX_EXPORT const mmx_entry *mmx_plugin_entry(void) { return NULL; }
