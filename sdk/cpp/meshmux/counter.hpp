// A metric counter that its owner can also read. Must not know what is counted.
#pragma once

#include <cstdint>

#include "meshmux/host.hpp"

namespace mmx {

// [loop-thread]
class Counter {
 public:
  // host outlives the counter; name and help are copied by it.
  Counter(const Host &host, const char *name, const char *help)
      : host_(host), metric_(host.counter(name, help)) {}
  void add(std::uint64_t amount = 1) {
    value_ += amount;
    host_.add(metric_, static_cast<std::int64_t>(amount));
  }
  // Raises the counter to a total kept elsewhere.
  void raise_to(std::uint64_t total) {
    if (total > value_) add(total - value_);
  }
  std::uint64_t value() const { return value_; }

 private:
  const Host &host_;
  mmx_metric *metric_;
  std::uint64_t value_ = 0;
};

}  // namespace mmx
