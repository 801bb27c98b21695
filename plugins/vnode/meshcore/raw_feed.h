// Raw packets (0x88): every app gets them, but an app that reads too slowly only the newest, so
// that they never fill its outbox. They wait in one ring for all who are behind. Must not know what
// a packet contains.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "meshmux/host.hpp"
#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/meshcore/app_session.h"
#include "plugins/vnode/meshcore/counters.h"
#include "plugins/vnode/meshcore/outlet.h"

namespace meshcore_vnode {

// [loop-thread]
class RawFeed {
 public:
  RawFeed(const mmx::Host &host, SessionTable &sessions, vnode::Fanout &fanout, Outlet &outlet,
          Counters &counters);

  void show(std::string_view payload);
  // The session has taken what was written to it.
  void drained(AppSession &session);
  // The session is about to end; call before it is destroyed.
  void forget(AppSession &session);

  std::size_t behind() const { return behind_.size(); }

 private:
  bool is_slow(const AppSession &session) const;
  void catch_up();
  void give(AppSession &session);
  void release();

  SessionTable &sessions_;
  vnode::Fanout &fanout_;
  Outlet &outlet_;
  Counters &counters_;
  std::deque<std::string> ring_;  // the newest ones, kept while somebody is behind
  std::uint64_t tail_ = 0;        // number of the first in ring_
  std::vector<AppSession *> behind_;
  mmx::Timer again_;
};

}  // namespace meshcore_vnode
