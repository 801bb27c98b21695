// The connection: opening, half frames, modem lines, silence, losses, being displaced.
#include <catch2/catch.hpp>

#include "rig.h"

using namespace meshcore_driver_test;

namespace {

const OptionTexts kSerial{{"connect", "serial:///dev/ttyACM0"}};

void fin(Rig &rig) {
  rig.link().end();
  rig.host.end_turn();
}

}  // namespace

TEST_CASE("a serial line whose device waits for the rest of a half frame is brought in step") {
  Rig rig(kSerial);
  // What a former owner left: a header and one byte of a frame of the greatest length.
  std::size_t wanting = meshcore::max_frame - 1;
  std::size_t eaten = 0;
  const auto waiting = rig.host.net().connecting();
  waiting.front()->accept();
  rig.host.end_turn();
  std::string held;
  for (int i = 0; i < 600 && rig.phase() != MMX_LINK_UP; ++i) {
    rig.host.advance(10 * kMillisecond);
    if (wanting == 0) {
      rig.serve();
      continue;
    }
    const std::string written = rig.link().take_written();
    const std::size_t part = std::min(wanting, written.size());
    wanting -= part;
    eaten += part;
    if (wanting > 0) continue;
    // The half frame is complete: nonsense, answered as such. The device goes on with what is left.
    std::string out;
    meshcore::append_frame(out, meshcore::to_app_mark, meshcore::build_error(error::unsupported));
    meshcore::FrameParser parser(meshcore::to_device_mark);
    parser.feed(std::string_view(written).substr(part));
    while (const auto payload = parser.next()) {
      REQUIRE(*payload == bytes({command::get_time}));
      meshcore::append_frame(out, meshcore::to_app_mark, meshcore::build_time(rig.device_now()));
    }
    rig.link().inject(out);
    rig.host.end_turn();
  }
  REQUIRE(eaten == meshcore::max_frame - 1);
  REQUIRE(rig.phase() == MMX_LINK_UP);
  REQUIRE(rig.host.clock().mono_ns() < 105 * kSecond);
}

TEST_CASE("a device in step is asked once, and boot text before its answer is skipped") {
  Rig rig(kSerial);
  rig.answers = false;
  rig.accept();
  REQUIRE(rig.received().size() == 1);
  rig.give_raw("ets Jun  8 2016 00:22:57\r\nrst:0x1 (POWERON_RESET)\r\n>>\r\n");
  rig.answers = true;
  rig.run(2 * kSecond);
  REQUIRE(rig.phase() == MMX_LINK_UP);
  REQUIRE(rig.host.metric("radio_junk_bytes_total") > 40);
}

TEST_CASE("modem lines: one way is tried, then the other, and what works is kept") {
  Rig rig(kSerial);
  REQUIRE(rig.host.net().connecting().front()->uri() == "serial:///dev/ttyACM0?lines=both");
  rig.answers = false;
  rig.accept();
  rig.run(11 * kSecond, 100 * kMillisecond);
  rig.wait_for_connect();
  REQUIRE(rig.host.net().connecting().front()->uri() == "serial:///dev/ttyACM0?lines=none");
  REQUIRE(rig.host.logged("DTR and RTS off", MMX_LOG_INFO));
  rig.answers = true;
  rig.up();
  rig.lose();
  REQUIRE(rig.host.net().connecting().front()->uri() == "serial:///dev/ttyACM0?lines=none");
  rig.answers = false;
  rig.accept();
  rig.run(11 * kSecond, 100 * kMillisecond);
  rig.wait_for_connect();
  REQUIRE(rig.host.net().connecting().front()->uri() == "serial:///dev/ttyACM0?lines=none");
}

