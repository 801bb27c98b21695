// See bench.h.
#include "tests/unit/sim_meshcore/bench.h"

#include <catch2/catch.hpp>

#include <cstdlib>

#include "plugins/meshcore/codec/frame.h"
#include "plugins/meshcore/codec/model.h"

namespace sim_test {
namespace {

const mmx_type type = mmx::define_type<sim::companion::Simulator>(
    MMX_ROLE_SIMULATOR, "sim-meshcore", "a radio", "meshcore");

mmx::testing::OptionTexts with_defaults(mmx::testing::OptionTexts options) {
  options.emplace_back("listen", "tcp://127.0.0.1:5001");
  for (const auto &[name, text] : options)
    if (name == "traffic") return options;
  options.emplace_back("traffic", "none");
  return options;
}

}  // namespace

Bench::Bench(const mmx::testing::OptionTexts &more) : runner(host, &type, with_defaults(more)) {
  REQUIRE(runner.start() == MMX_OK);
  host.end_turn();
  REQUIRE(host.is_ready());
}

Bench::~Bench() { CHECK(runner.stop_and_wait()); }

mmx::testing::FakeStream &Bench::connect() {
  mmx::testing::FakeStream &stream = host.net().open_session();
  host.end_turn();
  return stream;
}

Frames Bench::heard(mmx::testing::FakeStream &stream) {
  const std::string bytes = stream.take_written();
  meshcore::FrameParser parser(meshcore::to_app_mark);
  parser.feed(bytes);
  Frames out;
  while (const auto payload = parser.next()) out.emplace_back(*payload);
  CHECK(parser.counters().junk_bytes == 0);
  CHECK_FALSE(parser.mid_frame());
  return out;
}

Frames Bench::ask(mmx::testing::FakeStream &stream, std::string_view payload) {
  stream.inject(framed(payload));
  host.end_turn();
  return heard(stream);
}

Frames Bench::wait(mmx::testing::FakeStream &stream, int64_t ns) {
  host.advance(ns);
  return heard(stream);
}

int64_t Bench::count(const std::string &name) {
  const std::string json = host.control_call("stats").second;
  const size_t at = json.find("\"" + name + "\":");
  REQUIRE(at != std::string::npos);
  return std::atoll(json.c_str() + at + name.size() + 3);
}

std::string Bench::peer(mmx::testing::FakeStream &stream, uint8_t wanted, bool direct) {
  ask(stream, command(meshcore::command::get_contacts));
  for (const std::string &frame : wait(stream, second)) {
    const auto contact = meshcore::parse_contact(frame);
    if (contact && contact->type == wanted &&
        (contact->out_path_len != meshcore::path_unknown) == direct)
      return contact->public_key;
  }
  FAIL("no such contact");
  return {};
}

std::string framed(std::string_view payload) {
  std::string out;
  REQUIRE(meshcore::append_frame(out, meshcore::to_device_mark, payload));
  return out;
}

std::string command(uint8_t code, std::string_view rest) {
  return std::string(1, static_cast<char>(code)) + std::string(rest);
}

uint8_t code_of(std::string_view frame) { return static_cast<uint8_t>(frame.at(0)); }

Frames only(const Frames &frames, uint8_t code) {
  Frames out;
  for (const std::string &frame : frames)
    if (code_of(frame) == code) out.push_back(frame);
  return out;
}

int error_in(const Frames &frames) {
  for (const std::string &frame : frames)
    if (const auto error = meshcore::parse_error(frame)) return *error;
  return 0;
}

}  // namespace sim_test
