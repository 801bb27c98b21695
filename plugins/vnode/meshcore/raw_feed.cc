// Implements the raw feed. Must not know what a packet contains.
#include "plugins/vnode/meshcore/raw_feed.h"

#include <algorithm>

#include "meshmux/units.hpp"
#include "plugins/meshcore/codec/frame.h"

namespace meshcore_vnode {

namespace {

// An app with more bytes than this in its outbox gets no raw packet for now.
constexpr std::size_t kSlowBytes = 16 * 1024;
// What is kept for those who are behind.
constexpr std::size_t kRingPackets = 64;
// An outbox that was full only within one turn drains without a word.
constexpr std::int64_t kAgainNs = 100 * mmx::kMillisecondNs;

}  // namespace

RawFeed::RawFeed(const mmx::Host &host, SessionTable &sessions, vnode::Fanout &fanout,
                 Outlet &outlet, Counters &counters)
    : sessions_(sessions),
      fanout_(fanout),
      outlet_(outlet),
      counters_(counters),
      again_(host, [this] { catch_up(); }) {}

void RawFeed::show(std::string_view payload) {
  catch_up();
  const std::uint64_t number = tail_ + ring_.size();
  sessions_.each([&](AppSession &session) {
    if (!session.follows() || session.raw_behind || !is_slow(session)) return;
    session.raw_behind = true;
    session.raw_next = number;
    behind_.push_back(&session);
  });
  if (!behind_.empty()) {
    ring_.emplace_back(payload);
    if (ring_.size() > kRingPackets) {
      ring_.pop_front();
      ++tail_;
    }
    if (!again_.armed()) again_.start(kAgainNs);
  }
  const std::vector<vnode::Session *> except(behind_.begin(), behind_.end());
  const auto header = meshcore::frame_header(meshcore::to_app_mark, payload.size());
  if (!fanout_.publish({header.data(), header.size()}, payload, except)) return;
  counters_.live_frames.add();
  counters_.deliveries.add(fanout_.followers() - except.size());
}

bool RawFeed::is_slow(const AppSession &session) const { return session.pending() > kSlowBytes; }

void RawFeed::drained(AppSession &session) {
  if (!session.raw_behind) return;
  give(session);
  std::erase(behind_, &session);
  release();
}

void RawFeed::forget(AppSession &session) {
  if (!session.raw_behind) return;
  session.raw_behind = false;
  counters_.raw_dropped.add(tail_ + ring_.size() - session.raw_next);
  std::erase(behind_, &session);
  release();
}

void RawFeed::catch_up() {
  std::erase_if(behind_, [this](AppSession *session) {
    if (is_slow(*session)) return false;
    give(*session);
    return true;
  });
  release();
  if (!behind_.empty() && !again_.armed()) again_.start(kAgainNs);
}

void RawFeed::give(AppSession &session) {
  session.raw_behind = false;
  if (session.raw_next < tail_) {
    counters_.raw_dropped.add(tail_ - session.raw_next);
    session.raw_next = tail_;
  }
  for (std::size_t at = session.raw_next - tail_; at < ring_.size(); ++at) {
    outlet_.tell(session, ring_[at]);
    counters_.deliveries.add();
  }
}

// Nobody is behind: nothing need be kept.
void RawFeed::release() {
  if (!behind_.empty()) return;
  tail_ += ring_.size();
  ring_.clear();
}

}  // namespace meshcore_vnode
