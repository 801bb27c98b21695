/* A shared object that is no plugin: it has no entry. */
#include "meshmux/entry.h"

MMX_EXPORT int bad_other_symbol(void);
MMX_EXPORT int bad_other_symbol(void) { return 1; }
