// Every command of the codec's table has a row here; verdicts of the gates in the app's protocol.
#include <map>
#include <string>

#include <catch2/catch.hpp>
#include "fixture.h"
#include "plugins/meshcore/codec/commands.h"

using namespace vnode_test;

namespace {

enum class Fate {
  answered,   // here, with the code of the row
  published,  // under the default policy
  denied      // under the default policy, answered with the code of the row
};

struct Row {
  std::string command;
  Fate fate;
  int answer = 0;      // code
  int error_code = 0;  // if that is ERR
};

const std::string pk = key('A');

// One legal example of each command.
const std::map<int, Row> &table() {
  const std::string zero(1, '\0');
  static const std::map<int, Row> rows = {
      {cmd::app_start, {app_start(), Fate::answered, rsp::self_info}},
      {cmd::send_text, {direct_text("hello"), Fate::published}},
      {cmd::send_channel_text, {channel_text(0, "hello"), Fate::published}},
      {cmd::get_contacts, {bare(cmd::get_contacts), Fate::answered, rsp::contacts_start}},
      {cmd::get_time, {bare(cmd::get_time), Fate::answered, rsp::time}},
      {cmd::set_time, {bare(cmd::set_time, "\1\1\1\1"), Fate::published}},
      {cmd::send_advert, {bare(cmd::send_advert, "\1"), Fate::published}},
      {cmd::set_name, {bare(cmd::set_name, "name"), Fate::denied, rsp::error, 1}},
      {cmd::set_contact,
       {bare(cmd::set_contact, pk + std::string(103, '\0')), Fate::denied, rsp::error, 1}},
      {cmd::sync_next, {bare(cmd::sync_next), Fate::answered, rsp::no_more_messages}},
      {cmd::set_radio, {bare(cmd::set_radio, std::string(11, '\1')), Fate::denied, rsp::error, 1}},
      {cmd::set_tx_power, {bare(cmd::set_tx_power, "\x0A"), Fate::denied, rsp::error, 1}},
      {cmd::reset_path, {bare(cmd::reset_path, pk), Fate::published}},
      {cmd::set_location,
       {bare(cmd::set_location, std::string(8, '\0')), Fate::denied, rsp::error, 1}},
      {cmd::remove_contact, {bare(cmd::remove_contact, pk), Fate::denied, rsp::error, 1}},
      {cmd::share_contact, {bare(cmd::share_contact, pk), Fate::published}},
      {cmd::export_contact, {bare(cmd::export_contact, pk), Fate::published}},
      {cmd::import_contact,
       {bare(cmd::import_contact, std::string(110, '\1')), Fate::denied, rsp::error, 1}},
      {cmd::reboot, {bare(cmd::reboot, "reboot"), Fate::denied, rsp::error, 1}},
      {cmd::get_battery, {bare(cmd::get_battery), Fate::answered, rsp::battery}},
      {cmd::set_tuning, {bare(cmd::set_tuning, std::string(8, '\0')), Fate::denied, rsp::error, 1}},
      {cmd::device_query, {device_query(3), Fate::answered, rsp::device_info}},
      {cmd::export_key, {bare(cmd::export_key), Fate::denied, rsp::disabled}},
      {cmd::import_key, {bare(cmd::import_key, std::string(64, 'k')), Fate::denied, rsp::disabled}},
      {cmd::send_raw, {bare(cmd::send_raw, zero + "data"), Fate::denied, rsp::error, 1}},
      {cmd::send_login, {bare(cmd::send_login, pk + "password"), Fate::published}},
      {cmd::send_status, {status_request('A'), Fate::published}},
      {cmd::has_connection, {bare(cmd::has_connection, pk), Fate::answered, rsp::error, 2}},
      {cmd::logout, {bare(cmd::logout, pk), Fate::answered, rsp::ok}},
      {cmd::get_contact, {bare(cmd::get_contact, pk), Fate::answered, rsp::contact}},
      {cmd::get_channel, {bare(cmd::get_channel, "\1"), Fate::answered, rsp::channel_info}},
      {cmd::set_channel,
       {bare(cmd::set_channel, std::string(49, '\0')), Fate::denied, rsp::error, 1}},
      {cmd::sign_start, {bare(cmd::sign_start), Fate::denied, rsp::error, 1}},
      {cmd::sign_data, {bare(cmd::sign_data, "data"), Fate::denied, rsp::error, 1}},
      {cmd::sign_finish, {bare(cmd::sign_finish), Fate::denied, rsp::error, 1}},
      {cmd::send_trace, {bare(cmd::send_trace, std::string(10, '\0')), Fate::published}},
      {cmd::set_pin, {bare(cmd::set_pin, std::string(4, '\0')), Fate::denied, rsp::error, 1}},
      {cmd::set_other, {bare(cmd::set_other, zero), Fate::denied, rsp::error, 1}},
      {cmd::send_telemetry,
       {bare(cmd::send_telemetry, std::string(3, '\0') + pk), Fate::published}},
      {cmd::get_custom_vars, {bare(cmd::get_custom_vars), Fate::answered, rsp::custom_vars}},
      {cmd::set_custom_var, {bare(cmd::set_custom_var, "gps:1"), Fate::denied, rsp::error, 1}},
      {cmd::get_advert_path, {bare(cmd::get_advert_path, zero + pk), Fate::published}},
      {cmd::get_tuning, {bare(cmd::get_tuning), Fate::answered, rsp::tuning}},
      {cmd::send_binary, {bare(cmd::send_binary, pk + "\1"), Fate::published}},
      {cmd::factory_reset, {bare(cmd::factory_reset, "reset"), Fate::denied, rsp::error, 1}},
      {cmd::send_path_discovery, {bare(cmd::send_path_discovery, zero + pk), Fate::published}},
      {cmd::set_flood_scope, {bare(cmd::set_flood_scope, zero), Fate::published}},
      {cmd::send_control, {bare(cmd::send_control, "\x80\1"), Fate::denied, rsp::error, 1}},
      {cmd::get_stats, {bare(cmd::get_stats, zero), Fate::answered, rsp::stats}},
      {cmd::send_anonymous, {bare(cmd::send_anonymous, pk + "\1"), Fate::published}},
      {cmd::set_auto_add, {bare(cmd::set_auto_add, "\1"), Fate::denied, rsp::error, 1}},
      {cmd::get_auto_add, {bare(cmd::get_auto_add), Fate::answered, rsp::auto_add}},
      {cmd::get_repeat_freq, {bare(cmd::get_repeat_freq), Fate::answered, rsp::repeat_freq}},
      {cmd::set_path_hash_mode,
       {bare(cmd::set_path_hash_mode, std::string(2, '\0')), Fate::denied, rsp::error, 1}},
      {cmd::send_channel_data,
       {bare(cmd::send_channel_data, zero + "\xFF\1\1data"), Fate::published}},
      {cmd::set_default_scope,
       {bare(cmd::set_default_scope, std::string(47, '\1')), Fate::denied, rsp::error, 1}},
      {cmd::get_default_scope, {bare(cmd::get_default_scope), Fate::answered, rsp::default_scope}},
      {cmd::send_packet, {bare(cmd::send_packet, "packet"), Fate::denied, rsp::error, 1}},
  };
  return rows;
}

}  // namespace

