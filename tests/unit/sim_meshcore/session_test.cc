// One client and its radio: the connect sequence, contacts, settings, and an answer to everything
// (docs/protocol notes 2.3). Must not know the driver or the virtual node.
#include <catch2/catch.hpp>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/stats.h"
#include "tests/unit/sim_meshcore/bench.h"

using namespace sim_test;  // NOLINT(google-build-using-namespace)
namespace code = meshcore::command;
namespace push = meshcore::push;
namespace response = meshcore::response;
namespace error = meshcore::error;
using meshcore::bytes::put32;

namespace {

std::string number(uint32_t value) {
  std::string out;
  put32(out, value);
  return out;
}

}  // namespace

TEST_CASE("the connect sequence is answered as by firmware 1.17.1") {
  Bench bench;
  auto &app = bench.connect();
  const auto self = meshcore::parse_self_info(
      bench.ask(app, command(code::app_start, std::string(7, ' ') + "test")).at(0));
  REQUIRE(self);
  CHECK(self->public_key.size() == meshcore::key_size);
  CHECK(self->name == "Simulated Hill");

  const auto device =
      meshcore::parse_device_info(bench.ask(app, command(code::device_query, "\x03")).at(0));
  REQUIRE(device);
  CHECK(device->version == 13);
  CHECK(device->max_contacts == 350);
  CHECK(device->max_channels == 40);

  const Frames start = bench.ask(app, command(code::get_contacts));
  REQUIRE(start.size() == 1);
  CHECK(meshcore::parse_contacts_start(start[0]) == 40U);
  const Frames contacts = bench.wait(app, second);
  REQUIRE(contacts.size() == 41);
  uint32_t newest = 0;
  unsigned types = 0;
  for (size_t i = 0; i < 40; ++i) {
    const auto contact = meshcore::parse_contact(contacts[i]);
    REQUIRE(contact);
    types |= 1U << contact->type;
    newest = std::max(newest, contact->lastmod);
  }
  CHECK(types == 0b11110);
  CHECK(meshcore::parse_contacts_end(contacts[40]) == newest);
  // The clock of a device that was just started is behind.
  const auto time = meshcore::parse_time(bench.ask(app, command(code::get_time)).at(0));
  REQUIRE(time);
  CHECK(*time >= newest + 1);
  CHECK(*time < bench.host.clock().wall_ns() / second - 200);

  unsigned used = 0;
  for (char slot = 0; slot < 40; ++slot) {
    const auto channel = meshcore::parse_channel_info(
        bench.ask(app, command(code::get_channel, std::string(1, slot))).at(0));
    REQUIRE(channel);
    used += channel->empty() ? 0 : 1;
  }
  CHECK(used == 3);
  CHECK(error_in(bench.ask(app, command(code::get_channel, std::string(1, 40)))) ==
        error::not_found);
  CHECK(code_of(bench.ask(app, command(code::sync_next)).at(0)) == response::no_more_messages);
}

TEST_CASE("a client that asks only for what is newer gets that, and the total") {
  Bench bench;
  auto &app = bench.connect();
  bench.ask(app, command(code::get_contacts));
  const Frames all = bench.wait(app, second);
  const uint32_t newest = meshcore::parse_contacts_end(all.back()).value();

  CHECK(meshcore::parse_contacts_start(
            bench.ask(app, command(code::get_contacts, number(newest))).at(0)) == 40U);
  const Frames none = bench.wait(app, second);
  REQUIRE(none.size() == 1);
  CHECK(meshcore::parse_contacts_end(none[0]) == 0U);

  bench.ask(app, command(code::get_contacts, number(newest - 1)));
  CHECK(bench.wait(app, second).size() == 2);
}

