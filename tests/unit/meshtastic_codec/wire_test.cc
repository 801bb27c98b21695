// The wire format by hand: fields of every kind, and every kind of damage.
#include <catch2/catch.hpp>

#include "plugins/meshtastic/codec/wire.h"

using namespace meshtastic::wire;
using namespace std::string_literals;

TEST_CASE("fields of every type are read with their bytes") {
  const std::string message = "\x08\x96\x01"s +
                              "\x11"
                              "12345678"s +
                              "\x1A\x02hi"s + "\x2D\x01\x00\x00\x80"s + "\x33\x08\x01\x3B\x3C\x34"s;
  Reader reader(message);
  auto field = reader.next();
  REQUIRE(field);
  CHECK(field->number == 1);
  CHECK(field->value == 150);
  CHECK(field->whole == "\x08\x96\x01");
  field = reader.next();
  REQUIRE(field);
  CHECK(field->type == Type::fixed64);
  field = reader.next();
  REQUIRE(field);
  CHECK(field->body == "hi");
  field = reader.next();
  REQUIRE(field);
  CHECK(field->value == 0x80000001);
  field = reader.next();
  REQUIRE(field);
  CHECK(field->type == Type::group);
  CHECK(field->number == 6);
  CHECK(field->whole.size() == 6);
  CHECK_FALSE(reader.next());
  CHECK(reader.ok());
}

TEST_CASE("damage ends the walk with an error") {
  for (const std::string &bad :
       {"\x08"s, "\x08\x80"s, "\x1A\x05x"s, "\x2D\x01"s, "\x00\x01"s, "\x0C"s, "\x0F"s,
        "\x33\x08\x01"s, "\x33\x3C"s, std::string(11, '\xFF'), "\x08"s + std::string(10, '\xFF')}) {
    CHECK_FALSE(well_formed(bad));
  }
  CHECK(well_formed(""));
  // Nested beyond any reason.
  CHECK_FALSE(well_formed(std::string(400, '\x33') + std::string(400, '\x34')));
}

TEST_CASE("the last of repeated fields counts, along a path too") {
  std::string inner1, inner2, outer;
  append_bytes(inner1, 2, "first");
  append_bytes(inner2, 2, "second");
  append_bytes(outer, 1, inner1);
  append_bytes(outer, 1, inner2);
  CHECK(last(outer, 1)->body == inner2);
  CHECK(at(outer, {1, 2})->body == "second");
  CHECK_FALSE(at(outer, {1, 3}));
  CHECK_FALSE(at(outer, {1, 2, 9}));
}