TEST_CASE("every command of the table is answered within a second, under the default policy") {
  Bench bench;
  bench.start_with_radio();
  bench.default_policy();
  for (const meshcore::CommandInfo &info : meshcore::all_commands()) {
    INFO(info.name);
    const auto found = table().find(info.code);
    REQUIRE(found != table().end());
    const Row &row = found->second;
    REQUIRE(code_of(row.command) == info.code);
    bench.feed_radio();  // what is cached is young again
    App app = bench.started();
    app.send(row.command);
    const auto published = bench.commands();
    Frames answers = app.take();
    if (row.fate == Fate::published) {
      CHECK(answers.empty());
      REQUIRE(published.size() == 1);
      CHECK(published[0].verdict == MMX_VERDICT_ACCEPTED);
      bench.host.advance(1 * kSecond);
      CHECK(app.take_one() == error(err::bad_state));
    } else {
      REQUIRE(!answers.empty());
      CHECK(int{code_of(answers.front())} == row.answer);
      if (row.error_code != 0)
        CHECK(answers.front() == error(static_cast<std::uint8_t>(row.error_code)));
      CHECK(published.size() == (row.fate == Fate::denied ? 1 : 0));
      if (row.fate == Fate::denied) CHECK(published[0].verdict == MMX_VERDICT_DENIED);
    }
    app.hang_up();
  }
  CHECK(table().size() == meshcore::all_commands().size());
}

TEST_CASE("one byte less than the least length is an error and is never published") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  for (const meshcore::CommandInfo &info : meshcore::all_commands()) {
    if (info.min_size == 1) continue;
    INFO(info.name);
    CHECK(app.ask(bare(info.code, std::string(info.min_size - 2U, '\0'))) ==
          error(err::unsupported));
  }
  CHECK(bench.commands().empty());
}