TEST_CASE("modem lines can be said, by option or in the URI") {
  const auto uri = [](const OptionTexts &options) {
    Rig rig(options);
    return rig.host.net().connecting().front()->uri();
  };
  REQUIRE(uri({{"connect", "serial:///dev/x?baud=9600"}, {"lines", "none"}}) ==
          "serial:///dev/x?baud=9600&lines=none");
  REQUIRE(uri({{"connect", "serial:///dev/x"}, {"lines", "keep"}}) == "serial:///dev/x?lines=keep");
  REQUIRE(uri({{"connect", "serial:///dev/x?lines=none"}}) == "serial:///dev/x?lines=none");
  REQUIRE(uri({{"connect", "tcp://192.0.2.9:5000"}}) == "tcp://192.0.2.9:5000");
}

TEST_CASE("a connection nobody answers on is given up and tried again") {
  Rig rig;
  rig.answers = false;
  rig.accept();
  rig.run(11 * kSecond, 100 * kMillisecond);
  REQUIRE(rig.wait_for_connect() < 2 * kSecond);
  REQUIRE(rig.host.bus().last_link().reason == "connected, but the radio answers nothing");
}

TEST_CASE("a command without an answer is followed by the question for the time, and all goes on") {
  Rig rig;
  rig.up();
  rig.mute = {command::get_custom_vars, command::get_advert_path};
  rig.clear_received();
  const auto lost =
      rig.command(with_key(command::get_advert_path, std::string(1, '\0') + key_of('a')));
  rig.run(900 * kMillisecond);
  REQUIRE(rig.reply(lost) == meshcore::build_error(error::bad_state));
  rig.run(3 * kSecond);
  // Behind the one the device owes an answer to nothing is sent; the asker is not kept waiting.
  const auto behind = rig.command(with_key(command::share_contact, key_of('a')));
  rig.run(500 * kMillisecond);
  REQUIRE(rig.received().size() == 1);
  rig.run(kSecond);
  REQUIRE(code_of(rig.received()[1]) == command::get_time);
  REQUIRE(rig.phase() == MMX_LINK_UP);
  const auto told = rig.replies(behind);
  REQUIRE(told.size() == 1);
  // It came too late for its asker, or in time; never both.
  const bool in_time = told[0].payload == meshcore::build_ok();
  REQUIRE(rig.received(command::share_contact).size() == (in_time ? 1 : 0));
  REQUIRE(rig.host.net().connects() == 1);
}

TEST_CASE("two questions for the time without an answer close the link") {
  Rig rig;
  rig.up();
  rig.answers = false;
  rig.command(with_key(command::share_contact, key_of('a')));
  rig.run(14 * kSecond, 100 * kMillisecond);
  REQUIRE(rig.received(command::get_time).size() >= 4);  // opening, capture, twice in need
  REQUIRE(rig.phase() == MMX_LINK_UP);
  rig.run(1500 * kMillisecond, 100 * kMillisecond);
  REQUIRE(rig.host.logged("answers nothing any more", MMX_LOG_WARN));
  rig.answers = true;
  rig.wait_for_connect();
  rig.up();
}

TEST_CASE("a radio that falls silent is noticed without anybody asking") {
  Rig rig;
  rig.up();
  rig.answers = false;
  rig.run(40 * kSecond, 100 * kMillisecond);
  REQUIRE(rig.host.net().connects() >= 2);
}

TEST_CASE("an answer that comes late is taken for what it says, not for another's answer") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  rig.mute = {command::sync_next};
  rig.give(bytes({push::message_waiting}));
  rig.run(4900 * kMillisecond);
  rig.mute = {command::get_time};
  rig.run(200 * kMillisecond);
  // Out of step now. The message nobody can ask for again arrives, then the time.
  rig.give(direct_message('a', "late"));
  rig.give(meshcore::build_time(rig.device_now()));
  rig.mute = {};
  rig.run(100 * kMillisecond);
  REQUIRE(rig.payloads(MMX_KIND_RX) == std::vector<std::string>{direct_message('a', "late")});
}

