/* Says that an instance was made and hands out none. */
#include "bad_plugin.h"

static mmx_status create(const mmx_host *host, const mmx_values *values, void **self) {
  (void)host;
  (void)values;
  *self = NULL;
  return MMX_OK;
}

BAD_OPS(bad_start, bad_stop, NULL);
static const mmx_type bad_type = {sizeof(mmx_type),
                                  MMX_ROLE_FRONTEND,
                                  "bad-null-create",
                                  "Does something wrong",
                                  NULL,
                                  NULL,
                                  0,
                                  sizeof(mmx_option),
                                  &bad_ops,
                                  create};
static const mmx_type *const bad_types[] = {&bad_type};
BAD_PLUGIN
