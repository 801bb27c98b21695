/*
 * meshmux.stream/1: byte streams over TCP, serial lines and Unix sockets. A write takes a reference
 * to a host buffer, so one buffer can go to many streams; everything written in a loop turn leaves
 * in one system call at its end. Must not know framing.
 */
#ifndef MESHMUX_EXT_STREAM_H
#define MESHMUX_EXT_STREAM_H

#include "meshmux/base.h"
#include "meshmux/host.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMX_EXT_STREAM "meshmux.stream/1"

/* Opaque. Belongs to the instance; valid until on_close has returned. */
typedef struct mmx_stream mmx_stream;

/* Reference-counted bytes of the host. Fill data before the first write, never after. */
typedef struct mmx_shared_buffer {
  uint8_t *data;
  size_t capacity;
} mmx_shared_buffer;

/* Callbacks of one stream; ctx is what set_events or connect was given. Any may be NULL. */
typedef struct mmx_stream_events {
  uint32_t struct_size;
  uint32_t reserved;
  /* The connection stands. Not called for accepted sessions. [loop-thread] */
  void (*on_open)(void *ctx, mmx_stream *stream);
  /* Bytes arrived; borrowed for the call. [loop-thread] */
  void (*on_data)(void *ctx, mmx_stream *stream, mmx_bytes bytes);
  /* The peer will send no more; everything it sent was delivered. Writing still works until close.
   * [loop-thread] */
  void (*on_eof)(void *ctx, mmx_stream *stream);
  /* Everything written so far was handed to the kernel, after some of it had to wait.
   * [loop-thread] */
  void (*on_drain)(void *ctx, mmx_stream *stream);
  /* The last call: closed by either side, or never opened. status is MMX_CLOSED after an orderly
   * end, MMX_TIMED_OUT for a peer that read too slowly, MMX_ERROR otherwise; reason is for people.
   * [loop-thread] */
  void (*on_close)(void *ctx, mmx_stream *stream, mmx_status status, mmx_text reason);
} mmx_stream_events;

typedef struct mmx_stream_api {
  uint32_t struct_size;
  uint32_t reserved;

  /* Opens uri: tcp://host:port, tcp://[v6]:port, unix:///path,
   * serial:///dev/x[?baud=115200][&lines=both|none|keep] (a serial line is opened exclusively,
   * HUPCL cleared, DTR and RTS both asserted unless lines says otherwise). The result arrives as
   * on_open or on_close, never from inside this call. timeout_ns bounds the opening, 0: 10 s.
   * [loop-thread] [starting & running] */
  mmx_status (*connect)(const mmx_host *host, mmx_text uri, int64_t timeout_ns,
                        const mmx_stream_events *events, void *ctx, mmx_stream **stream);

  /* Replaces the callbacks, as for a session that was just accepted. events is borrowed until
   * on_close. [loop-thread] */
  void (*set_events)(mmx_stream *stream, const mmx_stream_events *events, void *ctx);

  /* Queues size bytes of buffer from offset; takes a reference of its own until they are written.
   * Neighbouring ranges of one buffer are joined. MMX_CLOSED once closing. [loop-thread] */
  mmx_status (*write)(mmx_stream *stream, mmx_shared_buffer *buffer, size_t offset, size_t size);

  /* Bytes queued and not yet taken by the kernel. [loop-thread] */
  size_t (*pending)(const mmx_stream *stream);

  /* Stops and resumes on_data. [loop-thread] */
  void (*pause)(mmx_stream *stream);
  void (*resume)(mmx_stream *stream);

  /* Writes out what is queued, for at most 1 s, then closes; on_close follows. [loop-thread] */
  void (*close)(mmx_stream *stream);
  /* Closes at once and drops what is queued; on_close follows. [loop-thread] */
  void (*abort)(mmx_stream *stream);

  /* A new buffer with one reference, owned by the caller; NULL when out of memory. [loop-thread] */
  mmx_shared_buffer *(*buffer_new)(const mmx_host *host, size_t capacity);
  /* [any-thread] */
  void (*buffer_retain)(mmx_shared_buffer *buffer);
  void (*buffer_release)(mmx_shared_buffer *buffer);
} mmx_stream_api;

#ifdef __cplusplus
}
#endif

#endif
