// Timestamps of what goes to rooms and repeaters. They take a text with the time of the last one
// for a repetition, an older one for a replay, and after one from the future nothing at all until
// their clock has passed it (docs/protocol notes 4.8); several apps share one key, each with a
// clock of its own. So every destination gets strictly rising seconds, never ahead of the device's
// clock. Must not send or wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "plugins/meshcore/driver/clock_keeper.h"
#include "plugins/meshcore/driver/units.h"

namespace meshcore_driver {

struct Stamp {
  std::uint32_t seconds = 0;
  std::int64_t wait_ns = 0;  // until the device's clock shows it
};

// [loop-thread]
class Stamps {
 public:
  explicit Stamps(const ClockKeeper &clock) : clock_(clock) {}

  // For a text to key that its app stamped with asked. The same text of the same session with the
  // same stamp is another attempt and gets what it got before.
  Stamp for_text(Flow flow, std::string_view key, std::uint32_t asked, std::string_view text);
  // How long a request, which the device stamps itself, has to wait so as to be younger than the
  // text before it.
  std::int64_t request_wait_ns(std::string_view key) const;
  // A request goes out now.
  void request_sent(std::string_view key);
  void session_ended(Flow flow);
  void clear();

 private:
  static constexpr std::size_t kMostDestinations = 512;
  static constexpr std::size_t kMostTexts = 128;
  struct Text {
    Flow flow;
    std::string key;
    std::uint32_t asked;
    std::string text;
    std::uint32_t given;
  };

  struct Last {
    std::uint32_t text = 0;
    std::uint32_t any = 0;  // text or request
  };

  Last &last_for(std::string_view key);

  const ClockKeeper &clock_;
  std::map<std::string, Last, std::less<>> last_;  // by key
  std::uint32_t last_request_ = 0;  // the device never gives one second to two requests
  std::deque<Text> texts_;          // newest last
};

}  // namespace meshcore_driver
