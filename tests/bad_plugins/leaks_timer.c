/* Leaves a running timer and an open stream behind when it is destroyed. */
#include "bad_plugin.h"

static void fire(void *ctx) {
  (void)ctx;
  bad_log("a leaked timer fired");
}

static mmx_status start(void *self) {
  const mmx_timers *timers = bad_host->get_extension(bad_host, MMX_EXT_TIMER);
  const mmx_stream_api *streams = bad_host->get_extension(bad_host, MMX_EXT_STREAM);
  static const mmx_stream_events events = {
      sizeof(mmx_stream_events), 0, NULL, NULL, NULL, NULL, NULL};
  mmx_stream *stream = NULL;
  timers->start(timers->create(bad_host, fire, self), INT64_C(60000000000));
  streams->connect(bad_host, bad_text("unix:///nonexistent/radio"), 0, &events, NULL, &stream);
  return bad_start(self);
}

BAD_OPS(start, bad_stop, NULL);
BAD_TYPE(MMX_ROLE_FRONTEND, "bad-leaks-timer");
BAD_PLUGIN
