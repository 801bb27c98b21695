// The base table and the door to the extensions: which role is offered what. Must not do the work
// of an extension.
#include "core/plugin/host.h"

#include <string_view>

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/plugin/instance.h"
#include "core/plugin/sessions.h"

namespace meshmux {
namespace {

const void *get_extension(const mmx_host *host, const char *id) {
  Instance &instance = instance_of(host);
  if (id == nullptr || !instance.on_loop_thread("mmx_host.get_extension")) return nullptr;
  const std::string_view wanted(id);
  if (wanted == MMX_EXT_BUS) return bus_table();
  if (wanted == MMX_EXT_STREAM) return stream_table();
  if (wanted == MMX_EXT_TIMER) return timer_table();
  if (wanted == MMX_EXT_CLOCK) return clock_table();
  if (wanted == MMX_EXT_POST) return post_table();
  if (wanted == MMX_EXT_METRICS) return metrics_table();
  if (wanted == MMX_EXT_SESSIONS && instance.has_listener()) return sessions_table();
  if (wanted == MMX_EXT_SOURCE && instance.type().role == MMX_ROLE_SOURCE) return source_table();
  return nullptr;
}

void write_log(const mmx_host *host, int32_t level, uint64_t session, mmx_text text) {
  Instance &instance = instance_of(host);
  const bool known = level >= MMX_LOG_TRACE && level <= MMX_LOG_ERROR;
  const auto severity = known ? static_cast<log::Level>(level) : log::Level::warn;
  if (!log::enabled(severity)) return;
  // Sessions are the loop's: another thread's line goes without the address.
  const SessionDesk *desk = instance.is_loop_thread() ? instance.sessions() : nullptr;
  const std::string address =
      session != 0 && desk != nullptr ? desk->address_of(session) : std::string();
  log::write(severity, {instance.id(), session, address}, view(text));
}

void set_health(const mmx_host *host, int32_t health, mmx_text reason) {
  Instance &instance = instance_of(host);
  if (instance.on_loop_thread("mmx_host.set_health")) instance.set_health(health, view(reason));
}

mmx_text instance_id(const mmx_host *host) { return to_mmx(instance_of(host).id()); }

void describe(const mmx_host *host, uint64_t session, mmx_text client) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_sessions.describe") || instance.sessions() == nullptr) return;
  instance.sessions()->describe(session, view(client));
}

void close_session(const mmx_host *host, uint64_t session, mmx_text reason) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_sessions.close") || instance.sessions() == nullptr) return;
  instance.sessions()->close(session, view(reason));
}

}  // namespace

mmx_host make_host_table(Instance &instance) {
  mmx_host host{};
  host.struct_size = sizeof host;
  host.abi_major = MMX_ABI_MAJOR;
  host.abi_minor = MMX_ABI_MINOR;
  host.host_data = &instance;
  host.get_extension = &get_extension;
  host.log = &write_log;
  host.set_health = &set_health;
  host.instance_id = &instance_id;
  return host;
}

Instance &instance_of(const mmx_host *host) { return *static_cast<Instance *>(host->host_data); }

const mmx_sessions *sessions_table() {
  static const mmx_sessions table = {sizeof(mmx_sessions), 0, &describe, &close_session};
  return &table;
}

}  // namespace meshmux
