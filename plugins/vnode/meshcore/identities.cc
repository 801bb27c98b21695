// Implements the table of identities. Must not know the message log.
#include "plugins/vnode/meshcore/identities.h"

namespace meshcore_vnode {

std::pair<Identity &, bool> Identities::arrive(const std::string &key) {
  const auto [found, made] = table_.try_emplace(key);
  Identity &identity = found->second;
  if (made)
    identity.number = ++made_;
  else if (identity.live == 0)
    --away_;
  ++identity.live;
  return {identity, made};
}

void Identities::leave(Identity &identity, std::uint64_t session, std::uint64_t position) {
  identity.last_session = session;
  identity.last_seen = ++seen_;
  if (--identity.live > 0) return;
  identity.position = position;
  if (++away_ > limit_) forget_oldest();
}

void Identities::forget_oldest() {
  auto oldest = table_.end();
  for (auto each = table_.begin(); each != table_.end(); ++each)
    if (each->second.live == 0 &&
        (oldest == table_.end() || each->second.last_seen < oldest->second.last_seen))
      oldest = each;
  if (oldest == table_.end()) return;
  table_.erase(oldest);
  --away_;
}

std::uint32_t Identities::number_of_ended(std::uint64_t session) const {
  for (const auto &[key, identity] : table_)
    if (identity.last_session == session) return identity.number;
  return 0;
}

}  // namespace meshcore_vnode
