// See opening.h.
#include "plugins/meshcore/driver/opening.h"

#include <utility>

#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/driver/reader.h"

namespace meshcore_driver {

Opening::Opening(const mmx::Host &host, Link &link, std::function<void()> given_up)
    : host_(host), link_(link), given_up_(std::move(given_up)), timer_(host, [this] { step(); }) {}

void Opening::begin(bool serial) {
  serial_ = serial;
  running_ = true;
  steps_ = 0;
  until_ns_ = host_.mono_ns() + kPatienceNs;
  step();
}

void Opening::stop() {
  running_ = false;
  timer_.stop();
}

// One question is enough for a device that is in step; the rest is for one that is not.
void Opening::step() {
  if (host_.mono_ns() >= until_ns_) {
    stop();
    given_up_();
    return;
  }
  link_.forget_half_frame();
  // A network connection starts with nothing half read, and a device that is slow to answer would
  // only drown in its own answers.
  constexpr unsigned network_every = 4;
  if (serial_) {
    link_.send_many(query::time(), steps_ == 0 ? 1 : kBurst);
  } else if (steps_ % network_every == 0) {
    link_.send(query::time());
  }
  ++steps_;
  timer_.start(kStepNs);
}

bool Opening::take(std::string_view frame) {
  if (!meshcore::parse_time(frame)) return false;
  stop();
  return true;
}

}  // namespace meshcore_driver
