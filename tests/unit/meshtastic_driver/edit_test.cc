// Edit transactions of apps, and secrets in sections that are written back.
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

pb::AdminMessage begin_edit() {
  pb::AdminMessage message;
  message.set_begin_edit_settings(true);
  return message;
}

pb::AdminMessage commit_edit() {
  pb::AdminMessage message;
  message.set_commit_edit_settings(true);
  return message;
}

}  // namespace

TEST_CASE("an edit transaction is kept until its commit and goes out in one piece") {
  Rig rig;
  rig.up();
  rig.run(3 * kSecond);
  rig.take(~0U);
  const auto before = rig.admins().size();
  const auto begin = rig.command(admin(begin_edit(), 80), 1);
  const auto set = rig.command(admin(set_role(3), 81), 1);
  rig.run(kSecond);
  REQUIRE(rig.admins().size() == before);
  auto begun = rig.take(MMX_KIND_REPLY);
  // The app waits for these before it goes on.
  REQUIRE(begun.size() == 4);
  REQUIRE(begun[0].cause == begin);
  REQUIRE(routing_error(begun[1]) == 0);
  REQUIRE(begun[2].cause == set);
  REQUIRE(routing_error(begun[3]) == 0);
  // Another session's own change is not swallowed by it, and does not get in between.
  pb::AdminMessage ringtone;
  ringtone.set_set_ringtone_message("abc");
  pb::AdminMessage second = set_role(4);
  rig.command(admin(second, 82), 1);
  rig.answers_admin = false;
  rig.command(admin(commit_edit(), 83), 1);
  rig.command(admin(ringtone, 84), 2);
  rig.answers_admin = true;
  rig.give(routing(0x1001, 0x1001, 80, 0));
  rig.run(3 * kSecond);
  std::vector<int> order;
  const auto all = rig.admins();
  for (std::size_t i = before; i < all.size(); ++i) order.push_back(all[i].payload_variant_case());
  const std::vector<int> expected = {pb::AdminMessage::kBeginEditSettings,
                                     pb::AdminMessage::kSetConfig, pb::AdminMessage::kSetConfig,
                                     pb::AdminMessage::kCommitEditSettings};
  REQUIRE(std::vector<int>(order.begin(), order.begin() + 4) == expected);
  REQUIRE(members(rig, pb::AdminMessage::kSetRingtoneMessage) == 1);
  // And what it changed is read again, after it.
  REQUIRE(members(rig, pb::AdminMessage::kGetConfigRequest) >= 1);
}

TEST_CASE("an edit whose session ends before the commit never happens") {
  Rig rig;
  rig.up();
  rig.run(3 * kSecond);
  const auto before = rig.admins().size();
  rig.command(admin(begin_edit(), 80), 1);
  rig.command(admin(set_role(3), 81), 1);
  rig.host.bus().end_session(7, 1);
  rig.host.end_turn();
  rig.run(kSecond);
  REQUIRE(rig.admins().size() == before);
  // Two sessions' transactions do not mix.
  rig.command(admin(begin_edit(), 90), 2);
  rig.command(admin(begin_edit(), 91), 3);
  rig.command(admin(set_role(5), 92), 2);
  rig.command(admin(set_role(6), 93), 3);
  rig.command(admin(commit_edit(), 94), 3);
  rig.run(2 * kSecond);
  std::vector<std::uint32_t> roles;
  for (const pb::AdminMessage &each : rig.admins()) {
    if (each.has_set_config()) roles.push_back(each.set_config().device().role());
  }
  REQUIRE(roles == std::vector<std::uint32_t>{6});
}

