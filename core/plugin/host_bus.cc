// meshmux.bus/1 and meshmux.source/1 over the bus. Must not decide what a role may do: the bus
// does, and here it is only told to the plugin's author.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "core/bus/bus.h"
#include "core/bus/message.h"
#include "core/bus/stats.h"
#include "core/plugin/entry_check.h"
#include "core/plugin/host.h"
#include "core/plugin/instance.h"

namespace meshmux {
namespace {

Bus &bus_of(const Instance &instance) { return instance.services().bus; }

mmx_status subscribe(const mmx_host *host, uint32_t source, uint32_t kinds) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_bus.subscribe")) return MMX_ERROR;
  if (!instance.may_open()) return MMX_CLOSED;
  const mmx_status status = bus_of(instance).subscribe(instance.number(), source, kinds);
  if (status == MMX_DENIED) {
    instance.misbehaved(
        fmt::format("it subscribed to source {} and kinds {:#x}, which a {} may not", source, kinds,
                    role_name(instance.type().role)));
  }
  return status;
}

// What a struct that grows at its end says, as far as its author's version of it goes.
mmx_publish known_part(const mmx_publish &what) {
  mmx_publish copy{};
  std::memcpy(&copy, &what, std::min<size_t>(what.struct_size, sizeof copy));
  return copy;
}

mmx_status publish(const mmx_host *host, const mmx_publish *what, mmx_published *out) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_bus.publish")) return MMX_ERROR;
  if (!instance.may_publish()) return MMX_CLOSED;
  constexpr size_t kLeast = offsetof(mmx_publish, record);
  if (what == nullptr || what->struct_size < kLeast) {
    instance.misbehaved("it called publish without struct_size = sizeof(mmx_publish)");
    return MMX_INVALID;
  }
  const mmx_publish copy = known_part(*what);
  mmx_published answer{};
  answer.struct_size = sizeof answer;
  const mmx_status status = bus_of(instance).publish(instance.number(), copy, &answer);
  if (out != nullptr && out->struct_size >= sizeof(uint32_t)) {
    const uint32_t size = out->struct_size;
    std::memcpy(out, &answer, std::min<size_t>(size, sizeof answer));
    out->struct_size = size;
  }
  if (status == MMX_DENIED) {
    instance.misbehaved(fmt::format("it published kind {}, which a {} may not",
                                    kind_name(kind_index(copy.kind)),
                                    role_name(instance.type().role)));
  }
  return status;
}

void ready(const mmx_host *host) {
  Instance &instance = instance_of(host);
  if (instance.on_loop_thread("mmx_bus.ready")) bus_of(instance).ready(instance.number());
}

void retain(const mmx_message *message) {
  if (message != nullptr) Message::retain(message);
}

void release(const mmx_message *message) {
  if (message != nullptr) Message::release(message);
}

uint32_t bound_source(const mmx_host *host) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_bus.bound_source")) return 0;
  return bus_of(instance).bound_source(instance.number());
}

mmx_status set_identity(const mmx_host *host, mmx_bytes identity) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_source.set_identity")) return MMX_ERROR;
  if (!instance.may_publish()) return MMX_CLOSED;
  return bus_of(instance).set_identity(instance.number(), identity);
}

mmx_status set_link(const mmx_host *host, const mmx_link *link) {
  Instance &instance = instance_of(host);
  if (!instance.on_loop_thread("mmx_source.set_link")) return MMX_ERROR;
  if (!instance.may_publish()) return MMX_CLOSED;
  if (link == nullptr || link->struct_size < sizeof(mmx_link)) {
    instance.misbehaved("it called set_link without struct_size = sizeof(mmx_link)");
    return MMX_INVALID;
  }
  return bus_of(instance).set_link(instance.number(), *link);
}

}  // namespace

const mmx_bus *bus_table() {
  static const mmx_bus table = {sizeof(mmx_bus), 0,       &subscribe, &publish,
                                &ready,          &retain, &release,   &bound_source};
  return &table;
}

const mmx_source *source_table() {
  static const mmx_source table = {sizeof(mmx_source), 0, &set_identity, &set_link};
  return &table;
}

}  // namespace meshmux
