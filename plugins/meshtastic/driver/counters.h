// What the driver counts, for the metrics and its own status. Must not know what leads to a count.
#pragma once

#include <cstdint>

#include "meshmux/counter.hpp"

namespace meshtastic_driver {

using mmx::Counter;

struct Counters {
  explicit Counters(const mmx::Host &host)
      : frames_in(host, "radio_frames_in_total", "Frames received from the radio"),
        frames_out(host, "radio_frames_out_total", "Frames sent to the radio"),
        junk_bytes(host, "radio_junk_bytes_total", "Bytes from the radio outside any frame"),
        bad_frames(host, "radio_bad_frames_total", "Frames from the radio that could not be read"),
        connects(host, "radio_connects_total", "Connections to the radio that were opened"),
        reconnects(host, "radio_reconnects_total", "Connections to the radio that were lost"),
        captures(host, "radio_captures_total", "Whole dumps taken from the radio"),
        commands(host, "radio_commands_total", "Commands taken from apps and other instances"),
        refused(host, "radio_commands_refused_total", "Commands refused: queue full or radio away"),
        failed(host, "radio_commands_failed_total",
               "Accepted commands the radio did not carry out"),
        requeued(host, "radio_commands_requeued_total", "Packets the radio's full queue sent back"),
        renamed(host, "radio_ids_renamed_total", "Packet ids replaced because they were in use"),
        hidden(host, "radio_events_hidden_total", "Frames of the radio meant for the driver alone"),
        queued(host.gauge("radio_tx_queue", "Commands waiting for the radio")),
        host_(host) {}

  void set_queued(std::size_t size) { host_.set(queued, static_cast<std::int64_t>(size)); }

  Counter frames_in;
  Counter frames_out;
  Counter junk_bytes;
  Counter bad_frames;
  Counter connects;
  Counter reconnects;
  Counter captures;
  Counter commands;
  Counter refused;
  Counter failed;
  Counter requeued;
  Counter renamed;
  Counter hidden;
  mmx_metric *queued;

 private:
  const mmx::Host &host_;
};

}  // namespace meshtastic_driver