TEST_CASE("contacts are added, changed, reset and removed by the device's rules") {
  Bench bench({{"contacts", "3"}, {"seed", "1"}});
  auto &app = bench.connect();
  meshcore::Contact contact;
  contact.public_key = std::string(32, 'k');
  contact.type = meshcore::contact_type::chat;
  contact.out_path_len = 1;
  contact.out_path[0] = 'x';
  contact.name = "Added";
  std::copy_n("Added", 5, contact.name_bytes.begin());
  contact.lastmod = 77;
  CHECK(code_of(bench.ask(app, meshcore::build_set_contact(contact)).at(0)) == response::ok);
  const auto get = [&] {
    return meshcore::parse_contact(
        bench.ask(app, command(code::get_contact, contact.public_key)).at(0));
  };
  REQUIRE(get());
  CHECK(get()->name == "Added");
  CHECK(get()->lastmod == 77);

  SECTION("without a lastmod the device takes its clock") {
    bench.ask(app, meshcore::build_set_contact(contact).substr(0, 144));
    CHECK(get()->lastmod > 77);
  }
  SECTION("a reset path leaves lastmod alone") {
    CHECK(code_of(bench.ask(app, command(code::reset_path, contact.public_key)).at(0)) ==
          response::ok);
    CHECK(get()->out_path_len == meshcore::path_unknown);
    CHECK(get()->lastmod == 77);
  }
  SECTION("removed once") {
    CHECK(error_in(bench.ask(app, command(code::remove_contact, contact.public_key))) == 0);
    CHECK(error_in(bench.ask(app, command(code::remove_contact, contact.public_key))) ==
          error::not_found);
  }
}

TEST_CASE("a full table refuses, or evicts what was changed longest ago") {
  Bench bench({{"contacts", "350"}, {"seed", "1"}});
  auto &app = bench.connect();
  meshcore::Contact contact;
  contact.public_key = std::string(32, 'k');
  contact.type = 1;
  CHECK(error_in(bench.ask(app, meshcore::build_set_contact(contact))) == error::table_full);
  CHECK(bench.call("advert", R"({"stranger":true})") == MMX_OK);
  Frames frames = Bench::heard(app);
  CHECK(only(frames, push::new_advert).size() == 1);
  CHECK(only(frames, push::contacts_full).size() == 1);

  bench.ask(app, command(code::set_auto_add, "\x01"));
  frames = bench.ask(app, meshcore::build_set_contact(contact));
  REQUIRE(frames.size() == 2);
  CHECK(code_of(frames[0]) == push::contact_deleted);
  CHECK(code_of(frames[1]) == response::ok);
  CHECK(bench.count("contacts") == 350);
}

TEST_CASE("strangers are stored unless the app wants to choose") {
  Bench bench;
  auto &app = bench.connect();
  CHECK(bench.call("advert", R"({"stranger":true})") == MMX_OK);
  CHECK(only(Bench::heard(app), push::advert).size() == 1);
  CHECK(bench.count("contacts") == 41);

  bench.ask(app, command(code::set_other, std::string("\x01\0\0\0", 4)));
  int shown = 0;
  for (int i = 0; i < 8; ++i) {
    bench.call("advert", R"({"stranger":true})");
    shown += static_cast<int>(only(Bench::heard(app), push::new_advert).size());
  }
  CHECK(shown > 0);
  CHECK(bench.count("contacts") == 41);
}

