// The tables against the schema and the rules: complete, ordered, and nothing unknown passes.
#include <catch2/catch.hpp>
#include <set>

#include "admin.pb.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/codec/wire.h"

using namespace meshtastic;

namespace {

// Labels a frontend may send by default; a port may carry one only if it is named below.
constexpr label::Labels open_labels = label::text | label::position | label::telemetry |
                                      label::traceroute | label::waypoint | label::app_data |
                                      label::history | label::neighbors | label::alert;
const std::set<uint32_t> open_ports = {1, 3, 7, 8, 10, 11, 32, 34, 36, 65, 67, 70, 71, 72, 78};

// Every member of the oneof: a message with that tag alone is parsed to see whether it is declared.
std::set<uint32_t> declared_members() {
  std::set<uint32_t> found;
  for (uint32_t tag = 1; tag < 600; ++tag) {
    for (const unsigned type : {0u, 2u, 5u}) {
      std::string bytes;
      wire::append_varint(bytes, (tag << 3) | type);
      bytes.append(type == 5 ? 4 : 1, '\0');
      pb::AdminMessage message;
      REQUIRE(message.ParseFromString(bytes));
      if (message.payload_variant_case() != 0) {
        CHECK(static_cast<uint32_t>(message.payload_variant_case()) == tag);
        found.insert(tag);
      }
    }
  }
  return found;
}

}  // namespace

TEST_CASE("every port number from 0 to 511 has a label, and open ones are the agreed ones") {
  for (uint32_t number = 0; number <= 600; ++number) {
    INFO(number);
    const PortInfo info = port_info(number);
    CHECK(info.number == number);
    CHECK(info.labels != 0);
    CHECK_FALSE(info.name.empty());
    const bool open = open_ports.contains(number) || (number >= 256 && number <= 511);
    CHECK(((info.labels & open_labels) != 0) == open);
    CHECK((info.labels & ~label::all) == 0);
  }
  CHECK(port_labels(4) == label::nodeinfo);
  CHECK(port_labels(5) == label::routing);
  CHECK(port_labels(512) == label::unknown);
  CHECK(port_labels(0xFFFFFFFF) == label::unknown);
  for (const uint32_t number : {2u, 13u, 33u, 64u, 69u, 79u}) {
    CHECK(port_labels(number) == label::remote_exec);
  }
}

TEST_CASE("the table of ports is in order and names the whole public list") {
  std::set<uint32_t> numbers;
  uint32_t before = 0;
  for (const PortInfo &info : known_ports()) {
    CHECK((info.number > before || numbers.empty()));
    before = info.number;
    numbers.insert(info.number);
  }
  std::set<uint32_t> published = {32, 33, 34, 35, 36, 37, 112, 256, 257};
  for (uint32_t number = 0; number <= 13; ++number) published.insert(number);
  for (uint32_t number = 64; number <= 79; ++number) published.insert(number);
  CHECK(numbers == published);
}

TEST_CASE("the table of administration and the schema name the same members") {
  std::set<uint32_t> numbers;
  uint32_t before = 0;
  for (const AdminInfo &info : known_admin()) {
    CHECK(info.number > before);
    before = info.number;
    numbers.insert(info.number);
  }
  CHECK(numbers == declared_members());
}

TEST_CASE("requests are reads with an answer, answers are answers, the rest changes something") {
  for (const AdminInfo &info : known_admin()) {
    INFO(info.name);
    const bool read = info.labels == label::admin_read;
    CHECK(read == (info.kind == AdminKind::request));
    CHECK(read == (info.response != 0));
    if (read) CHECK(admin_info(info.response).kind == AdminKind::response);
    if (info.kind == AdminKind::response) CHECK(info.name.ends_with("_response"));
    if (info.kind == AdminKind::change) CHECK((info.labels & label::admin_read) == 0);
  }
}

TEST_CASE("what wipes, stops or reflashes a radio is destructive") {
  for (const uint32_t number : {21u, 22u, 25u, 94u, 95u, 96u, 97u, 98u, 99u, 100u, 102u, 104u}) {
    CHECK(admin_info(number).labels == label::admin_destroy);
  }
  for (const uint32_t number : {39u, 40u, 47u, 48u, 49u}) {
    CHECK(admin_info(number).labels == label::admin_favorite);
  }
  CHECK(admin_info(43).labels == label::admin_time);
  CHECK(admin_info(66).labels == label::admin_contact);
}

TEST_CASE("unknown administration is unknown and destructive") {
  for (const uint32_t number : {0u, 9u, 28u, 50u, 101u, 105u, 9999u}) {
    CHECK(admin_info(number).labels == (label::unknown | label::admin_destroy));
    CHECK(admin_info(number).kind == AdminKind::invalid);
  }
}

TEST_CASE("the firmware's rate limits") {
  CHECK(rate_window_ms(port_info(1).rate) == 2000);
  for (const uint32_t number : {3u, 8u, 11u, 67u}) {
    CHECK(rate_window_ms(port_info(number).rate) == 10000);
  }
  CHECK(rate_window_ms(port_info(70).rate) == 30000);
  CHECK(rate_window_ms(port_info(7).rate) == 0);
  CHECK(rate_window_ms(port_info(256).rate) == 0);
  CHECK(port_info(3).rate != port_info(8).rate);
}
