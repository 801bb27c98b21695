/*
 * What the bad plugins share: one well-behaved type whose parts each of them spoils in one place.
 * Must not contain a sin of its own.
 */
#ifndef MESHMUX_TESTS_BAD_PLUGIN_H
#define MESHMUX_TESTS_BAD_PLUGIN_H

#include "meshmux/meshmux.h"

/* The only state a bad plugin has is its host; one instance of each exists at a time. */
static const mmx_host *bad_host;

static inline mmx_text bad_text(const char *text) {
  mmx_text out = {text, 0};
  while (text[out.size] != '\0') ++out.size;
  return out;
}

static inline void bad_log(const char *text) {
  bad_host->log(bad_host, MMX_LOG_INFO, 0, bad_text(text));
}

static inline void bad_health(int32_t health) {
  bad_host->set_health(bad_host, health, bad_text(""));
}

static inline mmx_status bad_create(const mmx_host *host, const mmx_values *values, void **self) {
  (void)values;
  bad_host = host;
  *self = &bad_host;
  return MMX_OK;
}

static inline mmx_status bad_start(void *self) {
  (void)self;
  bad_health(MMX_HEALTH_OK);
  return MMX_OK;
}

static inline void bad_stop(void *self) {
  (void)self;
  bad_health(MMX_HEALTH_STOPPED);
}

static inline void bad_destroy(void *self) { (void)self; }

/* clang-format off */
#define BAD_OPS(start, stop, deliver) \
  static const mmx_instance_ops bad_ops = { \
      sizeof(mmx_instance_ops), 0, start, stop, bad_destroy, deliver, NULL, NULL, NULL}

#define BAD_TYPE(role, name) \
  static const mmx_type bad_type = { \
      sizeof(mmx_type), role, name, "Does something wrong", NULL, NULL, 0, sizeof(mmx_option), \
      &bad_ops, bad_create}; \
  static const mmx_type *const bad_types[] = {&bad_type}

#define BAD_ENTRY(magic, major, minor, size) \
  MMX_EXPORT const mmx_entry *mmx_plugin_entry(void) { \
    static const mmx_entry entry = { \
        magic, major, minor, size, 0, "bad", "0", "Apache-2.0", bad_types, NULL, 1, 0}; \
    return &entry; \
  }

#define BAD_PLUGIN BAD_ENTRY(MMX_ENTRY_MAGIC, MMX_ABI_MAJOR, MMX_ABI_MINOR, sizeof(mmx_entry))
/* clang-format on */

#endif
