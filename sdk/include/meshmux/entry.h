/*
 * The entry: the one symbol a plugin exports and the struct it returns. Its first 16 bytes never
 * change, in any version. Must not know what the types behind it do.
 */
#ifndef MESHMUX_ENTRY_H
#define MESHMUX_ENTRY_H

#include "meshmux/base.h"
#include "meshmux/ext/codec.h"
#include "meshmux/instance.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMX_ENTRY_SYMBOL "mmx_plugin_entry"
#define MMX_ENTRY_MAGIC UINT32_C(0x50584D4D) /* "MMXP" in memory on a little-endian machine */

#if defined(__GNUC__)
#define MMX_EXPORT __attribute__((visibility("default")))
#else
#define MMX_EXPORT
#endif

typedef struct mmx_entry {
  /* Frozen. The loader reads nothing below before these four pass. */
  uint32_t magic;       /* MMX_ENTRY_MAGIC */
  uint16_t abi_major;   /* MMX_ABI_MAJOR the plugin was built with */
  uint16_t abi_minor;   /* MMX_ABI_MINOR the plugin was built with */
  uint32_t struct_size; /* sizeof(mmx_entry) where it was built */
  uint32_t flags;       /* 0 */

  const char *name;    /* of the plugin, for people */
  const char *version; /* of the plugin */
  const char *license; /* SPDX expression */
  const mmx_type *const *types;
  const mmx_codec *const *codecs;
  uint32_t type_count;
  uint32_t codec_count;
} mmx_entry;

/* Returns static data and does nothing else: no threads, no files, no output. Called once, before
 * any other call into the plugin. [loop-thread] */
MMX_EXPORT const mmx_entry *mmx_plugin_entry(void);

#ifdef __cplusplus
}
#endif

#endif
