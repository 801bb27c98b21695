// See capture.h.
#include "plugins/meshcore/driver/capture.h"

#include <utility>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/driver/reader.h"

namespace meshcore_driver {

namespace {

namespace command = meshcore::command;

constexpr unsigned kMostTries = 3;
constexpr unsigned kMostSlots = 255;
// Somebody else's contact list is on its way out of the device.
constexpr std::int64_t kBusyNs = 2 * kSecondNs;

}  // namespace

Capture::Capture(const mmx::Host &host, Exchange &exchange, const ClockKeeper &clock,
                 CaptureEvents &events)
    : host_(host), exchange_(exchange), clock_(clock), events_(events), timer_(host, [this] {
        ask();
      }) {}

void Capture::begin(Lane lane) {
  abandon();
  lane_ = lane;
  dump_ = {};
  slots_ = slot_ = 0;
  running_ = true;
  next(Step::clock);
}

void Capture::abandon() {
  ++run_;
  running_ = false;
  timer_.stop();
}

void Capture::next(Step step) {
  step_ = step;
  tries_ = 0;
  if (step_ == Step::set_clock) {
    const auto right = clock_.correction();
    if (!right) {
      next(Step::device);
      return;
    }
    set_to_ = *right;
  }
  if (step_ == Step::channels && slot_ >= (slots_ == 0 ? kMostSlots : slots_)) {
    next(Step::auto_add);
    return;
  }
  if (step_ == Step::done) {
    running_ = false;
    dump_.channels = slot_;
    events_.captured(std::exchange(dump_, {}));
    return;
  }
  ask();
}

std::string Capture::command() const {
  switch (step_) {
    case Step::clock:
      return query::time();
    case Step::set_clock: {
      std::string set = query::of(command::set_time);
      meshcore::bytes::put32(set, set_to_);
      return set;
    }
    case Step::device:
      return query::device();
    case Step::self:
      return query::self();
    case Step::contacts:
      return query::contacts();
    case Step::channels:
      return query::channel(static_cast<std::uint8_t>(slot_));
    case Step::auto_add:
      return query::of(command::get_auto_add);
    case Step::tuning:
      return query::of(command::get_tuning);
    case Step::default_scope:
      return query::of(command::get_default_scope);
    case Step::custom_vars:
      return query::of(command::get_custom_vars);
    case Step::repeat_freq:
      return query::of(command::get_repeat_freq);
    case Step::battery:
      return query::battery();
    case Step::stats_core:
      return query::stats(0);
    case Step::stats_radio:
      return query::stats(1);
    default:
      return query::stats(2);
  }
}

void Capture::ask() {
  ++tries_;
  auto job = make_job(command(), [this, run = run_](const Outcome &outcome) {
    if (run == run_) answered(outcome);
  });
  if (step_ == Step::contacts) {
    contacts_at_ = dump_.frames.size();
    total_ = 0;
    job->part = [this, run = run_](std::string_view frame) {
      return run != run_ ? meshcore::parse_contacts_end(frame).has_value() : contact_part(frame);
    };
  }
  exchange_.submit(lane_, std::move(job));
}

bool Capture::contact_part(std::string_view frame) {
  if (const auto total = meshcore::parse_contacts_start(frame)) {
    total_ = *total;
    dump_.frames.resize(contacts_at_);
  } else if (meshcore::parse_contact(frame)) {
    dump_.frames.emplace_back(frame);
  }
  return meshcore::parse_contacts_end(frame).has_value();
}

void Capture::answered(const Outcome &outcome) {
  if (outcome.end == Outcome::End::lost) return;  // the driver abandons it as well
  if (outcome.end == Outcome::End::unanswered) {
    if (step_ == Step::contacts) dump_.frames.resize(contacts_at_);
    if (tries_ < kMostTries) {
      ask();
    } else {
      fail("it does not answer what it is asked");
    }
    return;
  }
  switch (step_) {
    case Step::clock:
    case Step::set_clock:
      clock_answered(outcome);
      return;
    case Step::self:
      if (!self_answered(outcome)) return;
      break;
    case Step::contacts:
      if (!contacts_answered(outcome)) return;
      break;
    case Step::channels:
      if (outcome.good()) {
        dump_.frames.emplace_back(outcome.frame);
        ++slot_;
        next(Step::channels);
      } else {
        next(Step::auto_add);
      }
      return;
    default:
      if (outcome.good()) dump_.frames.emplace_back(outcome.frame);
      break;
  }
  if (step_ == Step::device) {
    if (const auto device = meshcore::parse_device_info(outcome.frame)) {
      slots_ = device->max_channels;
    }
  }
  next(static_cast<Step>(static_cast<std::uint8_t>(step_) + 1));
}

void Capture::clock_answered(const Outcome &outcome) {
  if (step_ == Step::set_clock) {
    if (outcome.good()) events_.clock_said(set_to_);
    next(Step::device);
    return;
  }
  if (const auto seconds = meshcore::parse_time(outcome.frame)) events_.clock_said(*seconds);
  next(Step::set_clock);
}

bool Capture::self_answered(const Outcome &outcome) {
  const auto self = meshcore::parse_self_info(outcome.frame);
  if (!self) {
    fail("it does not say who it is");
    return false;
  }
  dump_.frames.emplace_back(outcome.frame);
  events_.identity_said(*self);
  return running_;
}

bool Capture::contacts_answered(const Outcome &outcome) {
  const std::size_t count = dump_.frames.size() - contacts_at_;
  if (outcome.good() && count == total_) {
    dump_.contacts_whole = true;
    return true;
  }
  if (!outcome.good()) dump_.frames.resize(contacts_at_);
  if (tries_ < kMostTries) {
    // On its way out a contact can be lost, and another list can be in the way (docs/protocol
    // notes 1.1, 2.6).
    again_later(outcome.good() ? 0 : kBusyNs);
    return false;
  }
  host_.log(MMX_LOG_WARN, "the radio's contact list came incomplete: " + std::to_string(count) +
                              " of " + std::to_string(total_));
  return true;
}

void Capture::again_later(std::int64_t delay_ns) {
  dump_.frames.resize(contacts_at_);
  timer_.start(delay_ns);
}

void Capture::fail(std::string_view reason) {
  abandon();
  events_.capture_failed(reason);
}

}  // namespace meshcore_driver
