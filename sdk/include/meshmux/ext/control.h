/*
 * meshmux.control/1: what an instance tells and takes over the control socket. The plugin's half
 * only. Must not show secrets, texts or positions.
 */
#ifndef MESHMUX_EXT_CONTROL_H
#define MESHMUX_EXT_CONTROL_H

#include "meshmux/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MMX_EXT_CONTROL "meshmux.control/1"

typedef struct mmx_control {
  uint32_t struct_size;
  uint32_t reserved;
  /* Writes one JSON object about the instance's present state. Has no effect on it, so after
   * MMX_NO_SPACE the host may ask again with more room. [loop-thread] [running] */
  mmx_status (*status)(void *self, mmx_buffer *json);
  /* Carries out verb; args is a JSON value or empty; writes a JSON value, or with an error a text
   * for people. MMX_UNSUPPORTED: no such verb. The host gives at least 64 KiB for the reply and
   * never repeats a call: MMX_NO_SPACE means that the verb was carried out and its reply is lost.
   * [loop-thread] [running] */
  mmx_status (*call)(void *self, mmx_text verb, mmx_text args, mmx_buffer *reply);
} mmx_control;

#ifdef __cplusplus
}
#endif

#endif