TEST_CASE("answers to somebody else on another transport are ingested, and disturb nothing") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  rig.mute = {command::share_contact};
  const auto id = rig.command(with_key(command::share_contact, key_of('a')));
  rig.give(direct_message('b', "popped by a phone"));
  rig.give(meshcore::build_contact(contact('n')));
  rig.give(meshcore::build_contacts_end(7));
  rig.give(bytes({response::no_more_messages}));
  rig.give(bytes({77, 1, 2, 3}));
  REQUIRE(rig.replies(id).empty());
  REQUIRE(rig.payloads(MMX_KIND_RX) ==
          std::vector<std::string>{direct_message('b', "popped by a phone")});
  REQUIRE_FALSE(rig.state(Section::contact, 0, key_of('n')).empty());
  rig.give(meshcore::build_ok());
  REQUIRE(rig.reply(id) == meshcore::build_ok());
}

TEST_CASE("pushes between a question and its answer are told, and do not answer it") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  rig.mute = {command::share_contact};
  const auto id = rig.command(with_key(command::share_contact, key_of('a')));
  const std::string heard = bytes({push::log_rx_data, 40, -70, 0x11, 0x00, 1, 2, 3});
  rig.give(heard);
  const auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].payload == heard);
  REQUIRE(events[0].record.type() == MMX_RECORD_PACKET);
  REQUIRE(events[0].record.number(MMX_FIELD_SNR_DB) == 10.0);
  rig.give(meshcore::build_error(error::table_full));
  REQUIRE(rig.reply(id) == meshcore::build_error(error::table_full));
}

TEST_CASE("being displaced is recognised, said with what to do, and not fought over") {
  Rig rig;
  rig.up();
  rig.run(kMinute, kSecond);
  fin(rig);
  // Once, it may have been a restart.
  REQUIRE(rig.wait_for_connect() <= kSecond);
  rig.up();
  fin(rig);
  REQUIRE(rig.host.logged("another program keeps connecting to the radio", MMX_LOG_WARN));
  REQUIRE(rig.host.logged("connect it to meshmux instead", MMX_LOG_WARN));
  REQUIRE(rig.host.bus().last_link().reason == "another program keeps taking the radio over");
  REQUIRE(rig.host.health().state == MMX_HEALTH_DEGRADED);
  const auto first = rig.wait_for_connect();
  REQUIRE(first >= 30 * kSecond);
  rig.accept();
  fin(rig);
  REQUIRE(rig.wait_for_connect() >= kMinute);
  // Left alone for a while, it is forgotten.
  rig.up();
  rig.run(2 * kMinute, kSecond);
  fin(rig);
  REQUIRE(rig.wait_for_connect() <= kSecond);
}

TEST_CASE("a reset connection counts as displacement as well, a serial line never does") {
  const bool serial = GENERATE(false, true);
  Rig rig(serial ? kSerial : OptionTexts{{"connect", "tcp://192.0.2.9:5000"}});
  rig.up();
  rig.lose(MMX_ERROR);
  rig.up();
  const auto again = rig.lose(MMX_ERROR);
  REQUIRE((again >= 30 * kSecond) == !serial);
}

TEST_CASE("a link cut inside a frame begins afresh") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  std::string frame;
  meshcore::append_frame(frame, meshcore::to_app_mark, direct_message('a', "torn"));
  rig.give_raw(frame.substr(0, frame.size() / 2));
  rig.lose();
  rig.up();
  REQUIRE(rig.phase() == MMX_LINK_UP);
}

TEST_CASE("while the radio is away commands are refused at once, and state stays") {
  Rig rig;
  rig.up();
  const auto size = rig.host.bus().state().size();
  rig.link().disconnect(MMX_ERROR, "unplugged");
  rig.host.end_turn();
  REQUIRE(rig.host.bus().state().size() == size);
  for (const std::string &each :
       {text_to('a', "hello"), channel_text(0, "hello"), status_of('a'), login_to('r', "x"),
        bytes({command::send_advert}), trace(5), bytes({command::get_battery})}) {
    REQUIRE(rig.reply(rig.command(each)) == meshcore::build_error(error::bad_state));
  }
  // What needs no radio is answered.
  REQUIRE(rig.reply(rig.command(bytes({command::set_flood_scope, 0}))) == meshcore::build_ok());
  REQUIRE(rig.reply(rig.command(bytes({command::set_time, 0, 0, 0, 1}))) == meshcore::build_ok());
  REQUIRE(rig.reply(rig.command(bytes({command::get_tuning}))) == rig.state(Section::tuning));
}

