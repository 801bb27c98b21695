// Connect and capture: what is retained is what the radio said, in the order the notes ask for.
#include <catch2/catch.hpp>

#include "plugins/meshcore/codec/bytes.h"
#include "rig.h"

using namespace meshcore_driver_test;

TEST_CASE("a capture begins with the clock and ends with the link up and the queue drained") {
  Rig rig;
  rig.queue = {direct_message('a', "one"), direct_message('a', "two")};
  rig.up();
  std::vector<int> order;
  for (const std::string &each : rig.received()) order.push_back(code_of(each));
  REQUIRE(order == std::vector<int>{5,  5,  22, 1,  4,  31, 31, 31, 59, 43,
                                    64, 40, 60, 20, 56, 56, 56, 10, 10, 10});
  REQUIRE(rig.received(command::device_query)[0] == bytes({22, 13}));
  const auto link = rig.host.bus().last_link();
  REQUIRE(link.phase == MMX_LINK_UP);
  REQUIRE(link.complete == 1);
  REQUIRE(link.stale == 0);
  REQUIRE(rig.host.bus().identity() == rig.own_key);
  REQUIRE(rig.host.health().state == MMX_HEALTH_OK);
  REQUIRE(rig.host.logged("connected to 6f6f6f6f6f6f", MMX_LOG_INFO));
  for (const auto &contact : rig.contacts) {
    REQUIRE(rig.state(Section::contact, 0, contact.public_key) == meshcore::build_contact(contact));
  }
  for (std::uint8_t slot = 0; slot < 3; ++slot) {
    REQUIRE(rig.state(Section::channel, slot) == meshcore::build_channel_info(rig.channels[slot]));
  }
  for (const Section section : {Section::self_info, Section::device_info, Section::time,
                                Section::battery, Section::custom_vars, Section::tuning,
                                Section::auto_add, Section::repeat_freq, Section::default_scope}) {
    INFO(static_cast<int>(section));
    REQUIRE_FALSE(rig.state(section).empty());
  }
  REQUIRE_FALSE(rig.state(Section::stats, 2).empty());
}

TEST_CASE("nothing is published before the radio has a name, and then all in one turn") {
  Rig rig;
  rig.mute = {command::app_start};
  rig.accept();
  rig.run(kSecond);
  REQUIRE(rig.take(MMX_KIND_STATE).empty());
  REQUIRE(rig.host.bus().identity().empty());
  rig.mute = {command::get_stats};
  rig.run(12 * kSecond);
  REQUIRE(rig.host.bus().identity() == rig.own_key);
  REQUIRE(rig.take(MMX_KIND_STATE).empty());
  rig.mute = {};
  rig.run(12 * kSecond);
  const auto published = rig.take(MMX_KIND_STATE);
  REQUIRE(published.size() >= 15);
  const auto &links = rig.host.bus().links();
  REQUIRE(links.at(links.size() - 2).swapping == 1);
  REQUIRE(links.back().swapping == 0);
}

TEST_CASE("firmware that does not know the newer questions is captured all the same") {
  Rig rig;
  rig.version = 3;
  for (const int code : {59, 43, 64, 40, 60, 56}) {
    rig.refuses[static_cast<std::uint8_t>(code)] = error::unsupported;
  }
  rig.up();
  REQUIRE(rig.state(Section::tuning).empty());
  REQUIRE_FALSE(rig.state(Section::battery).empty());
}

TEST_CASE("a contact list that lost a contact on its way is asked for again") {
  Rig rig;
  int lists = 0;
  rig.special = [&](const std::string &asked) -> std::optional<std::vector<std::string>> {
    if (code_of(asked) != command::get_contacts || ++lists > 1) return std::nullopt;
    return std::vector<std::string>{
        meshcore::build_contacts_start(4), meshcore::build_contact(rig.contacts[0]),
        meshcore::build_contact(rig.contacts[2]), meshcore::build_contact(rig.contacts[3]),
        meshcore::build_contacts_end(1000)};
  };
  rig.up();
  REQUIRE(lists == 2);
  REQUIRE_FALSE(rig.state(Section::contact, 0, key_of('b')).empty());
}

TEST_CASE("a contact list whose end is lost is asked for again") {
  Rig rig;
  int lists = 0;
  rig.special = [&](const std::string &asked) -> std::optional<std::vector<std::string>> {
    if (code_of(asked) != command::get_contacts || ++lists > 1) return std::nullopt;
    return std::vector<std::string>{meshcore::build_contacts_start(4),
                                    meshcore::build_contact(rig.contacts[0])};
  };
  rig.accept();
  rig.run(6 * kSecond);
  REQUIRE(lists == 2);
  REQUIRE(rig.phase() == MMX_LINK_UP);
  REQUIRE_FALSE(rig.state(Section::contact, 0, key_of('p')).empty());
}

