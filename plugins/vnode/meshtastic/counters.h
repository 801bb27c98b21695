// What a virtual node counts, for the metrics and its own status. Must not know what leads to a
// count.
#pragma once

#include <cstdint>

#include "meshmux/counter.hpp"

namespace meshtastic_vnode {

using mmx::Counter;

struct Counters {
  explicit Counters(const mmx::Host &host)
      : frames_in(host, "vnode_frames_in_total", "Frames received from apps"),
        bad_frames(host, "vnode_bad_frames_total", "Frames from apps that could not be read"),
        junk_bytes(host, "vnode_junk_bytes_total", "Bytes from apps outside any frame"),
        packets(host, "vnode_packets_total", "Packets apps asked the radio to send"),
        denied(host, "vnode_denied_total", "Requests of apps that policy denied"),
        refused(host, "vnode_refused_total", "Requests the source could not take"),
        local_answers(host, "vnode_local_answers_total", "Requests answered from retained state"),
        handshakes(host, "vnode_handshakes_total", "Full answers to want_config"),
        heartbeats(host, "vnode_heartbeats_total", "Heartbeats of apps answered"),
        keepalives(host, "vnode_keepalives_total", "Signs of life sent to silent apps"),
        live_frames(host, "vnode_live_frames_total", "Live frames shown to apps, once each"),
        deliveries(host, "vnode_deliveries_total", "Live frames times the apps they went to"),
        hidden(host, "vnode_hidden_total", "Events of the radio that no app may see"),
        dropped(host, "vnode_dropped_total", "Answers whose app is gone or holds too many") {}

  Counter frames_in;
  Counter bad_frames;
  Counter junk_bytes;
  Counter packets;
  Counter denied;
  Counter refused;
  Counter local_answers;
  Counter handshakes;
  Counter heartbeats;
  Counter keepalives;
  Counter live_frames;
  Counter deliveries;
  Counter hidden;
  Counter dropped;
};

}  // namespace meshtastic_vnode
