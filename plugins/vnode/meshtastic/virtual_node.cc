// Implements the virtual node: its life, the bus side, and what arrives from apps. Must not know
// any driver.
#include "plugins/vnode/meshtastic/virtual_node.h"

#include <algorithm>
#include <utility>

#include "meshmux/units.hpp"
#include "plugins/vnode/meshtastic/client_guess.h"

namespace meshtastic_vnode {

VirtualNode::VirtualNode(const mmx_host *raw_host, const mmx::Options &options)
    : mmx::Instance(raw_host),
      counters_(host()),
      fanout_(host()),
      mirror_(host()),
      images_(host(), mirror_),
      answers_(host(), mirror_, fanout_, counters_),
      commands_(host(), sessions_, answers_, counters_),
      handshakes_(host(), sessions_, images_, fanout_, answers_, counters_),
      live_(fanout_, sessions_, commands_, counters_),
      keepalive_due_(host(), [this] { keep_alive(); }),
      keepalive_ns_(options.integer("keepalive")),
      replay_(host()) {}

mmx_status VirtualNode::start() {
  const std::uint32_t source = host().bus()->bound_source(host().raw());
  if (source == 0) {
    host().log(MMX_LOG_ERROR,
               "a virtual node needs \"source:\", the name of the radio it stands for");
    return MMX_INVALID;
  }
  return host().subscribe(source, MMX_KIND_STATE | MMX_KIND_LINK | MMX_KIND_RX | MMX_KIND_SENT);
}

void VirtualNode::stop() {
  stopping_ = true;
  sessions_.each([this](AppSession &session) { end(session, "the virtual node is stopping"); });
  if (sessions_.size() == 0) host().stopped();
}

mmx_status VirtualNode::reconfigure(const mmx::Options &options) {
  // A moved listener is the core's work; connected apps stay.
  keepalive_ns_ = options.integer("keepalive");
  if (keepalive_due_.armed()) keep_alive();
  return MMX_OK;
}

mmx_status VirtualNode::deliver(const mmx_message &message) {
  if (!take_epoch(message.kind == MMX_KIND_LINK && message.link != nullptr ? message.link->epoch
                                                                           : message.epoch))
    return MMX_OK;
  switch (message.kind) {
    case MMX_KIND_STATE:
      replay_.saw_state();
      mirror_.apply(message);
      break;
    case MMX_KIND_LINK:
      if (message.link != nullptr) take_link(message);
      break;
    case MMX_KIND_RX:
      live_.rx(message);
      break;
    case MMX_KIND_SENT:
      live_.sent(message);
      break;
    case MMX_KIND_REPLY:
      commands_.reply(message);
      break;
    default:
      break;
  }
  return MMX_OK;
}

void VirtualNode::turn_end() {
  if (!stopping_ && replay_.over()) {
    judge_readiness();
    report_health();
  }
  fanout_.flush_all();
}

// What is older than the present epoch is of another radio: false.
bool VirtualNode::take_epoch(std::uint32_t epoch) {
  if (epoch == link_.epoch) return true;
  if (epoch < link_.epoch) return false;
  another_radio();
  link_.epoch = epoch;
  return true;
}

void VirtualNode::take_link(const mmx_message &message) {
  const mmx_link &link = *message.link;
  // During a swap the mirror is a mixture of two captures; apps are served from what was before.
  if (link.swapping != 0 && handshakes_.ready() && !images_.frozen()) images_.freeze();
  if (link.swapping == 0) images_.thaw();
  if (link.phase != link_.phase) commands_.link_changed();
  link_.take(link);
}

// Apps that were shown the former radio must not take this one for it: they would mix both, or wipe
// what they know.
void VirtualNode::another_radio() {
  // The first radio to be known is nobody's other radio: what apps asked until then is for it.
  if (mirror_.size() == 0 && !link_.complete) return;
  handshakes_.set_ready(false);
  link_.complete = false;
  mirror_.clear();
  images_.clear();
  commands_.reset();
  served_own_ = 0;
  sessions_.each([this](AppSession &session) {
    session.kept.reset();
    if (session.configured()) end(session, "the radio behind this virtual node changed");
  });
}

void VirtualNode::judge_readiness() {
  const std::uint32_t own = mirror_.own().value_or(0);
  if (!link_.swapping && own != 0) {
    if (served_own_ != 0 && served_own_ != own) {
      sessions_.each([this](AppSession &session) {
        if (session.configured()) end(session, "the radio behind this virtual node changed");
      });
    }
    served_own_ = own;
  }
  handshakes_.set_ready(link_.complete && (!link_.swapping || handshakes_.ready()));
}

void VirtualNode::report_health() {
  const std::int32_t wanted = handshakes_.ready() ? MMX_HEALTH_OK : MMX_HEALTH_DEGRADED;
  if (health_ == wanted) return;
  health_ = wanted;
  if (wanted == MMX_HEALTH_OK)
    host().healthy();
  else
    host().degraded("waiting for radio");
}

mmx_status VirtualNode::session_opened(const mmx_session &session, mmx_stream *stream) {
  if (stopping_) return MMX_CLOSED;
  AppSession &made = sessions_.add(
      std::make_unique<AppSession>(host(), session.id, static_cast<SessionOwner &>(*this)));
  made.set_last_out_ns(host().mono_ns());
  made.adopt(stream);
  if (!keepalive_due_.armed()) keepalive_due_.start(keepalive_ns_);
  return MMX_OK;
}

void VirtualNode::session_data(AppSession &session, std::string_view bytes) {
  if (session.closing) return;
  for (std::size_t i = 0; i < bytes.size() && session.first_bytes < session.first.size(); ++i)
    session.first[session.first_bytes++] = static_cast<std::uint8_t>(bytes[i]);
  session.parser.feed(bytes);
  while (const auto event = session.parser.next()) {
    if (event->kind == meshtastic::FrameEventKind::frame) take_frame(session, event->bytes);
    if (session.closing) return;
  }
  handshakes_.proceed(session);
  count_junk(session);
}

void VirtualNode::take_frame(AppSession &session, std::string_view payload) {
  counters_.frames_in.add();
  meshtastic::pb::ToRadio message;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    counters_.bad_frames.add();
    return;
  }
  describe(session, message);
  if (message.has_want_config_id()) {
    // Of several in one read only the last is served, as the firmware does.
    handshakes_.ask(session, message.want_config_id());
    return;
  }
  handshakes_.proceed(session);
  if (session.closing) return;
  if (message.has_heartbeat()) {
    counters_.heartbeats.add();
    commands_.sign_of_life(session);
  } else if (message.has_disconnect()) {
    end(session, "the app said goodbye");
  } else if (!payload.empty()) {
    commands_.submit(session, message, payload);
  }
}

