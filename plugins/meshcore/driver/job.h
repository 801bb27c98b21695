// One command for the device and what is to happen with its answer. Must not do anything.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/driver/units.h"

namespace meshcore_driver {

struct Outcome {
  enum class End : std::uint8_t {
    invalid = 0,
    answered,    // frame holds the answer, which may be ERR
    unscoped,    // the device refused the flood scope; the command was not sent
    unanswered,  // sent, and nothing came in time: it may have been carried out or not
    lost         // the link went away; it may have been sent or not
  };

  End end = End::invalid;
  std::string_view frame;  // borrowed for the call

  bool answered() const { return end == End::answered; }
  bool refused() const { return answered() && meshcore::parse_error(frame).has_value(); }
  bool good() const { return answered() && !refused(); }
};

// Who goes first. Urgent ones and sessions alternate where both wait; idle ones go when nobody else
// wants to.
enum class Lane : std::uint8_t { invalid = 0, urgent, session, idle };

struct Job {
  Flow flow{};                    // zeros: the driver's own
  std::string bytes;              // the command
  std::string scope;              // SET_FLOOD_SCOPE_KEY that has to stand when it goes; empty: any
  bool answered_by_none = false;  // sent and done
  // Asked just before it is sent; false: nobody wants it any more, and done is not called.
  std::function<bool()> wanted;
  // For an answer of several frames: takes each, true when it was the last one. done is then called
  // with that one.
  std::function<bool(std::string_view)> part;
  // Called once, unless not wanted.
  std::function<void(const Outcome &)> done;
};

using JobRef = std::shared_ptr<Job>;

inline JobRef make_job(std::string bytes, std::function<void(const Outcome &)> done) {
  auto job = std::make_shared<Job>();
  job->bytes = std::move(bytes);
  job->done = std::move(done);
  return job;
}

}  // namespace meshcore_driver
