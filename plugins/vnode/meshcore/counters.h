// What a virtual node counts, for the metrics and its own status. Must not know what leads to a
// count.
#pragma once

#include <cstdint>

#include "meshmux/counter.hpp"

namespace meshcore_vnode {

using mmx::Counter;

struct Counters {
  explicit Counters(const mmx::Host &host)
      : frames_in(host, "vnode_frames_in_total", "Frames received from apps"),
        bad_frames(host, "vnode_bad_frames_total", "Frames from apps that could not be read"),
        junk_bytes(host, "vnode_junk_bytes_total", "Bytes from apps outside any frame"),
        commands(host, "vnode_commands_total", "Commands of apps given to the radio's source"),
        denied(host, "vnode_denied_total", "Requests of apps that policy denied"),
        refused(host, "vnode_refused_total", "Requests the source could not take"),
        local_answers(host, "vnode_local_answers_total", "Requests answered from retained state"),
        contact_syncs(host, "vnode_contact_syncs_total", "Contact lists sent to apps"),
        overdue(host, "vnode_overdue_total", "Commands answered here because the source was late"),
        late(host, "vnode_late_replies_total",
             "Replies that came after their command was answered"),
        live_frames(host, "vnode_live_frames_total", "Live frames shown to apps, once each"),
        deliveries(host, "vnode_deliveries_total", "Live frames times the apps they went to"),
        raw_dropped(host, "vnode_raw_dropped_total", "Raw packets a slow app did not get"),
        messages(host, "vnode_messages_total", "Messages taken for the apps' queues"),
        messages_out(host, "vnode_messages_delivered_total", "Messages apps fetched"),
        messages_lost(host, "vnode_messages_lost_total", "Messages too old for the log, unfetched"),
        hidden(host, "vnode_hidden_total", "Events of the radio that no app may see"),
        dropped(host, "vnode_dropped_total", "Answers whose app is gone or holds too many") {}

  Counter frames_in;
  Counter bad_frames;
  Counter junk_bytes;
  Counter commands;
  Counter denied;
  Counter refused;
  Counter local_answers;
  Counter contact_syncs;
  Counter overdue;
  Counter late;
  Counter live_frames;
  Counter deliveries;
  Counter raw_dropped;
  Counter messages;
  Counter messages_out;
  Counter messages_lost;
  Counter hidden;
  Counter dropped;
};

}  // namespace meshcore_vnode
