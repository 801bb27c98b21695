// What the driver tells of itself over the control socket: no secrets, texts or positions. Must not
// change anything.
#include "meshmux/json.hpp"
#include "meshmux/link.hpp"
#include "plugins/meshcore/driver/driver.h"
#include "plugins/meshcore/driver/records.h"

namespace meshcore_driver {

std::string Driver::status() {
  mmx::Json json;
  json.open().string("connect", settings_.uri);
  json.open("link")
      .string("phase", mmx::phase_name(phase_))
      .flag("complete", mirror_.complete())
      .flag("capturing", capture_.running())
      .flag("in_step", exchange_.in_step())
      .string("reason", reason_)
      .close();
  json.string("node", address(identity_))
      .string("name", mirror_.self().name)
      .string("model", mirror_.device().model)
      .string("firmware", mirror_.device().firmware)
      .number("version", mirror_.device().version)
      .number("contacts", mirror_.contact_count());
  json.open("clock").flag("known", clock_.known()).integer("ahead_s", clock_.ahead_s()).close();
  json.open("queue")
      .number("waiting", exchange_.waiting())
      .number("capacity", Exchange::kCapacity)
      .number("requests", requests_.waiting())
      .number("unacknowledged", texts_.unacknowledged())
      .number("delayed", texts_.waiting())
      .number("traces", traces_.size())
      .close();
  json.open("counters")
      .number("frames_in", counters_.frames_in.value())
      .number("frames_out", link_.frames_out())
      .number("junk_bytes", link_.counters().junk_bytes)
      .number("bad_frames", counters_.bad_frames.value())
      .number("unasked", counters_.unasked.value())
      .number("connects", counters_.connects.value())
      .number("reconnects", counters_.reconnects.value())
      .number("captures", counters_.captures.value())
      .number("unanswered", counters_.unanswered.value())
      .number("commands", counters_.commands.value())
      .number("refused", counters_.refused.value())
      .number("failed", counters_.failed.value())
      .number("messages", counters_.messages.value())
      .number("duplicates", counters_.duplicates.value())
      .number("requests", counters_.requests.value())
      .number("coalesced", counters_.coalesced.value())
      .number("silent", counters_.silent.value())
      .number("dropped", counters_.dropped.value())
      .close();
  return json.close().take();
}

}  // namespace meshcore_driver
