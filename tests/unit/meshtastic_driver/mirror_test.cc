// State kept fresh from what is heard, events told in neutral words, and what is kept from apps.
#include <catch2/catch.hpp>

#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/driver/mirror.h"
#include "rig.h"

using namespace driver_test;
using meshtastic::Section;
namespace port = meshtastic::port;

namespace {

pb::MeshPacket heard(std::uint32_t from, std::uint32_t number, const std::string &payload,
                     std::uint32_t time = 1'767'300'000) {
  pb::MeshPacket packet;
  packet.set_from(from);
  packet.set_to(0xFFFFFFFF);
  packet.set_id(from + number + time);
  packet.set_rx_time(time);
  packet.set_rx_snr(7.25F);
  packet.set_hop_start(5);
  packet.set_hop_limit(3);
  packet.mutable_decoded()->set_portnum(number);
  packet.mutable_decoded()->set_payload(payload);
  return packet;
}

std::string position(std::int32_t latitude) {
  pb::Position fix;
  fix.set_latitude_i(latitude);
  fix.set_longitude_i(20);
  fix.set_time(1'767'300'000);
  return fix.SerializeAsString();
}

std::string metrics(std::uint32_t battery, std::uint32_t uptime = 0) {
  pb::Telemetry telemetry;
  telemetry.mutable_device_metrics()->set_battery_level(battery);
  if (uptime != 0) telemetry.mutable_device_metrics()->set_uptime_seconds(uptime);
  return telemetry.SerializeAsString();
}

}  // namespace

TEST_CASE("live packets keep node records fresh") {
  Rig rig;
  rig.up(make_dump({.nodes = {make_node(0x2002, 100)}}));
  rig.give(from_radio(heard(0x2002, port::position, position(123))));
  rig.give(from_radio(heard(0x2002, port::telemetry, metrics(77))));
  pb::User user;
  user.set_long_name("New name");
  rig.give(from_radio(heard(0x2002, port::nodeinfo, user.SerializeAsString())));
  const pb::NodeInfo node = rig.node(0x2002);
  REQUIRE(node.position().latitude_i() == 123);
  REQUIRE(node.device_metrics().battery_level() == 77);
  REQUIRE(node.user().long_name() == "New name");
  REQUIRE(node.last_heard() == 1'767'300'000);
  REQUIRE(node.snr() == 7.25F);
  REQUIRE(node.hops_away() == 2);
  // A node nobody knew stands behind the others.
  rig.give(text_from(0x3003, 1, "hi"));
  const auto &state = rig.host.bus().state();
  REQUIRE(state.at(meshtastic::encode_key({Section::node, 0x3003})).order >
          state.at(meshtastic::encode_key({Section::node, 0x2002})).order);
}

TEST_CASE("events carry the radio's bytes and a neutral record") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  const std::string frame = text_from(0x2002, 42, "hello");
  rig.give(frame);
  auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].payload == frame);
  REQUIRE(events[0].flags == 0);
  const auto &record = events[0].record;
  REQUIRE(record.type() == MMX_RECORD_TEXT);
  REQUIRE(record.text(MMX_FIELD_TEXT) == "hello");
  REQUIRE(record.text(MMX_FIELD_FROM) == "!00002002");
  REQUIRE(record.text(MMX_FIELD_TO) == "broadcast");
  REQUIRE(record.integer(MMX_FIELD_NATIVE_ID) == 42);
  REQUIRE(record.integer(MMX_FIELD_TIME) == 1'767'225'700 * kSecond);
  REQUIRE(record.number(MMX_FIELD_SNR_DB) == 6.5);
  REQUIRE(record.integer(MMX_FIELD_HOPS) == 1);
  rig.give(from_radio(heard(0x2002, port::position, position(512'345'678))));
  events = rig.take(MMX_KIND_RX);
  REQUIRE(events[0].record.type() == MMX_RECORD_POSITION);
  REQUIRE(events[0].record.number(MMX_FIELD_LATITUDE) == Approx(51.2345678));
  pb::Waypoint hut;
  hut.set_id(77);
  hut.set_name("hut");
  rig.give(from_radio(heard(0x2002, port::waypoint, hut.SerializeAsString())));
  events = rig.take(MMX_KIND_RX);
  REQUIRE(events[0].record.type() == MMX_RECORD_WAYPOINT);
  REQUIRE(events[0].record.text(MMX_FIELD_NAME) == "hut");
  REQUIRE_FALSE(events[0].record.number(MMX_FIELD_LATITUDE).has_value());
  hut.set_latitude_i(512'345'678);
  hut.set_longitude_i(-10'000'000);
  rig.give(from_radio(heard(0x2002, port::waypoint, hut.SerializeAsString())));
  events = rig.take(MMX_KIND_RX);
  REQUIRE(events[0].record.number(MMX_FIELD_LATITUDE) == Approx(51.2345678));
  REQUIRE(events[0].record.number(MMX_FIELD_LONGITUDE) == Approx(-1.0));
  rig.give(text_from(0x2002, 43, "broken \xff\xfe"));
  events = rig.take(MMX_KIND_RX);
  REQUIRE(events[0].record.type() == MMX_RECORD_PACKET);
}

