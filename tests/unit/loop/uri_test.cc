// Address URIs: what is read, and what a mistake is told.
#include "core/base/uri.h"

#include <catch2/catch.hpp>

namespace meshmux {
namespace {

std::string mistake(std::string_view text) {
  const Result<Uri> uri = parse_uri(text);
  return uri ? "accepted" : uri.error().message;
}

TEST_CASE("URIs survive a round trip") {
  for (const char *const text :
       {"tcp://192.168.1.100:4403", "tcp://radio.local:0", "tcp://[::1]:4404", "tcp://[::]:65535",
        "unix:///run/meshmux/control.sock", "serial:///dev/ttyUSB0",
        "serial:///dev/ttyACM0?baud=921600&lines=none", "serial:///dev/x?lines=keep"}) {
    INFO(text);
    const Result<Uri> uri = parse_uri(text);
    REQUIRE(uri);
    CHECK(uri->to_string() == text);
    CHECK(*parse_uri(uri->to_string()) == *uri);
  }
  const Uri v6 = *parse_uri("tcp://[fe80::1]:80");
  CHECK(v6.host == "fe80::1");
  CHECK(v6.port == 80);
  CHECK(parse_uri("serial:///dev/x?baud=9600")->baud == 9600);
  CHECK(parse_uri("TCP://host:1/")->host == "host");
}

TEST_CASE("a wrong URI is told what would be right") {
  using Catch::Contains;
  CHECK_THAT(mistake(""), Contains("empty"));
  CHECK_THAT(mistake("192.168.1.100:4403"), Contains("write tcp://192.168.1.100:4403"));
  CHECK_THAT(mistake("/dev/ttyUSB0"), Contains("write serial:///dev/ttyUSB0"));
  CHECK_THAT(mistake("/run/x"), Contains("write unix:///run/x"));
  CHECK_THAT(mistake("tpc://h:1"), Contains("did you mean \"tcp\""));
  CHECK_THAT(mistake("tcp://h"), Contains("has no port"));
  CHECK_THAT(mistake("tcp://:1"), Contains("has no host"));
  CHECK_THAT(mistake("tcp://h:65536"), Contains("0 to 65535"));
  CHECK_THAT(mistake("tcp://h:x"), Contains("0 to 65535"));
  CHECK_THAT(mistake("tcp://h:-1"), Contains("0 to 65535"));
  CHECK_THAT(mistake("tcp://::1:4403"), Contains("brackets"));
  CHECK_THAT(mistake("tcp://[::1:4403"), Contains("never closed"));
  CHECK_THAT(mistake("tcp://[::g]:1"), Contains("no IPv6 address"));
  CHECK_THAT(mistake("tcp://[::1]"), Contains("has no port"));
  CHECK_THAT(mistake("tcp://a b:1"), Contains("blanks"));
  CHECK_THAT(mistake("tcp://a\x1b[2J:1"), Contains("\\x1b"));
  CHECK_THAT(mistake("tcp://a/b:1"), Contains("no host name"));
  CHECK_THAT(mistake("serial://dev/ttyUSB0"), Contains("absolute path"));
  CHECK_THAT(mistake("serial:///dev/x?baud=fast"), Contains("baud must be"));
  CHECK_THAT(mistake("serial:///dev/x?lines=up"), Contains("both, none or keep"));
  CHECK_THAT(mistake("serial:///dev/x?baudd=1"), Contains("did you mean \"baud\""));
  CHECK_THAT(mistake("unix://" + std::string(120, '/')), Contains("107"));
}

}  // namespace
}  // namespace meshmux
