// See driver.h. Here: the life of the instance and of its connection. driver_sync.cc has captures
// and live frames.
#include "plugins/meshcore/driver/driver.h"

#include <cstdio>
#include <utility>

namespace meshcore_driver {

namespace {

// Of the 5 s a stop may take, what is kept for the commands that were accepted.
constexpr std::int64_t kDrainNs = 3 * kSecondNs;
constexpr std::int64_t kDrainStepNs = 50 * kMillisecondNs;

std::string seconds_text(std::int64_t ns) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(ns) / 1e9);
  return text;
}

Lines first_lines(const Settings &settings) {
  return settings.lines == Lines::automatic ? Lines::both : settings.lines;
}

}  // namespace

Driver::Driver(const mmx_host *raw_host, const mmx::Options &options)
    : mmx::Instance(raw_host),
      settings_(read_settings(options)),
      counters_(host()),
      out_(host()),
      clock_(host()),
      mirror_(out_, [this] { return clock_.now(); }),
      link_(host(), *this),
      exchange_(host(), link_, *this, counters_),
      reader_(exchange_, mirror_),
      answers_(host(), out_, counters_),
      stamps_(clock_),
      estimates_(mirror_),
      signer_(exchange_, answers_),
      texts_(host(), exchange_, mirror_, answers_, out_, scopes_, stamps_, estimates_),
      requests_(host(), exchange_, mirror_, answers_, out_, scopes_, stamps_, estimates_,
                counters_),
      commands_({host(), exchange_, mirror_, reader_, answers_, out_, clock_, scopes_, signer_,
                 texts_, requests_, traces_, counters_},
                *this),
      drainer_(exchange_, counters_,
               [this](const meshcore::ReceivedMessage &, std::string_view frame,
                      const std::function<void()> &done) { commit(frame, done); }),
      inbound_({host(), mirror_, reader_, out_, texts_, requests_, commands_, drainer_, counters_}),
      capture_(host(), exchange_, clock_, *this),
      opening_(host(), link_, [this] { unanswering(); }),
      lines_(first_lines(settings_)),
      retry_(host(), [this] { connect(); }),
      tick_(host(), [this] { tick(); }),
      drain_(host(), [this] { drain(); }),
      cut_(host(), [this] { link_.cut(); }) {}

mmx_status Driver::start() {
  host().degraded("connecting to the radio");
  tick_.start(kSecondNs);
  connect();
  return MMX_OK;
}

void Driver::stop() {
  stopping_ = true;
  retry_.stop();
  if (!link_.busy()) {
    tick_.stop();
    host().stopped();
    return;
  }
  commands_.open(false);
  stop_until_ns_ = host().mono_ns() + (phase_ == MMX_LINK_UP ? kDrainNs : 0);
  drain();
}

// Hands over what was accepted, then closes.
void Driver::drain() {
  if (host().mono_ns() < stop_until_ns_ && !exchange_.idle()) {
    drain_.start(kDrainStepNs);
    return;
  }
  ending_reason_ = "stopped";
  link_.finish();
}

mmx_status Driver::deliver(const mmx_message &message) {
  if (message.kind == MMX_KIND_TX) commands_.take(message);
  return MMX_OK;
}

void Driver::session_ended(std::uint32_t origin, std::uint64_t session) {
  commands_.session_ended({origin, session});
  stamps_.session_ended({origin, session});
}

mmx_status Driver::reconfigure(const mmx::Options &options) {
  const Settings wanted = read_settings(options);
  if (wanted.uri != settings_.uri || wanted.lines != settings_.lines) return MMX_UNSUPPORTED;
  refresh_ns_ += wanted.refresh_ns - settings_.refresh_ns;
  poll_ns_ += wanted.poll_ns - settings_.poll_ns;
  settings_ = wanted;
  return MMX_OK;
}

void Driver::say_link(std::uint32_t phase, std::string_view reason) {
  phase_ = phase;
  reason_ = reason;
  commands_.open(phase == MMX_LINK_UP && !stopping_);
  exchange_.hold_sessions(phase != MMX_LINK_UP);
  const bool complete = mirror_.complete();
  out_.link({phase, complete, complete && phase != MMX_LINK_UP, false, reason_});
}