TEST_CASE("codes that are no commands get an error, and the session goes on") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  for (int code = 0; code < 256; ++code) {
    if (meshcore::find_command(static_cast<std::uint8_t>(code)) != nullptr) continue;
    CHECK(app.ask(bare(static_cast<std::uint8_t>(code), "abc")) == error(err::unsupported));
  }
  CHECK(bench.commands().empty());
  CHECK(code_of(app.ask(app_start())) == rsp::self_info);
}

TEST_CASE("verdicts of the gates in the app's own protocol") {
  struct Verdict {
    std::uint32_t verdict;
    std::string command;
    std::string answer;
  };
  const std::string set_time = bare(cmd::set_time, "\1\1\1\1");
  const std::string import_key = bare(cmd::import_key, std::string(64, 'k'));
  const std::string disabled = bare(rsp::disabled);
  const auto row = GENERATE_COPY(
      Verdict{MMX_VERDICT_DENIED, direct_text("x"), error(1)},
      Verdict{MMX_VERDICT_DENIED, channel_text(0, "x"), error(1)},
      Verdict{MMX_VERDICT_DENIED, set_time, ok}, Verdict{MMX_VERDICT_DENIED, import_key, disabled},
      Verdict{MMX_VERDICT_DENIED, bare(cmd::reboot, "reboot"), error(1)},
      Verdict{MMX_VERDICT_FULL, direct_text("x"), error(3)},
      Verdict{MMX_VERDICT_LIMITED, bare(cmd::send_advert), error(3)},
      Verdict{MMX_VERDICT_LIMITED, set_time, error(3)},
      Verdict{MMX_VERDICT_NO_SOURCE, direct_text("x"), error(4)},
      Verdict{MMX_VERDICT_NO_SOURCE, bare(cmd::reboot, "reboot"), error(4)},
      Verdict{MMX_VERDICT_INVALID, direct_text("x"), error(1)},
      Verdict{MMX_VERDICT_LOCAL, direct_text("x"), error(4)},
      Verdict{MMX_VERDICT_ACCEPTED, bare(cmd::export_key), disabled});
  Bench bench;
  bench.start_with_radio();
  bench.answer_all(row.verdict);
  App app = bench.started();
  App other = bench.started();
  CHECK(app.ask(row.command) == row.answer);
  bench.host.advance(5 * kSecond);
  CHECK(app.take().empty());
  CHECK(other.take().empty());
  if (row.verdict == MMX_VERDICT_DENIED) CHECK(bench.number("denied") == 1);
}

TEST_CASE("the private key never reaches an app, whatever policy and source say") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  CHECK(app.ask(bare(cmd::export_key)) == bare(rsp::disabled));
  bench.reply(bench.command(), bare(rsp::private_key, std::string(64, 'k')), MMX_MESSAGE_FINAL);
  CHECK(app.take().empty());
}

TEST_CASE("what is known is told where the radio may not, or cannot, be asked") {
  const std::uint32_t verdict =
      GENERATE(std::uint32_t{MMX_VERDICT_LOCAL}, std::uint32_t{MMX_VERDICT_NO_SOURCE});
  Bench bench;
  bench.start_with_radio();
  bench.host.advance(30 * kSecond);
  bench.answer_all(verdict);
  App app = bench.started();
  CHECK(code_of(app.ask(bare(cmd::get_battery))) == rsp::battery);
  bench.answer_all(MMX_VERDICT_DENIED);
  CHECK(app.ask(bare(cmd::get_battery)) == error(err::unsupported));
}

TEST_CASE("what the radio never told is an error an app understands") {
  Bench bench;
  bench.start();
  bench.link_up();
  App app = bench.connect();
  CHECK(app.ask(app_start()) == error(err::bad_state));
  CHECK(app.ask(device_query(3)) == error(err::bad_state));
  for (const std::uint8_t code : {cmd::get_tuning, cmd::get_auto_add, cmd::get_custom_vars,
                                  cmd::get_repeat_freq, cmd::get_default_scope})
    CHECK(app.ask(bare(code)) == error(err::unsupported));
  CHECK(app.ask(bare(cmd::get_channel, "\1")) == error(err::not_found));
  CHECK(app.ask(bare(cmd::get_contact, pk)) == error(err::not_found));
  app.send(bare(cmd::get_contacts));
  CHECK(app.take() == Frames{meshcore::build_contacts_start(0), meshcore::build_contacts_end(0)});
}

TEST_CASE("a host that cannot publish is no source") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  bench.host.faults().fail(mmx::testing::Operation::publish, 1);
  CHECK(app.ask(direct_text("x")) == error(err::bad_state));
}
