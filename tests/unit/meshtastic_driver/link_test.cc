// The connection: wake-up, loss, retry, goodbye, and all the ways a radio can be gone without
// saying.
#include <catch2/catch.hpp>

#include "plugins/meshtastic/codec/build.h"
#include "rig.h"

using namespace driver_test;
using mmx::testing::OptionTexts;

namespace {

// How long the driver waits until it connects again.
std::int64_t wait_for_connect(Rig &rig, std::int64_t most = 10 * kMinute) {
  const auto begun = rig.host.clock().mono_ns();
  while (!rig.connecting() && rig.host.clock().mono_ns() - begun < most) {
    rig.host.advance(10 * kMillisecond);
  }
  return rig.host.clock().mono_ns() - begun;
}

void lose(Rig &rig) {
  rig.link().disconnect(MMX_ERROR, "connection reset by peer");
  rig.host.end_turn();
}

void fin(Rig &rig) {
  rig.link().end();
  rig.host.end_turn();
}

std::string raw_frame(std::string_view payload) {
  std::string frame;
  meshtastic::append_frame(frame, payload);
  return frame;
}

}  // namespace

TEST_CASE("the first bytes wake the radio, then it is asked for its config, once") {
  Rig rig;
  REQUIRE(rig.link().uri() == "tcp://192.0.2.9:4403");
  rig.host.net().connecting().front()->accept();
  rig.host.end_turn();
  REQUIRE(rig.link().written().substr(0, 32) == std::string(32, '\xC3'));
  rig.serve();
  REQUIRE(rig.received().size() == 1);
  REQUIRE(rig.received()[0].has_want_config_id());
  REQUIRE(meshtastic::handshake_kind(rig.nonce()) == meshtastic::HandshakeKind::full);
}

TEST_CASE("a serial line is filled past a frame of a former owner") {
  Rig rig(OptionTexts{{"connect", "serial:///dev/ttyUSB0"}});
  REQUIRE(rig.link().uri() == "serial:///dev/ttyUSB0");
  rig.host.net().connecting().front()->accept();
  rig.host.end_turn();
  REQUIRE(rig.link().written().substr(0, 517) == std::string(517, '\xC3'));
}

TEST_CASE("the first retry comes within a second, later ones within 30") {
  Rig rig;
  rig.up();
  for (int round = 0; round < 3; ++round) {
    lose(rig);
    const auto waited = wait_for_connect(rig);
    REQUIRE(waited <= kSecond);
    REQUIRE(waited >= 100 * kMillisecond);
    rig.up();
  }
  lose(rig);
  std::vector<std::int64_t> waits;
  for (int round = 0; round < 10; ++round) {
    waits.push_back(wait_for_connect(rig));
    rig.host.net().connecting().front()->refuse();
    rig.host.end_turn();
  }
  for (const auto wait : waits) REQUIRE(wait <= 30 * kSecond + 10 * kMillisecond);
  REQUIRE(waits.front() <= kSecond);
  REQUIRE(waits[3] > waits[0]);
  REQUIRE(waits.back() >= 15 * kSecond);
  REQUIRE(waits[8] != waits[9]);
  REQUIRE(rig.host.health().state == MMX_HEALTH_DEGRADED);
}

TEST_CASE("goodbye is said before the connection ends") {
  Rig rig;
  rig.up();
  REQUIRE(rig.runner.stop_and_wait());
  rig.serve();
  REQUIRE(rig.received().back().has_disconnect());
  REQUIRE(rig.link().is_closed());
}

TEST_CASE("a stop while connecting, or while down, ends at once") {
  {
    Rig rig;
    REQUIRE(rig.runner.stop_and_wait());
  }
  Rig rig;
  rig.host.net().connecting().front()->refuse();
  rig.host.end_turn();
  REQUIRE(rig.runner.stop_and_wait());
  REQUIRE(rig.host.net().connects() == 1);
}

TEST_CASE("a stop sends what was accepted, and ends within 5 s whatever waits") {
  Rig rig;
  rig.up();
  rig.command(text("one", 11));
  rig.command(text("two", 12));
  REQUIRE(rig.packets(meshtastic::port::text).size() == 1);
  rig.runner.stop();
  rig.run(2900 * kMillisecond);
  REQUIRE(rig.packets(meshtastic::port::text).size() == 2);
  REQUIRE(rig.host.health().state == MMX_HEALTH_STOPPED);

  Rig full;
  full.up();
  std::uint64_t last = 0;
  for (std::uint32_t i = 0; i < 10; ++i) last = full.command(text("many", 100 + i));
  full.runner.stop();
  const auto begun = full.host.clock().mono_ns();
  while (full.host.health().state != MMX_HEALTH_STOPPED) full.run(50 * kMillisecond);
  REQUIRE(full.host.clock().mono_ns() - begun < 5 * kSecond);
  const auto replies = full.replies(last);
  REQUIRE(replies.back().is_final());
  REQUIRE(routing_error(replies.back()) == meshtastic::routing_error::no_interface);
  REQUIRE(full.received().back().has_disconnect());
}

