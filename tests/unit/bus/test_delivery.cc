// Delivery: bounds and what they drop, AGAIN and ready, turns and budgets.
#include <catch2/catch.hpp>

#include "tests/unit/bus/bench.h"

using namespace meshmux;
using namespace meshmux::test;

namespace {

struct DeliveryBench : Bench {
  explicit DeliveryBench(BusLimits limits = {}) : Bench(limits) {}
  uint32_t home = add_source();
  uint32_t small = add_frontend(home, {}, InboxLimits{3, 100000});
};

}  // namespace

TEST_CASE_METHOD(DeliveryBench, "events drop the oldest, state and link stay, all in order") {
  bus.subscribe(small, home, kAllEvents);
  rx(home, "text|1");
  state(home, "a", "node|1");
  sent(home, "text|2", 0);
  link(home, MMX_LINK_UP);
  rx(home, "text|3");
  rx(home, "text|4");
  sent(home, "text|5", 0);
  CHECK(get(small) == Got{"state a=node|1", "link up 1", "rx text|3", "rx text|4", "sent text|5"});
  CHECK(bus.stats(small).dropped[kind_index(MMX_KIND_RX)] == 1);
  CHECK(bus.stats(small).dropped[kind_index(MMX_KIND_SENT)] == 1);
}

TEST_CASE_METHOD(DeliveryBench, "bytes bound events too; one alone always fits") {
  const uint32_t tiny = add_frontend(home, {}, InboxLimits{100, 3000});
  bus.subscribe(tiny, home, kAllEvents);
  rx(home, "text|" + std::string(1000, 'a'));
  rx(home, "text|" + std::string(1000, 'b'));
  rx(home, "text|" + std::string(1000, 'c'));
  const Got got = get(tiny);
  REQUIRE(got.size() == 2);
  CHECK(got[0].back() == 'b');
  rx(home, "text|" + std::string(9000, 'd'));
  CHECK(get(tiny).size() == 1);
  CHECK(bus.levels(tiny).inbox_bytes == 0);
}

TEST_CASE_METHOD(DeliveryBench, "replies have a bound of their own") {
  bus.subscribe(small, home, kAllEvents);
  const auto out = tx(small, "text");
  drain();
  rx(home, "text|kept");
  for (int i = 0; i < 5; ++i) reply(home, out.id, "routing|" + std::to_string(i));
  CHECK(get(small) == Got{"rx text|kept", "reply routing|2", "reply routing|3", "reply routing|4"});
  CHECK(bus.stats(small).dropped[kind_index(MMX_KIND_REPLY)] == 2);
}

TEST_CASE_METHOD(DeliveryBench, "a stalled viewer slows neither source nor others") {
  const uint32_t other = add_frontend(home);
  bus.subscribe(small, home, kAllEvents);
  bus.subscribe(other, home, kAllEvents);
  fake(small).accept = 0;
  for (int i = 0; i < 100; ++i) CHECK(rx(home, "text|" + std::to_string(i)) == MMX_OK);
  CHECK(get(other).size() == 100);
  CHECK(bus.levels(small).blocked);
  CHECK_FALSE(bus.pending());
}

TEST_CASE_METHOD(DeliveryBench, "AGAIN keeps the message until ready") {
  bus.subscribe(small, home, kAllEvents);
  fake(small).accept = 1;
  rx(home, "text|1");
  rx(home, "text|2");
  rx(home, "text|3");
  CHECK(get(small) == Got{"rx text|1"});
  CHECK(bus.stats(small).again == 1);
  fake(small).accept = SIZE_MAX;
  CHECK(get(small).empty());  // nobody said ready
  state(home, "a", "node|1");
  CHECK(get(small).empty());
  bus.ready(small);
  CHECK(fake(small).log.empty());  // not from inside ready
  CHECK(get(small) == Got{"rx text|2", "rx text|3", "state a=node|1"});
}

