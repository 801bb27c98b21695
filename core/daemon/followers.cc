// Fan-out of events to control clients. Must not keep events: who comes later has missed them.
#include "core/daemon/followers.h"

#include <utility>

namespace meshmux {

void Followers::add(ControlReply reply, std::set<std::string, std::less<>> what) {
  followers_.push_back({std::move(reply), std::move(what)});
}

void Followers::tell(std::string_view what, const Json &event) {
  std::erase_if(followers_, [&](const Follower &follower) {
    if (!follower.what.empty() && !follower.what.contains(what)) return !follower.reply.wanted();
    return follower.reply.event(event) != MMX_OK;
  });
}

}  // namespace meshmux
