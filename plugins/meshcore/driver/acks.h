// Direct texts whose acknowledgement has not come: which app gets which ack, and how many are out.
// The device remembers eight (docs/protocol notes 2.6). Two sessions can wait for the same ack, and
// one can wait for it twice. Must not send anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "plugins/meshcore/driver/answers.h"

namespace meshcore_driver {

struct PendingAck {
  AskRef ask;
  std::uint32_t device_ack = 0;    // what the device will report
  std::uint32_t told_ack = 0;      // what the app was told
  bool out = false;                // the device has it
  std::int64_t slot_until_ns = 0;  // how long it counts among the eight, once out
  std::int64_t keep_until_ns = 0;  // how long a late ack still finds its way
};
using PendingAckRef = std::shared_ptr<PendingAck>;

// [loop-thread]
class Acks {
 public:
  static constexpr std::size_t kMost = 8;
  static constexpr std::size_t kMostKept = 256;

  // NULL: too many are out already.
  PendingAckRef reserve(const AskRef &ask, std::int64_t now);
  // The device took it; est_timeout as it said.
  void sent(const PendingAckRef &pending, std::uint32_t device_ack, bool flood,
            std::uint32_t timeout_ms, std::int64_t now);
  void forget(const PendingAckRef &pending);
  // Everyone who waits for this ack, taken out.
  std::vector<PendingAckRef> confirmed(std::uint32_t ack);
  // Those nothing came for in all the time there was, taken out.
  std::vector<PendingAckRef> expired(std::int64_t now);
  std::vector<PendingAckRef> take_all();

  std::size_t unacknowledged(std::int64_t now) const;
  std::size_t size() const { return pending_.size(); }

 private:
  std::vector<PendingAckRef> take_if(const std::function<bool(const PendingAck &)> &test);

  std::list<PendingAckRef> pending_;  // oldest first
};

}  // namespace meshcore_driver
