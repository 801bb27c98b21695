// See acks.h.
#include "plugins/meshcore/driver/acks.h"

#include <algorithm>

namespace meshcore_driver {

namespace {
constexpr std::int64_t kLeastDirectNs = kMinuteNs;
constexpr std::int64_t kLeastFloodNs = 5 * kMinuteNs;
constexpr std::int64_t kLeastSlotNs = 5 * kSecondNs;
}  // namespace

std::size_t Acks::unacknowledged(std::int64_t now) const {
  return static_cast<std::size_t>(std::count_if(
      pending_.begin(), pending_.end(),
      [&](const PendingAckRef &each) { return !each->out || now < each->slot_until_ns; }));
}

PendingAckRef Acks::reserve(const AskRef &ask, std::int64_t now) {
  if (unacknowledged(now) >= kMost || pending_.size() >= kMostKept) return nullptr;
  auto made = std::make_shared<PendingAck>();
  made->ask = ask;
  pending_.push_back(made);
  return made;
}

void Acks::sent(const PendingAckRef &pending, std::uint32_t device_ack, bool flood,
                std::uint32_t timeout_ms, std::int64_t now) {
  const std::int64_t twice = 2 * std::int64_t{timeout_ms} * kMillisecondNs;
  pending->device_ack = device_ack;
  pending->out = true;
  pending->slot_until_ns = now + std::max(twice, kLeastSlotNs);
  pending->keep_until_ns = now + std::max(twice, flood ? kLeastFloodNs : kLeastDirectNs);
}

void Acks::forget(const PendingAckRef &pending) { pending_.remove(pending); }

std::vector<PendingAckRef> Acks::take_if(const std::function<bool(const PendingAck &)> &test) {
  std::vector<PendingAckRef> taken;
  for (auto each = pending_.begin(); each != pending_.end();) {
    if (!test(**each)) {
      ++each;
      continue;
    }
    taken.push_back(*each);
    each = pending_.erase(each);
  }
  return taken;
}

std::vector<PendingAckRef> Acks::confirmed(std::uint32_t ack) {
  return take_if([&](const PendingAck &each) { return each.out && each.device_ack == ack; });
}

std::vector<PendingAckRef> Acks::expired(std::int64_t now) {
  return take_if([&](const PendingAck &each) { return each.out && now >= each.keep_until_ns; });
}

std::vector<PendingAckRef> Acks::take_all() {
  return take_if([](const PendingAck &) { return true; });
}

}  // namespace meshcore_driver
