// See stamps.h.
#include "plugins/meshcore/driver/stamps.h"

#include <algorithm>

namespace meshcore_driver {

namespace {
// An app whose clock is about right keeps its stamp.
constexpr std::uint32_t kAboutRightS = 10;
}  // namespace

Stamps::Last &Stamps::last_for(std::string_view key) {
  const auto found = last_.find(key);
  if (found != last_.end()) return found->second;
  if (last_.size() >= kMostDestinations) {
    last_.erase(std::min_element(last_.begin(), last_.end(), [](const auto &a, const auto &b) {
      return a.second.any < b.second.any;
    }));
  }
  return last_[std::string(key)];
}

Stamp Stamps::for_text(Flow flow, std::string_view key, std::uint32_t asked,
                       std::string_view text) {
  const auto again = std::find_if(texts_.begin(), texts_.end(), [&](const Text &each) {
    return each.flow == flow && each.key == key && each.asked == asked && each.text == text;
  });
  if (again != texts_.end()) return {again->given, clock_.until(again->given)};
  const std::uint32_t now = clock_.now();
  std::uint32_t given = asked <= now && now - asked <= kAboutRightS ? asked : now;
  Last &last = last_for(key);
  given = std::max(given, last.any + 1);
  last.text = last.any = given;
  if (texts_.size() >= kMostTexts) texts_.pop_front();
  texts_.push_back({flow, std::string(key), asked, std::string(text), given});
  return {given, clock_.until(given)};
}

std::int64_t Stamps::request_wait_ns(std::string_view key) const {
  const auto last = last_.find(key);
  return last == last_.end() ? 0 : clock_.until(last->second.text + 1);
}

void Stamps::request_sent(std::string_view key) {
  last_request_ = std::max(clock_.now(), last_request_ + 1);
  Last &last = last_for(key);
  last.any = std::max(last.any, last_request_);
}

void Stamps::session_ended(Flow flow) {
  std::erase_if(texts_, [&](const Text &each) { return each.flow == flow; });
}

void Stamps::clear() {
  last_.clear();
  last_request_ = 0;
  texts_.clear();
}

}  // namespace meshcore_driver