TEST_CASE("state carries neutral records for nodes and channels, none for settings") {
  Rig rig;
  rig.up(make_dump({.nodes = {make_node(0x2002, 100)}}));
  const auto &state = rig.host.bus().state();
  const auto &node = state.at(meshtastic::encode_key({Section::node, 0x2002})).record;
  REQUIRE(node.type() == MMX_RECORD_NODE);
  REQUIRE(node.integer(MMX_FIELD_FROM_NUM) == 0x2002);
  REQUIRE(node.text(MMX_FIELD_LONG_NAME) == "Node 8194");
  REQUIRE(state.at(meshtastic::encode_key({Section::channel, 3})).record.integer(MMX_FIELD_INDEX) ==
          3);
  REQUIRE(state.at(meshtastic::encode_key({Section::config, 8})).record.type() ==
          MMX_RECORD_INVALID);
}

TEST_CASE("the list has an end: the one unheard longest goes, favourites stay") {
  pb::NodeInfo favorite = make_node(0x2000, 1);
  favorite.set_is_favorite(true);
  std::vector<pb::NodeInfo> nodes = {favorite};
  for (std::uint32_t i = 1; i <= 12; ++i) nodes.push_back(make_node(0x2000 + i, 100 + i));
  Rig rig({{"connect", "tcp://192.0.2.9:4403"}, {"nodes_max", "10"}});
  rig.up(make_dump({.nodes = nodes}));
  const auto count = [&] {
    std::size_t found = 0;
    for (const Published *each : rig.host.bus().replay()) {
      found += each->key[0] == static_cast<char>(Section::node) ? 1 : 0;
    }
    return found;
  };
  REQUIRE(count() == 10);
  REQUIRE_FALSE(rig.state(Section::node, 0x2000).empty());
  for (std::uint32_t i = 1; i <= 3; ++i) REQUIRE(rig.state(Section::node, 0x2000 + i).empty());
  REQUIRE_FALSE(rig.state(Section::node, 0x2004).empty());
  rig.give(text_from(0x3003, 1, "new"));
  REQUIRE(count() == 10);
  REQUIRE(rig.state(Section::node, 0x2004).empty());
  REQUIRE_FALSE(rig.state(Section::node, 0x3003).empty());
  REQUIRE_FALSE(rig.state(Section::node, 0x2000).empty());
}

