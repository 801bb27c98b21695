// Gives each app the answers it is owed, in the radio's name: at once to a session that had its
// config_complete, kept until then for others. Must not decide what is allowed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/vnode/common/fanout.h"
#include "plugins/vnode/meshtastic/app_session.h"
#include "plugins/vnode/meshtastic/counters.h"
#include "plugins/vnode/meshtastic/mirror.h"

namespace meshtastic_vnode {

// [loop-thread]
class Answers {
 public:
  Answers(const mmx::Host &host, const Mirror &mirror, vnode::Fanout &fanout, Counters &counters)
      : host_(host), mirror_(mirror), fanout_(fanout), counters_(counters) {}

  // A frame that may come at any time in the life of a session (queueStatus, config_complete).
  void tell(AppSession &session, std::string_view payload);

  // A FromRadio payload as the source gave it.
  void frame(AppSession &session, std::string_view payload);
  // Routing from the own node about a packet of the session.
  void routing(AppSession &session, const meshtastic::pb::MeshPacket &request, std::uint32_t error);
  // What state says to a packet the gate left to us.
  void local(AppSession &session, const meshtastic::pb::MeshPacket &request);
  // Gives what was kept; the session has just become configured.
  void release(AppSession &session);

  // A packet id nobody uses, as far as chance allows; never 0.
  std::uint32_t new_packet_id() const;

 private:
  // Answers kept for one session that does not ask for its config; more push out the oldest, as in
  // the radio's own queue.
  static constexpr std::size_t kKeptLimit = 32;

  void give(AppSession &session, Answer answer);
  // Nothing if nothing is to be said.
  std::optional<std::string> make(const Answer &answer, std::uint32_t own) const;
  std::string make_routing(const Answer &answer, std::uint32_t own, std::uint32_t error) const;
  std::optional<std::string> make_local(const Answer &answer, std::uint32_t own) const;
  std::uint32_t now_s() const;

  const mmx::Host &host_;
  const Mirror &mirror_;
  vnode::Fanout &fanout_;
  Counters &counters_;
};

}  // namespace meshtastic_vnode
