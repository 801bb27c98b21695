// A simulated companion radio on a fake host and the app at its other end, for the tests of this
// folder. Must not know the driver or the virtual node.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/sim/meshcore/instance.h"
#include "sdk/testing/fake_host.h"
#include "sdk/testing/instance_runner.h"

namespace sim_test {

constexpr int64_t second = 1'000'000'000;

// Payloads of device frames.
using Frames = std::vector<std::string>;

struct Bench {
  explicit Bench(const mmx::testing::OptionTexts &more = {});
  ~Bench();

  mmx::testing::FakeStream &connect();
  // Writes one framed command; what came back at once.
  Frames ask(mmx::testing::FakeStream &stream, std::string_view payload);
  // What has come since, whole frames only.
  static Frames heard(mmx::testing::FakeStream &stream);
  // Lets time pass; what came meanwhile.
  Frames wait(mmx::testing::FakeStream &stream, int64_t ns);
  // A number of the verb stats.
  int64_t count(const std::string &name);
  // A key of the first contact of that type, in its order; the path must be known if direct.
  std::string peer(mmx::testing::FakeStream &stream, uint8_t type, bool direct = true);
  mmx_status call(std::string_view verb, std::string_view args = "") {
    const mmx_status status = host.control_call(verb, args).first;
    host.end_turn();
    return status;
  }

  mmx::testing::FakeHost host;
  mmx::testing::InstanceRunner runner;
};

std::string framed(std::string_view payload);
// The code and what follows.
std::string command(uint8_t code, std::string_view rest = "");
// Those with that code, in order.
Frames only(const Frames &frames, uint8_t code);
uint8_t code_of(std::string_view frame);
// The one error code among frames; 0 if there is none.
int error_in(const Frames &frames);

}  // namespace sim_test
