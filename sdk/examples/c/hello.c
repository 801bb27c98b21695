/*
 * A whole plugin in C with one idea: a bridge that counts the text messages of each source and
 * tells the numbers over the control socket. Must not know any protocol: it reads neutral records
 * only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "meshmux/meshmux.h"

enum { MOST_SOURCES = 16 };

typedef struct hello {
  const mmx_host *host;
  const mmx_bus *bus;
  size_t source_count;
  struct {
    uint32_t source;
    uint64_t texts;
  } counts[MOST_SOURCES];
} hello;

static mmx_text text_of(const char *chars) {
  mmx_text text = {chars, strlen(chars)};
  return text;
}

static void count(hello *self, uint32_t source) {
  for (size_t i = 0; i < self->source_count; ++i) {
    if (self->counts[i].source == source) {
      ++self->counts[i].texts;
      return;
    }
  }
  /* Every table has an end: sources beyond it are not counted. */
  if (self->source_count == MOST_SOURCES) return;
  self->counts[self->source_count].source = source;
  self->counts[self->source_count].texts = 1;
  ++self->source_count;
}

static mmx_status start(void *ctx) {
  hello *self = ctx;
  const mmx_status status = self->bus->subscribe(self->host, 0, MMX_KIND_RX);
  if (status != MMX_OK) return status;
  self->host->set_health(self->host, MMX_HEALTH_OK, text_of(""));
  return MMX_OK;
}

static void stop(void *ctx) {
  hello *self = ctx;
  self->host->set_health(self->host, MMX_HEALTH_STOPPED, text_of(""));
}

static void destroy(void *ctx) { free(ctx); }

static mmx_status deliver(void *ctx, const mmx_message *message) {
  if (message->record != NULL && message->record->type == MMX_RECORD_TEXT)
    count(ctx, message->source);
  return MMX_OK;
}

/* {"texts":{"1":3,"2":1}}, by source number. */
static mmx_status status(void *ctx, mmx_buffer *json) {
  const hello *self = ctx;
  char line[64 * (MOST_SOURCES + 1)];
  size_t used = (size_t)snprintf(line, sizeof line, "{\"texts\":{");
  for (size_t i = 0; i < self->source_count; ++i)
    used += (size_t)snprintf(line + used, sizeof line - used, "%s\"%lu\":%llu", i > 0 ? "," : "",
                             (unsigned long)self->counts[i].source,
                             (unsigned long long)self->counts[i].texts);
  used += (size_t)snprintf(line + used, sizeof line - used, "}}");
  json->size = used;
  if (used > json->capacity) return MMX_NO_SPACE;
  memcpy(json->data, line, used);
  return MMX_OK;
}

static const void *get_extension(void *ctx, const char *id) {
  static const mmx_control control = {sizeof(mmx_control), 0, status, NULL};
  (void)ctx;
  return strcmp(id, MMX_EXT_CONTROL) == 0 ? &control : NULL;
}

static mmx_status create(const mmx_host *host, const mmx_values *values, void **ctx) {
  (void)values;
  hello *self = calloc(1, sizeof *self);
  if (self == NULL) return MMX_ERROR;
  self->host = host;
  self->bus = host->get_extension(host, MMX_EXT_BUS);
  if (self->bus == NULL) {
    host->log(host, MMX_LOG_ERROR, 0, text_of("this host has no bus"));
    free(self);
    return MMX_UNSUPPORTED;
  }
  *ctx = self;
  return MMX_OK;
}

const mmx_entry *mmx_plugin_entry(void) {
  static const mmx_instance_ops ops = {
      .struct_size = sizeof(mmx_instance_ops),
      .start = start,
      .stop = stop,
      .destroy = destroy,
      .deliver = deliver,
      .get_extension = get_extension,
  };
  static const mmx_type type = {
      .struct_size = sizeof(mmx_type),
      .role = MMX_ROLE_BRIDGE,
      .name = "hello",
      .summary = "Counts the text messages of each source.",
      .option_size = sizeof(mmx_option),
      .ops = &ops,
      .create = create,
  };
  static const mmx_type *const types[] = {&type};
  static const mmx_entry entry = {
      .magic = MMX_ENTRY_MAGIC,
      .abi_major = MMX_ABI_MAJOR,
      .abi_minor = MMX_ABI_MINOR,
      .struct_size = sizeof(mmx_entry),
      .name = "hello",
      .version = "1.0.0",
      .license = "Apache-2.0",
      .types = types,
      .type_count = 1,
  };
  return &entry;
}
