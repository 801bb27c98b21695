/* A frontend that publishes what only a source may, and asks for what only a source gets. */
#include "bad_plugin.h"

static mmx_status start(void *self) {
  (void)self;
  const mmx_bus *bus = bad_host->get_extension(bad_host, MMX_EXT_BUS);
  mmx_publish what = {0};
  what.struct_size = sizeof what;
  what.kind = MMX_KIND_STATE;
  what.key = (mmx_bytes){(const uint8_t *)"k", 1};
  if (bus->publish(bad_host, &what, NULL) == MMX_DENIED) bad_log("publish was denied");
  if (bad_host->get_extension(bad_host, MMX_EXT_SOURCE) == NULL) bad_log("no source extension");
  if (bad_host->get_extension(bad_host, "nobody.knows/1") == NULL) bad_log("no unknown extension");
  bad_health(MMX_HEALTH_OK);
  return MMX_OK;
}

BAD_OPS(start, bad_stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-wrong-publish");
BAD_PLUGIN
