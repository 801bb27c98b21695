// Token buckets, one a session and rule, bounded in number. Must not know what is being counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "core/policy/rule.h"

namespace meshmux {

// [loop-thread]
class RateLimiter {
 public:
  explicit RateLimiter(size_t max_buckets = 4096) : max_buckets_(max_buckets) {}

  // Takes one token of (session, rule) at monotonic now_ns. 0: taken; else nanoseconds until there
  // is one again.
  int64_t take(uint64_t session, uint32_t rule, const Rate &rate, int64_t now_ns);
  // Drops the session's buckets.
  void forget(uint64_t session);
  void clear();
  size_t size() const { return buckets_.size(); }

 private:
  struct Key {
    uint64_t session = 0;
    uint32_t rule = 0;
    bool operator==(const Key &other) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key &key) const;
  };
  struct Bucket {
    Key key;
    double tokens = 0;
    int64_t updated_ns = 0;
  };
  using Order = std::list<Bucket>;  // least recently used first

  size_t max_buckets_;
  Order order_;
  std::unordered_map<Key, Order::iterator, KeyHash> buckets_;
};

}  // namespace meshmux
