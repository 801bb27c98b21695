/*
 * Words every other header uses: status codes, borrowed byte ranges, the ABI version.
 * Must not know: any service, any role, any protocol.
 */
#ifndef MESHMUX_BASE_H
#define MESHMUX_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A plugin built for another major is refused. A plugin built for a newer minor is refused,
 * one built for an older minor is loaded: tables only ever grow at their end. */
#define MMX_ABI_MAJOR 1
#define MMX_ABI_MINOR 0

/* Result of every fallible call. A text that explains it goes through mmx_host.log or
 * mmx_host.set_health. New codes may be appended; treat an unknown one as MMX_ERROR. */
typedef int32_t mmx_status;
enum {
  MMX_OK = 0,
  MMX_ERROR = 1,       /* failed, the reason was logged */
  MMX_AGAIN = 2,       /* not now: a queue is full, or nothing is ready yet */
  MMX_CLOSED = 3,      /* the thing is closed or the host is stopping */
  MMX_INVALID = 4,     /* an argument or payload is malformed */
  MMX_UNSUPPORTED = 5, /* not offered by this side */
  MMX_DENIED = 6,      /* the caller's role or a policy forbids it */
  MMX_NO_SPACE = 7,    /* mmx_buffer too small; its size says how much is needed */
  MMX_NOT_FOUND = 8,
  MMX_TIMED_OUT = 9
};

/* Borrowed bytes. data may be NULL when size is 0. */
typedef struct mmx_bytes {
  const uint8_t *data;
  size_t size;
} mmx_bytes;

/* Borrowed UTF-8 text, not necessarily NUL terminated. */
typedef struct mmx_text {
  const char *data;
  size_t size;
} mmx_text;

/* Memory of the caller that the callee fills. The callee sets size to the bytes written, or, with
 * MMX_NO_SPACE, to the bytes needed; it never writes past capacity. */
typedef struct mmx_buffer {
  uint8_t *data;
  size_t capacity;
  size_t size;
} mmx_buffer;

/* Severity of a log line. Message texts, keys and positions are not logged at info or above. */
enum {
  MMX_LOG_TRACE = 1,
  MMX_LOG_DEBUG = 2,
  MMX_LOG_INFO = 3,
  MMX_LOG_WARN = 4,
  MMX_LOG_ERROR = 5
};

#ifdef __cplusplus
}
#endif

#endif
