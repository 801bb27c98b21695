// The daemon's own metrics, gathered when somebody asks for them. Must not count on the hot path:
// it copies counters others keep anyway.
#include "core/bus/stats.h"
#include "core/daemon/app.h"
#include "core/loop/shared_buffer.h"

namespace meshmux {
namespace {

// Counters are kept by their owners, so they are set here to where they stand.
class Copy {
 public:
  Copy(Metrics &metrics, std::string_view instance) : metrics_(metrics), instance_(instance) {}

  void counter(std::string_view name, uint64_t value, std::string_view help) {
    metrics_.counter(instance_, name, help).set(static_cast<int64_t>(value));
  }
  void gauge(std::string_view name, uint64_t value, std::string_view help) {
    metrics_.gauge(instance_, name, help).set(static_cast<int64_t>(value));
  }

 private:
  Metrics &metrics_;
  std::string_view instance_;
};

void copy_bus(const ParticipantStats &stats, const ParticipantLevels &levels, Copy copy) {
  for (size_t kind = 0; kind < kKindCount; ++kind) {
    const std::string name = kind_name(kind);
    copy.counter("bus_published_" + name + "_total", stats.published[kind],
                 "Messages it published");
    copy.counter("bus_delivered_" + name + "_total", stats.delivered[kind],
                 "Messages delivered to it");
    copy.counter("bus_dropped_" + name + "_total", stats.dropped[kind],
                 "Messages lost because its inbox was full");
  }
  copy.counter("commands_denied_total", stats.denied, "Commands a rule forbade");
  copy.counter("commands_local_total", stats.local, "Commands answered from state");
  copy.counter("commands_limited_total", stats.limited, "Commands that came too fast");
  copy.counter("commands_invalid_total", stats.invalid, "Commands that were no legal payload");
  copy.counter("commands_full_total", stats.full, "Commands refused by a full inbox");
  copy.counter("commands_no_source_total", stats.no_source, "Commands while the source was away");
  copy.counter("commands_timed_out_total", stats.timeouts, "Commands without a reply in time");
  copy.counter("bus_hidden_total", stats.hidden, "Messages its egress gate kept from it");
  copy.counter("bus_redacted_total", stats.redacted, "Messages delivered without some secret");
  copy.counter("bus_coalesced_total", stats.coalesced, "State replaced before it was delivered");
  copy.counter("bus_role_violations_total", stats.role_violations, "What its role may not do");
  copy.counter("bus_unclassified_total", stats.unclassified, "Payloads the codec could not read");
  copy.gauge("bus_inbox_messages", levels.inbox_messages, "Messages waiting for it");
  copy.gauge("bus_inbox_bytes", levels.inbox_bytes, "Bytes waiting for it");
  copy.gauge("bus_retained_keys", levels.retained_keys, "State records it retains");
  copy.gauge("bus_retained_bytes", levels.retained_bytes, "Bytes of the state it retains");
}

void copy_sessions(const SessionDesk &desk, Copy copy) {
  const SessionDesk::Totals totals = desk.totals();
  copy.gauge("sessions", desk.size(), "Sessions now");
  copy.counter("sessions_accepted_total", totals.accepted, "Sessions since the start");
  copy.counter("sessions_refused_total", totals.refused, "Peers turned away");
  copy.counter("sessions_bytes_in_total", totals.bytes_in, "Bytes received from peers");
  copy.counter("sessions_bytes_out_total", totals.bytes_out, "Bytes sent to peers");
}

}  // namespace

void App::collect_metrics() {
  for (const auto &[id, supervisor] : supervisors_) {
    Copy copy(metrics_, id);
    copy.gauge("instance_running", supervisor->running() ? 1 : 0, "Whether the instance runs");
    copy.gauge("instance_healthy", supervisor->health_word() == "ok" ? 1 : 0,
               "Whether it runs and says that all is well");
    copy.counter("instance_restarts_total", supervisor->restarts(), "Lives begun anew");
    copy_bus(bus_.stats(supervisor->number()), bus_.levels(supervisor->number()), copy);
    if (!supervisor->config().listens.empty()) copy_sessions(supervisor->desk(), copy);
    if (supervisor->config().group == Group::sources) {
      copy.gauge("link_up", link_phase(*supervisor) == MMX_LINK_UP ? 1 : 0,
                 "Whether its radio is usable");
    }
  }
  Copy own(metrics_, "");
  own.gauge("uptime_seconds",
            static_cast<uint64_t>((parts_.loop.clock().mono_ns() - started_ns_) / kSecond),
            "Since the daemon started");
  own.counter("loop_turns_total", parts_.loop.turns(), "Turns of the loop");
  own.gauge("buffers", buffers_alive(), "Shared buffers alive");
  own.counter("audit_suppressed_total", audit_.suppressed_total(),
              "Refusals that were counted and not written to the audit log");
}

}  // namespace meshmux
