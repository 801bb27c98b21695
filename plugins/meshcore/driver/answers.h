// Commands of apps and the replies they get. It keeps the driver's promise that the first reply to
// any command comes within 900 ms, whatever the radio does. Must not know what commands do.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "meshmux/host.hpp"
#include "plugins/meshcore/driver/counters.h"
#include "plugins/meshcore/driver/publisher.h"
#include "plugins/meshcore/driver/units.h"

namespace meshcore_driver {

// One command as it was asked. Shared by whatever waits for its fate.
struct Ask {
  std::uint64_t id = 0;  // of the message on the bus
  Flow flow{};
  std::string bytes;      // canonical
  std::string accepted;   // the radio's answer, while what it changed is still being read
  bool answered = false;  // the first reply was given
  bool ended = false;     // the last one was
};
using AskRef = std::shared_ptr<Ask>;

// [loop-thread]
class Answers {
 public:
  static constexpr std::int64_t kPromiseNs = 900 * kMillisecondNs;

  Answers(const mmx::Host &host, Publisher &out, Counters &counters)
      : host_(host), out_(out), counters_(counters), timer_(host, [this] { due(); }) {}

  // If nothing is said to it within 900 ms, late is called; what it leaves unsaid becomes
  // the answer the radio gave already, or else ERR 4.
  void promise(const AskRef &ask, std::function<void()> late = nullptr);

  // Nothing is said after the last reply. record may be NULL.
  void say(const AskRef &ask, std::string_view frame, Last last,
           const mmx_record *record = nullptr);
  void ok(const AskRef &ask);
  void error(const AskRef &ask, std::uint8_t code);
  // The last reply, without a frame: there is nothing more to come.
  void end(const AskRef &ask, const mmx_record *record = nullptr) {
    say(ask, {}, Last::yes, record);
  }

 private:
  struct Promise {
    std::int64_t due_ns;
    AskRef ask;
    std::function<void()> late;
  };
  void due();

  const mmx::Host &host_;
  Publisher &out_;
  Counters &counters_;
  std::deque<Promise> promises_;  // by the time they are due
  mmx::Timer timer_;
};

}  // namespace meshcore_driver