TEST_CASE("somebody else's contact list in the way is waited for") {
  Rig rig;
  int lists = 0;
  rig.special = [&](const std::string &asked) -> std::optional<std::vector<std::string>> {
    if (code_of(asked) != command::get_contacts || ++lists > 1) return std::nullopt;
    return std::vector<std::string>{meshcore::build_error(error::bad_state)};
  };
  rig.accept();
  rig.run(3 * kSecond);
  REQUIRE(lists == 2);
  REQUIRE(rig.phase() == MMX_LINK_UP);
}

TEST_CASE("leftovers behind a channel's name are not kept") {
  Rig rig;
  rig.special = [&](const std::string &asked) -> std::optional<std::vector<std::string>> {
    if (asked != bytes({31, 1})) return std::nullopt;
    std::string frame = meshcore::build_channel_info(rig.channels[1]);
    frame.replace(2 + 6, 6, "secret");
    return std::vector<std::string>{frame};
  };
  rig.up();
  REQUIRE(rig.state(Section::channel, 1) == meshcore::build_channel_info(rig.channels[1]));
}

TEST_CASE("the clock is set before anything else, forward only, by a host that knows the time") {
  SECTION("behind") {
    Rig rig;
    rig.behind_s = 600;
    rig.up();
    REQUIRE(code_of(rig.received()[2]) == command::set_time);
    REQUIRE(rig.behind_s == 0);
    REQUIRE(meshcore::parse_time(rig.state(Section::time)).value() >= rig.device_now() - 2);
  }
  SECTION("ahead") {
    Rig rig;
    rig.behind_s = -600;
    rig.up();
    REQUIRE(rig.received(command::set_time).empty());
    REQUIRE(rig.host.logged("ahead of this host's", MMX_LOG_WARN));
  }
  SECTION("a host without the time") {
    Rig rig;
    rig.host.clock().set_wall_clock(mmx::testing::WallClock::unsynchronised);
    rig.behind_s = 600;
    rig.up();
    REQUIRE(rig.received(command::set_time).empty());
    // It learns the time later, and passes it on.
    rig.host.clock().set_wall_clock(mmx::testing::WallClock::synchronised);
    rig.run(65 * kSecond, 100 * kMillisecond);
    REQUIRE(rig.received(command::set_time).size() == 1);
    REQUIRE(rig.behind_s == 0);
  }
}

TEST_CASE(
    "an app sets the clock only while the host does not know the time, forward and in bounds") {
  const auto set = [](std::uint32_t seconds) {
    std::string made = bytes({command::set_time});
    meshcore::bytes::put32(made, seconds);
    return made;
  };
  Rig rig;
  const bool synchronised = GENERATE(true, false);
  if (!synchronised) rig.host.clock().set_wall_clock(mmx::testing::WallClock::unsynchronised);
  rig.behind_s = synchronised ? 0 : 600;
  rig.up();
  rig.clear_received();
  const std::uint32_t now = rig.device_now();
  for (const std::uint32_t seconds : {now + 300, now - 300, 0xFFFFFFF0U, 5U}) {
    REQUIRE(rig.reply(rig.command(set(seconds))) == meshcore::build_ok());
  }
  REQUIRE(rig.received(command::set_time).size() == (synchronised ? 0 : 1));
  REQUIRE(rig.behind_s == (synchronised ? 0 : 300));
}

TEST_CASE("everything is read again after a reconnect; what vanished meanwhile is removed") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  REQUIRE(rig.phase() == MMX_LINK_DOWN);
  REQUIRE(rig.host.bus().last_link().complete == 1);
  REQUIRE(rig.host.bus().last_link().stale == 1);
  rig.contacts.erase(rig.contacts.begin());
  rig.contacts.push_back(contact('n'));
  rig.wait_for_connect();
  rig.up();
  REQUIRE(rig.state(Section::contact, 0, key_of('a')).empty());
  REQUIRE_FALSE(rig.state(Section::contact, 0, key_of('n')).empty());
}

TEST_CASE("everything is read again now and then, while commands go on") {
  Rig rig({{"connect", "tcp://192.0.2.9:5000"}, {"refresh_interval", "5m"}});
  rig.up();
  rig.contacts[0].flags = 1;
  rig.channels[2].name = "late";
  rig.run(5 * kMinute + 5 * kSecond, 100 * kMillisecond);
  REQUIRE(rig.received(command::get_contacts).size() == 2);
  REQUIRE(meshcore::parse_contact(rig.state(Section::contact, 0, key_of('a')))->favourite());
  REQUIRE(meshcore::parse_channel_info(rig.state(Section::channel, 2))->name == "late");
  for (const auto &link : rig.host.bus().links()) {
    if (link.complete == 1) REQUIRE(link.phase == MMX_LINK_UP);
  }
}

