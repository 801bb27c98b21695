// One app: how far it was served, which version it speaks, which answers it is owed, where it is in
// the message log. It parses what arrives into frames and hands them on. Must not know what frames
// mean or the bus.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/frame.h"
#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/common/sessions.h"

namespace meshcore_vnode {

class AppSession;
struct Identity;
using SessionOwner = vnode::SessionOwner<AppSession>;
using SessionTable = vnode::SessionTable<AppSession>;

// One command's place in the order of answers.
struct Slot {
  enum class Kind : std::uint8_t {
    invalid = 0,
    local,      // bytes is the command; state answers it when its turn comes
    published,  // bytes is the command; its REPLY answers it
    ready       // bytes is the answer
  };
  Kind kind = Kind::invalid;
  bool may_stay_silent = false;  // published: a radio that goes away need not say so
  bool overdue = false;          // it has waited long enough
  std::uint64_t number = 0;      // rises by one within a session
  std::uint64_t cause = 0;       // published: id of the command
  std::string bytes;
};

// A session's place in the message log: what came since it connected, and what waited for its
// identity before that.
struct Mailbox {
  std::uint64_t start = 0;  // head of the log when it connected
  std::uint64_t next = 0;   // of its own queue
  std::uint64_t backlog = 0, backlog_end = 0;
  std::optional<std::uint64_t> unconfirmed;  // handed out, not yet followed by another SYNC_NEXT
  bool announced = false;                    // it was told that something waits
  Identity *identity = nullptr;              // NULL until it is known
};

class AppSession final : public vnode::Session {
 public:
  AppSession(const mmx::Host &host, std::uint64_t id, std::string_view from, SessionOwner &owner)
      : vnode::Session(host, id), address(from), owner_(owner) {}

  void on_data(mmx_bytes bytes) override { owner_.session_data(*this, mmx::view(bytes)); }
  void on_eof() override { owner_.session_eof(*this); }
  void on_drain() override { owner_.session_drained(*this); }
  void on_close(mmx_status, std::string_view) override { owner_.session_closed(*this); }

  // The owner's notes, written by the part of the virtual node they belong to.
  const std::string address;
  bool closing = false;      // its end has begun: nothing it says counts any more
  bool eof = false;          // it will say no more; closed once nothing is owed to it
  bool spoke = false;        // it sent at least one frame
  bool started = false;      // its APP_START was answered with SELF_INFO
  bool paused = false;       // it is not read from: it is owed too many answers
  bool raw_behind = false;   // raw packets wait until it has taken what was written
  std::uint8_t version = 0;  // of its last DEVICE_QUERY; below 3 it gets legacy message frames
  std::uint64_t junk_seen = 0, oversize_seen = 0;  // counted so far
  std::uint64_t raw_next = 0;                      // raw_behind: first raw packet it has not got
  std::uint64_t next_slot = 1;
  std::vector<Slot> slots;                 // oldest first
  std::array<std::uint64_t, 4> overdue{};  // self telemetry answered without its REPLY
  std::uint8_t overdue_at = 0;             // the oldest of them
  Mailbox mailbox;
  meshcore::FrameParser parser{meshcore::to_device_mark};

 private:
  SessionOwner &owner_;
};

}  // namespace meshcore_vnode
