// Remote requests: one at a time, SENT at once, every answer to whoever asked.
#include <catch2/catch.hpp>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/stats.h"
#include "rig.h"

using namespace meshcore_driver_test;

namespace {

// Answers whatever the driver asked last, as the mesh would.
std::string result_of(const std::string &asked, std::uint32_t device_tag) {
  const char fill = asked[code_of(asked) == command::send_telemetry ? 4 : 1];
  switch (code_of(asked)) {
    case command::send_login: {
      meshcore::LoginSuccess login;
      login.key_prefix = std::string(6, fill);
      login.server_time = 5;
      login.firmware_level = 2;
      return meshcore::build_login_success(login);
    }
    case command::send_status:
      return prefix_push(push::status_response, fill, std::string(60, '\1'));
    case command::send_telemetry:
      return prefix_push(push::telemetry_response, fill, bytes({1, 116, 0x01, 0x90}));
    default: {
      std::string frame = bytes({push::binary_response, 0});
      meshcore::bytes::put32(frame, device_tag);
      return frame + "result";
    }
  }
}

const std::vector<std::uint8_t> kRequests{command::send_login,     command::send_status,
                                          command::send_telemetry, command::send_binary,
                                          command::send_anonymous, command::send_path_discovery};

std::vector<std::string> asked(const Rig &rig) {
  std::vector<std::string> found;
  for (const std::string &each : rig.received()) {
    for (const std::uint8_t code : kRequests) {
      if (code_of(each) == code && each.size() > 4) found.push_back(each);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("a request is answered SENT at once and its result goes to the asker") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  rig.mute = {command::send_status};
  const auto id = rig.command(status_of('p'));
  const auto sent = meshcore::parse_sent(rig.reply(id));  // before the radio said anything
  REQUIRE(sent);
  REQUIRE(sent->timeout_ms >= 1000);
  rig.give(meshcore::build_sent({0, 0x77, 4000}));
  REQUIRE(rig.replies(id).empty());
  meshcore::ServerStats stats;
  stats.battery_mv = 3900;
  stats.uptime_s = 77;
  const std::string frame =
      prefix_push(push::status_response, 'p',
                  meshcore::build_server_stats(stats, meshcore::contact_type::repeater));
  rig.give(frame);
  const auto told = rig.replies(id);
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].payload == frame);
  REQUIRE(told[0].is_final());
  const auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 1);
  REQUIRE((events[0].flags & MMX_MESSAGE_QUIET) != 0);
  REQUIRE(events[0].record.type() == MMX_RECORD_TELEMETRY);
  REQUIRE(events[0].record.number(MMX_FIELD_VOLTAGE_V) == 3.9);
  REQUIRE(events[0].record.integer(MMX_FIELD_UPTIME_S) == 77);
}

TEST_CASE("the tag of a binary request is ours, and the result carries it") {
  Rig rig;
  rig.up();
  const auto id = rig.command(binary_to('p', "\1"));
  const auto sent = meshcore::parse_sent(rig.reply(id));
  std::string frame = result_of(binary_to('p', "\1"), 0x00AB0001);
  rig.give(result_of(binary_to('p', "\1"), 0xDEAD));  // of somebody else
  REQUIRE(rig.replies(id).empty());
  rig.give(frame);
  const std::string told = rig.reply(id);
  REQUIRE(meshcore::frame_tag(told) == sent->tag);
  REQUIRE(told.substr(6) == "result");
}

TEST_CASE("ten sessions that ask different nodes at once are served one after the other") {
  Rig rig;
  rig.est_timeout_ms = 1000;
  for (char fill = '0'; fill <= '9'; ++fill) {
    rig.contacts.push_back(contact(fill, meshcore::contact_type::chat));
  }
  rig.up();
  rig.take(~0U);
  std::map<std::uint64_t, char> ids;
  for (char fill = '0'; fill <= '9'; ++fill) {
    ids[rig.command(status_of(fill), static_cast<std::uint64_t>(fill))] = fill;
  }
  for (const auto &[id, fill] : ids) {
    REQUIRE(code_of(rig.reply(id)) == response::sent);
  }
  REQUIRE(asked(rig).size() == 1);
  for (std::size_t i = 0; i < 10; ++i) {
    REQUIRE(asked(rig).size() == i + 1);
    rig.give(result_of(asked(rig)[i], 0));
  }
  for (const auto &[id, fill] : ids) {
    REQUIRE(rig.reply(id) == result_of(status_of(fill), 0));
  }
  REQUIRE(rig.host.net().connects() == 1);
}

