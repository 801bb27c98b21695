// Cayenne LPP: what is known is read, what is not ends the list.
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "captures.h"
#include "plugins/meshcore/codec/lpp.h"
#include "plugins/meshcore/codec/model.h"

using namespace meshcore;
using namespace std::string_literals;

TEST_CASE("recorded telemetry") {
  unsigned read = 0;
  for (const auto &frame : captures::all_frames_of_code(push::telemetry_response)) {
    const auto data = push_data(frame);
    REQUIRE(data);
    const auto values = parse_lpp(*data);
    REQUIRE_FALSE(values.empty());
    CHECK(values[0].channel == 1);
    CHECK(lpp_name(values[0].type) == "voltage");
    CHECK(values[0].values[0] == Approx(4.01));
    if (values.size() > 1) {
      CHECK(lpp_name(values[1].type) == "temperature");
      CHECK(values[1].values[0] == Approx(23.5));
      CHECK(LppBuilder().voltage(1, 4.01).temperature(1, 23.5).bytes() == data->substr(0, 8));
    }
    ++read;
  }
  CHECK(read >= 4);
}

TEST_CASE("every type goes there and back") {
  unsigned types = 0;
  for (unsigned type = 0; type < 256; ++type) {
    const auto code = static_cast<uint8_t>(type);
    INFO(type);
    if (lpp_name(code).empty()) {
      CHECK(LppBuilder().value(1, code, {1}).bytes().empty());
      CHECK(parse_lpp("\x01"s + static_cast<char>(code) + std::string(12, 'x')).empty());
      continue;
    }
    ++types;
    const bool three = code == 113 || code == 134 || code == 135 || code == 136;
    LppBuilder builder;
    if (three) {
      builder.value(7, code, {1, 2, 3});
    } else {
      builder.value(7, code, {1});
    }
    const auto values = parse_lpp(builder.bytes());
    REQUIRE(values.size() == 1);
    CHECK(values[0].channel == 7);
    CHECK(values[0].type == code);
    REQUIRE(values[0].values.size() == (three ? 3 : 1));
    CHECK(values[0].values[0] == Approx(1));
    if (three) CHECK(values[0].values[2] == Approx(3));
    // A byte less is no value.
    CHECK(
        parse_lpp(std::string_view(builder.bytes()).substr(0, builder.bytes().size() - 1)).empty());
  }
  CHECK(types == 26);
}

TEST_CASE("numbers are big-endian and signed where the type is") {
  const auto one = [](std::string_view bytes) { return parse_lpp(bytes).at(0).values; };
  CHECK(one("\x01\x67\xFF\x9C"s)[0] == Approx(-10.0));
  CHECK(one("\x01\x74\xFF\xFF"s)[0] == Approx(655.35));
  CHECK(one("\x01\x68\xFF"s)[0] == Approx(127.5));
  CHECK(one("\x01\x8E\x01"s)[0] == 1);  // a switch, which crashed another program
  const auto gps = one("\x01\x88\x06\x76\x5F\xF2\x96\x0A\x00\x03\xE8"s);
  CHECK(gps[0] == Approx(42.3519));
  CHECK(gps[1] == Approx(-87.9094));
  CHECK(gps[2] == Approx(10.0));
}

TEST_CASE("padding, an unknown type and a cut value end the list") {
  const std::string good = LppBuilder().voltage(1, 4).bytes();
  CHECK(parse_lpp(good + "\0\0\0\0"s + good).size() == 1);
  CHECK(parse_lpp(good + "\x01\xC8xx" + good).size() == 1);
  CHECK(parse_lpp(good + "\x01\x74\x01").size() == 1);
  CHECK(parse_lpp(good + "\x01").size() == 1);
  CHECK(parse_lpp("").empty());
}

TEST_CASE("values out of range become the nearest, no numbers zero") {
  const auto back = [](double value) {
    return parse_lpp(LppBuilder().temperature(1, value).bytes()).at(0).values.at(0);
  };
  CHECK(back(1e9) == Approx(3276.7));
  CHECK(back(-1e9) == Approx(-3276.8));
  CHECK(back(std::numeric_limits<double>::infinity()) == Approx(3276.7));
  CHECK(back(std::nan("")) == 0);
  CHECK(parse_lpp(LppBuilder().voltage(1, -5).bytes()).at(0).values.at(0) == 0);
}
