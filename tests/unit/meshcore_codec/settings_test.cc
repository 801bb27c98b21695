// Settings and results: there and back over the recordings, and what an accepted command changes.
#include <catch2/catch.hpp>

#include "captures.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/events.h"
#include "plugins/meshcore/codec/settings.h"

using namespace meshcore;
using namespace std::string_literals;

TEST_CASE("recorded settings go there and back") {
  unsigned checked = 0;
  const auto same = [&checked](const std::string &again, const std::string &payload) {
    INFO(hex(payload));
    CHECK(again == payload);
    ++checked;
  };
  for (const auto &name : captures::names(".sent.bin")) {
    if (name.starts_with("framing-")) continue;
    for (const auto &p : captures::frames(name)) {
      if (const auto radio = parse_set_radio(p)) same(build_set_radio(*radio), p);
      if (const auto other = parse_set_other(p)) same(build_set_other(*other), p);
      if (const auto tuning = parse_set_tuning(p)) same(build_set_tuning(*tuning), p);
      if (const auto add = parse_set_auto_add(p)) same(build_set_auto_add(*add), p);
      if (const auto scope = parse_flood_scope(p)) same(build_flood_scope(*scope), p);
      if (const auto trace = parse_trace_command(p)) same(build_trace_command(*trace), p);
      if (const auto scope = parse_set_default_scope(p); scope && p.size() == 48) {
        same(build_set_default_scope(scope), p);
      }
    }
  }
  CHECK(checked > 20);
  checked = 0;
  for (const auto &name : captures::names(".recv.bin")) {
    for (const auto &p : captures::frames(name)) {
      if (const auto tuning = parse_tuning(p)) same(build_tuning(*tuning), p);
      if (const auto add = parse_auto_add(p)) same(build_auto_add(*add), p);
      if (const auto trace = parse_trace(p)) same(build_trace(*trace), p);
      if (const auto path = parse_path_discovery(p)) same(build_path_discovery(*path), p);
      if (const auto heard = parse_advert_path(p)) same(build_advert_path(*heard), p);
      if (const auto data = parse_radio_data(p)) {
        same(build_radio_data(static_cast<uint8_t>(p[0]), *data), p);
      }
      if (const auto scope = parse_default_scope(p)) {
        same(p.size() > 1 ? build_default_scope(scope) : build_default_scope(std::nullopt), p);
      }
      if (static_cast<uint8_t>(p[0]) == response::custom_vars) {
        same(build_custom_vars(parse_custom_vars(p)), p);
      }
      if (static_cast<uint8_t>(p[0]) == response::repeat_freq) {
        same(build_repeat_freq(parse_repeat_freq(p)), p);
      }
    }
  }
  CHECK(checked > 30);
}

TEST_CASE("an accepted setting shows in the device's next info as applied here") {
  std::optional<SelfInfo> self;
  std::optional<DeviceInfo> device;
  std::string asked;
  unsigned applied = 0, compared = 0;
  for (const auto &line : captures::transcript("settings.txt")) {
    INFO(hex(line.payload));
    if (line.to_device) {
      asked = line.payload;
    } else if (const auto info = parse_self_info(line.payload)) {
      if (self) {
        CHECK(build_self_info(*self) == line.payload);
        ++compared;
      }
      self = info;
    } else if (const auto shown = parse_device_info(line.payload)) {
      if (device) {
        CHECK(build_device_info(*device) == line.payload);
        ++compared;
      }
      device = shown;
    } else if (line.payload == build_ok() && self && device) {
      applied += apply_setting(asked, *self, *device) ? 1 : 0;
    }
  }
  CHECK(applied > 12);
  CHECK(compared > 7);
}

TEST_CASE("settings that change nothing here") {
  SelfInfo self;
  DeviceInfo device;
  for (const std::string &command : {""s, "\x05"s, "\x0B"s, "\x15" + std::string(8, 'x'),
                                     "\x0E" + std::string(8, '\x7F'), "\x3D\0"s}) {
    CHECK_FALSE(apply_setting(command, self, device));
  }
  CHECK(build_self_info(self) == build_self_info({}));
  device.repeat = 1;
  const std::string old = build_set_radio({869618, 62500, 8, 5, std::nullopt});
  CHECK(old.size() == 11);
  CHECK(apply_setting(old, self, device));
  CHECK(device.repeat == 0);
  CHECK(apply_setting("\x25\x40\xE2\1\0"s, self, device));
  CHECK(device.ble_pin == 123456);
}

TEST_CASE("radio limits") {
  const RadioParams good{869618, 62500, 8, 5, std::nullopt};
  CHECK(valid(good));
  for (const RadioParams &bad :
       {RadioParams{149999, 62500, 8, 5, {}}, RadioParams{2500001, 62500, 8, 5, {}},
        RadioParams{869618, 6999, 8, 5, {}}, RadioParams{869618, 500001, 8, 5, {}},
        RadioParams{869618, 62500, 4, 5, {}}, RadioParams{869618, 62500, 13, 5, {}},
        RadioParams{869618, 62500, 8, 4, {}}, RadioParams{869618, 62500, 8, 9, {}}}) {
    CHECK_FALSE(valid(bad));
  }
}

