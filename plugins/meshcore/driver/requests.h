// Questions to other nodes: logins, status, telemetry, binary requests, path discovery. The device
// forgets the one it waits for as soon as it is asked the next (docs/protocol notes 2.6), so one is
// out at a time, sessions take turns, and equal questions are asked once. Everyone gets SENT at
// once, with a tag of ours and a timeout that includes the wait. Must not know links or phases.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "meshmux/host.hpp"
#include "plugins/meshcore/driver/answers.h"
#include "plugins/meshcore/driver/counters.h"
#include "plugins/meshcore/driver/estimates.h"
#include "plugins/meshcore/driver/exchange.h"
#include "plugins/meshcore/driver/fair_queue.h"
#include "plugins/meshcore/driver/mirror.h"
#include "plugins/meshcore/driver/publisher.h"
#include "plugins/meshcore/driver/scopes.h"
#include "plugins/meshcore/driver/stamps.h"

namespace meshcore_driver {

// [loop-thread]
class Requests {
 public:
  // Expected; then the queue is full.
  static constexpr std::int64_t kLongestWaitNs = 60 * kSecondNs;
  static constexpr std::size_t kMostAsks = 256;

  Requests(const mmx::Host &host, Exchange &exchange, Mirror &mirror, Answers &answers,
           Publisher &out, Scopes &scopes, Stamps &stamps, Estimates &estimates,
           Counters &counters);

  // The link is up. Answers at once: SENT, or ERR for a node that is no contact or a long queue.
  void take(const AskRef &ask);
  // A push that may be the result; false: it answers none of ours.
  bool result(std::string_view frame);
  void session_ended(Flow flow);

  // The device can be asked again: what it was asked before the link went is asked once more, as
  // far as somebody still waits.
  void open();
  void close();
  // Another radio.
  void forget_all();

  std::size_t waiting() const { return queue_.size() + (running_ ? 1 : 0); }

 private:
  struct Asker {
    AskRef ask;
    std::uint32_t tag;
  };
  struct Request {
    std::string bytes;
    std::string scope;
    std::string key;  // of the node asked
    std::vector<Asker> askers;
    std::int64_t patience_ns = 0;  // estimated, from the device's SENT to giving up
    std::int64_t until_ns = 0;     // what the askers were told
    Flow flow{};
  };
  using RequestRef = std::shared_ptr<Request>;

  void join(const RequestRef &request, const AskRef &ask, std::int64_t wait_ns);
  std::int64_t longest_wait_ns() const;
  void next();
  void send();
  void device_answered(const RequestRef &request, const Outcome &outcome);
  void ended();
  void give_up(const RequestRef &request);
  bool matches(std::string_view frame) const;

  const mmx::Host &host_;
  Exchange &exchange_;
  Mirror &mirror_;
  Answers &answers_;
  Publisher &out_;
  Scopes &scopes_;
  Stamps &stamps_;
  Estimates &estimates_;
  Counters &counters_;
  FairQueue<RequestRef> queue_;
  RequestRef running_;
  std::optional<std::uint32_t> device_tag_;  // of the running one, once the device took it
  std::int64_t running_until_ns_ = 0;
  std::size_t asks_ = 0;
  std::uint32_t next_tag_;
  bool open_ = false;
  mmx::Timer timer_;  // end of the running one, or of the wait before it
};

}  // namespace meshcore_driver
