// meshmux.timer/1, meshmux.clock/1 and meshmux.post/1. Must not read any clock but the loop's.
#include <memory>

#include "core/plugin/host.h"
#include "core/plugin/instance.h"

namespace meshmux {
namespace {

mmx_timer *create_timer(const mmx_host *host, void (*fire)(void *ctx), void *ctx) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_timers.create")) return nullptr;
  if (fire == nullptr) {
    instance.misbehaved("it called mmx_timers.create without a function to fire");
    return nullptr;
  }
  return new PluginTimer(instance, fire, ctx);
}

void start_timer(mmx_timer *timer, int64_t delay_ns) {
  if (timer == nullptr) return;
  PluginTimer *self = PluginTimer::from_abi(timer);
  if (self->owner().on_loop_thread("mmx_timers.start")) self->timer().start(delay_ns);
}

void stop_timer(mmx_timer *timer) {
  if (timer == nullptr) return;
  PluginTimer *self = PluginTimer::from_abi(timer);
  if (self->owner().on_loop_thread("mmx_timers.stop")) self->timer().stop();
}

void free_timer(mmx_timer *timer) {
  if (timer == nullptr) return;
  PluginTimer *self = PluginTimer::from_abi(timer);
  if (self->owner().on_loop_thread("mmx_timers.free")) delete self;
}

int64_t mono_ns(const mmx_host *host) {
  return instance_of(host).services().loop.clock().mono_ns();
}

int64_t wall_ns(const mmx_host *host) {
  return instance_of(host).services().loop.clock().wall_ns();
}

bool wall_synchronised(const mmx_host *host) {
  return instance_of(host).services().loop.clock().wall_synchronised();
}

uint64_t random_bits(const mmx_host *host) { return instance_of(host).services().random(); }

// A post with its instance, so that what it throws is held.
struct Posted {
  Instance &instance;
  void (*fn)(void *ctx);
  void *ctx;
};

void run_posted(void *ctx) {
  const std::unique_ptr<Posted> posted(static_cast<Posted *>(ctx));
  posted->instance.call("post", 0, [&] {
    posted->fn(posted->ctx);
    return 0;
  });
}

mmx_status post(const mmx_host *host, void (*fn)(void *ctx), void *ctx) {
  Instance &instance = instance_of(host);
  if (fn == nullptr) return MMX_INVALID;
  auto posted = std::make_unique<Posted>(Posted{instance, fn, ctx});
  const mmx_status status = instance.post(&run_posted, posted.get());
  if (status == MMX_OK) static_cast<void>(posted.release());
  return status;
}

}  // namespace

const mmx_timers *timer_table() {
  static const mmx_timers table = {sizeof(mmx_timers), 0,           &create_timer,
                                   &start_timer,       &stop_timer, &free_timer};
  return &table;
}

const mmx_clock *clock_table() {
  static const mmx_clock table = {sizeof(mmx_clock),  0,           &mono_ns, &wall_ns,
                                  &wall_synchronised, &random_bits};
  return &table;
}

const mmx_post *post_table() {
  static const mmx_post table = {sizeof(mmx_post), 0, &post};
  return &table;
}

}  // namespace meshmux
