// Addresses as URIs: tcp://host:port, unix:///path and serial:///dev/x?baud=n&lines=w, parsed into
// parts with errors that say what is wrong. Must not resolve, open or bind anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace meshmux {

// What to do with a serial line's DTR and RTS. both: assert both; none: release both; keep: leave
// them as the kernel made them.
enum class SerialLines { invalid = 0, both, none, keep };

struct Uri {
  enum class Scheme { invalid = 0, tcp, unix_socket, serial };

  Scheme scheme = Scheme::invalid;
  std::string host;   // tcp: a name, an IPv4 address, or an IPv6 address without brackets
  uint16_t port = 0;  // tcp
  std::string path;   // unix, serial: absolute
  uint32_t baud = 115200;
  SerialLines lines = SerialLines::both;

  // The canonical spelling; parses back to an equal value.
  std::string to_string() const;
  bool operator==(const Uri &other) const = default;
};

// Parses text. MMX_INVALID with a message that names the mistake, also for a bare "host:port" or
// "/dev/ttyUSB0" (it then tells the spelling that was meant). Port 0 is accepted: it is for
// listeners, who ask for any free one.
Result<Uri> parse_uri(std::string_view text);

// "tcp://1.2.3.4:80" or "tcp://[::1]:80".
std::string tcp_uri(std::string_view host, uint16_t port);

}  // namespace meshmux
