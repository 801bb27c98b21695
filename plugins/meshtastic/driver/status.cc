// What the driver tells of itself over the control socket: no secrets, texts or positions. Must not
// change anything.
#include "meshmux/json.hpp"
#include "meshmux/link.hpp"
#include "plugins/meshtastic/codec/describe.h"
#include "plugins/meshtastic/driver/driver.h"

namespace meshtastic_driver {

std::string Driver::status() {
  mmx::Json json;
  json.open().string("connect", settings_.uri);
  json.open("link")
      .string("phase", mmx::phase_name(phase_))
      .flag("complete", mirror_.complete())
      .flag("dumping", capture_.running())
      .string("reason", reason_)
      .close();
  json.string("node", mirror_.complete() ? meshtastic::node_name(mirror_.own()) : "")
      .number("node_number", mirror_.own())
      .string("firmware", firmware_)
      .number("nodes", mirror_.node_count());
  json.open("queue")
      .number("waiting", transmitter_.queued())
      .number("capacity", TxQueue::kCapacity)
      .number("radio_free", transmitter_.window().radio_free())
      .number("radio_max", transmitter_.window().radio_max())
      .number("ids", transmitter_.ids())
      .number("open_edits", admission_.open_edits())
      .number("reads", reads_.waiting())
      .close();
  json.open("counters")
      .number("frames_in", counters_.frames_in.value())
      .number("frames_out", link_.frames_out())
      .number("junk_bytes", link_.counters().junk_bytes)
      .number("bad_frames", counters_.bad_frames.value())
      .number("connects", counters_.connects.value())
      .number("reconnects", counters_.reconnects.value())
      .number("captures", counters_.captures.value())
      .number("commands", counters_.commands.value())
      .number("refused", counters_.refused.value())
      .number("failed", counters_.failed.value())
      .number("requeued", counters_.requeued.value())
      .number("renamed", counters_.renamed.value())
      .number("hidden", counters_.hidden.value())
      .close();
  return json.close().take();
}

}  // namespace meshtastic_driver
