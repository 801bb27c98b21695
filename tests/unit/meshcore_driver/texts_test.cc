// Direct and channel texts: what may go, timestamps, acknowledgements, how others see them.
#include <catch2/catch.hpp>

#include "plugins/meshcore/codec/crypto.h"
#include "rig.h"

using namespace meshcore_driver_test;

namespace {

constexpr std::uint32_t kNow = 1'767'225'700;

std::uint32_t ack_of(Rig &rig, const std::string &sent) {
  const auto text = meshcore::parse_text_command(sent);
  return meshcore::expected_ack(text->timestamp, text->attempt, 0, text->text, rig.own_key);
}

std::uint32_t stamp_of(const std::string &sent) {
  return meshcore::parse_text_command(sent)->timestamp;
}

}  // namespace

TEST_CASE("a direct text is answered by the radio, and its ack finds the app that sent it") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  const auto id = rig.command(text_to('a', "hello", kNow), 3);
  REQUIRE(rig.received(command::send_text) ==
          std::vector<std::string>{text_to('a', "hello", kNow)});
  const std::uint32_t ack = ack_of(rig, text_to('a', "hello", kNow));
  auto told = rig.replies(id);
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].payload == meshcore::build_sent({0, ack, 4000}));
  REQUIRE_FALSE(told[0].is_final());
  const auto sent = rig.take(MMX_KIND_SENT);
  REQUIRE(sent.size() == 1);
  REQUIRE(sent[0].cause == id);
  REQUIRE(sent[0].payload == text_to('a', "hello", kNow));
  REQUIRE(sent[0].record.type() == MMX_RECORD_TEXT);
  REQUIRE(sent[0].record.text(MMX_FIELD_TO) == "616161616161");
  rig.give(meshcore::build_send_confirmed({ack, 700}));
  told = rig.replies(id);
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].payload == meshcore::build_send_confirmed({ack, 700}));
  REQUIRE(told[0].is_final());
  REQUIRE(told[0].record.type() == MMX_RECORD_ACK);
  REQUIRE(told[0].record.integer(MMX_FIELD_STATUS) == MMX_DELIVERY_DELIVERED);
  // Once.
  rig.give(meshcore::build_send_confirmed({ack, 700}));
  REQUIRE(rig.replies(id).empty());
}

TEST_CASE("two sessions that say the same at the same second both hear of it") {
  Rig rig;
  rig.up();
  const auto one = rig.command(text_to('a', "hello", kNow), 1);
  const auto two = rig.command(text_to('a', "hello", kNow), 2);
  const std::uint32_t ack = ack_of(rig, text_to('a', "hello", kNow));
  rig.replies(one);
  rig.replies(two);
  rig.give(meshcore::build_send_confirmed({ack, 1}));
  REQUIRE(rig.reply(one) == meshcore::build_send_confirmed({ack, 1}));
  REQUIRE(rig.reply(two) == meshcore::build_send_confirmed({ack, 1}));
}

TEST_CASE("texts that cannot go are refused, and never reach the radio") {
  Rig rig;
  rig.up();
  REQUIRE(rig.reply(rig.command(text_to('?', "nobody"))) ==
          meshcore::build_error(error::not_found));
  REQUIRE(rig.reply(rig.command(text_to('a', std::string(161, 'x')))) ==
          meshcore::build_error(error::table_full));
  std::string typed = text_to('a', "signed");
  typed[1] = 2;
  REQUIRE(rig.reply(rig.command(typed)) == meshcore::build_error(error::unsupported));
  REQUIRE(rig.reply(rig.command(channel_text(2, "into the void"))) ==
          meshcore::build_error(error::not_found));
  REQUIRE(rig.reply(rig.command(channel_text(9, "no such slot"))) ==
          meshcore::build_error(error::not_found));
  REQUIRE(rig.reply(rig.command(bytes({command::send_channel_data, 2, 0xFF, 1, 1, 5}))) ==
          meshcore::build_error(error::not_found));
  // Shorter than the firmware reads: it would crash.
  REQUIRE(rig.reply(rig.command(bytes({command::send_channel_text, 0, 0, 1}))) ==
          meshcore::build_error(error::unsupported));
  REQUIRE(rig.received(command::send_text).empty());
  REQUIRE(rig.received(command::send_channel_text).empty());
  REQUIRE(rig.received(command::send_channel_data).empty());
}

