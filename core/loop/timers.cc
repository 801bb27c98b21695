// A binary heap of timers that know their own index, so that stopping one needs no search.
#include "core/loop/timers.h"

#include <utility>

namespace meshmux {

TimerQueue::~TimerQueue() {
  for (Timer *timer : heap_) timer->index_ = Timer::kIdle;
}

int64_t TimerQueue::next_deadline() const {
  return heap_.empty() ? INT64_MAX : heap_.front()->deadline_ns_;
}

bool TimerQueue::earlier(const Timer &a, const Timer &b) {
  return a.deadline_ns_ != b.deadline_ns_ ? a.deadline_ns_ < b.deadline_ns_
                                          : a.sequence_ < b.sequence_;
}

void TimerQueue::place(Timer &timer, size_t index) {
  heap_[index] = &timer;
  timer.index_ = index;
}

void TimerQueue::sift_up(size_t index) {
  Timer &timer = *heap_[index];
  while (index > 0) {
    const size_t parent = (index - 1) / 2;
    if (!earlier(timer, *heap_[parent])) break;
    place(*heap_[parent], index);
    index = parent;
  }
  place(timer, index);
}

void TimerQueue::sift_down(size_t index) {
  Timer &timer = *heap_[index];
  for (;;) {
    size_t child = 2 * index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && earlier(*heap_[child + 1], *heap_[child])) ++child;
    if (!earlier(*heap_[child], timer)) break;
    place(*heap_[child], index);
    index = child;
  }
  place(timer, index);
}

void TimerQueue::insert(Timer &timer) {
  timer.sequence_ = next_sequence_++;
  heap_.push_back(&timer);
  sift_up(heap_.size() - 1);
  if (timer.index_ == 0) notify();
}

void TimerQueue::remove(Timer &timer) {
  const size_t index = std::exchange(timer.index_, Timer::kIdle);
  Timer &last = *heap_.back();
  heap_.pop_back();
  if (index < heap_.size()) {
    place(last, index);
    sift_up(index);
    sift_down(last.index_);
  }
  if (index == 0) notify();
}

void TimerQueue::notify() {
  if (changed_ && !running_) changed_();
}

void TimerQueue::run_due() {
  // Nothing a fired timer starts has a smaller sequence than this, so the round ends.
  const uint64_t limit = next_sequence_;
  const int64_t now = clock_.mono_ns();
  running_ = true;
  while (!heap_.empty()) {
    Timer &timer = *heap_.front();
    if (timer.deadline_ns_ > now || timer.sequence_ >= limit) break;
    remove(timer);
    const CallScope scope(timer.target_);
    // The timer may be gone when this returns.
    timer.fire_(timer.ctx_);
  }
  running_ = false;
  notify();
}

void Timer::start(int64_t delay_ns) {
  stop();
  const int64_t now = queue_.clock().mono_ns();
  if (__builtin_add_overflow(now, delay_ns > 0 ? delay_ns : 0, &deadline_ns_)) {
    deadline_ns_ = INT64_MAX - 1;
  }
  queue_.insert(*this);
}

void Timer::stop() {
  if (active()) queue_.remove(*this);
}

}  // namespace meshmux