TEST_CASE("a section written back without what was withheld gets the true value back") {
  Rig rig;
  rig.up();
  pb::AdminMessage message;
  message.mutable_set_config()->mutable_security()->set_is_managed(false);
  message.mutable_set_config()->mutable_security()->set_serial_enabled(true);
  rig.command(admin(message, 100), 1, MMX_LABEL_ADMIN_WRITE, MMX_LABEL_SECRET_KEY);
  rig.run(kSecond);
  const auto security = [&] {
    pb::Config::SecurityConfig last;
    for (const pb::AdminMessage &each : rig.admins()) {
      if (each.set_config().has_security()) last = each.set_config().security();
    }
    return last;
  };
  REQUIRE(security().private_key() == key_of('p'));
  REQUIRE(security().serial_enabled());
  pb::AdminMessage network;
  network.mutable_set_config()->mutable_network()->set_wifi_ssid("new");
  rig.command(admin(network, 101), 1, MMX_LABEL_ADMIN_WRITE, MMX_LABEL_SECRET_PASSWORD);
  rig.run(kSecond);
  bool written = false;
  for (const pb::AdminMessage &each : rig.admins()) {
    if (!each.set_config().has_network()) continue;
    written = true;
    REQUIRE(each.set_config().network().wifi_psk() == "true wifi password");
  }
  REQUIRE(written);
  // Who was shown the secret means it when he leaves it out.
  rig.command(admin(message, 102), 1, MMX_LABEL_ADMIN_WRITE, 0);
  rig.run(kSecond);
  REQUIRE(security().private_key().empty());
}

TEST_CASE("a section is not written when its secret is not known here") {
  Rig rig;
  auto frames = make_dump();
  std::erase_if(frames,
                [](const std::string &frame) { return parse(frame).config().has_security(); });
  rig.up(frames);
  pb::AdminMessage message;
  message.mutable_set_config()->mutable_security()->set_serial_enabled(true);
  const auto id = rig.command(admin(message, 100), 1, MMX_LABEL_ADMIN_WRITE, MMX_LABEL_SECRET_KEY);
  rig.run(kSecond);
  REQUIRE(members(rig, pb::AdminMessage::kSetConfig) == 0);
  REQUIRE(routing_error(rig.replies(id).back()) == meshtastic::routing_error::not_authorized);
}

TEST_CASE("an edit that is too long is forgotten, and its app is told") {
  Rig rig;
  rig.up();
  rig.run(3 * kSecond);
  const auto before = rig.admins().size();
  rig.command(admin(begin_edit(), 80), 1);
  const auto set = rig.command(admin(set_role(3), 81), 1);
  rig.take(~0U);
  for (std::uint32_t i = 0; i < 40; ++i) {
    pb::AdminMessage message;
    message.set_set_ringtone_message("x");
    if (rig.host.control_status().find("\"open_edits\":1") == std::string::npos) break;
    rig.command(admin(message, 200 + i), 1);
  }
  const auto replies = rig.replies(set);
  REQUIRE(replies.back().is_final());
  REQUIRE(routing_error(replies.back()) == meshtastic::routing_error::timeout);
  rig.run(kSecond);
  REQUIRE(rig.admins().size() == before);
}

TEST_CASE("a commit the queue has no room for fails the whole edit") {
  Rig rig;
  rig.up();
  rig.run(3 * kSecond);
  const auto before = rig.admins().size();
  rig.command(admin(begin_edit(), 80), 1);
  const auto set = rig.command(admin(set_role(3), 81), 1);
  for (std::uint32_t i = 0; i < 33; ++i) rig.command(text("fill", 300 + i), 1);
  rig.take(~0U);
  const auto commit = rig.command(admin(commit_edit(), 82), 1);
  const auto replies = rig.take(MMX_KIND_REPLY);
  std::size_t told = 0;
  for (const Published &each : replies) {
    if (each.cause == commit) {
      REQUIRE(field(each, MMX_FIELD_NATIVE_STATUS) == meshtastic::queue_res::full);
      ++told;
    } else if (each.cause == set) {
      REQUIRE(routing_error(each) != 0);
      ++told;
    }
  }
  REQUIRE(told == 2);
  rig.run(kSecond);
  REQUIRE(rig.admins().size() == before);
}
