// What each known client does after it connects (docs/protocol notes 3), and what it must hear; the
// recordings of a real radio give the same answers when they are replayed as its state.
#include <set>
#include <string>

#include <catch2/catch.hpp>
#include "fixture.h"
#include "plugins/meshcore/codec/bytes.h"

using namespace vnode_test;

namespace {

// Everything a client reads at its start, one command at a time; each must have one direct answer,
// or a whole contact list.
void ask_all(App &app, const Frames &commands, const std::vector<int> &wanted) {
  std::vector<int> got;
  for (const std::string &command : commands) {
    app.send(command);
    const Frames answers = app.take();
    REQUIRE(!answers.empty());
    got.push_back(code_of(answers.front()));
    if (code_of(command) == cmd::get_contacts) {
      CHECK(answers.size() == 7);
      CHECK(code_of(answers.back()) == rsp::contacts_end);
    } else {
      CHECK(answers.size() == 1);
    }
  }
  CHECK(got == wanted);
}

std::string channel(std::uint8_t slot) {
  return bare(cmd::get_channel).append(1, static_cast<char>(slot));
}

}  // namespace

TEST_CASE("the documented order of an app") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy();
  App app = bench.connect();
  ask_all(
      app,
      {app_start(), device_query(3), bare(cmd::get_contacts), channel(0), channel(1), channel(2),
       channel(3), channel(4), bare(cmd::sync_next), bare(cmd::get_battery)},
      {rsp::self_info, rsp::device_info, rsp::contacts_start, rsp::channel_info, rsp::channel_info,
       rsp::channel_info, rsp::channel_info, rsp::error, rsp::no_more_messages, rsp::battery});
}

TEST_CASE("meshcore.js begins with DEVICE_QUERY and reads channels until an error") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy();
  App app = bench.connect();
  ask_all(app,
          {device_query(3), app_start("meshcore.js"), bare(cmd::get_contacts), channel(0),
           channel(3), channel(4), bare(cmd::sync_next)},
          {rsp::device_info, rsp::self_info, rsp::contacts_start, rsp::channel_info,
           rsp::channel_info, rsp::error, rsp::no_more_messages});
}

TEST_CASE("meshcore-cli resets its scope, reads contacts and channels, and may start again") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy();
  App app = bench.started("mccli");
  app.send(bare(cmd::set_flood_scope, std::string(17, '\0')));
  bench.reply(bench.command(), ok, MMX_MESSAGE_FINAL);
  CHECK(app.take_one() == ok);
  ask_all(app, {bare(cmd::get_contacts), channel(0), bare(cmd::sync_next), app_start("mccli")},
          {rsp::contacts_start, rsp::channel_info, rsp::no_more_messages, rsp::self_info});
  CHECK(bench.host.net().client_of(app.session()) == "mccli");
}

TEST_CASE("MeshCoreOne asks for the private key, all slots, the auto-add settings, and the time") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy();
  App app = bench.connect();
  ask_all(app,
          {app_start("MC1"), device_query(3), bare(cmd::export_key), bare(cmd::get_time),
           get_contacts(0), channel(0), channel(1), channel(2), channel(3), bare(cmd::get_auto_add),
           bare(cmd::sync_next), bare(cmd::get_time)},
          {rsp::self_info, rsp::device_info, rsp::disabled, rsp::time, rsp::contacts_start,
           rsp::channel_info, rsp::channel_info, rsp::channel_info, rsp::channel_info,
           rsp::auto_add, rsp::no_more_messages, rsp::time});
}

