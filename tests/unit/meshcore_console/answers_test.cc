// Answers of consoles, recorded and damaged.
#include <catch2/catch.hpp>

#include "plugins/meshcore/codec/codes.h"
#include "plugins/meshcore/console/answers.h"

using namespace meshcore_console;

TEST_CASE("The recorded statistics are read") {
  const auto core = parse_core(R"({"battery_mv":4012,"uptime_secs":993,"errors":2,"queue_len":7})");
  REQUIRE(core);
  CHECK(core->battery_mv == 4012);
  CHECK(core->uptime_s == 993);
  CHECK(core->errors == 2);
  CHECK(core->queue_length == 7);

  const auto radio = parse_radio(
      R"({"noise_floor":-112,"last_rssi":-70,"last_snr":9.50,"tx_air_secs":2,"rx_air_secs":86})");
  REQUIRE(radio);
  CHECK(radio->noise_floor == -112);
  CHECK(radio->last_rssi == -70);
  CHECK(radio->last_snr_x4 == 38);
  CHECK(radio->tx_air_s == 2);
  CHECK(radio->rx_air_s == 86);

  const auto packets = parse_packets(
      R"({"recv":209,"sent":101,"flood_tx":52,"direct_tx":49,"flood_rx":51,"direct_rx":158,"recv_errors":3})");
  REQUIRE(packets);
  CHECK(packets->received == 209);
  CHECK(packets->sent == 101);
  CHECK(packets->flood_tx == 52);
  CHECK(packets->direct_tx == 49);
  CHECK(packets->flood_rx == 51);
  CHECK(packets->direct_rx == 158);
  CHECK(packets->receive_errors == 3U);
  CHECK_FALSE(parse_packets(R"({"recv":1,"sent":2})")->receive_errors);
}

TEST_CASE("Numbers beyond their field stop at its end, broken objects are nothing") {
  const auto core =
      parse_core(R"({"battery_mv": 1e99, "uptime_secs": -5, "errors": 70000, "queue_len": 999})");
  REQUIRE(core);
  CHECK(core->battery_mv == 0xFFFF);
  CHECK(core->uptime_s == 0);
  CHECK(core->errors == 0xFFFF);
  CHECK(core->queue_length == 0xFF);
  for (const char *text :
       {"", "{}", "Unknown command", R"({"battery_mv":)", R"({"battery_mv":x,"uptime_secs":1})",
        R"({"battery_mv":nan,"uptime_secs":1})", R"({"battery_mv":inf,"uptime_secs":1})",
        R"({"battery_mv")", R"({"uptime_secs":1})"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_core(text));
    CHECK_FALSE(parse_radio(text));
    CHECK_FALSE(parse_packets(text));
  }
}

TEST_CASE("The clock tells its minute") {
  CHECK(parse_clock("03:24 - 21/11/2026 UTC") == 1795231440);
  CHECK(parse_clock("00:00 - 1/1/1970 UTC") == 0);
  CHECK(parse_clock("23:59 - 29/2/2024 UTC") == 1709251140);
  for (const char *text :
       {"", "03:24", "24:00 - 1/1/2026 UTC", "03:60 - 1/1/2026 UTC", "03:24 - 29/2/2026 UTC",
        "03:24 - 1/13/2026 UTC", "03:24 - 1/1/99999999999 UTC", "03:24 - 1/1/2026",
        "aa:bb - c/d/e UTC"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_clock(text));
  }
}

TEST_CASE("Keys, neighbours and access entries are read") {
  const std::string key = "C8F1B4D2815AD649FCB77BEB75F129EFBD9C37D8D1C1EB1AE1968C320C8C0377";
  CHECK(parse_key(key)->size() == 32);
  CHECK(static_cast<unsigned char>(parse_key(key)->front()) == 0xC8);
  CHECK_FALSE(parse_key(key.substr(2)));
  CHECK_FALSE(parse_key(key.substr(1) + "g"));

  const auto neighbour = parse_neighbour("B545D908:153:-38");
  REQUIRE(neighbour);
  CHECK(neighbour->prefix == "\xB5\x45\xD9\x08");
  CHECK(neighbour->heard_s_ago == 153);
  CHECK(neighbour->snr_x4 == -38);
  for (const char *line : {"-none-", "", "B545D908", "B545D908:1", "B545D908:1:2:3", "B545D90:1:2",
                           "B545D9ZZ:1:2", "B545D908:x:2"}) {
    CAPTURE(line);
    CHECK_FALSE(parse_neighbour(line));
  }

  CHECK(is_access_entry("03 " + key));
  CHECK_FALSE(is_access_entry("ACL:"));
  CHECK_FALSE(is_access_entry("3 " + key));
  CHECK_FALSE(is_access_entry("03 " + key + "0"));
  CHECK_FALSE(is_access_entry("zz " + key));
}

TEST_CASE("Roles have contact types") {
  CHECK(contact_type_of("repeater") == meshcore::contact_type::repeater);
  CHECK(contact_type_of("room_server") == meshcore::contact_type::room);
  CHECK(contact_type_of("sensor") == meshcore::contact_type::sensor);
  CHECK(contact_type_of("teapot") == meshcore::contact_type::none);
}
