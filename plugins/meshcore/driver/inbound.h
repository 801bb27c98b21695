// What a frame of the radio means that answers no command: news for all, a result for one, or word
// of a change that has to be read first. Must not know phases or captures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "meshmux/host.hpp"
#include "plugins/meshcore/driver/commands.h"
#include "plugins/meshcore/driver/counters.h"
#include "plugins/meshcore/driver/drainer.h"
#include "plugins/meshcore/driver/mirror.h"
#include "plugins/meshcore/driver/publisher.h"
#include "plugins/meshcore/driver/reader.h"
#include "plugins/meshcore/driver/requests.h"
#include "plugins/meshcore/driver/texts.h"

namespace meshcore_driver {

// The parts frames are brought to; all outlive Inbound.
struct InboundParts {
  const mmx::Host &host;
  Mirror &mirror;
  Reader &reader;
  Publisher &out;
  Texts &texts;
  Requests &requests;
  Commands &commands;
  Drainer &drainer;
  Counters &counters;
};

// [loop-thread]
class Inbound {
 public:
  static constexpr std::size_t kMostPending = 256;

  explicit Inbound(const InboundParts &parts) : parts_(parts) {}

  // A push.
  void push(std::string_view frame);
  // An answer to somebody else: a radio with several ways in answers on all of them
  // (docs/protocol notes 1.1).
  void overheard(std::string_view frame);
  // The link is gone: what waited to be read first is told as it is.
  void link_lost();

 private:
  void contact_news(std::string_view frame);
  void publish(std::string_view frame, Visibility visibility);

  InboundParts parts_;
  std::map<std::string, std::vector<std::string>> pending_;  // pushes, by contact being read
  std::size_t pending_count_ = 0;
};

}  // namespace meshcore_driver
