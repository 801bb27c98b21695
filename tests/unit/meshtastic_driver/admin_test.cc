// Administration by apps: what is answered here, what is guarded, what goes out as one, and what is
// known afterwards.
#include <catch2/catch.hpp>

#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/build.h"
#include "rig.h"

using namespace driver_test;
using meshtastic::Section;
namespace port = meshtastic::port;

namespace {

std::int64_t field(const Published &reply, std::uint16_t key) {
  return reply.record.integer(key).value_or(-1);
}

std::size_t members(const Rig &rig, pb::AdminMessage::PayloadVariantCase variant) {
  std::size_t found = 0;
  for (const pb::AdminMessage &each : rig.admins()) {
    found += each.payload_variant_case() == variant ? 1 : 0;
  }
  return found;
}

pb::AdminMessage set_role(std::uint32_t role) {
  pb::AdminMessage message;
  message.mutable_set_config()->mutable_device()->set_role(role);
  return message;
}

}  // namespace

TEST_CASE("the radio's clock is set by the driver while the host's is right") {
  Rig rig;
  rig.up();
  REQUIRE(members(rig, pb::AdminMessage::kSetTimeOnly) == 1);
  const auto told = rig.admins().at(0).set_time_only();
  REQUIRE(told == static_cast<std::uint32_t>(1'767'225'600 + 100));
  // A phone's is acknowledged and goes no further.
  pb::AdminMessage clock;
  clock.set_set_time_only(1);
  rig.take(~0U);
  const auto id = rig.command(admin(clock, 9));
  const auto replies = rig.replies(id);
  REQUIRE(replies.size() == 2);
  REQUIRE(field(replies[0], MMX_FIELD_STATUS) == MMX_DELIVERY_DONE);
  REQUIRE(routing_error(replies[1]) == 0);
  REQUIRE(replies[1].is_final());
  rig.run(kSecond);
  REQUIRE(members(rig, pb::AdminMessage::kSetTimeOnly) == 1);
}

TEST_CASE("while the host's clock may be wrong a phone's is passed on, and ours is not") {
  Rig rig;
  rig.host.clock().set_wall_clock(mmx::testing::WallClock::unsynchronised);
  rig.up();
  REQUIRE(members(rig, pb::AdminMessage::kSetTimeOnly) == 0);
  pb::AdminMessage clock;
  clock.set_set_time_only(1'767'000'000);
  rig.command(admin(clock, 9));
  rig.run(kSecond);
  REQUIRE(members(rig, pb::AdminMessage::kSetTimeOnly) == 1);
  rig.host.clock().set_wall_clock(mmx::testing::WallClock::synchronised);
  rig.run(3 * kSecond);
  REQUIRE(members(rig, pb::AdminMessage::kSetTimeOnly) == 2);
}

TEST_CASE("add_contact passes with the key that is known, in our words; nothing else does") {
  pb::NodeInfo peer = make_node(0x2002, 50);
  peer.mutable_user()->set_public_key(key_of('k'));
  pb::NodeInfo zero = make_node(0x2003, 50);
  zero.mutable_user()->set_public_key(key_of('\0'));
  Rig rig;
  rig.up(make_dump({.nodes = {peer, zero, make_node(0x2004)}}));
  const auto attempt = [&](std::uint32_t number, const std::string &key, std::uint64_t grants) {
    rig.take(~0U);
    const auto before = members(rig, pb::AdminMessage::kAddContact);
    pb::AdminMessage message;
    message.mutable_add_contact()->set_node_num(number);
    message.mutable_add_contact()->set_should_ignore(true);
    message.mutable_add_contact()->mutable_user()->set_long_name("Mallory");
    message.mutable_add_contact()->mutable_user()->set_public_key(key);
    static std::uint32_t next = 5000;
    const auto id = rig.command(admin(message, ++next), 1, grants);
    rig.run(kSecond);
    const auto replies = rig.replies(id);
    const bool passed = members(rig, pb::AdminMessage::kAddContact) == before + 1;
    if (!passed) {
      REQUIRE(replies.size() == 2);
      REQUIRE(field(replies[0], MMX_FIELD_NATIVE_STATUS) == 0);
      REQUIRE(routing_error(replies[1]) == meshtastic::routing_error::not_authorized);
    }
    return passed;
  };
  REQUIRE(attempt(0x2002, key_of('k'), MMX_LABEL_ADMIN_CONTACT));
  const pb::SharedContact sent = rig.admins().back().add_contact();
  REQUIRE(sent.user().long_name() == peer.user().long_name());
  REQUIRE_FALSE(sent.should_ignore());
  REQUIRE_FALSE(attempt(0x2002, key_of('x'), MMX_LABEL_ADMIN_CONTACT));
  REQUIRE_FALSE(attempt(0x2002, key_of('k').substr(0, 31), MMX_LABEL_ADMIN_CONTACT));
  REQUIRE_FALSE(attempt(0x2002, "", MMX_LABEL_ADMIN_CONTACT));
  REQUIRE_FALSE(attempt(0x2003, key_of('\0'), MMX_LABEL_ADMIN_CONTACT));
  REQUIRE_FALSE(attempt(0x2004, "", MMX_LABEL_ADMIN_CONTACT));
  REQUIRE_FALSE(attempt(0x2999, key_of('k'), MMX_LABEL_ADMIN_CONTACT));
  REQUIRE_FALSE(attempt(0x1001, key_of('o'), MMX_LABEL_ADMIN_CONTACT));
  REQUIRE(attempt(0x2999, key_of('n'), MMX_LABEL_ADMIN_CONTACT | MMX_LABEL_ADMIN_WRITE));
  REQUIRE(rig.admins().back().add_contact().user().long_name() == "Mallory");
}

TEST_CASE("administration of the radio goes one at a time, 100 ms apart") {
  Rig rig;
  rig.up();
  rig.run(3 * kSecond);
  rig.answers_admin = false;
  std::vector<std::int64_t> times;
  rig.on_to_radio = [&](const pb::ToRadio &message) {
    if (message.has_packet()) times.push_back(rig.host.clock().mono_ns());
  };
  pb::AdminMessage owner;
  owner.set_get_owner_request(true);
  rig.command(admin(owner, 1), 1);
  rig.command(admin(owner, 2), 2);
  rig.command(admin(owner, 3), 3);
  rig.run(kSecond);
  REQUIRE(times.size() == 1);
  pb::AdminMessage answer;
  answer.mutable_get_owner_response()->set_long_name("Own node");
  rig.give(admin_answer(0x1001, 1, answer));
  rig.run(kSecond);
  REQUIRE(times.size() == 2);
  rig.answers_admin = true;
  rig.give(admin_answer(0x1001, 2, answer));
  rig.run(kSecond);
  REQUIRE(times.size() == 3);
  // One that is never answered does not block for ever.
  rig.answers_admin = false;
  rig.command(admin(owner, 4), 1);
  rig.command(admin(owner, 5), 1);
  rig.run(4 * kSecond);
  REQUIRE(times.size() == 5);
}

TEST_CASE("an answer to a read goes to the asker alone and is taken over as state") {
  Rig rig;
  rig.up();
  rig.answers_admin = false;
  rig.take(~0U);
  pb::AdminMessage read;
  read.set_get_config_request(0);
  const auto id = rig.command(admin(read, 44));
  pb::AdminMessage answer;
  answer.mutable_get_config_response()->mutable_device()->set_role(9);
  const std::string frame = admin_answer(0x1001, 44, answer);
  rig.give(frame);
  const auto replies = rig.replies(id);
  REQUIRE(replies.back().payload == frame);
  REQUIRE(replies.back().is_final());
  REQUIRE(rig.take(MMX_KIND_RX).empty());
  REQUIRE(parse(rig.state(Section::config, 1)).config().device().role() == 9);
}

TEST_CASE("what an app changed is read again") {
  Rig rig;
  rig.up();
  rig.answers_admin = false;
  rig.on_to_radio = [&](const pb::ToRadio &message) {
    const auto request = meshtastic::admin_in(message.packet());
    if (!request) return;
    std::string frame;
    if (request->has_get_config_request()) {
      // The firmware corrects what it was given.
      pb::AdminMessage answer;
      answer.mutable_get_config_response()->mutable_device()->set_role(2);
      meshtastic::append_frame(frame, admin_answer(0x1001, message.packet().id(), answer));
    } else {
      meshtastic::append_frame(frame, routing(0x1001, 0x1001, message.packet().id(), 0));
    }
    rig.link().inject(frame);
  };
  rig.run(60 * kSecond, 100 * kMillisecond);
  const auto id = rig.command(admin(set_role(11), 50));
  rig.run(kSecond);
  REQUIRE(routing_error(rig.replies(id).back()) == 0);
  REQUIRE(members(rig, pb::AdminMessage::kGetConfigRequest) == 1);
  REQUIRE(parse(rig.state(Section::config, 1)).config().device().role() == 2);
  // The radio restarts after it; that is neither another client nor a surprise.
  rig.run(7 * kSecond);
  rig.link().end();
  rig.host.end_turn();
  REQUIRE_FALSE(rig.host.logged("another client"));
}

TEST_CASE("a new owner is part of the own node's record") {
  Rig rig;
  rig.up();
  rig.answers_admin = false;
  rig.on_to_radio = [&](const pb::ToRadio &message) {
    const auto request = meshtastic::admin_in(message.packet());
    if (!request || !request->has_get_owner_request()) return;
    pb::AdminMessage answer;
    answer.mutable_get_owner_response()->set_long_name("Renamed");
    std::string frame;
    meshtastic::append_frame(frame, admin_answer(0x1001, message.packet().id(), answer));
    rig.link().inject(frame);
  };
  rig.run(60 * kSecond, 100 * kMillisecond);
  REQUIRE(rig.node(0x1001).user().long_name() == "Own node");
  pb::AdminMessage owner;
  owner.mutable_set_owner()->set_long_name("Renamed");
  rig.command(admin(owner, 51));
  rig.run(4 * kSecond);
  REQUIRE(rig.node(0x1001).user().long_name() == "Renamed");
  REQUIRE(rig.node(0x1001).user().public_key() == key_of('o'));
}

TEST_CASE("removing nodes shows at once") {
  pb::NodeInfo favorite = make_node(0x2003, 5);
  favorite.set_is_favorite(true);
  Rig rig;
  rig.up(make_dump({.nodes = {make_node(0x2001, 1), make_node(0x2002, 2), favorite}}));
  pb::AdminMessage message;
  message.set_remove_by_nodenum(0x2001);
  rig.command(admin(message, 60));
  REQUIRE(rig.state(Section::node, 0x2001).empty());
  REQUIRE_FALSE(rig.state(Section::node, 0x2002).empty());
  message.set_nodedb_reset(1);
  rig.run(kSecond);
  rig.command(admin(message, 61));
  rig.run(kSecond);
  REQUIRE(rig.state(Section::node, 0x2002).empty());
  REQUIRE_FALSE(rig.state(Section::node, 0x2003).empty());
  REQUIRE(rig.node(0x1001).num() == 0x1001);
  message.set_nodedb_reset(0);
  rig.command(admin(message, 62));
  rig.run(kSecond);
  REQUIRE(rig.state(Section::node, 0x2003).empty());
}

TEST_CASE("favourite, ignored and muted show at once") {
  Rig rig;
  rig.up(make_dump({.nodes = {make_node(0x2001, 1)}}));
  std::uint32_t next = 70;
  const auto change = [&](auto set) {
    pb::AdminMessage message;
    set(message);
    rig.command(admin(message, next++));
    rig.run(kSecond);
    return rig.node(0x2001);
  };
  REQUIRE(change([](auto &m) { m.set_set_favorite_node(0x2001); }).is_favorite());
  REQUIRE_FALSE(change([](auto &m) { m.set_remove_favorite_node(0x2001); }).is_favorite());
  REQUIRE(change([](auto &m) { m.set_set_ignored_node(0x2001); }).is_ignored());
  REQUIRE_FALSE(change([](auto &m) { m.set_remove_ignored_node(0x2001); }).is_ignored());
  REQUIRE(change([](auto &m) { m.set_toggle_muted_node(0x2001); }).is_muted());
  REQUIRE_FALSE(change([](auto &m) { m.set_toggle_muted_node(0x2001); }).is_muted());
}

TEST_CASE("administration in hand when the link is lost fails aloud and is not repeated") {
  Rig rig;
  rig.up();
  rig.answers_admin = rig.answers_packets = false;
  pb::AdminMessage mute;
  mute.set_toggle_muted_node(0x2001);
  const auto sent = rig.command(admin(mute, 110));
  const auto waiting = rig.command(admin(mute, 111));
  rig.take(MMX_KIND_STATE | MMX_KIND_LINK);
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  const auto replies = rig.take(MMX_KIND_REPLY);
  std::size_t finals = 0;
  for (const Published &each : replies) {
    if (each.cause == sent || each.cause == waiting) finals += each.is_final() ? 1 : 0;
  }
  REQUIRE(finals == 2);
  rig.answers_admin = rig.answers_packets = true;
  rig.run(kSecond);
  rig.up();
  rig.run(3 * kSecond);
  REQUIRE(members(rig, pb::AdminMessage::kToggleMutedNode) == 1);
}

TEST_CASE("administration of another node is passed on and never answered from here") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  pb::AdminMessage read;
  read.set_get_owner_request(true);
  const auto id = rig.command(admin(read, 120, 0x2002));
  REQUIRE(rig.packets(port::admin).back().to() == 0x2002);
  pb::AdminMessage answer;
  answer.set_session_passkey("12345678");
  answer.mutable_get_owner_response()->set_long_name("Peer");
  const std::string frame = admin_answer(0x2002, 120, answer);
  rig.give(frame);
  REQUIRE(rig.replies(id).back().payload == frame);
  REQUIRE(rig.take(MMX_KIND_RX | MMX_KIND_SENT).empty());
  REQUIRE(rig.node(0x1001).user().long_name() == "Own node");
}

TEST_CASE("administration that cannot be read is not passed on") {
  Rig rig;
  rig.up();
  const auto before = rig.packets(port::admin).size();
  const auto id = rig.command(packet(port::admin, "\xff\xff", 130, 0x1001).SerializeAsString());
  REQUIRE(routing_error(rig.replies(id).back()) == meshtastic::routing_error::bad_request);
  rig.run(kSecond);
  REQUIRE(rig.packets(port::admin).size() == before);
}
