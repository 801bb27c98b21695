// Keys and order of retained records, from recorded dumps.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "captures.h"
#include "messages.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/state.h"

using namespace meshtastic;

namespace {

// The dump part of a recording, in order.
std::vector<std::string> dump(const std::string &name) {
  std::vector<std::string> frames;
  for (auto &payload : captures::frames(name)) {
    const uint32_t member = from_radio_member(payload);
    if (member == from_radio::config_complete_id) return frames;
    frames.push_back(payload);
  }
  FAIL("no end of the dump");
  return frames;
}

}  // namespace

TEST_CASE("a dump stored by key and order comes out as it went in") {
  for (const char *name : {"n1_full.recv.bin", "n2_config_only.recv.bin",
                           "unset_b_want_69420.recv.bin", "us_a_want_12345.recv.bin"}) {
    INFO(name);
    const auto frames = dump(name);
    DumpOrder order;
    std::map<std::pair<uint64_t, std::string>, std::string> records;
    std::set<std::string> keys;
    for (const auto &payload : frames) {
      const auto slot = order.place(payload);
      REQUIRE(slot);
      CHECK_FALSE(slot->repeated);
      CHECK(order_section(slot->order) == slot->key.section);
      const std::string key = encode_key(slot->key);
      CHECK(keys.insert(key).second);
      CHECK(decode_key(key) == slot->key);
      records[{slot->order, key}] = payload;
    }
    std::vector<std::string> again;
    for (const auto &[place, payload] : records) again.push_back(payload);
    CHECK(again == frames);
  }
}

TEST_CASE("the slots of the full dump") {
  DumpOrder order;
  std::map<Section, std::vector<uint32_t>> subs;
  for (const auto &payload : dump("n1_full.recv.bin")) {
    const auto slot = order.place(payload);
    REQUIRE(slot);
    subs[slot->key.section].push_back(slot->key.sub);
  }
  CHECK(order.own() == 2001u);
  CHECK(subs[Section::own_node] == std::vector<uint32_t>{0});
  CHECK(subs[Section::channel] == std::vector<uint32_t>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(subs[Section::config] == std::vector<uint32_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  CHECK(subs[Section::module_config] == std::vector<uint32_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
                                                              13, empty_slot, empty_slot + 1,
                                                              empty_slot + 2});
  CHECK(subs[Section::node].size() == 199);
  CHECK(subs[Section::file].size() == 6);
}

TEST_CASE("a nodes-only dump finds the own node by its number") {
  DumpOrder order(2001);
  const auto frames = dump("n3_nodes_only.recv.bin");
  CHECK(order.place(frames[0])->key == StateKey{Section::own_node, 0});
  CHECK(order.place(frames[1])->key.section == Section::node);
}

TEST_CASE("a node met again keeps its key and place") {
  DumpOrder order;
  pb::NodeInfo node;
  node.set_num(5);
  const auto first = order.place(build_node_frame(node));
  node.set_num(6);
  const auto second = order.place(build_node_frame(node));
  node.set_num(5);
  const auto again = order.place(build_node_frame(node));
  REQUIRE((first && second && again));
  CHECK(again->repeated);
  CHECK(again->key == first->key);
  CHECK(again->order == first->order);
  CHECK(second->order > first->order);
  CHECK(order.append_node(7) > second->order);
  CHECK(order.append_node(5) == first->order);
}

TEST_CASE("dump frames of newer firmware are kept, behind what is known") {
  DumpOrder order;
  std::string frame;
  wire::append_bytes(frame, 25, "new");
  const auto first = order.place(frame);
  const auto second = order.place(frame);
  REQUIRE((first && second));
  CHECK(first->key.section == Section::other);
  CHECK(first->key != second->key);
  CHECK(first->order > state_order(Section::file, 0));
}

TEST_CASE("frames that are no part of a dump have no slot") {
  DumpOrder order;
  CHECK_FALSE(order.place(build_queue_status(0, 1, 2, 3)));
  CHECK_FALSE(order.place(build_config_complete(1)));
  CHECK_FALSE(order.place(build_from_radio(messages::packet(1, "x", 2))));
  pb::FromRadio message;
  message.set_rebooted(true);
  CHECK_FALSE(order.place(message.SerializeAsString()));
  message.mutable_log_record();
  CHECK_FALSE(order.place(message.SerializeAsString()));
  message.mutable_client_notification();
  CHECK_FALSE(order.place(message.SerializeAsString()));
  CHECK_FALSE(order.place(""));
  CHECK_FALSE(order.place("\x22\x05"));
}

TEST_CASE("what a handshake shows") {
  CHECK(handshake_kind(69420) == HandshakeKind::config_only);
  CHECK(handshake_kind(69421) == HandshakeKind::nodes_only);
  CHECK(handshake_kind(0) == HandshakeKind::full);
  for (int i = 0; i <= static_cast<int>(Section::own_telemetry); ++i) {
    const auto section = static_cast<Section>(i);
    const bool shown = section >= Section::my_info && section <= Section::other;
    const bool node = section == Section::node;
    const bool own = section == Section::own_node;
    CHECK(in_handshake(HandshakeKind::full, section) == shown);
    CHECK(in_handshake(HandshakeKind::config_only, section) == (shown && !node));
    CHECK(in_handshake(HandshakeKind::nodes_only, section) == (node || own));
  }
  // As recorded: the same radio asked with both special nonces.
  DumpOrder order;
  std::vector<std::string> config;
  for (const auto &payload : dump("n1_full.recv.bin")) {
    const auto slot = order.place(payload);
    if (in_handshake(HandshakeKind::config_only, slot->key.section)) config.push_back(payload);
  }
  CHECK(config.size() == dump("n2_config_only.recv.bin").size());
}

TEST_CASE("keys that are none") {
  CHECK_FALSE(decode_key(""));
  CHECK_FALSE(decode_key(std::string(5, '\0')));
  CHECK_FALSE(decode_key(std::string("\x0F\0\0\0\0", 5)));
  CHECK_FALSE(decode_key("123456"));
}

TEST_CASE("answers and the own telemetry get keys of their own") {
  const uint32_t own = messages::own;
  pb::AdminMessage admin;
  admin.set_get_ringtone_response("tune");
  CHECK(answer_key(own, build_admin_response(own, 1, 2, admin.SerializeAsString(), 0)) ==
        StateKey{Section::answer, 15});
  CHECK_FALSE(
      answer_key(messages::other, build_admin_response(own, 1, 2, admin.SerializeAsString(), 0)));
  admin.set_get_ringtone_request(true);
  CHECK_FALSE(answer_key(own, build_admin_response(own, 1, 2, admin.SerializeAsString(), 0)));
  pb::Telemetry telemetry;
  telemetry.mutable_local_stats()->set_uptime_seconds(4);
  CHECK(answer_key(own, build_data_response(own, 1, 0, port::telemetry,
                                            telemetry.SerializeAsString(), 0)) ==
        StateKey{Section::own_telemetry, 6});
  CHECK_FALSE(answer_key(own, build_data_response(own, 1, 0, port::text, "x", 0)));
  CHECK_FALSE(answer_key({}, build_data_response(own, 1, 0, port::text, "x", 0)));
  CHECK_FALSE(answer_key(own, build_queue_status(0, 1, 1, 1)));
}
