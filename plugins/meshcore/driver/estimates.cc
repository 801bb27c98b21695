// See estimates.h.
#include "plugins/meshcore/driver/estimates.h"

#include <algorithm>
#include <cmath>

namespace meshcore_driver {

namespace {
// Longest believable answer; a damaged frame must not stop the queue for hours.
constexpr std::uint32_t kMostMs = 120'000;
}  // namespace

bool Estimates::floods(const std::optional<meshcore::Contact> &contact) const {
  return contact && contact->out_path_len == meshcore::path_unknown;
}

// A node that is no contact is reached directly or not at all.
std::size_t Estimates::way(const std::optional<meshcore::Contact> &contact) const {
  if (floods(contact)) return kFlood;
  return contact ? contact->hops() : 0;
}

// LoRa time on air of a packet of usual length.
double Estimates::airtime_ms() const {
  constexpr double bytes = 60;
  const meshcore::SelfInfo &self = mirror_.self();
  if (self.bandwidth_hz == 0 || self.spreading_factor < 5 || self.spreading_factor > 12) return 500;
  const double sf = self.spreading_factor;
  const double symbol_ms = std::exp2(sf) * 1000.0 / self.bandwidth_hz;
  const double low_rate = symbol_ms > 16 ? 2 : 0;
  const double blocks = std::ceil((8 * bytes - 4 * sf + 44) / (4 * (sf - low_rate)));
  const double symbols = 20.25 + 8 + blocks * std::clamp<int>(self.coding_rate, 5, 8);
  return symbols * symbol_ms;
}

std::uint32_t Estimates::timeout_ms(const std::optional<meshcore::Contact> &contact) const {
  const std::size_t hops = way(contact);
  const double airtime = airtime_ms();
  const double computed = hops == kFlood
                              ? 500 + 16 * airtime
                              : 500 + (6 * airtime + 250) * (static_cast<double>(hops) + 1);
  const auto whole = static_cast<std::uint32_t>(std::min<double>(computed, kMostMs));
  return std::max(whole, said_[hops]);
}

void Estimates::learn(const std::optional<meshcore::Contact> &contact, const meshcore::Sent &sent) {
  said_[sent.flood != 0 ? kFlood : std::min(way(contact), kFlood)] =
      std::min(sent.timeout_ms, kMostMs);
}

}  // namespace meshcore_driver
