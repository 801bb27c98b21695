// Implements the fan-out. Must not know a protocol.
#include "plugins/vnode/common/fanout.h"

#include <algorithm>

namespace vnode {

void Fanout::follow(Session &session) {
  session.cursor_ = log_.head();
  if (session.follows_) return;
  session.follows_ = true;
  followers_.push_back(&session);
}

void Fanout::unfollow(Session &session) {
  if (!session.follows_) return;
  session.follows_ = false;
  std::erase(followers_, &session);
}

bool Fanout::publish(std::string_view header, std::string_view payload,
                     const std::vector<Session *> &except) {
  if (followers_.empty()) return false;
  for (Session *session : except) flush(*session);
  const bool appended = log_.append(header, payload);
  for (Session *session : except) session->cursor_ = log_.head();
  return appended;
}

void Fanout::send(Session &session, std::string_view header, std::string_view payload) {
  judge(session);
  flush(session);
  Chunks &chunks = answer_chunks(session);
  if (!chunks.reserve(header.size() + payload.size())) return;
  write(session, chunks.append({header, payload}));
}

// Before the first write of a turn. What this turn writes has had no chance to leave yet: only what
// is left of earlier ones makes a session slow.
void Fanout::judge(Session &session) {
  if (session.turn_ == turn_) return;
  session.turn_ = turn_;
  session.last_out_ns_ = host_.mono_ns();
  session.slow_ = session.pending() > kSharedBytes;
  if (!session.slow_) session.own_chunks_.reset();
}

// A few bytes that a slow session has not taken hold their whole buffer, so it has buffers of its
// own, in which they lie side by side.
Chunks &Fanout::answer_chunks(Session &session) {
  if (!session.slow_) return answers_;
  if (!session.own_chunks_) session.own_chunks_ = std::make_unique<Chunks>(host_, kAnswerChunk);
  return *session.own_chunks_;
}

void Fanout::replay(Session &session, const Image &image) {
  judge(session);
  flush(session);
  if (image.size > 0) write(session, {&image.buffer, 0, image.size});
}

void Fanout::flush_all() {
  ++turn_;
  if (log_.tail() == log_.head()) return;
  for (Session *session : followers_) flush(*session);
  log_.trim(log_.head());
}

void Fanout::flush(Session &session) {
  if (!session.follows_ || session.cursor_ == log_.head()) return;
  judge(session);
  log_.read(session.cursor_, [&](const Range &range) { write(session, range); });
  session.cursor_ = log_.head();
}

void Fanout::write(Session &session, const Range &range) {
  // A stream that is closing drops it; its session is about to end.
  static_cast<void>(
      static_cast<mmx::Stream &>(session).write(*range.buffer, range.offset, range.size));
}

}  // namespace vnode
