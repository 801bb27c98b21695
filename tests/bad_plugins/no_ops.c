/* A type without methods. */
#include "bad_plugin.h"

static const mmx_type bad_type = {sizeof(mmx_type),
                                  MMX_ROLE_FRONTEND,
                                  "bad-no-ops",
                                  "Does something wrong",
                                  NULL,
                                  NULL,
                                  0,
                                  sizeof(mmx_option),
                                  NULL,
                                  bad_create};
static const mmx_type *const bad_types[] = {&bad_type};
BAD_PLUGIN
