/* Says its options are narrower than an option is. */
#include "bad_plugin.h"

static const mmx_option options[] = {
    {MMX_OPTION_INT, 0, "count", "1", NULL, 0, 0, "How many"},
};
BAD_OPS(bad_start, bad_stop, NULL);
static const mmx_type bad_type = {
    sizeof(mmx_type), MMX_ROLE_FRONTEND, "bad-narrow", "Does something wrong", NULL, options, 1, 8,
    &bad_ops,         bad_create};
static const mmx_type *const bad_types[] = {&bad_type};
BAD_PLUGIN