TEST_CASE("what was handed over when the link breaks is answered then, not later") {
  Rig rig;
  rig.up();
  rig.mute = {command::share_contact};
  const auto id = rig.command(with_key(command::share_contact, key_of('a')));
  rig.link().disconnect(MMX_ERROR, "unplugged");
  rig.host.end_turn();
  REQUIRE(rig.reply(id) == meshcore::build_error(error::bad_state));
}

TEST_CASE("a restart an app was allowed to ask for is expected, answered and survived") {
  Rig rig;
  rig.up();
  const auto id = rig.command(bytes({command::reboot}) + "reboot");
  REQUIRE(rig.reply(id) == meshcore::build_ok());
  REQUIRE(rig.received(command::reboot).size() == 1);
  rig.behind_s = 300;
  rig.wait_for_connect();
  rig.up();
  REQUIRE(rig.behind_s == 0);
  REQUIRE_FALSE(rig.host.logged("another program"));
}

TEST_CASE("reconnect and recapture can be asked for") {
  Rig rig;
  rig.up();
  REQUIRE(rig.host.control_call("recapture").first == MMX_OK);
  rig.run(100 * kMillisecond);
  REQUIRE(rig.received(command::get_contacts).size() == 2);
  REQUIRE(rig.host.control_call("reconnect").first == MMX_OK);
  rig.run(100 * kMillisecond);
  REQUIRE(rig.phase() == MMX_LINK_DOWN);
  rig.wait_for_connect();
  rig.up();
  REQUIRE(rig.host.control_call("dance").first == MMX_UNSUPPORTED);
}

TEST_CASE("status tells phase, firmware, contacts and counters, and no secret") {
  Rig rig;
  REQUIRE_THAT(rig.host.control_status(), Catch::Contains("\"phase\":\"connecting\""));
  rig.up();
  const std::string status = rig.host.control_status();
  REQUIRE_THAT(status, Catch::Contains("\"phase\":\"up\""));
  REQUIRE_THAT(status, Catch::Contains("\"firmware\":\"v1.17.1\""));
  REQUIRE_THAT(status, Catch::Contains("\"contacts\":4"));
  REQUIRE_THAT(status, Catch::Contains("\"captures\":1"));
  REQUIRE_THAT(status, !Catch::Contains("123456"));
}

TEST_CASE("stopping hands over what was accepted, and closes") {
  Rig rig;
  rig.up();
  rig.mute = {command::send_channel_text};
  rig.command(channel_text(0, "last words"));
  rig.command(channel_text(0, "very last words"));
  rig.mute = {};
  rig.runner.stop();
  rig.give(meshcore::build_ok());
  rig.run(kSecond);
  REQUIRE(rig.received(command::send_channel_text).size() == 2);
  REQUIRE(rig.host.health().state == MMX_HEALTH_STOPPED);
}

TEST_CASE("frames nobody can read are counted, and harm nothing") {
  Rig rig;
  rig.up();
  for (int code = 0; code < 256; ++code) {
    rig.give(bytes({code}));
    rig.give(bytes({code, 1, 2, 3}));
    rig.give(bytes({code}) + std::string(60, '\xFF'));
    rig.give(bytes({code}) + std::string(175, '\xFF'));
  }
  rig.run(20 * kSecond, 100 * kMillisecond);
  REQUIRE(rig.host.metric("radio_bad_frames_total") > 0);
  REQUIRE(rig.reply(rig.command(bytes({command::get_battery}))) ==
          meshcore::build_battery({4100, 10, 100}));
}
