// See driver.h. Here: the life of the instance and of its connection. driver_sync.cc has dumps and
// live frames.
#include "plugins/meshtastic/driver/driver.h"

#include <cstdio>
#include <utility>

#include "admin.pb.h"

namespace meshtastic_driver {

namespace {

constexpr std::int64_t kTickNs = kSecondNs;
// Of the 5 s a stop may take, what is kept for the goodbye is more than the core's own closing
// needs.
constexpr std::int64_t kDrainNs = 3 * kSecondNs;
constexpr std::int64_t kDrainStepNs = 50 * kMillisecondNs;

std::string seconds_text(std::int64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ns) / 1e9);
  return text;
}

}  // namespace

Driver::Driver(const mmx_host *raw_host, const mmx::Options &options)
    : mmx::Instance(raw_host),
      settings_(read_settings(options)),
      counters_(host()),
      out_(host()),
      mirror_(out_, settings_.nodes_max),
      link_(host(), settings_, *this),
      transmitter_(host(), settings_, link_, mirror_, out_, counters_,
                   [this](const AdminEffects &effects) { changed(effects); }),
      admission_(host(), mirror_, transmitter_, counters_),
      reads_(host(), mirror_, transmitter_),
      inbound_(host(), mirror_, transmitter_, out_, counters_),
      retry_(host(), [this] { connect(); }),
      resync_(host(), [this] { begin_capture(meshtastic::HandshakeKind::full); }),
      tick_(host(), [this] { tick(); }),
      drain_(host(), [this] { drain(); }) {}

mmx_status Driver::start() {
  host().degraded("connecting to the radio");
  tick_.start(kTickNs);
  connect();
  return MMX_OK;
}

void Driver::stop() {
  stopping_ = true;
  retry_.stop();
  resync_.stop();
  if (!link_.busy()) {
    tick_.stop();
    host().stopped();
    return;
  }
  drain_until_ns_ = host().mono_ns() + (phase_ == MMX_LINK_UP ? kDrainNs : 0);
  drain();
}

// Sends what was accepted, then says goodbye. What a rate limit holds longer than that is failed,
// so that nobody waits for it.
void Driver::drain() {
  const bool over = host().mono_ns() >= drain_until_ns_;
  if (!over && !transmitter_.idle()) {
    drain_.start(kDrainStepNs);
    return;
  }
  transmitter_.forget_all();
  disconnect("stopped");
}

mmx_status Driver::deliver(const mmx_message &message) {
  if (message.kind == MMX_KIND_TX) admission_.take(message);
  return MMX_OK;
}

void Driver::session_ended(std::uint32_t origin, std::uint64_t session) {
  admission_.session_ended(origin, session);
  transmitter_.session_ended(origin, session);
}

mmx_status Driver::reconfigure(const mmx::Options &options) {
  const Settings wanted = read_settings(options);
  if (wanted.uri != settings_.uri) return MMX_UNSUPPORTED;
  refresh_ns_ += wanted.refresh_ns - settings_.refresh_ns;
  settings_ = wanted;
  transmitter_.set_pacing(settings_.pacing_ns);
  mirror_.set_nodes_max(settings_.nodes_max);
  return MMX_OK;
}

void Driver::say_link(std::uint32_t phase, std::string_view reason) {
  phase_ = phase;
  reason_ = reason;
  const bool complete = mirror_.complete();
  out_.link({phase, complete, complete && phase != MMX_LINK_UP, false, reason});
}

void Driver::connect() {
  say_link(MMX_LINK_CONNECTING, reason_);
  if (link_.open() != MMX_OK) lost(LinkEnd::never_opened, "the connection cannot be opened");
}

void Driver::disconnect(std::string_view reason) {
  ending_reason_ = reason;
  if (link_.open_now()) {
    link_.goodbye();
  } else {
    link_.cut();
  }
}

void Driver::link_opened() {
  counters_.connects.add();
  heard_ = clock_set_ = false;
  displacement_.connected(host().mono_ns());
  liveness_.begin(host().mono_ns());
  say_link(MMX_LINK_SYNCING);
  begin_capture(meshtastic::HandshakeKind::full);
}

