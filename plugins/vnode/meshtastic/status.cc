// What a virtual node tells of itself over the control socket: no secrets, texts or positions. Must
// not change anything.
#include <string>

#include "meshmux/json.hpp"
#include "meshmux/link.hpp"
#include "plugins/vnode/meshtastic/virtual_node.h"

namespace meshtastic_vnode {

std::string VirtualNode::status() {
  std::uint64_t configured = 0;
  std::uint64_t held = 0;
  sessions_.each([&](const AppSession &session) {
    configured += session.configured() ? 1 : 0;
    held += session.asked() ? 1 : 0;
  });
  mmx::Json json;
  json.open()
      .string("state", handshakes_.ready() ? "serving" : "waiting for radio")
      .flag("waiting_for_radio", !handshakes_.ready())
      .number("own_node", mirror_.own().value_or(0))
      .number("nodes", mirror_.nodes())
      .number("records", mirror_.size());
  json.open("link")
      .string("phase", mmx::phase_name(link_.phase))
      .number("epoch", link_.epoch)
      .flag("complete", link_.complete)
      .flag("stale", link_.stale)
      .string("reason", link_.reason)
      .close();
  json.open("images")
      .number("full_bytes", images_.size(HandshakeKind::full))
      .number("config_only_bytes", images_.size(HandshakeKind::config_only))
      .number("nodes_only_bytes", images_.size(HandshakeKind::nodes_only))
      .number("builds", images_.builds())
      .close();
  json.open("sessions")
      .number("open", sessions_.size())
      .number("configured", configured)
      .number("waiting", held)
      .number("fresh", sessions_.size() - configured - held)
      .close();
  json.number("queue_free", commands_.free()).number("unanswered", commands_.unanswered());
  json.open("counters")
      .number("frames_in", counters_.frames_in.value())
      .number("bad_frames", counters_.bad_frames.value())
      .number("junk_bytes", counters_.junk_bytes.value())
      .number("packets", counters_.packets.value())
      .number("denied", counters_.denied.value())
      .number("refused", counters_.refused.value())
      .number("local_answers", counters_.local_answers.value())
      .number("handshakes", counters_.handshakes.value())
      .number("heartbeats", counters_.heartbeats.value())
      .number("keepalives", counters_.keepalives.value())
      .number("live_frames", counters_.live_frames.value())
      .number("deliveries", counters_.deliveries.value())
      .number("hidden", counters_.hidden.value())
      .number("dropped", counters_.dropped.value())
      .close();
  return json.close().take();
}

}  // namespace meshtastic_vnode
