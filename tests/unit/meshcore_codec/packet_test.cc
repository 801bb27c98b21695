// Packets of the air as the raw feed shows them.
#include <catch2/catch.hpp>
#include <map>

#include "captures.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/packet.h"

using namespace meshcore;
using namespace std::string_literals;

TEST_CASE("every recorded packet parses and is built again to the byte") {
  std::map<std::string_view, unsigned> types;
  for (const auto &frame : captures::all_frames_of_code(push::log_rx_data)) {
    const auto logged = parse_log_rx(frame);
    REQUIRE(logged);
    CHECK(build_log_rx(*logged) == frame);
    CHECK(logged->rssi == -70);
    INFO(hex(frame));
    const auto packet = parse_packet(logged->packet);
    REQUIRE(packet);
    CHECK(build_packet(*packet) == logged->packet);
    CHECK(packet->path.size() == size_t{packet->hops} * packet->hash_size);
    ++types[packet_type_name(packet->type)];
  }
  for (const char *type : {"REQ", "RESPONSE", "TXT_MSG", "ACK", "ADVERT", "GRP_TXT", "GRP_DATA",
                           "ANON_REQ", "PATH", "TRACE", "CONTROL"}) {
    INFO(type);
    CHECK(types[type] > 0);
  }
}

TEST_CASE("a packet keeps its hash on its way through a repeater") {
  // The same flood heard directly and by way of the repeater, in the recording of direct messages.
  const auto direct = captures::from_hex(
      "09001730e96f51d9d5a95980be53faec229cad7d9aea531ecd50c096c84148b399e70205a513");
  const auto repeated = captures::from_hex(
      "0901c81730e96f51d9d5a95980be53faec229cad7d9aea531ecd50c096c84148b399e70205a513");
  const auto one = parse_packet(direct);
  const auto two = parse_packet(repeated);
  REQUIRE(one);
  REQUIRE(two);
  CHECK(packet_hash(*one).size() == 8);
  CHECK(packet_hash(*one) == packet_hash(*two));
  CHECK(two->hops == 1);
  CHECK(two->path == "\xC8");
  Packet other = *one;
  other.type = packet_type::ack;
  CHECK(packet_hash(other) != packet_hash(*one));
  // A trace's path counts.
  Packet trace = *one;
  trace.type = packet_type::trace;
  Packet longer = trace;
  longer.hops = 1;
  CHECK(packet_hash(trace) != packet_hash(longer));
}

TEST_CASE("the ack of a packet is its first four bytes") {
  std::vector<uint32_t> confirmed, heard;
  for (const auto &frame : captures::frames("dm-v3-A.recv.bin")) {
    if (const auto push = parse_send_confirmed(frame)) confirmed.push_back(push->ack);
    const auto logged = parse_log_rx(frame);
    if (!logged) continue;
    const auto packet = parse_packet(logged->packet);
    if (const auto ack = packet_ack(*packet)) heard.push_back(*ack);
  }
  REQUIRE(heard.size() >= 3);
  for (const uint32_t ack : heard) {
    CHECK(std::find(confirmed.begin(), confirmed.end(), ack) != confirmed.end());
  }
}

TEST_CASE("recorded adverts") {
  std::map<std::string, uint8_t> types;
  unsigned positions = 0;
  for (const auto &frame : captures::all_frames_of_code(push::log_rx_data)) {
    const auto packet = parse_packet(parse_log_rx(frame)->packet);
    if (packet->type != packet_type::advert) continue;
    const auto advert = parse_advert(packet->payload);
    REQUIRE(advert);
    CHECK(advert->timestamp > 1700000000);
    types[advert->name] = advert->type;
    positions += advert->latitude_e6 ? 1 : 0;
    CHECK(build_advert(*advert) == packet->payload);
  }
  CHECK(types["NodeA"] == contact_type::chat);
  CHECK(types["TestRepeater"] == contact_type::repeater);
  CHECK(types["SecondRepeater"] == contact_type::repeater);
  // The blob of an exported contact is such a packet as well.
  for (const auto &frame : captures::all_frames_of_code(response::exported_contact)) {
    const auto packet = parse_packet(std::string_view(frame).substr(1));
    REQUIRE(packet);
    CHECK(parse_advert(packet->payload));
  }
}

TEST_CASE("packets that are none") {
  CHECK_FALSE(parse_packet(""));
  CHECK_FALSE(parse_packet("\x05"));
  CHECK_FALSE(parse_packet("\x05\x00"s));  // no payload
  CHECK(parse_packet("\x05\x00x"s));
  CHECK_FALSE(parse_packet("\x05\x02xx"s));        // path, no payload
  CHECK_FALSE(parse_packet("\x05\xC1xxxx"s));      // reserved size of a hop
  CHECK_FALSE(parse_packet("\x04\x00\x01\x02"s));  // transport codes cut
  CHECK(parse_packet("\x04\x34\x12\x02\x01\x00x"s)->transport_codes[0] == 0x1234);
  CHECK(parse_packet("\x05\x41xxy"s)->hash_size == 2);
  CHECK_FALSE(parse_packet("\x05\x00"s + std::string(185, 'x')));
  CHECK_FALSE(parse_packet(std::string(256, '\5')));
  CHECK_FALSE(parse_packet("\x05\x96"s + std::string(100, 'x')));  // 66 bytes of path
  CHECK(build_log_rx({0, 0, std::string(174, 'x')}).empty());
}

TEST_CASE("adverts that are none, and hostile names") {
  Advert advert;
  const std::string key(32, 'k');
  advert.public_key = key;
  advert.type = contact_type::room;
  advert.latitude_e6 = -1;
  advert.longitude_e6 = 2;
  advert.name = "Bär";
  const std::string good = build_advert(advert);
  const auto back = parse_advert(good);
  REQUIRE(back);
  CHECK(back->name == "Bär");
  CHECK(back->latitude_e6 == -1);
  CHECK_FALSE(parse_advert(good.substr(0, 100)));
  CHECK_FALSE(parse_advert(good.substr(0, 105)));  // position cut
  std::string hostile = good.substr(0, 100) + "\x83" + "a\x1B\xC3\x28 b\xF0\x9F"s + "\0rest"s;
  CHECK(parse_advert(hostile)->name == "a \uFFFD( b");
  CHECK_FALSE(parse_advert(good.substr(0, 100) + "\x61\x01\x02\x03"s));  // features cut
  advert.name = std::string(60, 'n');
  CHECK(build_advert(advert).size() == 100 + 32);
}
