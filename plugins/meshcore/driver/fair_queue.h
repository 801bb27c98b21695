// Lines of waiting things, one a session, served in turn, so that one busy session does not hold up
// the others. Must not know what waits.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <list>
#include <optional>
#include <utility>

#include "plugins/meshcore/driver/units.h"

namespace meshcore_driver {

template <class T>
class FairQueue {
 public:
  // Behind what that session already waits for.
  void push(Flow flow, T what) { line_for(flow).push_back(std::move(what)); }
  // Ahead of everything else of that session, and the session gets the next turn.
  void push_front(Flow flow, T what) {
    line_for(flow).push_front(std::move(what));
    const auto line = find(flow);
    lines_.splice(lines_.begin(), lines_, line);
  }

  // The next one; the session it belongs to goes to the end of the round.
  std::optional<T> pop() {
    if (lines_.empty()) return std::nullopt;
    auto &waiting = lines_.front().second;
    T what = std::move(waiting.front());
    waiting.pop_front();
    --size_;
    if (waiting.empty()) {
      lines_.pop_front();
    } else {
      lines_.splice(lines_.end(), lines_, lines_.begin());
    }
    return what;
  }

  // Everything, in no particular order but each session's own; the queue is empty then.
  std::deque<T> take_all() {
    std::deque<T> all;
    while (auto what = pop()) all.push_back(std::move(*what));
    return all;
  }

  // Removes those that test names.
  void remove_if(const std::function<bool(const T &)> &test) {
    for (auto line = lines_.begin(); line != lines_.end();) {
      auto &waiting = line->second;
      size_ -= static_cast<std::size_t>(std::erase_if(waiting, test));
      line = waiting.empty() ? lines_.erase(line) : std::next(line);
    }
  }
  // Shows each one.
  void each(const std::function<void(const T &)> &visit) const {
    for (const auto &[flow, waiting] : lines_) std::for_each(waiting.begin(), waiting.end(), visit);
  }
  // The first one test is true for; NULL if there is none. Borrowed until the next change.
  T *find_if(const std::function<bool(const T &)> &test) {
    for (auto &[flow, waiting] : lines_) {
      const auto found = std::find_if(waiting.begin(), waiting.end(), test);
      if (found != waiting.end()) return &*found;
    }
    return nullptr;
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::size_t size(Flow flow) const {
    for (const auto &[each, waiting] : lines_) {
      if (each == flow) return waiting.size();
    }
    return 0;
  }

 private:
  using Line = std::pair<Flow, std::deque<T>>;

  typename std::list<Line>::iterator find(Flow flow) {
    return std::find_if(lines_.begin(), lines_.end(),
                        [&](const Line &line) { return line.first == flow; });
  }
  std::deque<T> &line_for(Flow flow) {
    ++size_;
    const auto found = find(flow);
    if (found != lines_.end()) return found->second;
    lines_.emplace_back(flow, std::deque<T>());
    return lines_.back().second;
  }

  std::list<Line> lines_;  // whose turn is next stands first; none is empty
  std::size_t size_ = 0;
};

}  // namespace meshcore_driver
