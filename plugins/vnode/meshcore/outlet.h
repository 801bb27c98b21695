// Frames and images on their way to one app. The first thing an app is told makes it a listener of
// what happens live. Must not know why something is told.
#pragma once

#include <string_view>

#include "plugins/meshcore/codec/frame.h"
#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/meshcore/app_session.h"

namespace meshcore_vnode {

// [loop-thread]
class Outlet {
 public:
  explicit Outlet(vnode::Fanout &fanout) : fanout_(fanout) {}

  // One response or push.
  void tell(AppSession &session, std::string_view payload) {
    if (session.closing || payload.empty() || payload.size() > meshcore::max_frame) return;
    const auto header = meshcore::frame_header(meshcore::to_app_mark, payload.size());
    fanout_.send(session, {header.data(), header.size()}, payload);
    if (!session.follows()) fanout_.follow(session);
  }
  // Many frames in one piece.
  void replay(AppSession &session, const vnode::Image &image) {
    if (session.closing) return;
    fanout_.replay(session, image);
    if (!session.follows()) fanout_.follow(session);
  }
  // The app is not written to any more, but has what was written before.
  void close(AppSession &session) {
    if (session.closing) return;
    session.closing = true;
    fanout_.unfollow(session);
    session.close();
  }

 private:
  vnode::Fanout &fanout_;
};

}  // namespace meshcore_vnode
