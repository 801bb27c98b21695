// meshmux.stream/1. Must not write: the loop flushes at the end of the turn.
#include <fmt/format.h>

#include "core/base/text.h"
#include "core/base/uri.h"
#include "core/loop/shared_buffer.h"
#include "core/plugin/host.h"
#include "core/plugin/instance.h"

namespace meshmux {
namespace {

mmx_status connect(const mmx_host *host, mmx_text uri, int64_t timeout_ns,
                   const mmx_stream_events *events, void *ctx, mmx_stream **stream) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_stream_api.connect")) return MMX_ERROR;
  if (!instance.may_open()) return MMX_CLOSED;
  if (events == nullptr || stream == nullptr) return MMX_INVALID;
  const Result<Uri> parsed = parse_uri(view(uri));
  if (!parsed) {
    instance.misbehaved(
        fmt::format("it called connect with a wrong URI: {}", parsed.error().message));
    return MMX_INVALID;
  }
  auto *made = new PluginStream(instance, 0, nullptr);
  made->connect(*parsed, timeout_ns, events, ctx);
  *stream = made;
  return MMX_OK;
}

// The stream, nullptr: called from another thread.
PluginStream *usable(mmx_stream *stream, const char *function) {
  if (stream == nullptr) return nullptr;
  PluginStream *self = PluginStream::from_abi(stream);
  return self->owner().on_loop_thread(function) ? self : nullptr;
}

void set_events(mmx_stream *stream, const mmx_stream_events *events, void *ctx) {
  if (auto *self = usable(stream, "mmx_stream_api.set_events")) self->set_events(events, ctx);
}

mmx_status write(mmx_stream *stream, mmx_shared_buffer *buffer, size_t offset, size_t size) {
  auto *self = usable(stream, "mmx_stream_api.write");
  if (self == nullptr || buffer == nullptr) return MMX_ERROR;
  return self->stream().write(buffer, offset, size);
}

size_t pending(const mmx_stream *stream) {
  if (stream == nullptr) return 0;
  const PluginStream *self = PluginStream::from_abi(stream);
  if (!self->owner().on_loop_thread("mmx_stream_api.pending")) return 0;
  return self->stream().pending();
}

void pause(mmx_stream *stream) {
  if (auto *self = usable(stream, "mmx_stream_api.pause")) self->stream().pause();
}

void resume(mmx_stream *stream) {
  if (auto *self = usable(stream, "mmx_stream_api.resume")) self->stream().resume();
}

void close(mmx_stream *stream) {
  if (auto *self = usable(stream, "mmx_stream_api.close")) self->stream().close();
}

void abort(mmx_stream *stream) {
  if (auto *self = usable(stream, "mmx_stream_api.abort")) self->stream().abort();
}

mmx_shared_buffer *new_buffer(const mmx_host *host, size_t capacity) {
  if (!instance_of(host).on_loop_thread("mmx_stream_api.buffer_new")) return nullptr;
  return buffer_new(capacity);
}

}  // namespace

const mmx_stream_api *stream_table() {
  static const mmx_stream_api table = {sizeof(mmx_stream_api),
                                       0,
                                       &connect,
                                       &set_events,
                                       &write,
                                       &pending,
                                       &pause,
                                       &resume,
                                       &close,
                                       &abort,
                                       &new_buffer,
                                       &buffer_retain,
                                       &buffer_release};
  return &table;
}

}  // namespace meshmux
