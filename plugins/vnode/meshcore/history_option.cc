// Implements the reading of "history". Must not know messages.
#include "plugins/vnode/meshcore/history_option.h"

#include <charconv>
#include <limits>
#include <utility>

#include "meshmux/units.hpp"

namespace meshcore_vnode {

std::optional<History> parse_history(std::string_view text) {
  if (text == "none") return History{};
  std::uint64_t amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc()) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  if (unit.empty()) return History{amount, 0};
  constexpr std::pair<std::string_view, std::int64_t> units[] = {
      {"ms", mmx::kMillisecondNs}, {"s", mmx::kSecondNs},    {"m", mmx::kMinuteNs},
      {"h", mmx::kHourNs},         {"d", 24 * mmx::kHourNs},
  };
  for (const auto &[name, length] : units) {
    if (unit != name) continue;
    const auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / length);
    if (amount > most) return std::nullopt;
    return History{0, static_cast<std::int64_t>(amount) * length};
  }
  return std::nullopt;
}

}  // namespace meshcore_vnode
