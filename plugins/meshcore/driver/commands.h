// Every command an app may send, and what is done with it: answered from what is known, handed to
// the radio, kept for its session, or refused. Whatever it is, there is an answer. Must not know
// how the link is opened or captured.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "meshmux/host.hpp"
#include "plugins/meshcore/driver/answers.h"
#include "plugins/meshcore/driver/changes.h"
#include "plugins/meshcore/driver/clock_keeper.h"
#include "plugins/meshcore/driver/counters.h"
#include "plugins/meshcore/driver/exchange.h"
#include "plugins/meshcore/driver/mirror.h"
#include "plugins/meshcore/driver/publisher.h"
#include "plugins/meshcore/driver/reader.h"
#include "plugins/meshcore/driver/requests.h"
#include "plugins/meshcore/driver/scopes.h"
#include "plugins/meshcore/driver/signer.h"
#include "plugins/meshcore/driver/texts.h"
#include "plugins/meshcore/driver/trace_tags.h"

namespace meshcore_driver {

// What commands need of the driver itself.
class CommandEvents {
 public:
  virtual ~CommandEvents() = default;
  // The radio restarts because of a command.
  virtual void restart_expected() = 0;
  // Everything is to be read again.
  virtual void capture_again() = 0;
};

// The parts commands are carried out with; all outlive Commands.
struct CommandParts {
  const mmx::Host &host;
  Exchange &exchange;
  Mirror &mirror;
  Reader &reader;
  Answers &answers;
  Publisher &out;
  ClockKeeper &clock;
  Scopes &scopes;
  Signer &signer;
  Texts &texts;
  Requests &requests;
  TraceTags &traces;
  Counters &counters;
};

// [loop-thread]
class Commands {
 public:
  Commands(const CommandParts &parts, CommandEvents &events) : parts_(parts), events_(events) {}

  void take(const mmx_message &message);
  // Commands that need the radio are taken.
  void open(bool up) { up_ = up; }
  void session_ended(Flow flow);

  // 0x89; false: nobody here asked for that trace.
  bool trace_result(std::string_view frame);
  // About once a second.
  void tick();

 private:
  void local(const AskRef &ask);
  void cached(const AskRef &ask);
  void forward(const AskRef &ask);
  void session(const AskRef &ask);
  void fatal(const AskRef &ask);
  void set_time(const AskRef &ask);
  void trace(const AskRef &ask);
  void hand_over(const AskRef &ask, std::string bytes);
  void carried_out(const AskRef &ask, const std::string &bytes, const std::string &answer);
  void contact_list(const AskRef &ask);
  std::string completed(const Ask &ask, std::uint64_t withheld) const;
  std::string from_record(const mmx_record *record) const;

  CommandParts parts_;
  CommandEvents &events_;
  std::map<std::string, std::vector<AskRef>> reads_;  // of cached records, by command
  bool up_ = false;
};

}  // namespace meshcore_driver
