// Binds every address a new configuration needs before anything is changed, also where an address
// is still held by an instance that is about to let go of it. Must not know instances.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/model.h"
#include "core/plugin/sessions.h"

namespace meshmux {

// [loop-thread]
class ListenerPlan {
 public:
  explicit ListenerPlan(Loop &loop) : loop_(loop) {}
  ListenerPlan(const ListenerPlan &) = delete;
  ListenerPlan &operator=(const ListenerPlan &) = delete;
  // Without commit everything is as it was before.
  ~ListenerPlan();

  // What is open now. First this for every instance, then want. desk is borrowed until the end.
  void offer(SessionDesk &desk);
  // What instance shall listen on. Its own open listeners are kept where the address is the same,
  // others are bound or taken from an instance that no longer wants them.
  void want(const std::string &instance, SessionDesk *desk,
            const std::vector<ListenAddress> &wanted);
  // Binds what is missing. On error nothing has changed.
  Result<void> bind();
  // The listeners for instance, all of them; call for every wanted instance after bind. What no
  // instance took is closed with the plan.
  std::vector<BoundListener> take(const std::string &instance);

 private:
  // A listener that is open now.
  struct Open {
    SessionDesk *desk = nullptr;
    BoundListener bound;
    bool spoken_for = false;
  };
  struct Want {
    std::string instance;
    SessionDesk *desk = nullptr;
    ListenAddress address;
    BoundListener bound;
  };

  Open *find_open(const Want &want, const SessionDesk *desk);
  Result<BoundListener> bind_one(const Want &want);
  void give_back();

  Loop &loop_;
  std::vector<Open> open_;
  std::vector<Want> wants_;
  bool bound_ = false;
};

}  // namespace meshmux
