// See addresses.h.
#include "core/config/addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netdb.h>

#include <array>
#include <cstring>
#include <optional>

#include "core/base/text.h"
#include "core/config/model.h"

namespace meshmux {

namespace {

using Bytes = std::array<uint8_t, 16>;

// An address as IPv6 bytes, IPv4 mapped; nullopt: it is a name.
std::optional<Bytes> numeric(std::string_view text) {
  const std::string address(text.substr(0, text.find('%')));
  Bytes bytes{};
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return bytes;
  bytes[10] = bytes[11] = 0xFF;
  if (inet_pton(AF_INET, address.c_str(), bytes.data() + 12) == 1) return bytes;
  return std::nullopt;
}

bool is_v4(const Bytes &bytes) {
  for (size_t i = 0; i < 10; ++i) {
    if (bytes[i] != 0) return false;
  }
  return bytes[10] == 0xFF && bytes[11] == 0xFF;
}

bool is_wildcard(const Bytes &bytes) {
  for (size_t i = is_v4(bytes) ? 12 : 0; i < 16; ++i) {
    if (bytes[i] != 0) return false;
  }
  return true;
}

bool is_loopback(const Bytes &bytes) {
  static const Bytes v6{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return bytes == v6 || (is_v4(bytes) && bytes[12] == 127);
}

// What a host means where it is bound: a name is one address, localhost the IPv4 loopback.
std::string bound_host(const std::string &host) {
  std::string lower = to_lower(host);
  if (lower == "localhost") return "127.0.0.1";
  if (lower == "ip6-localhost" || lower == "ip6-loopback") return "::1";
  return lower;
}

bool hosts_overlap(const std::string &a, const std::string &b) {
  const std::optional<Bytes> left = numeric(a);
  const std::optional<Bytes> right = numeric(b);
  if (!left || !right) return a == b;
  if (*left == *right) return true;
  return is_v4(*left) == is_v4(*right) && (is_wildcard(*left) || is_wildcard(*right));
}

// Every numeric address of this host that a connection to host may reach; empty: another host.
std::vector<std::string> local_targets(const std::string &host,
                                       std::span<const std::string> local) {
  const std::string lower = to_lower(host);
  if (lower == "localhost") return {"127.0.0.1", "::1"};
  const std::string bound = bound_host(host);
  const std::optional<Bytes> bytes = numeric(bound);
  if (!bytes) return {};
  // Connecting to a wildcard address means the loopback, on Linux.
  if (is_wildcard(*bytes)) return {is_v4(*bytes) ? "127.0.0.1" : "::1"};
  if (is_loopback(*bytes)) return {bound};
  for (const std::string &address : local) {
    if (numeric(address) == bytes) return {bound};
  }
  return {};
}

}  // namespace

std::vector<std::string> interface_addresses() {
  std::vector<std::string> addresses;
  ifaddrs *first = nullptr;
  if (getifaddrs(&first) != 0) return addresses;
  for (const ifaddrs *each = first; each; each = each->ifa_next) {
    if (!each->ifa_addr) continue;
    const int family = each->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    const socklen_t size = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
    char text[NI_MAXHOST];
    if (getnameinfo(each->ifa_addr, size, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text);
    }
  }
  freeifaddrs(first);
  return addresses;
}

bool listeners_overlap(const Uri &a, const Uri &b) {
  if (a.scheme != b.scheme) return false;
  if (a.scheme == Uri::Scheme::unix_socket) return a.path == b.path;
  if (a.scheme != Uri::Scheme::tcp || a.port == 0 || a.port != b.port) return false;
  return hosts_overlap(bound_host(a.host), bound_host(b.host));
}

bool listener_covers(const Uri &listen, const Uri &target, std::span<const std::string> local) {
  if (listen.scheme != target.scheme) return false;
  if (listen.scheme == Uri::Scheme::unix_socket) return listen.path == target.path;
  if (listen.scheme != Uri::Scheme::tcp || listen.port == 0 || listen.port != target.port) {
    return false;
  }
  for (const std::string &address : local_targets(target.host, local)) {
    if (hosts_overlap(bound_host(listen.host), address)) return true;
  }
  return to_lower(listen.host) == to_lower(target.host);
}

bool Network::contains(std::string_view text) const {
  const std::optional<Bytes> other = numeric(text);
  if (!other) return false;
  for (size_t bit = 0; bit < bits; ++bit) {
    const auto mask = static_cast<uint8_t>(0x80U >> (bit % 8));
    if (((address[bit / 8] ^ (*other)[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

Result<Network> parse_network(std::string_view text) {
  const size_t slash = text.find('/');
  const std::optional<Bytes> address = numeric(text.substr(0, slash));
  if (!address || text.substr(0, slash).find('%') != std::string_view::npos) {
    return fail(MMX_INVALID,
                "\"{}\" is not a network; write 192.168.1.0/24, fd00::/8 or one address", text);
  }
  const int64_t offset = is_v4(*address) && text.find(':') == std::string_view::npos ? 96 : 0;
  Network network{*address, 128};
  if (slash != std::string_view::npos) {
    const Result<int64_t> bits = parse_int(text.substr(slash + 1));
    if (!bits || *bits < 0 || *bits > 128 - offset) {
      return fail(MMX_INVALID, "\"{}\" is not a network; after the slash stands 0 to {}", text,
                  128 - offset);
    }
    network.bits = static_cast<uint8_t>(*bits + offset);
  }
  for (size_t bit = network.bits; bit < 128; ++bit) {
    if ((network.address[bit / 8] & (0x80U >> (bit % 8))) != 0) {
      return fail(MMX_INVALID,
                  "\"{}\" has bits set behind its prefix; for one address leave out /{}", text,
                  text.substr(slash + 1));
    }
  }
  return network;
}

}  // namespace meshmux