TEST_CASE("another radio behind the same address starts afresh") {
  Rig rig;
  rig.up();
  rig.lose();
  rig.own_key = key_of('x');
  const auto epoch = rig.host.bus().epoch();
  rig.contacts = {contact('z')};
  rig.up();
  REQUIRE(rig.host.bus().epoch() == epoch + 1);
  REQUIRE(rig.host.logged("another radio answers", MMX_LOG_WARN));
  REQUIRE(rig.state(Section::contact, 0, key_of('a')).empty());
  REQUIRE_FALSE(rig.state(Section::contact, 0, key_of('z')).empty());
}

TEST_CASE("lastmod: the radio's own at first, then never falling and always rising with a change") {
  Rig rig;
  rig.contacts[0].lastmod = 5000;
  rig.up();
  const auto shown = [&](char fill) {
    return meshcore::parse_contact(rig.state(Section::contact, 0, key_of(fill)))->lastmod;
  };
  REQUIRE(shown('a') == 5000);
  REQUIRE(shown('b') == 1000);
  // A path that is reset, and the radio does not raise lastmod for it.
  const auto id = rig.command(with_key(command::reset_path, key_of('b')));
  REQUIRE(rig.reply(id) == meshcore::build_ok());
  REQUIRE(shown('b') > 5000);
  REQUIRE(shown('b') <= rig.device_now());
  const std::uint32_t before = shown('b');
  // The radio raised it by itself, but not above what was shown.
  rig.contacts[0].flags = 1;
  rig.contacts[0].lastmod = 5001;
  rig.give(meshcore::build_key_push(push::advert, key_of('a')));
  REQUIRE(shown('a') == 5001);
  rig.contacts[1].flags = 1;
  rig.contacts[1].lastmod = 2000;
  rig.give(meshcore::build_key_push(push::advert, key_of('b')));
  REQUIRE(shown('b') > before);
  // Nothing changed: nothing rises.
  const std::uint32_t still = shown('b');
  rig.give(meshcore::build_key_push(push::advert, key_of('b')));
  REQUIRE(shown('b') == still);
}

TEST_CASE("news of contacts is read first and told then") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  rig.contacts.push_back(contact('n', meshcore::contact_type::sensor));
  rig.give(meshcore::build_key_push(push::advert, key_of('n')));
  const auto published = rig.take(MMX_KIND_STATE | MMX_KIND_RX);
  REQUIRE(published.size() == 2);
  REQUIRE(published[0].kind == MMX_KIND_STATE);
  REQUIRE(published[0].record.type() == MMX_RECORD_NODE);
  REQUIRE(published[1].payload == meshcore::build_key_push(push::advert, key_of('n')));
  // Deleted by the radio itself.
  rig.give(meshcore::build_key_push(push::contact_deleted, key_of('n')));
  REQUIRE(rig.state(Section::contact, 0, key_of('n')).empty());
  REQUIRE(rig.payloads(MMX_KIND_RX) ==
          std::vector<std::string>{meshcore::build_key_push(push::contact_deleted, key_of('n'))});
}

TEST_CASE("a new path is told by the push, and read before that") {
  Rig rig;
  rig.up();
  rig.contacts[1].out_path_len = 2;
  rig.give(meshcore::build_key_push(push::path_updated, key_of('b')));
  REQUIRE(meshcore::parse_contact(rig.state(Section::contact, 0, key_of('b')))->hops() == 2);
}

TEST_CASE("a radio that restarts without the link noticing is read again and told its version") {
  Rig rig;
  rig.up();
  SECTION("its clock goes back") { rig.behind_s = 500; }
  SECTION("its uptime goes back") { rig.uptime_s = 3; }
  rig.clear_received();
  rig.run(70 * kSecond, 100 * kMillisecond);
  REQUIRE(rig.received(command::device_query).size() == 1);
  REQUIRE(rig.received(command::get_contacts).size() == 1);
  REQUIRE(rig.behind_s == 0);
  REQUIRE(rig.phase() == MMX_LINK_UP);
  REQUIRE(rig.host.logged("the radio restarted", MMX_LOG_WARN));
}

TEST_CASE("battery and statistics are polled behind everything else") {
  Rig rig({{"connect", "tcp://192.0.2.9:5000"}, {"poll", "30s"}});
  rig.up();
  rig.clear_received();
  rig.uptime_s = 700;
  rig.run(31 * kSecond, 100 * kMillisecond);
  REQUIRE(rig.received(command::get_battery).size() == 1);
  REQUIRE(rig.received(command::get_stats).size() == 3);
  REQUIRE(rig.state(Section::stats, 0).substr(4, 4) == bytes({0xBC, 0x02, 0, 0}));
}