TEST_CASE("the longest text goes") {
  Rig rig;
  rig.up();
  const auto id = rig.command(text_to('a', std::string(160, 'x')));
  REQUIRE(code_of(rig.reply(id)) == response::sent);
}

TEST_CASE("eight texts may be unacknowledged, the ninth is refused until there is room") {
  Rig rig;
  rig.up();
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 8; ++i) {
    ids.push_back(rig.command(text_to('a', "text " + std::to_string(i), kNow), 1 + i % 3));
    REQUIRE(code_of(rig.reply(ids.back())) == response::sent);
  }
  REQUIRE(rig.reply(rig.command(text_to('a', "ninth"))) ==
          meshcore::build_error(error::table_full));
  REQUIRE(rig.received(command::send_text).size() == 8);
  rig.give(meshcore::build_send_confirmed({ack_of(rig, text_to('a', "text 3", kNow)), 1}));
  REQUIRE(code_of(rig.reply(rig.command(text_to('a', "ninth")))) == response::sent);
  REQUIRE(rig.reply(rig.command(text_to('a', "tenth"))) ==
          meshcore::build_error(error::table_full));
  // Those nobody confirms make room after twice their time, and can still be confirmed for a while.
  rig.run(9 * kSecond, 100 * kMillisecond);
  REQUIRE(code_of(rig.reply(rig.command(text_to('a', "tenth")))) == response::sent);
  rig.replies(ids[0]);
  rig.give(meshcore::build_send_confirmed({ack_of(rig, text_to('a', "text 0", kNow)), 1}));
  REQUIRE(code_of(rig.reply(ids[0])) == push::send_confirmed);
}

TEST_CASE("a text nobody confirms ends after minutes for a flood, with its fate") {
  Rig rig;
  rig.flood = 1;
  rig.up();
  const auto id = rig.command(text_to('a', "hello"));
  rig.replies(id);
  rig.run(4 * kMinute, kSecond);
  REQUIRE(rig.replies(id).empty());
  rig.run(2 * kMinute, kSecond);
  const auto told = rig.replies(id);
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].is_final());
  REQUIRE(told[0].payload.empty());
  REQUIRE(told[0].record.integer(MMX_FIELD_STATUS) == MMX_DELIVERY_FAILED);
}

TEST_CASE(
    "a slow radio: SENT with the computed ack in time, and the ack that comes later matches") {
  Rig rig;
  rig.up();
  rig.mute = {command::send_text};
  const auto id = rig.command(text_to('a', "hello", kNow));
  rig.run(890 * kMillisecond);
  REQUIRE(rig.replies(id).empty());
  rig.run(20 * kMillisecond);
  const std::uint32_t ack = ack_of(rig, text_to('a', "hello", kNow));
  const auto early = meshcore::parse_sent(rig.reply(id));
  REQUIRE(early);
  REQUIRE(early->tag == ack);
  REQUIRE(early->timeout_ms > 500);
  // The radio reports another ack than computed: the app knows only ours.
  rig.give(meshcore::build_sent({0, 0x12345678, 4000}));
  REQUIRE(rig.replies(id).empty());
  rig.give(meshcore::build_send_confirmed({0x12345678, 9}));
  REQUIRE(rig.reply(id) == meshcore::build_send_confirmed({ack, 9}));
}

TEST_CASE("a text the radio never answered may be on the air: its ack still finds the app") {
  Rig rig;
  rig.up();
  rig.mute = {command::send_text};
  const auto id = rig.command(text_to('a', "hello", kNow));
  rig.run(6 * kSecond);
  rig.replies(id);
  const std::uint32_t ack = ack_of(rig, text_to('a', "hello", kNow));
  rig.give(meshcore::build_send_confirmed({ack, 9}));
  REQUIRE(rig.reply(id) == meshcore::build_send_confirmed({ack, 9}));
}