void Driver::link_closed(LinkEnd end, std::string_view reason) {
  capture_.abandon();
  during_dump_.clear();
  resync_.stop();
  reads_.give_up();
  transmitter_.close();
  if (stopping_) {
    tick_.stop();
    drain_.stop();
    say_link(MMX_LINK_DOWN, "stopped");
    host().stopped();
    return;
  }
  lost(end, end == LinkEnd::closed_by_us ? std::string_view(ending_reason_) : reason);
}

void Driver::lost(LinkEnd end, std::string_view reason) {
  const std::int64_t now = host().mono_ns();
  bool displaced = false;
  if (end == LinkEnd::closed_by_peer && !settings_.serial) {
    displaced = displacement_.closed_by_peer(now, now < restart_expected_ns_);
  } else {
    displacement_.closed_otherwise();
  }
  const std::int64_t delay = displaced ? backoff_.after_displacement(host().random())
                                       : backoff_.after_loss(host().random());
  const bool news = phase_ == MMX_LINK_UP || phase_ == MMX_LINK_SYNCING || reason_ != reason;
  std::string why = displaced ? "another client took the radio over" : std::string(reason);
  if (phase_ == MMX_LINK_UP || phase_ == MMX_LINK_SYNCING) counters_.reconnects.add();
  host().log(news || displaced ? MMX_LOG_WARN : MMX_LOG_DEBUG,
             (end == LinkEnd::never_opened ? "cannot reach the radio: " : "lost the radio: ") +
                 why + "; next try in " + seconds_text(delay));
  host().degraded(why);
  say_link(MMX_LINK_DOWN, why);
  retry_.start(delay);
}

void Driver::tick() {
  tick_.start(kTickNs);
  const std::int64_t now = host().mono_ns();
  transmitter_.tick();
  if (std::exchange(frames_out_seen_, link_.frames_out()) != link_.frames_out()) {
    liveness_.sent(now);
  }
  counters_.frames_out.raise_to(link_.frames_out());
  counters_.junk_bytes.raise_to(link_.counters().junk_bytes);
  if (!link_.open_now() || stopping_) return;
  if (displacement_.at_peace(now)) backoff_.held();
  if (capture_.running()) {
    constexpr std::int64_t patience = 15 * kSecondNs;
    if (now - progress_ns_ >= patience) disconnect("the radio stopped in the middle of its dump");
    return;
  }
  if (resync_.armed()) return;
  check_liveness(now);
  if (!capture_.running() && link_.open_now()) refresh(now);
  if (!clock_set_ && phase_ == MMX_LINK_UP) set_clock();
}

void Driver::check_liveness(std::int64_t now) {
  switch (liveness_.tick(now)) {
    case LivenessAction::heartbeat:
      transmitter_.heartbeat();
      break;
    case LivenessAction::probe: {
      pb::AdminMessage message;
      message.set_get_device_metadata_request(true);
      transmitter_.ask(message, nullptr);
      break;
    }
    case LivenessAction::link_dead:
      disconnect("nothing comes from the radio any more");
      break;
    case LivenessAction::session_dead:
      restarted("it answers, but delivers nothing");
      break;
    default:
      break;
  }
}

mmx_status Driver::call(std::string_view verb, std::string_view, std::string &reply) {
  if (verb != "reconnect" && verb != "recapture") {
    reply = "verbs: reconnect, recapture";
    return MMX_UNSUPPORTED;
  }
  reply = "true";
  if (verb == "reconnect") {
    if (link_.busy()) {
      disconnect("asked to reconnect");
    } else {
      retry_.start(0);
    }
  } else if (phase_ == MMX_LINK_UP && !capture_.running()) {
    begin_capture(meshtastic::HandshakeKind::full);
  }
  return MMX_OK;
}

const mmx_type &driver_type() {
  static const mmx_type type = mmx::define_type<Driver>(
      MMX_ROLE_SOURCE, "meshtastic",
      "Holds the connection to one Meshtastic radio, over the network or a USB serial line.",
      "meshtastic");
  return type;
}

}  // namespace meshtastic_driver
