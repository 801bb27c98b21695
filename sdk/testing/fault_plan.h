// What is to go wrong, said before it does: the Nth use of a host service fails, once or from then
// on. Must not know how the service is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "meshmux/base.h"

namespace mmx::testing {

enum class Operation {
  invalid,
  connect,       // refused later, by on_close
  connect_call,  // refused by the return value of connect
  write,
  buffer_new,  // answers NULL
  publish,
  subscribe,
  post
};

enum class Span { invalid, once, from_then_on };

class FaultPlan {
 public:
  // The nth use of operation from now on (1: the next one) fails with status.
  void fail(Operation operation, unsigned nth, Span span = Span::once,
            mmx_status status = MMX_ERROR) {
    const std::lock_guard<std::mutex> lock(mutex_);
    faults_.push_back({operation, uses_[operation] + nth, span, status});
  }
  // Forgets all planned faults; the counts stay.
  void clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    faults_.clear();
  }
  // How often operation was used, failures included.
  unsigned uses(Operation operation) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = uses_.find(operation);
    return found == uses_.end() ? 0 : found->second;
  }

  // The host's side: counts one use and says how it ends. Any thread, as post is.
  mmx_status use(Operation operation) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const unsigned number = ++uses_[operation];
    for (const Fault &fault : faults_) {
      if (fault.operation != operation) continue;
      if (number == fault.number || (number > fault.number && fault.span == Span::from_then_on))
        return fault.status;
    }
    return MMX_OK;
  }

 private:
  struct Fault {
    Operation operation;
    unsigned number;
    Span span;
    mmx_status status;
  };
  mutable std::mutex mutex_;
  std::vector<Fault> faults_;
  std::map<Operation, unsigned> uses_;
};

}  // namespace mmx::testing