TEST_CASE("custom variables") {
  using Vars = std::vector<std::pair<std::string, std::string>>;
  CHECK(parse_custom_vars("\x15gps:1,gps_interval:60") ==
        Vars{{"gps", "1"}, {"gps_interval", "60"}});
  CHECK(parse_custom_vars("\x15").empty());
  CHECK(parse_custom_vars("\x15,,bad,a:,:b") == Vars{{"a", ""}, {"", "b"}});
  CHECK(parse_custom_vars("\x15"
                          "a:1\0,b:2"s) == Vars{{"a", "1"}});
  CHECK(build_custom_vars(Vars(100, {"key", "value"})).size() <= max_frame);
  CHECK(parse_set_custom_var("\x29gps:1")->second == "1");
  CHECK_FALSE(parse_set_custom_var("\x29novalue"));
}

TEST_CASE("other shapes of settings") {
  CHECK(build_set_other({1, 2, std::nullopt, 4}) == "\x26\1\2");
  CHECK(build_default_scope(std::nullopt) == "\x1C");
  CHECK(parse_default_scope("\x1C")->name.empty());
  CHECK_FALSE(parse_default_scope("\x1D"));
  CHECK(parse_flood_scope("\x36\0"s)->kind == FloodScope::Kind::cleared);
  CHECK(parse_flood_scope("\x36\1")->kind == FloodScope::Kind::unscoped);
  CHECK(parse_flood_scope("\x36\0"s + std::string(16, 'k'))->kind == FloodScope::Kind::key);
  CHECK_FALSE(parse_flood_scope("\x36\2"));
  CHECK(parse_repeat_freq("\x1A" + std::string(15, 'x')).size() == 1);
  CHECK(parse_set_name("\x08" + std::string(40, 'n'))->size() == 31);
  CHECK(parse_auto_add("\x19\1")->mask == 1);
  CHECK_FALSE(parse_auto_add("\x19\1")->max_hops);
}

TEST_CASE("results of requests") {
  unsigned acls = 0, neighbours = 0;
  const std::string second = captures::from_hex("b545d908939d");
  for (const auto &frame : captures::frames("requests.recv.bin")) {
    if (static_cast<uint8_t>(frame[0]) != push::binary_response) continue;
    const auto data = push_data(frame);
    if (data->starts_with("\1\0\1\0"s + second)) {
      const auto found = parse_neighbours(*data, 6);
      REQUIRE(found);
      REQUIRE(found->entries.size() == 1);
      CHECK(found->total == 1);
      CHECK(found->entries[0].key_prefix == second);
      CHECK(found->entries[0].snr_x4 == 38);
      CHECK(data->starts_with(build_neighbours(*found)));
      ++neighbours;
    } else if (data->starts_with(captures::key_b.substr(0, 6))) {
      const auto list = parse_acl(*data);
      REQUIRE(list.size() == 2);
      CHECK(list[0].permissions == 3);
      CHECK(list[1].key_prefix == captures::key_a.substr(0, 6));
      ++acls;
    }
  }
  CHECK(neighbours == 2);
  CHECK(acls == 1);
  CHECK_FALSE(parse_neighbours("\1\0\2\0"s + std::string(21, 'x'), 6));
  CHECK_FALSE(parse_neighbours("\1\0\xFF\xFF"s + std::string(21, 'x'), 6));
  CHECK_FALSE(parse_neighbours("\1\0\1\0"s, 0));
  CHECK(parse_acl("").empty());
}

TEST_CASE("traces and paths that are cut") {
  const std::string trace = captures::from_hex("890001004433221100000000c82626");
  REQUIRE(parse_trace(trace));
  CHECK(parse_trace(trace)->snr_x4 == std::vector<int8_t>{38, 38});
  CHECK(parse_trace(trace)->tag == 0x11223344);
  for (size_t size = 0; size < trace.size(); ++size)
    CHECK_FALSE(parse_trace(trace.substr(0, size)));
  const std::string found = "\x8D\0prefix\2ab\x41xy"s;
  const auto discovery = parse_path_discovery(found);
  REQUIRE(discovery);
  CHECK(discovery->out_path == "ab");
  CHECK(discovery->in_path == "xy");
  CHECK(build_path_discovery(*discovery) == found);
  for (size_t size = 0; size < found.size(); ++size) {
    CHECK_FALSE(parse_path_discovery(found.substr(0, size)));
  }
  CHECK_FALSE(parse_path_discovery("\x8D\0prefix\xC0\0"s));
  CHECK_FALSE(parse_advert_path("\x16time\2a"s));
}