void Driver::connect() {
  const std::string before = reason_;
  say_link(MMX_LINK_CONNECTING, before);
  if (link_.open(uri_with_lines(settings_, lines_)) != MMX_OK) {
    lost(LinkEnd::never_opened, "the connection cannot be opened");
  }
}

// Never from inside a callback of the link: it is cut in a turn of its own.
void Driver::disconnect(std::string_view reason) {
  ending_reason_ = reason;
  cut_.start(0);
}

void Driver::link_opened() {
  counters_.connects.add();
  heard_ns_ = host().mono_ns();
  displacement_.connected(heard_ns_);
  say_link(MMX_LINK_SYNCING);
  opening_.begin(settings_.serial);
}

// Nobody at the other end, or the modem lines hold the board in its reset.
void Driver::unanswering() {
  if (settings_.serial) try_other_lines();
  disconnect("connected, but the radio answers nothing");
}

void Driver::try_other_lines() {
  if (settings_.lines != Lines::automatic || lines_work_) return;
  lines_ = lines_ == Lines::both ? Lines::none : Lines::both;
  host().log(MMX_LOG_INFO, lines_ == Lines::both
                               ? "next try with DTR and RTS on"
                               : "next try with DTR and RTS off; some boards need that");
}

void Driver::close_parts() {
  opening_.stop();
  capture_.abandon();
  cut_.stop();
  requests_.close();
  exchange_.close();
  texts_.drop_delayed();
  drainer_.stop();
  inbound_.link_lost();
  early_.clear();
}

void Driver::link_closed(LinkEnd end, std::string_view reason) {
  commands_.open(false);
  close_parts();
  if (stopping_) {
    tick_.stop();
    drain_.stop();
    say_link(MMX_LINK_DOWN, "stopped");
    host().stopped();
    return;
  }
  const std::string why = end == LinkEnd::closed_by_us ? ending_reason_ : std::string(reason);
  lost(end, why);
}

void Driver::lost(LinkEnd end, std::string_view reason) {
  const std::int64_t now = host().mono_ns();
  const bool expected = now < restart_expected_ns_;
  bool displaced = false;
  const bool by_peer = end == LinkEnd::closed_by_peer || end == LinkEnd::broken;
  if (by_peer && !settings_.serial) {
    displaced = displacement_.closed_by_peer(now, expected);
  } else {
    displacement_.closed_otherwise();
  }
  const std::int64_t delay = displaced ? backoff_.after_displacement(host().random())
                                       : backoff_.after_loss(host().random());
  log_lost(end, reason, displaced, delay);
  const std::string why =
      displaced ? "another program keeps taking the radio over" : std::string(reason);
  host().degraded(why);
  say_link(MMX_LINK_DOWN, why);
  retry_.start(delay);
}

void Driver::log_lost(LinkEnd end, std::string_view reason, bool displaced, std::int64_t delay) {
  const bool stood = phase_ == MMX_LINK_UP || phase_ == MMX_LINK_SYNCING;
  if (stood) counters_.reconnects.add();
  if (displaced) {
    host().log(MMX_LOG_WARN,
               "another program keeps connecting to the radio, which serves one at a time and "
               "drops the other; stop that program or connect it to meshmux instead. Next try in " +
                   seconds_text(delay));
    return;
  }
  const bool news = stood || reason_ != reason;
  const char *what = end == LinkEnd::never_opened ? "cannot reach the radio: " : "lost the radio: ";
  host().log(news ? MMX_LOG_WARN : MMX_LOG_DEBUG,
             what + std::string(reason) + "; next try in " + seconds_text(delay));
}

void Driver::exchange_dead() { disconnect("the radio answers nothing any more"); }

void Driver::capture_failed(std::string_view reason) {
  disconnect("the radio cannot be read: " + std::string(reason));
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
    refresh();
  }
  return MMX_OK;
}

const mmx_type &driver_type() {
  static const mmx_type type = mmx::define_type<Driver>(
      MMX_ROLE_SOURCE, "meshcore",
      "Holds the connection to one MeshCore companion radio, over the network or a USB serial "
      "line.",
      "meshcore");
  return type;
}

}  // namespace meshcore_driver
