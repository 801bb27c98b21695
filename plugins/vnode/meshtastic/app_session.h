// One app: how far its handshake is, what it was told, what is kept for it. It parses what arrives
// into frames and hands them on. Must not know what frames mean or the bus.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "plugins/meshtastic/codec/frame.h"
#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/common/sessions.h"
#include "plugins/vnode/meshtastic/id_map.h"

namespace meshtastic_vnode {

class AppSession;
using SessionOwner = vnode::SessionOwner<AppSession>;
using SessionTable = vnode::SessionTable<AppSession>;

// What is owed to an app. Until its config_complete it is kept in this form, because the number of
// the own node may not be known yet.
struct Answer {
  enum class Kind : std::uint8_t {
    invalid = 0,
    frame,    // bytes is the FromRadio payload
    routing,  // a Routing packet with error
    local     // bytes is the MeshPacket that asked; state answers it
  };
  Kind kind = Kind::invalid;
  std::uint32_t request_id = 0;
  std::uint32_t channel = 0;
  std::uint32_t error = 0;
  std::string bytes;
};

class AppSession final : public vnode::Session {
 public:
  enum class Stage : std::uint8_t {
    invalid = 0,
    fresh,       // has not asked for the config
    asked,       // want_config is to be answered: at once, or when the radio is there
    configured,  // had its config_complete; follows the live log
  };

  AppSession(const mmx::Host &host, std::uint64_t id, SessionOwner &owner)
      : vnode::Session(host, id), owner_(owner) {}

  void on_data(mmx_bytes bytes) override { owner_.session_data(*this, mmx::view(bytes)); }
  void on_eof() override { owner_.session_eof(*this); }
  void on_close(mmx_status, std::string_view) override { owner_.session_closed(*this); }

  bool configured() const { return stage == Stage::configured; }
  bool asked() const { return stage == Stage::asked; }

  // The owner's notes, written by the part of the virtual node they belong to.
  Stage stage = Stage::fresh;
  bool closing = false;                 // its end has begun: nothing it says counts any more
  bool eof = false;                     // it will say no more; closed once nothing is owed to it
  bool spoke = false;                   // at least one frame of it could be read
  bool told_zero = false;               // the last queueStatus it got said free = 0
  std::uint8_t first_bytes = 0;         // how many of first are valid
  std::array<std::uint8_t, 2> first{};  // what it sent before anything else
  std::uint16_t waiting = 0;            // packets without queueStatus
  std::uint32_t nonce = 0;              // of the want_config
  std::int64_t hold_until_ns = 0;       // asked, and the radio is not there: 0 if not held
  std::uint64_t junk_seen = 0;          // junk bytes counted so far
  std::unique_ptr<IdMap> ids;           // NULL: no id was replaced
  std::unique_ptr<std::deque<Answer>> kept;  // NULL: nothing is kept
  meshtastic::FrameParser parser;

 private:
  SessionOwner &owner_;
};

}  // namespace meshtastic_vnode
