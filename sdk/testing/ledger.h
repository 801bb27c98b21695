// Counts what a host handed out and has not got back. Outlives the host where a plugin still holds
// something. Must not know what the things are for.
#pragma once

#include <atomic>
#include <memory>

namespace mmx::testing {

struct Ledger {
  std::atomic<long> timers{0};
  std::atomic<long> streams{0};
  std::atomic<long> messages{0};  // kept beyond deliver and not released
  std::atomic<long> buffers{0};
};

using SharedLedger = std::shared_ptr<Ledger>;

}  // namespace mmx::testing