TEST_CASE("home automation and packet capture: settings and statistics, most of it from state") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy();
  App app = bench.connect();
  ask_all(app,
          {app_start("ha"), bare(cmd::get_battery), device_query(3), bare(cmd::get_contacts),
           bare(cmd::get_custom_vars), bare(cmd::get_tuning), bare(cmd::get_repeat_freq),
           bare(cmd::get_default_scope), bare(cmd::get_stats, std::string(1, '\0')),
           bare(cmd::send_telemetry, std::string(3, '\0'))},
          {rsp::self_info, rsp::battery, rsp::device_info, rsp::contacts_start, rsp::custom_vars,
           rsp::tuning, rsp::repeat_freq, rsp::default_scope, rsp::stats, psh::telemetry_response});
  CHECK(bench.commands().empty());
}

TEST_CASE("the app's name is shown to people in clean form") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.connect();
  app.send(app_start(std::string("caf\xC3\xA9\x01\nx\0hidden", 14)));
  CHECK(code_of(app.take_one()) == rsp::self_info);
  CHECK(bench.host.net().client_of(app.session()) == "caf\xC3\xA9  x");
  App longer = bench.connect();
  longer.send(app_start(std::string(160, 'n')));
  CHECK(bench.host.net().client_of(longer.session()) == std::string(40, 'n'));
}

TEST_CASE("a firmware newer than this code is announced as the version this code knows") {
  Bench bench;
  bench.start_with_radio();
  meshcore::DeviceInfo device;
  device.version = 99;
  device.max_channels = 4;
  bench.put(meshcore::build_device_info(device));
  App app = bench.connect();
  const auto shown = meshcore::parse_device_info(app.ask(device_query(3)));
  REQUIRE(shown);
  CHECK(shown->version == 13);
  CHECK(shown->max_channels == 4);
  device.version = 9;
  bench.put(meshcore::build_device_info(device));
  CHECK(meshcore::parse_device_info(app.ask(device_query(3)))->version == 9);
}

TEST_CASE("the clock runs on from what the device said, and is the host's before that") {
  Bench bench;
  bench.start();
  App app = bench.connect();
  const auto host_seconds = static_cast<std::uint32_t>(bench.host.clock().wall_ns() / kSecond);
  CHECK(meshcore::parse_time(app.ask(bare(cmd::get_time))) == host_seconds);
  bench.feed_radio();
  bench.host.advance(90 * kSecond + 400 * kMillisecond);
  CHECK(meshcore::parse_time(app.ask(bare(cmd::get_time))) == 1'700'000'090U);
  bench.put(meshcore::build_time(5), 1, MMX_MESSAGE_STALE);
  CHECK(meshcore::parse_time(app.ask(bare(cmd::get_time))) == host_seconds + 90);
}

TEST_CASE("a recorded connect, replayed as state, gives the recorded answers") {
  const std::string name = GENERATE("connect-v3", "connect-v1", "connect-serial");
  const Frames answers = capture(name, "recv");
  Bench bench;
  bench.start();
  std::set<std::string> known;
  for (const std::string &frame : answers)
    if (meshcore::key_of(frame) && code_of(frame) != rsp::time) bench.put(frame);
  bench.link_up();
  App app = bench.connect();
  // In the radio's order the contacts stand as it dumped them, not as their first key byte says.
  std::uint32_t place = 0;
  for (const std::string &frame : answers) {
    if (code_of(frame) != rsp::contact) continue;
    auto spec = mmx::testing::state(meshcore::encode_key(*meshcore::key_of(frame)),
                                    meshcore::state_order(Section::contact, place++), frame);
    bench.runner.deliver(spec);
  }
  Frames got;
  for (const std::string &command : capture(name, "sent")) {
    app.send(command);
    for (std::string &frame : app.take()) got.push_back(std::move(frame));
    CHECK(bench.commands().empty());
  }
  Frames wanted;
  for (const std::string &frame : answers)
    if (code_of(frame) < psh::first || code_of(frame) == psh::telemetry_response)
      wanted.push_back(frame);
  REQUIRE(codes_of(got) == codes_of(wanted));
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (code_of(got[i]) == rsp::time) continue;
    INFO(i << " code " << int{code_of(got[i])});
    CHECK(got[i] == wanted[i]);
  }
}