void VirtualNode::describe(AppSession &session, const meshtastic::pb::ToRadio &message) {
  if (session.spoke) return;
  session.spoke = true;
  const std::string_view client =
      guess_client({session.first.data(), session.first_bytes}, message);
  if (!client.empty()) host().sessions()->describe(host().raw(), session.id(), mmx::text(client));
}

void VirtualNode::count_junk(AppSession &session) {
  const meshtastic::FrameCounters &seen = session.parser.counters();
  if (seen.junk_bytes != session.junk_seen) {
    counters_.junk_bytes.add(seen.junk_bytes - session.junk_seen);
    session.junk_seen = seen.junk_bytes;
  }
  if (seen.junk_since_frame > vnode::kJunkLimit) end(session, "sends bytes that are no frames");
}

// Commands it sent before stay valid, and what they still owe it is waited for.
void VirtualNode::session_eof(AppSession &session) {
  if (session.closing) return;
  session.eof = true;
  if (session.waiting == 0 && !session.asked()) close_quietly(session);
}

void VirtualNode::session_closed(AppSession &session) {
  commands_.forget(session);
  fanout_.unfollow(session);
  sessions_.remove(session);
  if (stopping_ && sessions_.size() == 0) host().stopped();
}

void VirtualNode::close_quietly(AppSession &session) {
  session.closing = true;
  fanout_.unfollow(session);
  session.close();
}

void VirtualNode::end(AppSession &session, std::string_view reason) {
  if (session.closing) return;
  session.closing = true;
  fanout_.unfollow(session);
  host().sessions()->close(host().raw(), session.id(), mmx::text(reason));
}

// One timer for all sessions: it runs when the first may fall silent, and looks at all then.
void VirtualNode::keep_alive() {
  const std::int64_t now = host().mono_ns();
  std::int64_t next = now + keepalive_ns_;
  sessions_.each([&](AppSession &session) {
    // To one that waits for something, a queueStatus without id would look like its answer.
    if (session.closing || !session.spoke || session.waiting > 0 || session.asked()) return;
    const std::int64_t due = session.last_out_ns() + keepalive_ns_;
    if (due > now) {
      next = std::min(next, due);
      return;
    }
    counters_.keepalives.add();
    commands_.sign_of_life(session);
  });
  if (sessions_.size() > 0) keepalive_due_.start(std::max(next - now, mmx::kSecondNs));
}

const mmx_type &virtual_node_type() {
  static const mmx_type type = mmx::define_type<VirtualNode>(
      MMX_ROLE_FRONTEND, "vnode-meshtastic",
      "Lets any number of Meshtastic apps use one radio over TCP, as if each had it alone.",
      "meshtastic");
  return type;
}

}  // namespace meshtastic_vnode