TEST_CASE("a half-open link is noticed within a minute") {
  Rig rig;
  rig.up();
  rig.answers_heartbeats = rig.answers_admin = rig.answers_packets = false;
  const auto begun = rig.host.clock().mono_ns();
  while (rig.host.bus().last_link().phase == MMX_LINK_UP) {
    rig.run(100 * kMillisecond);
    REQUIRE(rig.host.clock().mono_ns() - begun < kMinute);
  }
  REQUIRE(rig.host.logged("nothing comes from the radio any more", MMX_LOG_WARN));
  REQUIRE(wait_for_connect(rig) <= kSecond);
}

TEST_CASE("a quiet radio that answers heartbeats stays connected; all have nonce 0") {
  Rig rig;
  rig.up();
  rig.run(4 * kMinute, 100 * kMillisecond);
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
  REQUIRE(rig.host.net().connects() == 1);
  REQUIRE(rig.count(pb::ToRadio::kHeartbeat) >= 5);
  for (const pb::ToRadio &each : rig.received()) REQUIRE(each.heartbeat().nonce() == 0);
}

TEST_CASE("firmware that answers no heartbeat is asked by a read instead") {
  Rig rig;
  rig.up();
  rig.answers_heartbeats = false;
  rig.run(5 * kMinute, 100 * kMillisecond);
  REQUIRE(rig.host.net().connects() == 1);
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
}

TEST_CASE("a radio that talks all the time still hears from us before it hangs up") {
  Rig rig;
  rig.up();
  const auto before = rig.count(pb::ToRadio::kHeartbeat);
  for (int minute = 0; minute < 10; ++minute) {
    rig.give(text_from(0x2002, 100 + static_cast<std::uint32_t>(minute) * 4, "hi"));
    for (std::uint32_t i = 1; i < 4; ++i) {
      rig.run(15 * kSecond, kSecond);
      rig.give(text_from(0x2002, 100 + static_cast<std::uint32_t>(minute) * 4 + i, "hi"));
    }
    rig.run(15 * kSecond, kSecond);
  }
  REQUIRE(rig.count(pb::ToRadio::kHeartbeat) >= before + 2);
}

TEST_CASE("heartbeats prove the wire only: a session that delivers nothing is read again") {
  Rig rig;
  rig.up();
  rig.answers_admin = rig.answers_packets = false;
  const auto begun = rig.host.clock().mono_ns();
  while (rig.count(pb::ToRadio::kWantConfigId) < 2) {
    rig.run(100 * kMillisecond);
    REQUIRE(rig.host.clock().mono_ns() - begun < 6 * kMinute);
  }
  REQUIRE(rig.host.net().connects() == 1);
  REQUIRE(rig.host.bus().last_link().complete == 1);
  rig.dump(make_dump());
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
}

TEST_CASE("rebooted means: read it again, and tell no one of the frame") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  pb::FromRadio rebooted;
  rebooted.set_rebooted(true);
  rig.give(rebooted.SerializeAsString());
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_SYNCING);
  REQUIRE(rig.host.bus().last_link().complete == 1);
  rig.run(3 * kSecond);
  REQUIRE(rig.count(pb::ToRadio::kWantConfigId) == 2);
  rig.dump(make_dump({.reboot_count = 6, .firmware = "2.7.26.abc", .nodes = {}}));
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
  REQUIRE(rig.take(MMX_KIND_RX).empty());
}

TEST_CASE("boot text on a line that spoke frames is a restart; before the first frame it is not") {
  Rig rig(OptionTexts{{"connect", "serial:///dev/ttyACM0"}});
  rig.host.net().connecting().front()->accept();
  rig.host.end_turn();
  rig.give_raw("\x1b[34mINFO  | ??:??:?? 12 Booted, wake cause 0\r\nDEBUG | more\r\n");
  REQUIRE(rig.count(pb::ToRadio::kWantConfigId) == 1);
  rig.dump(make_dump());
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
  rig.give_raw("ets Jun  8 2016 00:22:57\r\n");
  rig.run(kSecond);
  rig.give_raw("rst:0x1 (POWERON_RESET),boot:0x13\r\n");
  rig.run(1500 * kMillisecond);
  REQUIRE(rig.count(pb::ToRadio::kWantConfigId) == 1);
  rig.run(kSecond);
  REQUIRE(rig.count(pb::ToRadio::kWantConfigId) == 2);
  rig.dump(make_dump());
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
}

TEST_CASE("stray bytes are no restart, and the frame behind them is found") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  rig.give_raw(std::string(5000, '\0') + "\x94\x94" + raw_frame(text_from(0x2002, 5, "behind")));
  REQUIRE(rig.take(MMX_KIND_RX).size() == 1);
  REQUIRE(rig.count(pb::ToRadio::kWantConfigId) == 1);
  rig.run(2 * kSecond);
  REQUIRE(rig.host.metric("radio_junk_bytes_total") >= 5000);
}

