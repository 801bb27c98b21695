// Signatures for apps. The device has one buffer for what is to be signed (docs/protocol
// notes 2.6), so each session's pieces are kept here and played to the device in one go, one
// session after the other. Must not know why something is signed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugins/meshcore/driver/answers.h"
#include "plugins/meshcore/driver/exchange.h"

namespace meshcore_driver {

// [loop-thread]
class Signer {
 public:
  static constexpr std::size_t kMostBytes = 8192;
  static constexpr std::size_t kMostSessions = 64;
  static constexpr std::size_t kMostReplays = 32;

  Signer(Exchange &exchange, Answers &answers) : exchange_(exchange), answers_(answers) {}

  // SIGN_START, SIGN_DATA, SIGN_FINISH.
  void take(const AskRef &ask);
  void session_ended(Flow flow) { buffers_.erase(flow); }

 private:
  struct Replay {
    AskRef ask;
    std::deque<std::string> commands;
  };

  void finish(const AskRef &ask);
  void next();
  void step();

  Exchange &exchange_;
  Answers &answers_;
  std::map<Flow, std::string> buffers_;
  std::deque<std::shared_ptr<Replay>> replays_;  // the first is at the device
  bool busy_ = false;
};

}  // namespace meshcore_driver