TEST_CASE("equal requests are asked once and answered to everyone, each with its own tag") {
  Rig rig;
  rig.up();
  std::vector<std::uint64_t> ids;
  std::set<std::uint32_t> tags;
  for (std::uint64_t session = 1; session <= 10; ++session) {
    ids.push_back(rig.command(binary_to('p', "\1"), session));
  }
  std::map<std::uint64_t, std::uint32_t> told;
  for (const std::uint64_t id : ids) {
    told[id] = meshcore::parse_sent(rig.reply(id))->tag;
    tags.insert(told[id]);
  }
  REQUIRE(tags.size() == 10);
  REQUIRE(asked(rig).size() == 1);
  rig.give(result_of(binary_to('p', "\1"), 0x00AB0001));
  for (const std::uint64_t id : ids) {
    REQUIRE(meshcore::frame_tag(rig.reply(id)) == told[id]);
  }
  REQUIRE(rig.host.metric("radio_requests_coalesced_total") == 9);
  // Another question to the same node is another question.
  rig.command(binary_to('p', "\5"));
  REQUIRE(asked(rig).size() == 2);
}

TEST_CASE("login and status by one session do not break telemetry by another") {
  Rig rig;
  rig.up();
  const auto login = rig.command(login_to('r', "password"), 1);
  const auto status = rig.command(status_of('r'), 1);
  const auto telemetry = rig.command(telemetry_of('a'), 2);
  const auto sent = meshcore::parse_sent(rig.reply(login));
  REQUIRE(sent->tag == 0x72727272);  // the first four key bytes
  rig.replies(status);
  rig.replies(telemetry);
  REQUIRE(asked(rig) == std::vector<std::string>{login_to('r', "password")});
  // Nothing that fits something still waiting is taken for it.
  rig.give(result_of(status_of('r'), 0));
  REQUIRE(rig.replies(status).empty());
  rig.give(result_of(login_to('r', ""), 0));
  REQUIRE(rig.reply(login) == result_of(login_to('r', ""), 0));
  REQUIRE(result_of(login_to('r', ""), 0).size() == 14);
  rig.run(2 * kSecond);
  rig.give(result_of(asked(rig).at(1), 0));
  rig.run(2 * kSecond);
  rig.give(result_of(asked(rig).at(2), 0));
  REQUIRE(rig.reply(status) == result_of(status_of('r'), 0));
  REQUIRE(rig.reply(telemetry) == result_of(telemetry_of('a'), 0));
}

TEST_CASE("sessions take turns, however many questions one of them has") {
  Rig rig;
  rig.est_timeout_ms = 500;
  for (char fill = '0'; fill <= '9'; ++fill) rig.contacts.push_back(contact(fill));
  rig.up();
  for (char fill = '0'; fill <= '4'; ++fill) rig.command(status_of(fill), 1);
  rig.command(status_of('9'), 2);
  rig.give(result_of(status_of('0'), 0));
  rig.give(result_of(asked(rig).back(), 0));
  rig.give(result_of(asked(rig).back(), 0));
  const auto order = asked(rig);
  REQUIRE(std::find(order.begin(), order.begin() + 3, status_of('9')) != order.begin() + 3);
}

TEST_CASE("a wrong password is silence: the next one's turn comes, nothing more is said") {
  Rig rig;
  rig.up();
  const auto wrong = rig.command(login_to('r', "wrong"), 1);
  const auto next = rig.command(status_of('p'), 2);
  REQUIRE(code_of(rig.reply(wrong)) == response::sent);
  const auto promised = meshcore::parse_sent(rig.reply(next));
  rig.run(4 * kSecond);
  REQUIRE(asked(rig).size() == 1);
  rig.run(4 * kSecond);
  REQUIRE(asked(rig).size() == 2);
  const auto told = rig.replies(wrong);
  REQUIRE(told.size() == 1);
  REQUIRE(told[0].is_final());
  REQUIRE(told[0].payload.empty());
  REQUIRE(promised->timeout_ms >= 8000);
  REQUIRE(rig.host.metric("radio_requests_silent_total") == 1);
}

