// Brings frames to sessions: live ones through the shared log in one write a turn, replay images by
// reference, answers for one session in their place between the live ones. Must not know a
// protocol.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "meshmux/stream.hpp"
#include "plugins/vnode/common/chunks.h"
#include "plugins/vnode/common/image.h"
#include "plugins/vnode/common/live_log.h"

namespace vnode {

// One app's connection: the stream, and its cursor in the live log while it follows. What it is
// owed beyond that lies in the stream's outbox, which the host bounds.
class Session : public mmx::Stream {
 public:
  Session(const mmx::Host &host, std::uint64_t id) : mmx::Stream(host), id_(id) {}

  std::uint64_t id() const { return id_; }
  bool follows() const { return follows_; }
  // Monotonic time of the last bytes written to it.
  std::int64_t last_out_ns() const { return last_out_ns_; }
  void set_last_out_ns(std::int64_t now) { last_out_ns_ = now; }

 private:
  friend class Fanout;
  const std::uint64_t id_;
  std::uint64_t cursor_ = 0;
  std::int64_t last_out_ns_ = 0;
  std::unique_ptr<Chunks> own_chunks_;  // NULL unless it reads slowly
  bool follows_ = false;
  bool slow_ = false;       // has not taken what earlier turns wrote
  std::uint64_t turn_ = 0;  // of slow_
};

// Payloads come with the header that frames them. Whatever fails to be written (the stream is
// closing, out of memory) is dropped: the session is about to end. [loop-thread]
class Fanout {
 public:
  explicit Fanout(const mmx::Host &host) : host_(host), log_(host), answers_(host, kAnswerChunk) {}

  // The session gets every live frame published from now on. It must be unfollowed before it dies.
  void follow(Session &session);
  void unfollow(Session &session);
  std::size_t followers() const { return followers_.size(); }

  // One live frame for all followers but those in except, written at flush_all. False: nobody
  // follows, or out of memory.
  bool publish(std::string_view header, std::string_view payload,
               const std::vector<Session *> &except = {});
  // One frame for session alone, behind the live frames published so far.
  void send(Session &session, std::string_view header, std::string_view payload);
  // A whole image for session alone, behind the live frames published so far.
  void replay(Session &session, const Image &image);
  // End of a turn: whatever followers have not got is written, one contiguous range each.
  void flush_all();

  std::uint64_t live_bytes() const { return log_.head(); }

 private:
  static constexpr std::size_t kAnswerChunk = 32 * 1024;
  // With more than this in its outbox a session gets no part of the shared answer buffers.
  static constexpr std::size_t kSharedBytes = 4 * 1024;

  void judge(Session &session);
  Chunks &answer_chunks(Session &session);
  void flush(Session &session);
  void write(Session &session, const Range &range);

  const mmx::Host &host_;
  LiveLog log_;
  Chunks answers_;
  std::vector<Session *> followers_;
  std::uint64_t turn_ = 1;
};

}  // namespace vnode
