// Edit transactions of apps. The firmware has one global one without owner or abort (docs/protocol
// notes 2.8); so each session's is kept here until its commit and then goes out in one piece. Must
// not send or answer anything.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "plugins/meshtastic/driver/command.h"

namespace meshtastic_driver {

enum class EditTook : std::uint8_t {
  invalid = 0,
  not_mine,  // belongs to no transaction: forward it
  kept,
  whole,  // it was the commit: take() gives the transaction
  full    // too long; it is forgotten
};

// [loop-thread]
class EditBuffer {
 public:
  using Flow = std::pair<std::uint32_t, std::uint64_t>;
  static constexpr std::size_t kMostCommands = 32;
  static constexpr std::size_t kMostTransactions = 64;
  static constexpr std::int64_t kLifetimeNs = 10 * kMinuteNs;

  // Only administration of the own node by an app; changes says whether it changes anything. Reads
  // inside a transaction go their own way.
  EditTook take_in(const CommandRef &command, const pb::AdminMessage &message, bool changes,
                   std::int64_t now);
  // The transaction under one new number, also where its commit never came; empty if there is none.
  std::vector<CommandRef> take(Flow flow);
  // Commands of transactions that were too long or too old since the last call: they are forgotten.
  std::vector<CommandRef> take_dropped() { return std::exchange(dropped_, {}); }
  void clear() { open_.clear(); }
  std::size_t size() const { return open_.size(); }

 private:
  struct Transaction {
    std::vector<CommandRef> commands;
    std::int64_t touched_ns = 0;
  };
  void drop(std::map<Flow, Transaction>::iterator which);

  std::map<Flow, Transaction> open_;
  std::vector<CommandRef> dropped_;
  std::uint32_t last_number_ = 0;
};

}  // namespace meshtastic_driver
