// The radio's queue: every message exactly once, asked for only when the last one is safe.
#include <catch2/catch.hpp>

#include "rig.h"

using namespace meshcore_driver_test;

TEST_CASE("waiting messages are taken at the start and at every sign of more, each once") {
  Rig rig;
  rig.queue = {direct_message('a', "one")};
  rig.up();
  REQUIRE(rig.payloads(MMX_KIND_RX) == std::vector<std::string>{direct_message('a', "one")});
  rig.queue = {direct_message('a', "two"), direct_message('b', "three")};
  rig.give(bytes({push::message_waiting}));
  rig.give(bytes({push::message_waiting}));
  REQUIRE(rig.payloads(MMX_KIND_RX) ==
          std::vector<std::string>{direct_message('a', "two"), direct_message('b', "three")});
  // A sign that was lost is made up for.
  rig.queue = {direct_message('a', "four")};
  rig.run(4 * kMinute, kSecond);
  REQUIRE(rig.payloads(MMX_KIND_RX) == std::vector<std::string>{direct_message('a', "four")});
}

TEST_CASE("a message that comes while the last answer is on its way is not left behind") {
  Rig rig;
  rig.up();
  rig.mute = {command::sync_next};
  rig.give(bytes({push::message_waiting}));
  rig.give(bytes({push::message_waiting}));
  rig.queue = {direct_message('a', "just now")};
  rig.mute = {};
  rig.give(bytes({response::no_more_messages}));
  REQUIRE(rig.payloads(MMX_KIND_RX) == std::vector<std::string>{direct_message('a', "just now")});
}

TEST_CASE("messages of a radio that was not told the version are brought into the newer form") {
  Rig rig;
  rig.queue = {legacy_message('a', "old form")};
  rig.up();
  const auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  REQUIRE(code_of(events[0].payload) == response::contact_message_v3);
  REQUIRE(meshcore::parse_message(events[0].payload)->text == "old form");
  REQUIRE(events[0].record.type() == MMX_RECORD_TEXT);
  REQUIRE(events[0].record.text(MMX_FIELD_TEXT) == "old form");
  REQUIRE(events[0].record.text(MMX_FIELD_FROM) == "616161616161");
}

TEST_CASE("a post a room delivers twice is told once; another post of the same second is told") {
  Rig rig;
  rig.queue = {post('r', "AUTH", "news", 50), post('r', "AUTH", "news", 50),
               post('r', "AUTH", "more", 50), post('r', "auth", "news", 50)};
  rig.up();
  REQUIRE(rig.take(MMX_KIND_RX).size() == 3);
  REQUIRE(rig.host.metric("radio_duplicate_posts_total") == 1);
}

TEST_CASE("a damaged message is counted and the next one is taken") {
  Rig rig;
  rig.queue = {bytes({response::contact_message_v3, 1, 2}), direct_message('a', "whole")};
  rig.up();
  REQUIRE(rig.payloads(MMX_KIND_RX) == std::vector<std::string>{direct_message('a', "whole")});
}

TEST_CASE("the next message is asked for only when the last one is committed") {
  mmx::testing::FakeHost host("parts");
  const mmx::Host seen(host.raw());
  struct Events final : meshcore_driver::LinkEvents, meshcore_driver::ExchangeEvents {
    void link_opened() override {}
    void link_frame(std::string_view) override {}
    void link_closed(meshcore_driver::LinkEnd, std::string_view) override {}
    void unasked(std::string_view) override {}
    void exchange_dead() override {}
  } events;
  meshcore_driver::Counters counters(seen);
  meshcore_driver::Link link(seen, events);
  meshcore_driver::Exchange exchange(seen, link, events, counters);
  std::vector<std::function<void()>> pending;
  meshcore_driver::Drainer drainer(
      exchange, counters,
      [&](const meshcore::ReceivedMessage &, std::string_view, std::function<void()> done) {
        pending.push_back(std::move(done));
      });
  exchange.open();
  drainer.drain();
  REQUIRE_FALSE(exchange.idle());
  exchange.take(direct_message('a', "one"));
  REQUIRE(pending.size() == 1);
  REQUIRE(exchange.idle());
  drainer.drain();  // a sign of more changes nothing
  REQUIRE(exchange.idle());
  pending[0]();
  REQUIRE_FALSE(exchange.idle());
  exchange.close();
}

TEST_CASE("a broken link costs at most the message in flight, and asks again afterwards") {
  Rig rig;
  rig.up();
  rig.queue = {direct_message('a', "one"), direct_message('a', "two")};
  rig.mute = {command::sync_next};
  rig.give(bytes({push::message_waiting}));
  rig.lose();
  rig.mute = {};
  rig.up();
  REQUIRE(rig.take(MMX_KIND_RX).size() == 2);
}

TEST_CASE("many waiting messages do not keep commands from their turn") {
  Rig rig;
  rig.up();
  for (int i = 0; i < 50; ++i) rig.queue.push_back(direct_message('a', std::to_string(i)));
  std::size_t popped_before = 0;
  rig.special = [&](const std::string &asked) -> std::optional<std::vector<std::string>> {
    if (code_of(asked) == command::share_contact) {
      popped_before = rig.received(command::sync_next).size();
    }
    return std::nullopt;
  };
  rig.clear_received();
  rig.answers = false;
  rig.give(bytes({push::message_waiting}));
  rig.answers = true;
  rig.command(with_key(command::share_contact, key_of('a')));
  rig.give(rig.queue.front());
  REQUIRE(popped_before <= 2);
  rig.run(kSecond);
  REQUIRE(rig.queue.empty());
}

TEST_CASE("channel texts are told apart into who and what") {
  Rig rig;
  meshcore::ReceivedMessage heard;
  heard.kind = meshcore::ReceivedMessage::Kind::channel;
  heard.channel = 1;
  heard.path_len = 2;
  heard.snr_x4 = -10;
  heard.timestamp = 1'767'225'000;
  heard.text = "Somebody: hello: all";
  rig.queue = {meshcore::build_message(heard)};
  rig.up();
  const auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.at(0).record.text(MMX_FIELD_LONG_NAME) == "Somebody");
  REQUIRE(events[0].record.text(MMX_FIELD_TEXT) == "hello: all");
  REQUIRE(events[0].record.text(MMX_FIELD_TO) == "broadcast");
  REQUIRE(events[0].record.integer(MMX_FIELD_CHANNEL) == 1);
  REQUIRE(events[0].record.integer(MMX_FIELD_HOPS) == 2);
  REQUIRE(events[0].record.number(MMX_FIELD_SNR_DB) == -2.5);
}

TEST_CASE("a message that a former owner of the line had asked for is not lost") {
  Rig rig(OptionTexts{{"connect", "serial:///dev/ttyACM0"}});
  rig.answers = false;
  rig.accept();
  rig.give(direct_message('a', "left over"));
  rig.answers = true;
  rig.run(2 * kSecond);
  REQUIRE(rig.phase() == MMX_LINK_UP);
  REQUIRE(rig.payloads(MMX_KIND_RX) == std::vector<std::string>{direct_message('a', "left over")});
}