TEST_CASE("a link cut inside a frame begins afresh") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  const std::string frame = raw_frame(text_from(0x2002, 5, "torn"));
  rig.give_raw(frame.substr(0, frame.size() / 2));
  lose(rig);
  wait_for_connect(rig);
  rig.up();
  rig.take(MMX_KIND_STATE);
  rig.give(text_from(0x2002, 6, "whole"));
  const auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  REQUIRE(parse(events[0].payload).packet().id() == 6);
}

TEST_CASE("a radio that stalls inside a frame is noticed within a minute") {
  Rig rig;
  rig.up();
  rig.give_raw(raw_frame(text_from(0x2002, 5, "torn")).substr(0, 20));
  rig.answers_heartbeats = rig.answers_admin = rig.answers_packets = false;
  rig.run(kMinute, 100 * kMillisecond);
  REQUIRE(rig.host.net().connects() >= 2);
}

TEST_CASE("frames nobody can read are counted and the link is kept") {
  Rig rig;
  rig.up();
  rig.give("\xff\xff\xff");
  rig.give("");
  REQUIRE(rig.host.metric("radio_bad_frames_total") == 1);
  REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
}

TEST_CASE("being displaced is recognised, said, and not fought over") {
  Rig rig;
  rig.up();
  rig.run(kMinute, kSecond);
  fin(rig);
  // Once, it may have been a restart.
  REQUIRE(wait_for_connect(rig) <= kSecond);
  rig.up();
  REQUIRE(rig.host.logged("another client took the radio over", MMX_LOG_WARN));
  fin(rig);
  REQUIRE(rig.host.bus().last_link().reason == "another client took the radio over");
  REQUIRE(rig.host.health().reason == "another client took the radio over");
  const auto first = wait_for_connect(rig);
  REQUIRE(first >= 30 * kSecond);
  rig.accept();
  fin(rig);
  REQUIRE(wait_for_connect(rig) >= 60 * kSecond);
}

TEST_CASE("a radio that restarted has not been taken over") {
  Rig rig;
  rig.up();
  rig.run(kMinute, kSecond);
  for (std::uint32_t count = 6; count < 9; ++count) {
    fin(rig);
    REQUIRE(wait_for_connect(rig) <= kSecond);
    rig.up(make_dump({.reboot_count = count, .firmware = "2.7.26.abc", .nodes = {}}));
  }
  REQUIRE_FALSE(rig.host.logged("another client"));
}

TEST_CASE("losing the radio does not lose its state") {
  Rig rig;
  rig.up();
  const auto size = rig.host.bus().state().size();
  lose(rig);
  REQUIRE(rig.host.bus().state().size() == size);
  REQUIRE(rig.host.bus().last_link().stale == 1);
  rig.run(kSecond);
  rig.take(~0U);
  rig.up();
  // The same dump again is no news.
  REQUIRE(rig.take(MMX_KIND_STATE).empty());
  REQUIRE(rig.host.bus().last_link().stale == 0);
}

TEST_CASE("reconnect and recapture can be asked for") {
  Rig rig;
  rig.up();
  REQUIRE(rig.host.control_call("recapture").first == MMX_OK);
  rig.host.end_turn();
  rig.serve();
  REQUIRE(rig.count(pb::ToRadio::kWantConfigId) == 2);
  rig.dump(make_dump());
  REQUIRE(rig.host.control_call("reconnect").first == MMX_OK);
  rig.host.end_turn();
  rig.serve();
  REQUIRE(rig.received().back().has_disconnect());
  REQUIRE(rig.host.control_call("dance").first == MMX_UNSUPPORTED);
}

TEST_CASE("status tells phase, firmware, nodes and counters") {
  Rig rig;
  REQUIRE_THAT(rig.host.control_status(), Catch::Contains("\"phase\":\"connecting\""));
  rig.up();
  const std::string status = rig.host.control_status();
  REQUIRE_THAT(status, Catch::Contains("\"phase\":\"up\""));
  REQUIRE_THAT(status, Catch::Contains("\"firmware\":\"2.7.26.abc\""));
  REQUIRE_THAT(status, Catch::Contains("\"node\":\"!00001001\""));
  REQUIRE_THAT(status, Catch::Contains("\"captures\":1"));
  REQUIRE_THAT(status, !Catch::Contains("password"));
}

TEST_CASE("connects that fail in every way are tried again") {
  Rig rig;
  rig.host.faults().fail(mmx::testing::Operation::connect_call, 1);
  rig.host.net().connecting().front()->refuse(MMX_TIMED_OUT, "timed out");
  rig.host.end_turn();
  rig.run(5 * kSecond, 100 * kMillisecond);
  REQUIRE(rig.host.faults().uses(mmx::testing::Operation::connect_call) >= 3);
  REQUIRE(rig.connecting());
}