TEST_CASE("the radio's refusal is the app's answer, and makes room again") {
  Rig rig;
  rig.up();
  rig.refuses[command::send_text] = error::table_full;
  for (int i = 0; i < 12; ++i) {
    REQUIRE(rig.reply(rig.command(text_to('a', "hello"))) ==
            meshcore::build_error(error::table_full));
  }
  REQUIRE(rig.received(command::send_text).size() == 12);
}

TEST_CASE("texts to people keep the app's timestamp, those to rooms rise and are never ahead") {
  Rig rig;
  rig.up();
  rig.command(text_to('a', "past", 5));
  rig.command(text_to('a', "future", 2'000'000'000));
  REQUIRE(rig.received(command::send_text) ==
          std::vector<std::string>{text_to('a', "past", 5), text_to('a', "future", 2'000'000'000)});
  rig.clear_received();
  // Three apps, three clocks, within one second.
  const std::uint32_t now = rig.device_now();
  const auto one = rig.command(text_to('r', "one", now + 900), 1);
  const auto two = rig.command(text_to('r', "two", now - 900), 2);
  const auto three = rig.command(text_to('r', "three", now), 3);
  for (int i = 0; i < 500; ++i) {
    rig.run(10 * kMillisecond);
    for (const std::string &each : rig.received(command::send_text)) {
      REQUIRE(stamp_of(each) <= rig.device_now());
    }
  }
  const auto sent = rig.received(command::send_text);
  REQUIRE(sent.size() == 3);
  REQUIRE(stamp_of(sent[0]) < stamp_of(sent[1]));
  REQUIRE(stamp_of(sent[1]) < stamp_of(sent[2]));
  // Every app was told in time, and hears of the ack of what went out.
  REQUIRE(meshcore::parse_sent(rig.reply(one))->tag == ack_of(rig, sent[0]));
  REQUIRE(meshcore::parse_sent(rig.reply(two))->tag == ack_of(rig, sent[1]));
  REQUIRE(meshcore::parse_sent(rig.reply(three))->tag == ack_of(rig, sent[2]));
  rig.give(meshcore::build_send_confirmed({ack_of(rig, sent[2]), 5}));
  REQUIRE(code_of(rig.reply(three)) == push::send_confirmed);
}

TEST_CASE("another attempt at a post carries the same timestamp, another post does not") {
  Rig rig;
  rig.up();
  rig.command(text_to('r', "post", 100, 0), 1);
  rig.run(5 * kSecond);
  rig.command(text_to('r', "post", 100, 1), 1);
  rig.run(5 * kSecond);
  rig.command(text_to('r', "post", 100, 0), 2);
  rig.run(5 * kSecond);
  rig.command(text_to('r', "other", 100, 0), 1);
  rig.run(5 * kSecond);
  const auto sent = rig.received(command::send_text);
  REQUIRE(sent.size() == 4);
  REQUIRE(stamp_of(sent[1]) == stamp_of(sent[0]));
  REQUIRE(meshcore::parse_text_command(sent[1])->attempt == 1);
  REQUIRE(stamp_of(sent[2]) > stamp_of(sent[0]));
  REQUIRE(stamp_of(sent[3]) > stamp_of(sent[2]));
}

TEST_CASE("a post is younger than the request before it") {
  Rig rig;
  rig.up();
  rig.command(login_to('r', "password"), 1);
  const std::uint32_t asked_at = rig.device_now();
  rig.command(text_to('r', "post", asked_at), 1);
  rig.run(3 * kSecond);
  REQUIRE(stamp_of(rig.received(command::send_text).at(0)) > asked_at);
}

TEST_CASE("console commands over the air are handed on as they are and expect no ack") {
  Rig rig;
  rig.up();
  std::string ver = text_to('p', "ver", 5);
  ver[1] = 1;
  for (int i = 0; i < 20; ++i) {
    const auto told = rig.replies(rig.command(ver));
    REQUIRE(told.size() == 1);
    REQUIRE(told[0].payload == meshcore::build_sent({0, 0, 4000}));
    REQUIRE(told[0].is_final());
  }
  REQUIRE(rig.received(command::send_text).at(0) == ver);
}

TEST_CASE("a channel text is answered OK and shown to the others as another radio would show it") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  const auto id = rig.command(channel_text(1, "hello"));
  REQUIRE(rig.reply(id) == meshcore::build_ok());
  const auto sent = rig.take(MMX_KIND_SENT);
  REQUIRE(sent.size() == 1);
  REQUIRE(sent[0].cause == id);
  const auto shown = meshcore::parse_message(sent[0].payload);
  REQUIRE(code_of(sent[0].payload) == response::channel_message_v3);
  REQUIRE(shown->channel == 1);
  REQUIRE(shown->text == "Node O: hello");
  REQUIRE(shown->path_len == meshcore::path_unknown);
  REQUIRE(shown->timestamp == kNow);
  REQUIRE(sent[0].record.text(MMX_FIELD_TEXT) == "hello");
  // Cut where the radio cuts it, not inside a character.
  std::string long_text;
  while (long_text.size() < 158) long_text += "\xC3\xA4";
  rig.command(channel_text(1, long_text));
  const auto cut = meshcore::parse_message(rig.take(MMX_KIND_SENT).at(0).payload);
  REQUIRE(cut->text.size() <= 160);
  REQUIRE((static_cast<unsigned char>(cut->text.back()) == 0xA4));
  // What was refused was not sent.
  rig.refuses[command::send_channel_text] = error::not_found;
  REQUIRE(rig.reply(rig.command(channel_text(1, "no"))) == meshcore::build_error(error::not_found));
  REQUIRE(rig.take(MMX_KIND_SENT).empty());
}

TEST_CASE("data for a channel is shown to the others as received data") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  const auto id = rig.command(bytes({command::send_channel_data, 1, 0xFF, 0x34, 0x12, 'a', 'b'}));
  REQUIRE(rig.reply(id) == meshcore::build_ok());
  const auto shown = meshcore::parse_message(rig.take(MMX_KIND_SENT).at(0).payload);
  REQUIRE(shown->kind == meshcore::ReceivedMessage::Kind::data);
  REQUIRE(shown->data_type == 0x1234);
  REQUIRE(shown->text == "ab");
}

TEST_CASE("a slow radio: OK for a channel text in time, ERR 4 for anything else") {
  Rig rig;
  rig.up();
  rig.mute = {command::send_channel_text};
  const auto text = rig.command(channel_text(1, "hello"));
  const auto advert = rig.command(bytes({command::send_advert}));
  rig.run(910 * kMillisecond);
  REQUIRE(rig.reply(text) == meshcore::build_ok());
  REQUIRE(rig.reply(advert) == meshcore::build_error(error::bad_state));
  // Who was told that it failed does not see it happen.
  rig.give(meshcore::build_ok());
  REQUIRE(rig.received(command::send_advert).empty());
}

TEST_CASE("texts can be said in neutral words") {
  Rig rig;
  rig.up();
  mmx::Record direct(MMX_RECORD_TEXT);
  direct.add_text(MMX_FIELD_TEXT, "to one").add_text(MMX_FIELD_TO, "616161616161");
  REQUIRE(code_of(rig.reply(rig.say(direct))) == response::sent);
  const auto sent = meshcore::parse_text_command(rig.received(command::send_text).at(0));
  REQUIRE(sent->text == "to one");
  REQUIRE(sent->key_prefix == "aaaaaa");
  REQUIRE(sent->timestamp <= rig.device_now());
  REQUIRE(sent->timestamp + 2 >= rig.device_now());
  mmx::Record channel(MMX_RECORD_TEXT);
  channel.add_text(MMX_FIELD_TEXT, "to all").add(MMX_FIELD_CHANNEL, 1);
  REQUIRE(rig.reply(rig.say(channel)) == meshcore::build_ok());
  REQUIRE(
      meshcore::parse_channel_text_command(rig.received(command::send_channel_text).at(0))->text ==
      "to all");
  mmx::Record nobody(MMX_RECORD_TEXT);
  nobody.add_text(MMX_FIELD_TEXT, "to whom").add_text(MMX_FIELD_TO, "Node a");
  REQUIRE(rig.reply(rig.say(nobody)) == meshcore::build_error(error::unsupported));
  mmx::Record place(MMX_RECORD_POSITION);
  REQUIRE(rig.reply(rig.say(place)) == meshcore::build_error(error::unsupported));
}
