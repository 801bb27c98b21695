// The first words on a new connection. A half frame that a former owner of a serial line left
// behind eats the start of whatever comes next, so complete questions for the time are sent until
// one is answered (docs/protocol notes 1.1). Must not know what follows.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/meshcore/driver/link.h"
#include "plugins/meshcore/driver/units.h"

namespace meshcore_driver {

// [loop-thread]
class Opening {
 public:
  static constexpr std::int64_t kStepNs = 500 * kMillisecondNs;
  // A board that restarts because the line was opened takes some seconds.
  static constexpr std::int64_t kPatienceNs = 10 * kSecondNs;
  // Together longer than the longest frame can still be wanting.
  static constexpr unsigned kBurst = 45;

  // given_up: nothing answered; not called from inside take.
  Opening(const mmx::Host &host, Link &link, std::function<void()> given_up);

  void begin(bool serial);
  void stop();
  bool running() const { return running_; }
  // A frame while it runs. True: it was the answer, the device is in step.
  bool take(std::string_view frame);

 private:
  void step();

  const mmx::Host &host_;
  Link &link_;
  std::function<void()> given_up_;
  std::int64_t until_ns_ = 0;
  unsigned steps_ = 0;
  bool serial_ = false;
  bool running_ = false;
  mmx::Timer timer_;
};

}  // namespace meshcore_driver
