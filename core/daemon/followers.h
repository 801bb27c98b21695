// Who follows events over the control socket. Must not know what an event means.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/control/server.h"

namespace meshmux {

// [loop-thread]
class Followers {
 public:
  // what: the kinds of events wanted, empty: all.
  void add(ControlReply reply, std::set<std::string, std::less<>> what);
  bool any() const { return !followers_.empty(); }
  // Sends event to whoever wants its kind; those who are gone or too slow are forgotten.
  void tell(std::string_view what, const Json &event);

 private:
  struct Follower {
    ControlReply reply;
    std::set<std::string, std::less<>> what;
  };

  std::vector<Follower> followers_;
};

}  // namespace meshmux