TEST_CASE("a queue that would take longer than a minute is full; equal questions too") {
  Rig rig;
  for (char fill = '0'; fill <= '9'; ++fill) {
    rig.contacts.push_back(contact(fill));
    rig.contacts.back().out_path_len = 5;
  }
  rig.up();
  int accepted = 0, refused = 0;
  std::uint32_t longest = 0;
  for (char fill = '0'; fill <= '9'; ++fill) {
    const std::string told = rig.reply(rig.command(status_of(fill), 1));
    if (const auto sent = meshcore::parse_sent(told)) {
      ++accepted;
      longest = std::max(longest, sent->timeout_ms);
    } else {
      REQUIRE(told == meshcore::build_error(error::table_full));
      ++refused;
    }
  }
  REQUIRE(accepted >= 2);
  REQUIRE(refused >= 1);
  REQUIRE(longest < 160'000);
}

TEST_CASE("a node that is no contact is refused at once; anonymous questions reach any") {
  Rig rig;
  rig.up();
  for (const std::string &each :
       {status_of('?'), login_to('?', "x"), telemetry_of('?'), binary_to('?', "\1")}) {
    REQUIRE(rig.reply(rig.command(each)) == meshcore::build_error(error::not_found));
  }
  REQUIRE(asked(rig).empty());
  REQUIRE(code_of(rig.reply(rig.command(with_key(command::send_anonymous, key_of('?'), "\1")))) ==
          response::sent);
}

TEST_CASE("a session that is gone is not answered, and its waiting questions are not asked") {
  Rig rig;
  rig.up();
  rig.command(status_of('a'), 1);
  const auto gone = rig.command(status_of('b'), 2);
  const auto shared = rig.command(status_of('p'), 2);
  const auto stays = rig.command(status_of('p'), 3);
  for (const std::uint64_t id : {gone, shared, stays}) rig.replies(id);
  rig.host.bus().end_session(kOrigin, 2);
  rig.host.end_turn();
  rig.give(result_of(status_of('a'), 0));
  rig.give(result_of(status_of('p'), 0));
  REQUIRE(asked(rig) == std::vector<std::string>{status_of('a'), status_of('p')});
  REQUIRE(rig.reply(stays) == result_of(status_of('p'), 0));
  REQUIRE(rig.replies(gone).empty());
  REQUIRE(rig.replies(shared).empty());
}

TEST_CASE("a link that breaks and comes back is only a delay") {
  Rig rig;
  rig.up();
  const auto one = rig.command(status_of('a'), 1);
  const auto two = rig.command(status_of('b'), 2);
  rig.replies(one);
  rig.replies(two);
  rig.lose();
  rig.up();
  REQUIRE(asked(rig).size() == 2);
  rig.give(result_of(status_of('a'), 0));
  rig.give(result_of(status_of('b'), 0));
  REQUIRE(rig.reply(one) == result_of(status_of('a'), 0));
  REQUIRE(rig.reply(two) == result_of(status_of('b'), 0));
}

TEST_CASE("a request the radio refuses ends, and the next one goes") {
  Rig rig;
  rig.up();
  rig.refuses[command::send_status] = error::table_full;
  const auto one = rig.command(status_of('a'), 1);
  const auto two = rig.command(telemetry_of('b'), 2);
  REQUIRE(rig.replies(one).back().is_final());
  REQUIRE(asked(rig).size() == 2);
  rig.give(result_of(telemetry_of('b'), 0));
  REQUIRE(rig.replies(two).back().payload == result_of(telemetry_of('b'), 0));
}

TEST_CASE("results nobody asked for are known, and shown to nobody") {
  Rig rig;
  rig.up();
  rig.take(~0U);
  for (const std::string &each : {status_of('a'), telemetry_of('a'), binary_to('a', "\1")}) {
    rig.give(result_of(each, 5));
  }
  const auto events = rig.take(MMX_KIND_RX);
  REQUIRE(events.size() == 3);
  for (const Published &each : events) REQUIRE((each.flags & MMX_MESSAGE_QUIET) != 0);
  REQUIRE(events[1].record.number(MMX_FIELD_VOLTAGE_V) == 4.0);
}

TEST_CASE("a path that is discovered goes to who looked for it") {
  Rig rig;
  rig.up();
  const auto id = rig.command(bytes({command::send_path_discovery, 0}) + key_of('a'));
  REQUIRE(code_of(rig.reply(id)) == response::sent);
  const std::string frame = prefix_push(push::path_discovery, 'a', bytes({1, 0xC8, 1, 0xC8}));
  rig.give(frame);
  const auto told = rig.replies(id);
  REQUIRE(told.at(0).payload == frame);
  REQUIRE(told[0].record.type() == MMX_RECORD_TRACEROUTE);
  REQUIRE(told[0].record.text(MMX_FIELD_ROUTE) == "c8");
}