TEST_CASE("firmware 2.8: replayed packets fill thin nodes and are no news; live ones are") {
  Rig rig;
  rig.accept();
  rig.dump(make_dump(
      {.firmware = "2.8.0.x", .nodes = {make_node(0x2002, 1'767'200'000), make_node(0x2003, 50)}}));
  rig.take(~0U);
  const auto replay = [&](std::uint32_t from, std::uint32_t number, const std::string &payload) {
    pb::MeshPacket packet = heard(from, number, payload, 1'767'200'000);
    packet.set_priority(meshtastic::priority::background);
    packet.set_transport_mechanism(meshtastic::transport::lora);
    packet.clear_rx_snr();
    rig.give(from_radio(packet));
  };
  replay(0x2002, port::position, position(123));
  replay(0x2002, port::telemetry, metrics(66));
  replay(0x2002, port::node_status, "");
  auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 3);
  for (const Published &each : events) REQUIRE((each.flags & MMX_MESSAGE_QUIET) != 0);
  REQUIRE(rig.node(0x2002).position().latitude_i() == 123);
  REQUIRE(rig.node(0x2002).device_metrics().battery_level() == 66);
  REQUIRE(rig.node(0x2002).last_heard() == 1'767'200'000);
  rig.give(from_radio(heard(0x2003, port::position, position(5))));
  events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].flags == 0);
  // Long after the dump a packet like that is news.
  rig.run(30 * kSecond, kSecond);
  rig.take(~0U);
  replay(0x2002, port::position, position(124));
  REQUIRE(rig.take(MMX_KIND_RX).at(0).flags == 0);
  // The next thin dump does not take it away again.
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  rig.run(kSecond);
  rig.up(make_dump({.firmware = "2.8.0.x", .nodes = {make_node(0x2002, 1'767'200'000)}}));
  REQUIRE(rig.node(0x2002).position().latitude_i() == 124);
  REQUIRE(rig.node(0x2002).device_metrics().battery_level() == 66);
}

TEST_CASE("the radio's own telemetry is kept, told, and shows a restart") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  const std::string frame = from_radio(heard(0x1001, port::telemetry, metrics(88, 5000)));
  rig.give(frame);
  REQUIRE(rig.state(Section::own_telemetry, 2) == frame);
  REQUIRE(rig.node(0x1001).device_metrics().battery_level() == 88);
  REQUIRE(rig.take(MMX_KIND_RX).size() == 1);
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
  rig.give(from_radio(heard(0x1001, port::telemetry, metrics(88, 12), 1'767'300'060)));
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_SYNCING);
  rig.run(3 * kSecond);
  REQUIRE(rig.count(pb::ToRadio::kWantConfigId) == 2);
}

TEST_CASE("log lines and MQTT are events of their own kind; simulator echoes are none") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  pb::FromRadio log;
  log.mutable_log_record()->set_message("internal");
  rig.give(log.SerializeAsString());
  pb::FromRadio mqtt;
  mqtt.mutable_mqtt_client_proxy_message()->set_topic("t");
  rig.give(mqtt.SerializeAsString());
  REQUIRE(rig.take(MMX_KIND_RX).size() == 2);
  rig.give(from_radio(heard(0x2002, port::simulator, "x")));
  rig.give(queue_status(4711));
  REQUIRE(rig.take(MMX_KIND_RX).empty());
  REQUIRE(rig.state(Section::node, 0x2002).empty());
}

TEST_CASE("a notice about nobody's packet is for everybody") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  pb::FromRadio notice;
  notice.mutable_client_notification()->set_message("duplicate key");
  rig.give(notice.SerializeAsString());
  REQUIRE(rig.take(MMX_KIND_RX).size() == 1);
}

TEST_CASE("an app's position is the own node's") {
  Rig rig;
  rig.up();
  rig.command(packet(port::position, position(777), 5).SerializeAsString());
  REQUIRE(rig.node(0x1001).position().latitude_i() == 777);
}

TEST_CASE("a settings or node frame out of the blue updates state and disturbs nobody") {
  Rig rig;
  rig.up(make_dump({.nodes = {make_node(0x2002, 100)}}));
  rig.take(~0U);
  pb::FromRadio channel;
  channel.mutable_channel()->set_index(2);
  channel.mutable_channel()->set_role(2);
  rig.give(channel.SerializeAsString());
  REQUIRE(rig.state(Section::channel, 2) == channel.SerializeAsString());
  rig.give(meshtastic::build_node_frame(make_node(0x2005, 5)));
  REQUIRE(rig.node(0x2005).num() == 0x2005);
  REQUIRE(rig.take(MMX_KIND_RX).empty());
}

TEST_CASE("live traffic recorded from real firmware passes without loss or surprise") {
  for (const char *name :
       {"us_j_incoming_text_live", "us_g_dm_pki_want_ack", "us_n_nodeinfo_and_traceroute_request",
        "us_f_admin_self", "us_u_queue_full", "us_v_text_rate_limit", "unset_p_bridge_E"}) {
    INFO(name);
    const auto frames = recorded_frames(name);
    Rig rig;
    rig.accept();
    const auto dump = recorded_dump(name);
    rig.own = parse(dump.front()).my_info().my_node_num();
    rig.dump(dump);
    rig.run(2 * kSecond);
    rig.take(~0U);
    std::size_t packets = 0;
    bool live = false;
    for (const std::string &frame : frames) {
      const pb::FromRadio message = parse(frame);
      if (live && message.has_packet()) {
        const auto number = message.packet().decoded().portnum();
        const bool own_admin = number == port::admin && message.packet().from() == rig.own;
        if (number != port::simulator && !own_admin) ++packets;
        rig.give(frame);
      }
      live = live || message.has_config_complete_id();
    }
    REQUIRE(rig.take(MMX_KIND_RX).size() == packets);
    REQUIRE(rig.host.metric("radio_bad_frames_total") == 0);
  }
}
