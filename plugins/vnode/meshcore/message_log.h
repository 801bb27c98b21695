// The messages of the mesh in the order they came, once for all apps; who reads where is a
// position. Bounded: the oldest go. Must not know sessions or how a message looks to an app.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

#include "meshmux/host.hpp"

namespace meshcore_vnode {

struct LoggedMessage {
  mmx::MessageRef message;            // its payload is a v3 message frame (16, 17, 27)
  std::uint64_t sender = 0;           // the session that sent it, 0: it came from the radio
  std::uint32_t sender_identity = 0;  // number of that session's identity, 0: not known
};

// Positions count messages since the start and only rise, also across clear(). [loop-thread]
class MessageLog {
 public:
  explicit MessageLog(std::size_t limit) : limit_(limit) {}

  // Behind the newest message, and at the oldest one that is still there.
  std::uint64_t head() const { return tail_ + messages_.size(); }
  std::uint64_t tail() const { return tail_; }
  std::size_t size() const { return messages_.size(); }
  // position lies between tail() and head(), which is excluded. Borrowed until the next append.
  const LoggedMessage &at(std::uint64_t position) const { return messages_[position - tail_]; }

  void append(LoggedMessage message) {
    messages_.push_back(std::move(message));
    set_limit(limit_);
  }
  void clear() {
    tail_ = head();
    messages_.clear();
  }
  void set_limit(std::size_t limit) {
    limit_ = limit;
    for (; messages_.size() > limit_; ++tail_) messages_.pop_front();
  }

  // Where the last count messages begin.
  std::uint64_t last(std::uint64_t count) const {
    return count >= messages_.size() ? tail_ : head() - count;
  }
  // Where those begin that the core took at wall_ns or later.
  std::uint64_t since(std::int64_t wall_ns) const {
    std::uint64_t position = head();
    while (position > tail_ && at(position - 1).message->wall_ns >= wall_ns) --position;
    return position;
  }

 private:
  std::deque<LoggedMessage> messages_;
  std::size_t limit_;
  std::uint64_t tail_ = 0;
};

}  // namespace meshcore_vnode
