// Questions about network addresses that a configuration raises: which are this host's own, and
// when one bound address covers another. Must not resolve names or open sockets.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/uri.h"

namespace meshmux {

// Numeric addresses of this host's interfaces, loopback included.
std::vector<std::string> interface_addresses();

// Whether two listeners could not be bound side by side: one path, or one non-zero port and
// addresses that overlap. IPv4 and IPv6 wildcards are apart, because IPv6 listeners take no IPv4
// peers.
bool listeners_overlap(const Uri &a, const Uri &b);

// Whether a connection to target from this host reaches a listener bound to listen. local: numeric
// addresses of this host.
bool listener_covers(const Uri &listen, const Uri &target, std::span<const std::string> local);

}  // namespace meshmux
