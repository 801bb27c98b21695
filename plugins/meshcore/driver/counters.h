// What the driver counts, for the metrics and its own status. Must not know what leads to a count.
#pragma once

#include <cstddef>
#include <cstdint>

#include "meshmux/counter.hpp"

namespace meshcore_driver {

using mmx::Counter;

struct Counters {
  explicit Counters(const mmx::Host &host)
      : frames_in(host, "radio_frames_in_total", "Frames received from the radio"),
        frames_out(host, "radio_frames_out_total", "Frames sent to the radio"),
        junk_bytes(host, "radio_junk_bytes_total", "Bytes from the radio outside any frame"),
        bad_frames(host, "radio_bad_frames_total", "Frames from the radio that could not be read"),
        unasked(host, "radio_unasked_frames_total",
                "Answers of the radio to questions this driver did not ask"),
        connects(host, "radio_connects_total", "Connections to the radio that were opened"),
        reconnects(host, "radio_reconnects_total", "Connections to the radio that were lost"),
        captures(host, "radio_captures_total", "Whole captures taken of the radio"),
        unanswered(host, "radio_commands_unanswered_total",
                   "Commands the radio did not answer in time"),
        commands(host, "radio_commands_total", "Commands taken from apps and other instances"),
        refused(host, "radio_commands_refused_total", "Commands refused: queue full or radio away"),
        failed(host, "radio_commands_failed_total",
               "Accepted commands the radio did not carry out"),
        messages(host, "radio_messages_total", "Messages taken from the radio's queue"),
        duplicates(host, "radio_duplicate_posts_total", "Posts a room delivered a second time"),
        requests(host, "radio_requests_total", "Remote requests handed to the radio"),
        coalesced(host, "radio_requests_coalesced_total",
                  "Remote requests answered together with an equal one"),
        silent(host, "radio_requests_silent_total", "Remote requests nothing came back for"),
        dropped(host, "radio_events_dropped_total", "Events dropped because too many waited"),
        queued(host.gauge("radio_tx_queue", "Commands waiting for the radio")),
        host_(host) {}

  void set_queued(std::size_t size) { host_.set(queued, static_cast<std::int64_t>(size)); }

  Counter frames_in;
  Counter frames_out;
  Counter junk_bytes;
  Counter bad_frames;
  Counter unasked;
  Counter connects;
  Counter reconnects;
  Counter captures;
  Counter unanswered;
  Counter commands;
  Counter refused;
  Counter failed;
  Counter messages;
  Counter duplicates;
  Counter requests;
  Counter coalesced;
  Counter silent;
  Counter dropped;
  mmx_metric *queued;

 private:
  const mmx::Host &host_;
};

}  // namespace meshcore_driver
