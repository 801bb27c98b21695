// What a virtual node tells of itself over the control socket: no secrets, texts or positions. Must
// not change anything.
#include <string>

#include "meshmux/json.hpp"
#include "meshmux/link.hpp"
#include "plugins/vnode/meshcore/virtual_node.h"

namespace meshcore_vnode {

std::string VirtualNode::status() {
  std::uint64_t started = 0, listening = 0, legacy = 0;
  sessions_.each([&](const AppSession &session) {
    started += session.started ? 1 : 0;
    listening += session.follows() ? 1 : 0;
    legacy += session.follows() && session.version < 3 ? 1 : 0;
  });
  mmx::Json json;
  json.open()
      .string("state", local_.ready() ? "serving" : "waiting for radio")
      .flag("waiting_for_radio", !local_.ready())
      .number("contacts", mirror_.contact_count())
      .number("channels", mirror_.channel_count())
      .number("records", mirror_.size());
  json.open("link")
      .string("phase", mmx::phase_name(link_.phase))
      .number("epoch", link_.epoch)
      .flag("complete", link_.complete)
      .flag("stale", link_.stale)
      .string("reason", link_.reason)
      .close();
  json.open("contact_image")
      .number("bytes", contacts_.size())
      .number("builds", contacts_.builds())
      .close();
  json.open("sessions")
      .number("open", sessions_.size())
      .number("started", started)
      .number("listening", listening)
      .number("legacy", legacy)
      .number("raw_behind", raw_.behind())
      .close();
  json.open("message_log")
      .number("messages", mailboxes_.logged())
      .number("identities", mailboxes_.identities())
      .close();
  json.number("unanswered", answers_.waiting());
  json.open("counters")
      .number("frames_in", counters_.frames_in.value())
      .number("bad_frames", counters_.bad_frames.value())
      .number("junk_bytes", counters_.junk_bytes.value())
      .number("commands", counters_.commands.value())
      .number("denied", counters_.denied.value())
      .number("refused", counters_.refused.value())
      .number("local_answers", counters_.local_answers.value())
      .number("contact_syncs", counters_.contact_syncs.value())
      .number("overdue", counters_.overdue.value())
      .number("late", counters_.late.value())
      .number("live_frames", counters_.live_frames.value())
      .number("deliveries", counters_.deliveries.value())
      .number("raw_dropped", counters_.raw_dropped.value())
      .number("messages_taken", counters_.messages.value())
      .number("messages_fetched", counters_.messages_out.value())
      .number("messages_lost", counters_.messages_lost.value())
      .number("hidden", counters_.hidden.value())
      .number("dropped", counters_.dropped.value())
      .close();
  return json.close().take();
}

}  // namespace meshcore_vnode
