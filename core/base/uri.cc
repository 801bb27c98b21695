// Parsing and printing of address URIs.
#include "core/base/uri.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace meshmux {
namespace {

bool is_ipv6(const std::string &host) {
  in6_addr address{};
  // A scope (fe80::1%eth0) is for the resolver; only what stands before it is checked here.
  return inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &address) == 1;
}

bool is_host_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

Result<uint16_t> parse_port(std::string_view text, std::string_view whole) {
  const Result<int64_t> port = parse_int(text);
  if (!port || *port < 0 || *port > 65535) {
    return fail(MMX_INVALID, "\"{}\": the port must be a number from 0 to 65535, not \"{}\"", whole,
                text);
  }
  return static_cast<uint16_t>(*port);
}

Result<Uri> parse_tcp(std::string_view rest, std::string_view whole) {
  Uri uri;
  uri.scheme = Uri::Scheme::tcp;
  if (rest.ends_with("/")) rest.remove_suffix(1);
  std::string_view port;
  if (rest.starts_with("[")) {
    const size_t end = rest.find(']');
    if (end == std::string_view::npos) {
      return fail(MMX_INVALID, "\"{}\": the \"[\" of the IPv6 address is never closed", whole);
    }
    uri.host = rest.substr(1, end - 1);
    if (!is_ipv6(uri.host)) {
      return fail(MMX_INVALID, "\"{}\": \"{}\" is no IPv6 address", whole, uri.host);
    }
    rest.remove_prefix(end + 1);
    if (!rest.starts_with(":")) {
      return fail(MMX_INVALID, "\"{}\" has no port; write tcp://[{}]:4403", whole, uri.host);
    }
    port = rest.substr(1);
  } else {
    const size_t colon = rest.find(':');
    if (colon != std::string_view::npos && rest.find(':', colon + 1) != std::string_view::npos) {
      return fail(MMX_INVALID, "\"{}\": an IPv6 address stands in brackets, as in tcp://[::1]:4403",
                  whole);
    }
    uri.host = rest.substr(0, colon);
    if (uri.host.empty()) {
      return fail(MMX_INVALID, "\"{}\" has no host; write tcp://host:4403", whole);
    }
    if (!is_host_name(uri.host)) {
      return fail(MMX_INVALID, "\"{}\": \"{}\" is no host name or address", whole, uri.host);
    }
    if (colon == std::string_view::npos) {
      return fail(MMX_INVALID, "\"{}\" has no port; write tcp://{}:4403", whole, uri.host);
    }
    port = rest.substr(colon + 1);
  }
  MMX_TRY(uri.port, parse_port(port, whole));
  return uri;
}

Result<Uri> parse_serial(std::string_view rest, std::string_view whole) {
  Uri uri;
  uri.scheme = Uri::Scheme::serial;
  const size_t question = rest.find('?');
  uri.path = rest.substr(0, question);
  if (uri.path.size() < 2 || uri.path[0] != '/') {
    return fail(MMX_INVALID, "\"{}\" needs an absolute path; write serial:///dev/ttyUSB0", whole);
  }
  if (question == std::string_view::npos) return uri;
  for (const std::string_view part : split(rest.substr(question + 1), '&')) {
    const size_t equals = part.find('=');
    const std::string_view key = part.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
    if (key == "baud") {
      const Result<int64_t> baud = parse_int(value);
      if (!baud || *baud < 50 || *baud > 4000000) {
        return fail(MMX_INVALID, "\"{}\": baud must be a number from 50 to 4000000, not \"{}\"",
                    whole, value);
      }
      uri.baud = static_cast<uint32_t>(*baud);
    } else if (key == "lines") {
      uri.lines = value == "both"   ? SerialLines::both
                  : value == "none" ? SerialLines::none
                  : value == "keep" ? SerialLines::keep
                                    : SerialLines::invalid;
      if (uri.lines == SerialLines::invalid) {
        return fail(MMX_INVALID, "\"{}\": lines is both, none or keep, not \"{}\"", whole, value);
      }
    } else {
      static const std::array<std::string, 2> known{"baud", "lines"};
      return fail(MMX_INVALID, "\"{}\": a serial line has no setting \"{}\"{}", whole, key,
                  did_you_mean(key, known));
    }
  }
  return uri;
}

Error unknown_scheme(std::string_view text, std::string_view whole) {
  static const std::array<std::string, 3> known{"tcp", "unix", "serial"};
  const size_t scheme_end = text.find("://");
  if (scheme_end != std::string_view::npos) {
    const std::string_view scheme = text.substr(0, scheme_end);
    return fail(MMX_INVALID, "\"{}\": \"{}\" is none of tcp, unix and serial{}", whole, scheme,
                did_you_mean(scheme, known));
  }
  if (text.starts_with("/dev/")) {
    return fail(MMX_INVALID, "\"{}\" is no URI; write serial://{}", whole, text);
  }
  if (text.starts_with("/")) {
    return fail(MMX_INVALID, "\"{}\" is no URI; write unix://{}", whole, text);
  }
  if (text.find(':') != std::string_view::npos) {
    return fail(MMX_INVALID, "\"{}\" is no URI; write tcp://{}", whole, text);
  }
  return fail(MMX_INVALID,
              "\"{}\" is no URI; write tcp://host:port, serial:///dev/ttyUSB0 or unix:///path",
              whole);
}

}  // namespace

Result<Uri> parse_uri(std::string_view text) {
  // Messages quote the text, so what is in it must not reach a terminal as it is.
  const std::string whole = escape_control(text);
  if (text.empty()) return fail(MMX_INVALID, "the address is empty; write tcp://host:port");
  if (whole != text || text.find(' ') != std::string_view::npos) {
    return fail(MMX_INVALID, "\"{}\" contains blanks or control characters", whole);
  }
  const size_t scheme_end = text.find("://");
  const std::string scheme =
      scheme_end == std::string_view::npos ? std::string() : to_lower(text.substr(0, scheme_end));
  if (scheme.empty()) return unknown_scheme(text, whole);
  const std::string_view rest = text.substr(scheme_end + 3);
  if (scheme == "tcp") return parse_tcp(rest, whole);
  if (scheme == "serial") return parse_serial(rest, whole);
  if (scheme == "unix") {
    Uri uri;
    uri.scheme = Uri::Scheme::unix_socket;
    uri.path = rest;
    if (uri.path.size() < 2 || uri.path[0] != '/') {
      return fail(MMX_INVALID, "\"{}\" needs an absolute path; write unix:///run/x.sock", whole);
    }
    if (uri.path.size() > 107) {
      return fail(MMX_INVALID, "\"{}\": the path of a Unix socket has at most 107 bytes", whole);
    }
    return uri;
  }
  return unknown_scheme(text, whole);
}

std::string tcp_uri(std::string_view host, uint16_t port) {
  return host.find(':') == std::string_view::npos ? fmt::format("tcp://{}:{}", host, port)
                                                  : fmt::format("tcp://[{}]:{}", host, port);
}

std::string Uri::to_string() const {
  switch (scheme) {
    case Scheme::tcp:
      return tcp_uri(host, port);
    case Scheme::unix_socket:
      return "unix://" + path;
    case Scheme::serial: {
      std::string text = "serial://" + path;
      char separator = '?';
      if (baud != 115200) {
        text += fmt::format("?baud={}", baud);
        separator = '&';
      }
      if (lines != SerialLines::both) {
        text += fmt::format("{}lines={}", separator, lines == SerialLines::none ? "none" : "keep");
      }
      return text;
    }
    case Scheme::invalid:
      break;
  }
  return {};
}

}  // namespace meshmux
