// Who was here before: for each identity the place in the message log from which it missed messages
// when its last session ended. Bounded: those not seen for longest are forgotten. Must not know
// sessions beyond their numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace meshcore_vnode {

struct Identity {
  std::uint32_t number = 0;        // never 0, never used twice
  std::uint32_t live = 0;          // sessions of it that are connected
  std::uint64_t position = 0;      // live is 0: the first message it has not confirmed
  std::uint64_t last_session = 0;  // the last one that ended
  std::uint64_t last_seen = 0;     // rises with each end of a session
};

// [loop-thread]
class Identities {
 public:
  // away: how many are remembered that have no session.
  explicit Identities(std::size_t away = 256) : limit_(away) {}

  // A session of the identity of that key is there; second says whether the identity is new. It
  // stays where it is until its last session leaves.
  std::pair<Identity &, bool> arrive(const std::string &key);
  // A session of it has ended, and it reads on at position if that was its last.
  void leave(Identity &identity, std::uint64_t session, std::uint64_t position);
  // The identity whose last session that was, 0 if none is known.
  std::uint32_t number_of_ended(std::uint64_t session) const;

  std::size_t size() const { return table_.size(); }

 private:
  void forget_oldest();

  std::unordered_map<std::string, Identity> table_;
  const std::size_t limit_;
  std::size_t away_ = 0;
  std::uint32_t made_ = 0;
  std::uint64_t seen_ = 0;
};

}  // namespace meshcore_vnode
