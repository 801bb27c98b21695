// What belongs to one session only, and what one session's changes mean to the others: scopes,
// signatures, trace tags, settings, contacts, bounds.
#include <catch2/catch.hpp>

#include "plugins/meshcore/codec/bytes.h"
#include "rig.h"

using namespace meshcore_driver_test;

namespace {

std::string scope(char fill) {
  return bytes({command::set_flood_scope, 0}) + std::string(16, fill);
}
const std::string kClear = bytes({command::set_flood_scope, 0});

std::string trace_data(std::uint32_t tag) {
  std::string frame = bytes({push::trace_data, 0, 1, 0});
  meshcore::bytes::put32(frame, tag);
  return frame + bytes({0, 0, 0, 0, 0xAA, 20, 24});
}

// The commands the radio got that may flood, and the scopes before them.
std::vector<std::string> scoped(const Rig &rig) {
  std::vector<std::string> found;
  for (const std::string &each : rig.received()) {
    const std::uint8_t code = code_of(each);
    if (code == command::set_flood_scope || code == command::send_channel_text) {
      found.push_back(each);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("each session has its flood scope; the radio is told only where it makes a difference") {
  Rig rig;
  rig.up();
  REQUIRE(rig.reply(rig.command(scope('X'), 1)) == meshcore::build_ok());
  REQUIRE(rig.reply(rig.command(scope('Y'), 2)) == meshcore::build_ok());
  REQUIRE(scoped(rig).empty());
  const std::string text = channel_text(0, "hi");
  for (const std::uint64_t session : {1, 1, 2, 3, 3, 1}) {
    REQUIRE(rig.reply(rig.command(text, session)) == meshcore::build_ok());
  }
  REQUIRE(scoped(rig) == std::vector<std::string>{scope('X'), text, text, scope('Y'), text, kClear,
                                                  text, text, scope('X'), text});
  // Cleared by the session, and forgotten with it.
  rig.clear_received();
  rig.command(kClear, 1);
  rig.command(text, 1);
  rig.host.bus().end_session(kOrigin, 2);
  rig.host.end_turn();
  rig.command(text, 2);
  REQUIRE(scoped(rig) == std::vector<std::string>{kClear, text, text});
  // What does not flood needs none.
  rig.command(scope('X'), 1);
  rig.command(bytes({command::get_battery}), 1);
  REQUIRE(rig.received(command::set_flood_scope).size() == 1);
}

TEST_CASE("a radio that refuses the scope sends nothing outside of it") {
  Rig rig;
  rig.up();
  rig.command(scope('X'), 1);
  rig.refuses[command::set_flood_scope] = error::unsupported;
  REQUIRE(rig.reply(rig.command(channel_text(0, "secret club"), 1)) != meshcore::build_ok());
  REQUIRE(rig.received(command::send_channel_text).empty());
}

TEST_CASE("after a reconnect the radio's scope is not taken for granted") {
  Rig rig;
  rig.up();
  rig.command(scope('X'), 1);
  rig.command(channel_text(0, "hi"), 1);
  rig.lose();
  rig.up();
  rig.clear_received();
  rig.command(channel_text(0, "hi"), 1);
  REQUIRE(scoped(rig) == std::vector<std::string>{scope('X'), channel_text(0, "hi")});
}

TEST_CASE("firmware without scopes is not bothered with them") {
  Rig rig;
  rig.version = 7;
  rig.up();
  REQUIRE(rig.reply(rig.command(scope('X'), 1)) == meshcore::build_error(error::unsupported));
  rig.command(channel_text(0, "hi"), 1);
  REQUIRE(rig.received(command::set_flood_scope).empty());
}

TEST_CASE("signatures of two sessions do not mix") {
  Rig rig;
  rig.up();
  const auto data = [](std::string_view piece) {
    return bytes({command::sign_data}) + std::string(piece);
  };
  const std::string start = bytes({command::sign_start}), finish = bytes({command::sign_finish});
  REQUIRE(rig.reply(rig.command(data("early"), 1)) == meshcore::build_error(error::bad_state));
  REQUIRE(rig.reply(rig.command(start, 1)) == bytes({response::sign_start, 0, 0, 0x20, 0, 0}));
  REQUIRE(code_of(rig.reply(rig.command(start, 2))) == response::sign_start);
  rig.command(data("one "), 1);
  rig.command(data("two "), 2);
  REQUIRE(rig.reply(rig.command(data("more"), 1)) == meshcore::build_ok());
  REQUIRE(rig.received(command::sign_start).empty());
  rig.mute = {command::sign_start};
  const auto first = rig.command(finish, 1);
  const auto second = rig.command(finish, 2);
  rig.mute = {};
  rig.give(bytes({response::sign_start, 0, 0, 0x20, 0, 0}));
  REQUIRE(rig.reply(first) == bytes({response::signature}) + std::string(64, 's'));
  REQUIRE(rig.reply(second) == bytes({response::signature}) + std::string(64, 's'));
  std::vector<std::string> replayed;
  for (const std::string &each : rig.received()) {
    if (code_of(each) >= command::sign_start && code_of(each) <= command::sign_finish) {
      replayed.push_back(each);
    }
  }
  REQUIRE(replayed ==
          std::vector<std::string>{start, data("one more"), finish, start, data("two "), finish});
  // Finished is finished, and too much is too much.
  REQUIRE(rig.reply(rig.command(finish, 1)) == meshcore::build_error(error::bad_state));
  rig.command(start, 1);
  for (int i = 0; i < 8192 / 128; ++i) {
    REQUIRE(rig.reply(rig.command(data(std::string(128, 'x')), 1)) == meshcore::build_ok());
  }
  REQUIRE(rig.reply(rig.command(data("x"), 1)) == meshcore::build_error(error::table_full));
}

TEST_CASE("two traces with one tag are kept apart, and strangers' traces are for all") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  const auto one = rig.command(trace(77), 1);
  const auto two = rig.command(trace(77), 2);
  const auto sent = rig.received(command::send_trace);
  REQUIRE(sent.size() == 2);
  const std::uint32_t wire = meshcore::bytes::u32(sent[1], 1);
  REQUIRE(meshcore::bytes::u32(sent[0], 1) == 77);
  REQUIRE(wire != 77);
  for (const std::uint64_t id : {one, two}) {
    REQUIRE(meshcore::parse_sent(rig.reply(id))->tag == 77);
  }
  rig.give(trace_data(wire));
  REQUIRE(rig.replies(one).empty());
  const auto told = rig.replies(two);
  REQUIRE(told.at(0).payload == trace_data(77));
  REQUIRE(told[0].is_final());
  REQUIRE(told[0].record.type() == MMX_RECORD_TRACEROUTE);
  REQUIRE(told[0].record.text(MMX_FIELD_ROUTE) == "aa");
  rig.give(trace_data(77));
  REQUIRE(rig.reply(one) == trace_data(77));
  for (const Published &each : rig.take(MMX_KIND_RX)) {
    REQUIRE((each.flags & MMX_MESSAGE_QUIET) != 0);
  }
  rig.give(trace_data(99));
  const auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  REQUIRE(events[0].flags == 0);
}

TEST_CASE("a trace nothing comes back from ends") {
  Rig rig;
  rig.up();
  const auto id = rig.command(trace(77));
  rig.replies(id);
  rig.run(3 * kMinute, kSecond);
  REQUIRE(rig.replies(id).at(0).is_final());
}

TEST_CASE("what one app changes stands in state before it is told OK") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  const auto id = rig.command(bytes({command::set_name}) + "New name");
  const auto published = rig.take(MMX_KIND_STATE | MMX_KIND_REPLY);
  REQUIRE(published.size() == 2);
  REQUIRE(published[0].kind == MMX_KIND_STATE);
  REQUIRE(meshcore::parse_self_info(published[0].payload)->name == "New name");
  REQUIRE(published[1].cause == id);
  REQUIRE(published[1].payload == meshcore::build_ok());
}

TEST_CASE("every change of settings is read back") {
  struct Case {
    std::string command;
    std::vector<std::uint8_t> read;
  };
  const std::vector<Case> cases{
      {bytes({command::set_name}) + "N", {command::app_start}},
      {bytes({command::set_radio, 1, 0, 0, 0, 1, 0, 0, 0, 8, 8, 1}),
       {command::app_start, command::device_query}},
      {bytes({command::set_tx_power, 20}), {command::app_start}},
      {bytes({command::set_location, 0, 0, 0, 1, 0, 0, 0, 1}), {command::app_start}},
      {bytes({command::set_other, 1}), {command::app_start}},
      {bytes({command::set_tuning, 0, 0, 0, 0, 0, 0, 0, 0}), {command::get_tuning}},
      {bytes({command::set_pin, 0, 0, 0, 0}), {command::app_start, command::device_query}},
      {bytes({command::set_path_hash_mode, 0, 1}), {command::app_start, command::device_query}},
      {bytes({command::set_auto_add, 1}), {command::get_auto_add}},
      {bytes({command::set_custom_var}) + "gps:1", {command::get_custom_vars, command::app_start}},
      {bytes({command::set_default_scope}), {command::get_default_scope}},
      {meshcore::build_set_channel({1, "new", {}}), {command::get_channel}},
  };
  for (const Case &each : cases) {
    Rig rig;
    rig.up();
    rig.clear_received();
    INFO(int{code_of(each.command)});
    REQUIRE(rig.reply(rig.command(each.command)) == meshcore::build_ok());
    std::vector<std::uint8_t> read;
    for (const std::string &received : rig.received()) read.push_back(code_of(received));
    REQUIRE(read.front() == code_of(each.command));
    read.erase(read.begin());
    REQUIRE(read == each.read);
  }
}

TEST_CASE("an older app that does not know of repeating does not switch it off") {
  Rig rig;
  rig.up();
  rig.command(bytes({command::set_radio, 1, 0, 0, 0, 1, 0, 0, 0, 8, 8}));
  rig.command(bytes({command::set_radio, 1, 0, 0, 0, 1, 0, 0, 0, 8, 8, 0}));
  const auto sent = rig.received(command::set_radio);
  REQUIRE(sent.at(0).size() == 12);
  REQUIRE(sent[0].back() == 1);
  REQUIRE(sent.at(1).back() == 0);
}

TEST_CASE("a channel key the app was not shown is not wiped by writing the channel back") {
  Rig rig;
  rig.up();
  rig.command(meshcore::build_set_channel({1, "renamed", {}}), 1, MMX_LABEL_SECRET_PSK);
  REQUIRE(meshcore::parse_set_channel(rig.received(command::set_channel).at(0))->secret ==
          rig.channels[1].secret);
  rig.command(meshcore::build_set_channel({1, "", {}}), 1, MMX_LABEL_SECRET_PSK);
  REQUIRE(meshcore::parse_set_channel(rig.received(command::set_channel).at(1))->secret ==
          meshcore::ChannelInfo().secret);
}

TEST_CASE("changes of contacts are shown to the others in the words of the protocol") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  meshcore::Contact made = contact('n');
  const auto added = rig.command(meshcore::build_set_contact(made));
  auto sent = rig.take(MMX_KIND_SENT);
  REQUIRE(sent.size() == 1);
  REQUIRE(sent[0].cause == added);
  REQUIRE(sent[0].payload == meshcore::build_key_push(push::advert, key_of('n')));
  REQUIRE_FALSE(rig.state(Section::contact, 0, key_of('n')).empty());
  REQUIRE(rig.reply(added) == meshcore::build_ok());
  rig.command(with_key(command::reset_path, key_of('n')));
  sent = rig.take(MMX_KIND_SENT);
  REQUIRE(sent.at(0).payload == meshcore::build_key_push(push::path_updated, key_of('n')));
  REQUIRE(meshcore::parse_contact(rig.state(Section::contact, 0, key_of('n')))->out_path_len ==
          meshcore::path_unknown);
  const auto removed = rig.command(with_key(command::remove_contact, key_of('n')));
  sent = rig.take(MMX_KIND_SENT);
  REQUIRE(sent.at(0).payload == meshcore::build_key_push(push::contact_deleted, key_of('n')));
  REQUIRE(rig.state(Section::contact, 0, key_of('n')).empty());
  REQUIRE(rig.reply(removed) == meshcore::build_ok());
  // Refused: nothing is shown.
  REQUIRE(rig.reply(rig.command(with_key(command::remove_contact, key_of('n')))) ==
          meshcore::build_error(error::not_found));
  REQUIRE(rig.take(MMX_KIND_SENT).empty());
}

TEST_CASE("the private key is never asked for, whatever a policy allows") {
  Rig rig;
  rig.up();
  REQUIRE(rig.reply(rig.command(bytes({command::export_key}))) == bytes({response::disabled}));
  REQUIRE(rig.received(command::export_key).empty());
}

TEST_CASE("a new private key makes it another radio") {
  Rig rig;
  rig.up();
  rig.special = [&](const std::string &asked) -> std::optional<std::vector<std::string>> {
    if (code_of(asked) == command::import_key) rig.own_key = key_of('x');
    return std::nullopt;
  };
  const auto epoch = rig.host.bus().epoch();
  REQUIRE(rig.reply(rig.command(bytes({command::import_key}) + std::string(64, 'k'))) ==
          meshcore::build_ok());
  rig.run(kSecond);
  REQUIRE(rig.phase() == MMX_LINK_UP);
  REQUIRE(rig.host.bus().identity() == key_of('x'));
  REQUIRE(rig.host.bus().epoch() == epoch + 1);
}

TEST_CASE(
    "questions about the radio itself are answered from it, together where they come together") {
  Rig rig;
  rig.up();
  rig.clear_received();
  rig.mute = {command::get_battery};
  std::vector<std::uint64_t> ids;
  for (std::uint64_t session = 1; session <= 20; ++session) {
    ids.push_back(rig.command(bytes({command::get_battery}), session));
  }
  REQUIRE(rig.received(command::get_battery).size() == 1);
  rig.give(meshcore::build_battery({3333, 1, 2}));
  for (const std::uint64_t id : ids) {
    REQUIRE(rig.reply(id) == meshcore::build_battery({3333, 1, 2}));
  }
  REQUIRE(rig.state(Section::battery) == meshcore::build_battery({3333, 1, 2}));
  const auto own = rig.command(bytes({command::send_telemetry, 0, 0, 0}));
  REQUIRE(rig.reply(own) == prefix_push(push::telemetry_response, 'o', ""));
}

TEST_CASE("what state can tell is told without the radio") {
  Rig rig;
  rig.up();
  rig.clear_received();
  REQUIRE(rig.reply(rig.command(bytes({1, 0, 0, 0, 0, 0, 0, 0}))) == rig.state(Section::self_info));
  REQUIRE(rig.reply(rig.command(bytes({command::get_channel, 1}))) ==
          rig.state(Section::channel, 1));
  REQUIRE(rig.reply(rig.command(bytes({command::get_channel, 9}))) ==
          meshcore::build_error(error::not_found));
  REQUIRE(rig.reply(rig.command(with_key(command::get_contact, key_of('a')))) ==
          rig.state(Section::contact, 0, key_of('a')));
  REQUIRE(rig.reply(rig.command(bytes({command::sync_next}))) ==
          bytes({response::no_more_messages}));
  const auto list = rig.replies(rig.command(bytes({command::get_contacts})));
  REQUIRE(list.size() == 6);
  REQUIRE(list.back().payload == meshcore::build_contacts_end(1000));
  REQUIRE(meshcore::parse_time(rig.reply(rig.command(bytes({command::get_time})))).value() + 2 >=
          rig.device_now());
  REQUIRE(rig.received().empty());
}

TEST_CASE("no session can fill the queue for the others, and none can fill it without end") {
  Rig rig;
  rig.up();
  rig.mute = {command::share_contact};
  const std::string share = with_key(command::share_contact, key_of('a'));
  std::size_t refused = 0;
  for (int i = 0; i < 100; ++i) {
    refused += rig.reply(rig.command(share, 1)) == meshcore::build_error(error::table_full);
  }
  REQUIRE(refused == 100 - 65);  // one is in flight
  for (std::uint64_t session = 2; session < 100; ++session) {
    for (int i = 0; i < 4; ++i) rig.command(share, session);
  }
  REQUIRE(rig.host.metric("radio_tx_queue") <= 256);
  REQUIRE(rig.host.metric("radio_commands_refused_total") > 100);
  // All of them hear something in time.
  rig.run(910 * kMillisecond);
  REQUIRE(rig.host.bus().take(MMX_KIND_REPLY).size() == 65 + 98 * 4 - 0U);
}

TEST_CASE("a faulty host costs single messages, not the driver") {
  for (const auto operation : {mmx::testing::Operation::publish, mmx::testing::Operation::write,
                               mmx::testing::Operation::buffer_new}) {
    for (unsigned nth = 1; nth < 25; nth += 3) {
      Rig rig;
      rig.host.faults().fail(operation, nth);
      rig.accept();
      rig.run(20 * kSecond, 100 * kMillisecond);
      while (rig.phase() != MMX_LINK_UP) {
        if (rig.connecting()) rig.accept();
        rig.run(kSecond, 100 * kMillisecond);
      }
      INFO(static_cast<int>(operation) << " " << nth);
      // What the fault may still hit gets some answer in time, or loses only that.
      rig.run(6 * kSecond, 100 * kMillisecond);
      for (int i = 0; i < 8; ++i) {
        rig.command(bytes({command::send_advert}));
        rig.run(6 * kSecond, 100 * kMillisecond);
      }
      REQUIRE(rig.reply(rig.command(bytes({command::send_advert}))) == meshcore::build_ok());
    }
  }
}