TEST_CASE_METHOD(DeliveryBench, "a refused record gives way to a newer one of its key") {
  bus.subscribe(small, home, kAllEvents);
  fake(small).on_deliver = [&](const mmx_message &) {
    fake(small).on_deliver = nullptr;
    state(home, "a", "node|2");
    return MMX_AGAIN;
  };
  state(home, "a", "node|1");
  drain();
  bus.ready(small);
  CHECK(get(small) == Got{"state a=node|2"});
  // And without a newer one it keeps its place.
  fake(small).accept = 0;
  state(home, "a", "node|3");
  rx(home, "text|x");
  drain();
  state(home, "a", "node|4");
  fake(small).accept = SIZE_MAX;
  bus.ready(small);
  CHECK(get(small) == Got{"state a=node|4", "rx text|x"});
}

TEST_CASE_METHOD(DeliveryBench, "ready from inside deliver counts") {
  bus.subscribe(small, home, kAllEvents);
  int refusals = 0;
  fake(small).on_deliver = [&](const mmx_message &) {
    if (++refusals > 1) return MMX_OK;
    bus.ready(small);
    return MMX_AGAIN;
  };
  rx(home, "text|1");
  CHECK(get(small) == Got{"rx text|1"});
  CHECK_FALSE(bus.levels(small).blocked);
}

TEST_CASE_METHOD(DeliveryBench, "an instance that is not ready yet gets everything later") {
  fake(small).running = false;
  bus.subscribe(small, home, kAllEvents);
  state(home, "a", "node|1");
  CHECK(get(small).empty());
  CHECK_FALSE(bus.pending());
  fake(small).running = true;
  bus.ready(small);
  CHECK(get(small) == Got{"state a=node|1"});
}

TEST_CASE_METHOD(DeliveryBench, "an error takes the message and is counted") {
  bus.subscribe(small, home, kAllEvents);
  struct Broken final : Participant {
    bool may_deliver() const override { return true; }
    mmx_status deliver(const mmx_message &) override { return MMX_ERROR; }
    void session_ended(uint32_t, uint64_t) override {}
    std::string session_address(uint64_t) const override { return {}; }
  } broken;
  bus.detach(small);
  bus.attach(small, broken);
  bus.subscribe(small, home, kAllEvents);
  rx(home, "text|1");
  drain();
  CHECK(bus.stats(small).delivery_errors == 1);
  CHECK(bus.levels(small).inbox_messages == 0);
}

TEST_CASE("budget and batches: everybody has a turn") {
  BusLimits limits;
  limits.batch = 4;
  Bench bench(limits);
  const uint32_t home = bench.add_source();
  const uint32_t a = bench.add_frontend(home);
  const uint32_t b = bench.add_frontend(home);
  bench.bus.subscribe(a, home, kAllEvents);
  bench.bus.subscribe(b, home, kAllEvents);
  for (int i = 0; i < 10; ++i) bench.rx(home, "text|" + std::to_string(i));
  CHECK(bench.bus.pending());
  CHECK(bench.bus.drain(6));
  CHECK(bench.fake(a).log.size() == 4);
  CHECK(bench.fake(b).log.size() == 2);
  CHECK(bench.bus.drain(4));
  CHECK(bench.fake(a).log.size() == 8);
  CHECK(bench.fake(b).log.size() == 2);
  CHECK(bench.bus.drain(9));
  CHECK(bench.fake(a).log.size() + bench.fake(b).log.size() == 19);
  CHECK_FALSE(bench.bus.drain(100));
  CHECK(bench.fake(a).log.size() == 10);
  CHECK(bench.fake(b).log.size() == 10);
  CHECK_FALSE(bench.bus.pending());
  CHECK_FALSE(bench.bus.drain(100));
}

TEST_CASE_METHOD(DeliveryBench, "publishing from inside deliver, and draining too") {
  bus.subscribe(small, home, kAllEvents);
  int depth = 0;
  fake(small).on_deliver = [&](const mmx_message &message) {
    CHECK(++depth == 1);
    CHECK_FALSE(bus.drain());
    if (text_of(message.payload) == "text|ping") tx(small, "text|pong");
    --depth;
    return MMX_OK;
  };
  rx(home, "text|ping");
  drain();
  CHECK(fake(home).take() == Got{"tx text|pong"});
}
