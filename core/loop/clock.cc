// The system's clocks.
#include "core/loop/clock.h"

#include <sys/timex.h>

#include <ctime>

namespace meshmux {
namespace {

int64_t read_clock(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return int64_t{now.tv_sec} * kSecond + now.tv_nsec;
}

}  // namespace

int64_t SystemClock::mono_ns() const { return read_clock(CLOCK_MONOTONIC); }

int64_t SystemClock::wall_ns() const { return read_clock(CLOCK_REALTIME); }

bool SystemClock::wall_synchronised() const {
  // Only reads. NTP daemons and PTP clear STA_UNSYNC once they hold the clock; where a sandbox
  // forbids the question, the honest answer is no.
  timex state{};
  const int result = adjtimex(&state);
  return result >= 0 && result != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

}  // namespace meshmux
