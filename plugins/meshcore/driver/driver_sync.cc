// The second half of driver.h: captures of the radio, live frames, and what makes a new capture
// necessary.
#include <algorithm>
#include <utility>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/stats.h"
#include "plugins/meshcore/driver/driver.h"
#include "plugins/meshcore/driver/records.h"

namespace meshcore_driver {

namespace {

// A command of ours, an app's or somebody else's made the radio restart; a serial port does not
// show it.
constexpr std::int64_t kRestartExpectedNs = 30 * kSecondNs;
constexpr std::int64_t kTickNs = kSecondNs;
constexpr std::int64_t kSilenceNs = 20 * kSecondNs;
constexpr std::int64_t kDrainEveryNs = 3 * kMinuteNs;
constexpr std::int64_t kAheadWorthTellingS = 60;
constexpr std::size_t kMostEarly = 256;

bool is_push(std::string_view frame) {
  return static_cast<std::uint8_t>(frame[0]) >= meshcore::push::first;
}

}  // namespace

void Driver::link_frame(std::string_view frame) {
  counters_.frames_in.add();
  heard_ns_ = host().mono_ns();
  if (opening_.running()) {
    if (opening_.take(frame)) {
      in_step();
    } else {
      live_frame(frame);  // what a former owner of the line asked for may be a message
    }
    return;
  }
  // Its own telemetry is the one answer that comes as a push.
  if (is_push(frame) && !exchange_.expects(frame)) {
    live_frame(frame);
  } else {
    exchange_.take(frame);
  }
}

void Driver::in_step() {
  lines_work_ = true;
  exchange_.open();
  begin_capture();
}

void Driver::begin_capture() {
  exchange_.forget_scope();
  mirror_.watch();
  clock_.forget();
  uptime_s_ = 0;
  capture_.begin(Lane::urgent);
}

void Driver::unasked(std::string_view frame) {
  if (const auto seconds = meshcore::parse_time(frame)) clock_said(*seconds);
  const auto self = meshcore::parse_self_info(frame);
  if (self && self->public_key != identity_ && phase_ == MMX_LINK_UP) {
    restarted("it calls itself by another key");
    return;
  }
  live_frame(frame);
}

// News of a radio that nobody has been told of yet wait until it has a name.
void Driver::live_frame(std::string_view frame) {
  if (mirror_.complete() && phase_ == MMX_LINK_UP) {
    if (is_push(frame)) {
      inbound_.push(frame);
    } else {
      inbound_.overheard(frame);
    }
    return;
  }
  if (early_.size() == kMostEarly) {
    counters_.dropped.add();
    early_.pop_front();
  }
  early_.emplace_back(frame);
}

void Driver::clock_said(std::uint32_t seconds) {
  if (clock_.observe(seconds) == ClockNews::fell_back && phase_ == MMX_LINK_UP) {
    restarted("its clock went back");
    return;
  }
  if (clock_.ahead_s() > kAheadWorthTellingS && !std::exchange(told_ahead_, true)) {
    host().log(MMX_LOG_WARN, "the radio's clock is " + std::to_string(clock_.ahead_s()) +
                                 " s ahead of this host's and cannot be set back; restarting the "
                                 "radio may help");
  }
  if (phase_ == MMX_LINK_UP && clock_.tell()) mirror_.put(meshcore::build_time(clock_.now()));
}

// Told before anything else, so that nothing of a former radio is taken for this one's.
void Driver::identity_said(const meshcore::SelfInfo &self) {
  if (self.public_key == identity_) return;
  if (!identity_.empty()) {
    host().log(MMX_LOG_WARN, "another radio answers: " + address(self.public_key) + " instead of " +
                                 address(identity_));
    requests_.forget_all();
    texts_.forget_all();
    mirror_.clear();
    clock_.tell_again();
  }
  identity_ = self.public_key;
  out_.identity(identity_);
  say_link(MMX_LINK_SYNCING);
}

void Driver::captured(Dump dump) {
  const std::int64_t now = host().mono_ns();
  const bool first = phase_ != MMX_LINK_UP;
  out_.link({phase_, mirror_.complete(), mirror_.complete() && first, true, {}});
  if (clock_.tell()) dump.frames.push_back(meshcore::build_time(clock_.now()));
  mirror_.swap(dump);
  if (const auto core = mirror_.payload({meshcore::Section::stats, 0, {}})) {
    if (const auto stats = meshcore::parse_core_stats(*core)) uptime_s_ = stats->uptime_s;
  }
  counters_.captures.add();
  backoff_.reached();
  refresh_ns_ = now + settings_.refresh_ns;
  say_link(MMX_LINK_UP);
  if (!first) return;
  poll_ns_ = now + settings_.poll_ns;
  host().healthy();
  host().log(MMX_LOG_INFO, "connected to " + address(identity_) + ": " +
                               std::to_string(mirror_.contact_count()) + " contacts, firmware " +
                               mirror_.device().firmware);
  for (const std::string &frame : std::exchange(early_, {})) live_frame(frame);
  drain_ns_ = now + kDrainEveryNs;
  drainer_.drain();
  requests_.open();
}

void Driver::restarted(std::string_view how) {
  if (stopping_ || !exchange_.is_open() || phase_ != MMX_LINK_UP) return;
  host().log(MMX_LOG_WARN, "the radio restarted: " + std::string(how) + "; reading it again");
  // It forgot what it was asked, and which form of messages it was told to use.
  requests_.close();
  say_link(MMX_LINK_SYNCING, "the radio restarted");
  begin_capture();
}

void Driver::restart_expected() {
  restart_expected_ns_ = host().mono_ns() + kRestartExpectedNs;
  disconnect("the radio was told to restart");
}

void Driver::capture_again() {
  if (phase_ != MMX_LINK_UP) return;
  requests_.close();
  say_link(MMX_LINK_SYNCING, "the radio became another one");
  begin_capture();
}

// Published is as safe as it gets until there is a store to ask.
void Driver::commit(std::string_view frame, const std::function<void()> &done) {
  NeutralRecord record;
  describe_event(frame, mirror_.self().public_key, record);
  out_.event(frame, record.get(), Visibility::news);
  done();
}

void Driver::tick() {
  tick_.start(kTickNs);
  const std::int64_t now = host().mono_ns();
  texts_.tick();
  commands_.tick();
  counters_.frames_out.raise_to(link_.frames_out());
  counters_.junk_bytes.raise_to(link_.counters().junk_bytes);
  if (!link_.open_now() || stopping_) return;
  if (displacement_.at_peace(now)) backoff_.held();
  if (phase_ != MMX_LINK_UP) return;
  if (now >= poll_ns_) {
    poll();
  } else if (now - heard_ns_ >= kSilenceNs && exchange_.idle()) {
    exchange_.submit(Lane::idle, make_job(query::time(), [this](const Outcome &outcome) {
                       polled_time(outcome);
                     }));
  }
  if (now >= drain_ns_) {
    drain_ns_ = now + kDrainEveryNs;
    drainer_.drain();
  }
  if (now >= refresh_ns_ && !capture_.running() && exchange_.idle()) {
    refresh();
  }
}

// Everything again, behind whatever apps want meanwhile.
void Driver::refresh() {
  mirror_.watch();
  capture_.begin(Lane::idle);
}

void Driver::poll() {
  poll_ns_ = host().mono_ns() + settings_.poll_ns;
  exchange_.submit(Lane::idle, make_job(query::time(),
                                        [this](const Outcome &outcome) { polled_time(outcome); }));
  exchange_.submit(Lane::idle, make_job(query::stats(0),
                                        [this](const Outcome &outcome) { polled_core(outcome); }));
  reader_.read({query::battery(), query::stats(1), query::stats(2)}, Lane::idle, nullptr);
}

// The clock is kept right for as long as the link stands, not only at its start.
void Driver::polled_time(const Outcome &outcome) {
  const auto seconds = outcome.good() ? meshcore::parse_time(outcome.frame) : std::nullopt;
  if (!seconds) return;
  clock_said(*seconds);
  const auto right = clock_.correction();
  if (!right || phase_ != MMX_LINK_UP) return;
  std::string set = query::of(meshcore::command::set_time);
  meshcore::bytes::put32(set, *right);
  exchange_.submit(Lane::urgent, make_job(set, [this, right](const Outcome &set_outcome) {
                     if (set_outcome.good()) clock_said(*right);
                   }));
}

void Driver::polled_core(const Outcome &outcome) {
  if (!outcome.good()) return;
  mirror_.put(outcome.frame);
  const auto core = meshcore::parse_core_stats(outcome.frame);
  if (!core) return;
  const bool fell = core->uptime_s < uptime_s_;
  uptime_s_ = core->uptime_s;
  if (fell) restarted("its uptime went back");
}

}  // namespace meshcore_driver
