// Everything the radio holds, read in one go: its clock first, which it is also set to if the host
// knows better, then who it is, contacts, channels and settings. What older firmware does not know
// is left out. Must not publish anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/meshcore/driver/clock_keeper.h"
#include "plugins/meshcore/driver/exchange.h"
#include "plugins/meshcore/driver/mirror.h"

namespace meshcore_driver {

class CaptureEvents {
 public:
  virtual ~CaptureEvents() = default;
  // The clock of the device was read or set.
  virtual void clock_said(std::uint32_t seconds) = 0;
  // Whose radio it is, before anything else of it is known.
  virtual void identity_said(const meshcore::SelfInfo &self) = 0;
  virtual void captured(Dump dump) = 0;
  virtual void capture_failed(std::string_view reason) = 0;
};

// [loop-thread]
class Capture {
 public:
  Capture(const mmx::Host &host, Exchange &exchange, const ClockKeeper &clock,
          CaptureEvents &events);

  // lane: urgent while nothing else is possible, idle for a refresh.
  void begin(Lane lane);
  void abandon();
  bool running() const { return running_; }

 private:
  enum class Step : std::uint8_t {
    clock,
    set_clock,
    device,
    self,
    contacts,
    channels,
    auto_add,
    tuning,
    default_scope,
    custom_vars,
    repeat_freq,
    battery,
    stats_core,
    stats_radio,
    stats_packets,
    done
  };

  void ask();
  std::string command() const;
  bool contact_part(std::string_view frame);
  void answered(const Outcome &outcome);
  void clock_answered(const Outcome &outcome);
  bool self_answered(const Outcome &outcome);
  bool contacts_answered(const Outcome &outcome);
  void next(Step step);
  void again_later(std::int64_t delay_ns);
  void fail(std::string_view reason);

  const mmx::Host &host_;
  Exchange &exchange_;
  const ClockKeeper &clock_;
  CaptureEvents &events_;
  Lane lane_ = Lane::urgent;
  Step step_ = Step::clock;
  Dump dump_;
  std::uint64_t run_ = 0;        // answers of an abandoned run do not count
  unsigned tries_ = 0;           // of this step
  unsigned slot_ = 0;            // channels
  unsigned slots_ = 0;           // 0: not known, read until ERR
  std::uint32_t total_ = 0;      // contacts announced
  std::size_t contacts_at_ = 0;  // where in the dump they begin
  std::uint32_t set_to_ = 0;
  bool running_ = false;
  mmx::Timer timer_;
};

}  // namespace meshcore_driver
