/*
 * Options as data: a plugin type declares what it can be told, the core parses, validates and
 * documents it. Must not know YAML.
 */
#ifndef MESHMUX_OPTIONS_H
#define MESHMUX_OPTIONS_H

#include "meshmux/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the text of an option is read, and which member of mmx_value carries it. */
enum {
  MMX_OPTION_INVALID = 0,
  MMX_OPTION_BOOL = 1,     /* i: 0 or 1 */
  MMX_OPTION_INT = 2,      /* i */
  MMX_OPTION_FLOAT = 3,    /* f */
  MMX_OPTION_STRING = 4,   /* s */
  MMX_OPTION_ENUM = 5,     /* s, one of mmx_option.values; i its index */
  MMX_OPTION_DURATION = 6, /* i: nanoseconds; written as 250ms, 30s, 5m, 2h, 7d */
  MMX_OPTION_SIZE = 7,     /* i: bytes; written as 512, 64k, 8M, 1G (powers of 1024) */
  MMX_OPTION_URI = 8,      /* s: tcp://host:port, serial:///dev/x?baud=n, unix:///path */
  MMX_OPTION_LISTEN = 9,   /* s: the URI the core binds; sessions arrive by meshmux.sessions/1 */
  MMX_OPTION_PATH = 10,    /* s: a file path */
  MMX_OPTION_LIST = 11     /* list: texts */
};

enum {
  MMX_OPTION_REQUIRED = 1u << 0,
  MMX_OPTION_SECRET = 1u << 1, /* NAME_file is offered as well; never shown */
  MMX_OPTION_HOT = 1u << 2     /* a change reaches reconfigure instead of recreating the instance */
};

/* One option. All pointers are static for the life of the process. */
typedef struct mmx_option {
  uint32_t kind;
  uint32_t flags;
  const char *name;          /* the YAML key */
  const char *default_value; /* as it would be written in YAML; NULL: none */
  const char *const *values; /* ENUM: the allowed words, NULL terminated; else NULL */
  double min; /* INT, FLOAT, DURATION (seconds), SIZE (bytes); checked if min < max */
  double max;
  const char *help; /* one sentence for people */
} mmx_option;

/* One value, parallel to the type's option table. Borrowed for the call it is handed to. */
typedef struct mmx_value {
  uint32_t kind;   /* of the option; MMX_OPTION_INVALID: absent and without default */
  uint32_t is_set; /* 1: the user wrote it, 0: the default */
  int64_t i;
  double f;
  mmx_text s;
  const mmx_text *list;
  size_t list_count;
} mmx_value;

typedef struct mmx_values {
  const mmx_value *values; /* stride value_size, parallel to the option table */
  uint32_t count;
  uint32_t value_size;
} mmx_values;

#ifdef __cplusplus
}
#endif

#endif
