// Token buckets with least-recently-used eviction. Must not know what is being counted.
#include "core/policy/rate_limiter.h"

#include <algorithm>
#include <cmath>

namespace meshmux {

size_t RateLimiter::KeyHash::operator()(const Key &key) const {
  return std::hash<uint64_t>()(key.session * UINT64_C(0x9E3779B97F4A7C15) + key.rule);
}

int64_t RateLimiter::take(uint64_t session, uint32_t rule, const Rate &rate, int64_t now_ns) {
  if (rate.count == 0 || rate.period_ns <= 0) return INT64_MAX;
  const double token_ns = double(rate.period_ns) / rate.count;
  const Key key{session, rule};
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= max_buckets_) {
      buckets_.erase(order_.front().key);
      order_.pop_front();
    }
    order_.push_back(Bucket{key, double(rate.count), now_ns});
    found = buckets_.emplace(key, std::prev(order_.end())).first;
  } else {
    order_.splice(order_.end(), order_, found->second);
  }
  Bucket &bucket = *found->second;
  const int64_t elapsed = std::max<int64_t>(0, now_ns - bucket.updated_ns);
  bucket.tokens = std::min<double>(rate.count, bucket.tokens + double(elapsed) / token_ns);
  bucket.updated_ns = now_ns;
  // A refill that rounds to just under a whole token counts as one, else a caller that waits
  // exactly as long as it was told would be refused again.
  constexpr double kRounding = 1e-9;
  if (bucket.tokens >= 1 - kRounding) {
    bucket.tokens = std::max(0.0, bucket.tokens - 1);
    return 0;
  }
  return std::max<int64_t>(1, int64_t(std::ceil((1 - bucket.tokens) * token_ns)));
}

void RateLimiter::forget(uint64_t session) {
  for (auto it = order_.begin(); it != order_.end();) {
    if (it->key.session != session) {
      ++it;
      continue;
    }
    buckets_.erase(it->key);
    it = order_.erase(it);
  }
}

void RateLimiter::clear() {
  buckets_.clear();
  order_.clear();
}

}  // namespace meshmux
