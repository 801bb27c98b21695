// Everything the host can refuse, refused at every point of a whole life: the driver neither hangs
// nor leaks, and comes back by itself.
#include <catch2/catch.hpp>

#include "rig.h"

using namespace driver_test;
using mmx::testing::Operation;
using mmx::testing::Span;

namespace {

// Connect, dump, text, loss, again, stop; whatever is still to be decided by the network is
// granted.
void live(Rig &rig) {
  const auto step = [&](std::int64_t ns) {
    while (ns > 0) {
      if (rig.connecting()) rig.accept();
      const bool asked = !rig.received().empty() && rig.received().back().has_want_config_id();
      if (asked && rig.link().is_open()) {
        rig.dump(make_dump({.nodes = {make_node(0x2002, 10)}}));
      }
      rig.run(500 * kMillisecond);
      ns -= 500 * kMillisecond;
    }
  };
  step(5 * kSecond);
  rig.command(text("one", 1), 1);
  rig.command(text("two", 1), 2);
  step(5 * kSecond);
  if (rig.link().is_open()) rig.give(text_from(0x2002, 5, "news"));
  rig.link().disconnect(MMX_ERROR, "reset");
  rig.host.end_turn();
  step(kMinute);
}

}  // namespace

TEST_CASE("no single fault of the host stops the driver") {
  for (const Operation operation : {Operation::connect, Operation::connect_call, Operation::write,
                                    Operation::buffer_new, Operation::publish}) {
    for (unsigned nth = 1; nth < 60; ++nth) {
      INFO("operation " << static_cast<int>(operation) << " use " << nth);
      Rig rig;
      rig.host.faults().fail(operation, nth);
      live(rig);
      const bool reached = rig.host.faults().uses(operation) >= nth;
      REQUIRE(rig.host.bus().last_link().phase == MMX_LINK_UP);
      REQUIRE(rig.host.health().state == MMX_HEALTH_OK);
      REQUIRE(rig.runner.stop_and_wait());
      REQUIRE(rig.host.take_violations().empty());
      if (!reached) break;
    }
  }
}

TEST_CASE("a host that refuses everything for good is survived") {
  for (const Operation operation : {Operation::connect, Operation::connect_call, Operation::write,
                                    Operation::buffer_new, Operation::publish}) {
    Rig rig;
    rig.host.faults().fail(operation, 1, Span::from_then_on);
    live(rig);
    REQUIRE(rig.runner.stop_and_wait());
    REQUIRE(rig.host.take_violations().empty());
  }
}
