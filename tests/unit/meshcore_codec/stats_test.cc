// Statistics: the companion's own, and those of servers by the type of the contact.
#include <catch2/catch.hpp>

#include "captures.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/stats.h"

using namespace meshcore;

TEST_CASE("the companion's own statistics go there and back") {
  std::array<unsigned, 3> seen{};
  for (const auto &frame : captures::all_frames_of_code(response::stats)) {
    if (const auto core = parse_core_stats(frame)) {
      ++seen[0];
      CHECK(build_core_stats(*core) == frame);
      CHECK(core->battery_mv > 3000);
    } else if (const auto radio = parse_radio_stats(frame)) {
      ++seen[1];
      CHECK(build_radio_stats(*radio) == frame);
      CHECK(radio->noise_floor == -112);
    } else if (const auto packets = parse_packet_stats(frame)) {
      ++seen[2];
      CHECK(build_packet_stats(*packets) == frame);
      CHECK(packets->receive_errors);
      auto old = frame.substr(0, 26);
      CHECK_FALSE(parse_packet_stats(old)->receive_errors);
      CHECK(build_packet_stats(*parse_packet_stats(old)) == old);
    } else {
      FAIL("unread statistics");
    }
  }
  for (const unsigned count : seen) CHECK(count > 0);
}

TEST_CASE("a status answer is read by the type of who sent it") {
  const std::string room = captures::from_hex("b2ee9bb545e4");
  const std::string repeater = captures::from_hex("c8f1b4d2815a");
  unsigned rooms = 0, repeaters = 0;
  for (const auto &frame : captures::frames("requests.recv.bin")) {
    if (static_cast<uint8_t>(frame[0]) != push::status_response) continue;
    const auto blob = push_data(frame);
    REQUIRE(blob);
    CHECK(blob->size() == 60);
    if (*push_key_prefix(frame) == room) {
      ++rooms;
      const auto stats = parse_server_stats(*blob, contact_type::room);
      REQUIRE(stats);
      CHECK(stats->battery_mv == 4012);
      CHECK(stats->noise_floor == -112);
      CHECK(stats->last_rssi == -70);
      CHECK(stats->posted == 5);
      CHECK(stats->post_pushes == 6);
      CHECK_FALSE(stats->rx_air_s);
      CHECK(build_server_stats(*stats, contact_type::room) == *blob);
    } else if (*push_key_prefix(frame) == repeater) {
      ++repeaters;
      const auto stats = parse_server_stats(*blob, contact_type::repeater);
      REQUIRE(stats);
      CHECK(stats->received == 170);
      CHECK(stats->sent == 82);
      CHECK(stats->uptime_s == 772);
      CHECK(stats->rx_air_s == 0x44);
      CHECK(stats->receive_errors == 0);
      CHECK_FALSE(stats->posted);
      CHECK(build_server_stats(*stats, contact_type::repeater) == *blob);
    }
  }
  CHECK(rooms >= 2);
  CHECK(repeaters >= 1);
}

TEST_CASE("short and foreign statistics") {
  const std::string blob = build_server_stats({}, contact_type::repeater);
  CHECK(blob.size() == 60);
  CHECK_FALSE(parse_server_stats(std::string_view(blob).substr(0, 47), contact_type::repeater));
  const auto old = parse_server_stats(std::string_view(blob).substr(0, 52), contact_type::repeater);
  REQUIRE(old);
  CHECK(old->rx_air_s);
  CHECK_FALSE(old->receive_errors);
  const auto chat = parse_server_stats(blob, contact_type::chat);
  REQUIRE(chat);
  CHECK_FALSE(chat->posted);
  CHECK_FALSE(chat->rx_air_s);
  CHECK_FALSE(parse_core_stats("\x18\x01" + std::string(20, 'x')));
  CHECK_FALSE(parse_core_stats("\x18"));
  CHECK_FALSE(parse_packet_stats(""));
}