TEST_CASE("settings are kept and refused as by the device") {
  Bench bench;
  auto &app = bench.connect();
  const auto self = [&] {
    return *meshcore::parse_self_info(
        bench.ask(app, command(code::app_start, std::string(7, ' '))).at(0));
  };
  bench.ask(app, command(code::set_name, "Another name"));
  CHECK(self().name == "Another name");
  CHECK(error_in(bench.ask(app, command(code::set_tx_power, "\x32"))) == error::illegal_argument);
  bench.ask(app, command(code::set_tx_power, "\x0A"));
  CHECK(self().tx_dbm == 10);
  CHECK(error_in(bench.ask(
            app, command(code::set_radio, number(100'000) + number(62'500) + "\x08\x05"))) ==
        error::illegal_argument);
  CHECK(bench.ask(app, command(code::set_custom_var, "gps:1")).at(0) == meshcore::build_ok());
  CHECK(bench.ask(app, command(code::get_custom_vars)).at(0).find("gps:1") != std::string::npos);
  CHECK(error_in(bench.ask(app, command(code::set_custom_var, "other:1"))) ==
        error::illegal_argument);
  CHECK(bench.ask(app, command(code::get_default_scope)).at(0).size() == 1);
  bench.ask(app, command(code::set_default_scope,
                         "#region" + std::string(24, '\0') + std::string(16, 'k')));
  CHECK(bench.ask(app, command(code::get_default_scope)).at(0).size() == 48);

  const auto now = meshcore::parse_time(bench.ask(app, command(code::get_time)).at(0)).value();
  CHECK(error_in(bench.ask(app, command(code::set_time, number(now - 1)))) ==
        error::illegal_argument);
  CHECK(error_in(bench.ask(app, command(code::set_time, number(now + 500)))) == 0);
  CHECK(meshcore::parse_time(bench.ask(app, command(code::get_time)).at(0)) == now + 500);
}

TEST_CASE("every command is answered at once, whatever is behind its code") {
  Bench bench;
  auto *app = &bench.connect();
  for (const meshcore::CommandInfo &info : meshcore::all_commands()) {
    CAPTURE(info.name);
    for (const size_t size : {size_t{1}, size_t{info.min_size}, size_t{150}}) {
      CAPTURE(size);
      if (info.code == code::send_channel_text && size < 8) continue;  // see traps_test.cc
      const Frames frames = bench.ask(*app, command(info.code, std::string(size - 1, '\x01')));
      bench.wait(*app, second);
      REQUIRE_FALSE(frames.empty());
      bool answered = false;
      for (const std::string &frame : frames)
        answered = answered || meshcore::find_frame(code_of(frame)) != nullptr;
      CHECK(answered);
    }
  }
  CHECK(error_in(bench.ask(*app, command(44))) == error::unsupported);
  CHECK(error_in(bench.ask(*app, command(200))) == error::unsupported);
  CHECK(bench.count("crashes") == 0);
}

TEST_CASE("statistics have the layouts of this version") {
  Bench bench;
  auto &app = bench.connect();
  CHECK(meshcore::parse_core_stats(
      bench.ask(app, command(code::get_stats, std::string(1, '\0'))).at(0)));
  CHECK(meshcore::parse_radio_stats(bench.ask(app, command(code::get_stats, "\x01")).at(0)));
  CHECK(meshcore::parse_packet_stats(bench.ask(app, command(code::get_stats, "\x02")).at(0)));
  CHECK(error_in(bench.ask(app, command(code::get_stats, "\x03"))) == error::illegal_argument);
  CHECK(meshcore::parse_battery(bench.ask(app, command(code::get_battery)).at(0)));
}

TEST_CASE("adverts travel by export and import, damaged ones lead to nothing") {
  Bench bench;
  auto &app = bench.connect();
  const std::string own = bench.ask(app, command(code::export_contact)).at(0);
  CHECK(code_of(own) == response::exported_contact);
  const std::string key = bench.peer(app, meshcore::contact_type::room);
  const std::string exported = bench.ask(app, command(code::export_contact, key)).at(0);
  REQUIRE(code_of(exported) == response::exported_contact);
  bench.ask(app, command(code::remove_contact, key));

  std::string damaged = exported;
  damaged.back() ^= 1;
  CHECK(error_in(bench.ask(app, command(code::import_contact, damaged.substr(1)))) == 0);
  CHECK(bench.wait(app, second).empty());
  CHECK(error_in(bench.ask(app, command(code::import_contact, exported.substr(1)))) == 0);
  CHECK(only(bench.wait(app, second), push::advert).size() == 1);
  CHECK(code_of(bench.ask(app, command(code::get_contact, key)).at(0)) == response::contact);
}
