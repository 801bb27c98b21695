/*
 * meshmux.codec/1: two pure functions (and a describer for people) for one payload family. The core
 * calls them to label, canonicalise and redact; it never looks into a payload itself.
 */
#ifndef MESHMUX_EXT_CODEC_H
#define MESHMUX_EXT_CODEC_H

#include "meshmux/base.h"
#include "meshmux/labels.h"
#include "meshmux/message.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Declared in mmx_entry.codecs. All functions are pure: same input, same output, no state, callable
 * at any time. identity is what the source said of its radio, empty while unknown; then every
 * administration counts as local. kind is one MMX_KIND_*. Everything is borrowed for the call. */
typedef struct mmx_codec {
  uint32_t struct_size;
  uint32_t reserved;
  const char *family; /* "meshtastic" */
  uint64_t labels;    /* every label classify may emit */

  /* Sets *labels. For MMX_KIND_TX it also writes the canonical bytes: the re-encoding of what a
   * real parser read, the only bytes that go on; for other kinds canonical is left alone.
   * MMX_INVALID: not a legal payload. [loop-thread] */
  mmx_status (*classify)(mmx_bytes identity, uint32_t kind, mmx_bytes payload, uint64_t *labels,
                         mmx_buffer *canonical);

  /* Writes payload without the secrets named by the MMX_LABEL_SECRET_* bits of secrets: fields are
   * left out, nothing stands in for them. [loop-thread] */
  mmx_status (*redact)(mmx_bytes identity, uint32_t kind, mmx_bytes payload, uint64_t secrets,
                       mmx_buffer *out);

  /* Writes one line of UTF-8 for people, without secrets, texts or positions. [loop-thread] */
  mmx_status (*describe)(mmx_bytes identity, uint32_t kind, mmx_bytes payload, mmx_buffer *out);
} mmx_codec;

#ifdef __cplusplus
}
#endif

#endif
