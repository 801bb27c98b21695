// Retained state: replay, coalescing, deletion, limits, and what a change of policy delivers again.
#include <catch2/catch.hpp>

#include "core/base/log.h"
#include "tests/unit/bus/bench.h"

using namespace meshmux;
using namespace meshmux::test;

namespace {

RuleSpec deny(uint64_t labels) { return RuleSpec{Action::deny, labels, {}, ""}; }

Policy frontend_policy(const PolicySpec &spec) {
  return std::move(Policy::compile(spec, MMX_ROLE_FRONTEND)).value();
}

struct StateBench : Bench {
  uint32_t home = add_source();
  uint32_t phones = add_frontend(home);
};

}  // namespace

TEST_CASE_METHOD(StateBench, "replay: link first, then state by order and key, then live") {
  link(home, MMX_LINK_UP, 1);
  state(home, "b", "node|2", 20);
  state(home, "z", "config|1", 10);
  state(home, "a", "node|1", 20);
  rx(home, "text|missed");
  CHECK(bus.subscribe(phones, home, kAllEvents) == MMX_OK);
  rx(home, "text|live");
  CHECK(get(phones) ==
        Got{"link up 1", "state z=config|1", "state a=node|1", "state b=node|2", "rx text|live"});
  // Again changes nothing.
  CHECK(bus.subscribe(phones, home, kAllEvents) == MMX_OK);
  CHECK(get(phones).empty());
  // A changed order moves it for those who come later.
  state(home, "z", "config|1", 30);
  CHECK(get(phones) == Got{"state z=config|1"});
  CHECK(fake(phones).seen.back().order == 30);
  const uint32_t late = add_frontend(home);
  bus.subscribe(late, 0, MMX_KIND_STATE);
  CHECK(get(late) == Got{"state a=node|1", "state b=node|2", "state z=config|1"});
}

TEST_CASE_METHOD(StateBench, "kinds may be added one by one") {
  link(home, MMX_LINK_UP);
  state(home, "a", "node");
  bus.subscribe(phones, home, MMX_KIND_STATE);
  CHECK(get(phones) == Got{"state a=node"});
  rx(home, "text|unseen");
  bus.subscribe(phones, home, MMX_KIND_LINK | MMX_KIND_RX);
  rx(home, "text|seen");
  CHECK(get(phones) == Got{"link up 1", "rx text|seen"});
}

TEST_CASE_METHOD(StateBench, "the same again is no message") {
  bus.subscribe(phones, home, kAllEvents);
  state(home, "a", "node|1", 5);
  CHECK(get(phones).size() == 1);
  state(home, "a", "node|1", 5);
  erase(home, "never there");
  CHECK(get(phones).empty());
  CHECK(bus.stats(home).unchanged_state == 2);
  // Stale and confirmed are two things.
  state(home, "a", "node|1", 5, MMX_MESSAGE_STALE);
  CHECK(get(phones) == Got{"state a=node|1"});
  CHECK(fake(phones).seen.back().flags == MMX_MESSAGE_STALE);
  state(home, "a", "node|1", 5);
  CHECK(get(phones).size() == 1);
  CHECK(fake(phones).seen.back().flags == 0);
  // Without bytes there is nothing to compare but nothing.
  state(home, "empty", "");
  CHECK(get(phones) == Got{"state empty="});
  state(home, "empty", "");
  CHECK(get(phones).empty());
}

TEST_CASE_METHOD(StateBench, "state coalesces in the place of what it replaces") {
  bus.subscribe(phones, home, kAllEvents);
  state(home, "a", "node|1");
  rx(home, "text|one");
  state(home, "b", "node|1");
  rx(home, "text|two");
  state(home, "a", "node|2");
  state(home, "a", "node|3");
  CHECK(get(phones) == Got{"state a=node|3", "rx text|one", "state b=node|1", "rx text|two"});
  CHECK(bus.stats(phones).coalesced == 2);
  // Once delivered a new one goes to the end.
  rx(home, "text|three");
  state(home, "a", "node|4");
  CHECK(get(phones) == Got{"rx text|three", "state a=node|4"});
}

TEST_CASE_METHOD(StateBench, "deletion") {
  bus.subscribe(phones, home, kAllEvents);
  state(home, "a", "node|1");
  state(home, "b", "node|1");
  CHECK(get(phones).size() == 2);
  erase(home, "a");
  erase(home, "a");
  CHECK(get(phones) == Got{"state -a"});
  CHECK(bus.levels(home).retained_keys == 1);
  // Deleted and back before it was told: only the last counts.
  erase(home, "b");
  state(home, "b", "node|2");
  CHECK(get(phones) == Got{"state b=node|2"});
  state(home, "b", "node|3");
  erase(home, "b");
  CHECK(get(phones) == Got{"state -b"});
  // Never seen: nothing to take back, and nothing left behind.
  state(home, "c", "node|1");
  erase(home, "c");
  CHECK(get(phones).empty());
  CHECK(bus.levels(phones).inbox_messages == 0);
  CHECK(bus.levels(home).retained_bytes == 0);
  const uint32_t late = add_frontend(home);
  bus.subscribe(late, home, kAllEvents);
  CHECK(get(late).empty());
}

TEST_CASE_METHOD(StateBench, "a stalled viewer costs no more than there is to know") {
  bus.subscribe(phones, home, kAllEvents);
  fake(phones).accept = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::string key = "k" + std::to_string(i);
    state(home, key, "node");
    drain();
    erase(home, key);
  }
  CHECK(bus.levels(phones).inbox_messages <= 1);
  CHECK(bus.levels(home).retained_keys == 0);
  fake(phones).accept = SIZE_MAX;
  bus.ready(phones);
  // The one that was refused may be told and taken back, or not at all; none is left standing.
  const Got got = get(phones);
  CHECK(got.size() % 2 == 0);
}

TEST_CASE_METHOD(StateBench, "state is never lost to a small inbox") {
  const uint32_t small = add_frontend(home, {}, InboxLimits{2, 100});
  bus.subscribe(small, home, kAllEvents);
  for (int i = 0; i < 100; ++i) state(home, "k" + std::to_string(i), "node|" + std::to_string(i));
  link(home, MMX_LINK_UP);
  CHECK(get(small).size() == 101);
}

TEST_CASE("the retained set is bounded in keys and bytes") {
  BusLimits limits;
  limits.retained_keys = 3;
  limits.retained_bytes = 4096;
  Bench bench(limits);
  const uint32_t home = bench.add_source();
  log::Capture lines;
  for (const char *key : {"a", "b", "c"}) CHECK(bench.state(home, key, "node") == MMX_OK);
  CHECK(bench.state(home, "d", "node") == MMX_NO_SPACE);
  CHECK(bench.state(home, "a", "node|other") == MMX_OK);
  CHECK(bench.erase(home, "b") == MMX_OK);
  CHECK(bench.state(home, "d", "node") == MMX_OK);
  CHECK(bench.erase(home, "d") == MMX_OK);
  CHECK(bench.state(home, "d", "node|" + std::string(5000, 'x')) == MMX_NO_SPACE);
  CHECK(bench.state(home, "a", "node|" + std::string(5000, 'x')) == MMX_NO_SPACE);
  CHECK(bench.bus.stats(home).refused_state == 3);
  CHECK(lines.count("its state is full") == 1);
  CHECK(bench.bus.levels(home).retained_keys == 2);
}

TEST_CASE_METHOD(StateBench, "what is denied is not delivered, and counted") {
  PolicySpec spec;
  spec.see = {deny(MMX_LABEL_POSITION)};
  const uint32_t blind = add_frontend(home, spec);
  bus.subscribe(blind, home, kAllEvents);
  state(home, "p", "position|here");
  state(home, "n", "node|x");
  rx(home, "position|there");
  rx(home, "text|hello");
  erase(home, "p");
  CHECK(get(blind) == Got{"state n=node|x", "rx text|hello"});
  CHECK(bus.stats(blind).hidden == 2);
  // A record that turns into what is denied is taken back.
  state(home, "n", "position|x");
  CHECK(get(blind) == Got{"state -n"});
  state(home, "n", "node|x");
  CHECK(get(blind) == Got{"state n=node|x"});
}

TEST_CASE_METHOD(StateBench, "a new policy delivers what differs") {
  bus.subscribe(phones, home, kAllEvents);
  state(home, "n", "node|x", 1);
  state(home, "p", "position|here", 2);
  state(home, "w", "config|secret.password=hunter|ssid", 3);
  CHECK(get(phones) == Got{"state n=node|x", "state p=position|here", "state w=config|ssid"});

  PolicySpec spec;
  spec.see = {deny(MMX_LABEL_POSITION)};
  spec.secrets = SecretsPreset::show;
  bus.set_policy(phones, frontend_policy(spec));
  CHECK(get(phones) == Got{"state -p", "state w=config|secret.password=hunter|ssid"});
  bus.set_policy(phones, frontend_policy(spec));
  CHECK(get(phones).empty());

  bus.set_policy(phones, frontend_policy({}));
  CHECK(get(phones) == Got{"state p=position|here", "state w=config|ssid"});

  // While it is still on its way, the gate of the moment of delivery counts.
  state(home, "p", "position|moved", 2);
  rx(home, "position|live");
  bus.set_policy(phones, frontend_policy(spec));
  CHECK(get(phones) == Got{"state -p", "state w=config|secret.password=hunter|ssid"});
}

TEST_CASE_METHOD(StateBench, "visit_state shows everything in order") {
  state(home, "b", "node|2", 2);
  state(home, "a", "node|1", 1);
  Got keys;
  bus.visit_state(home, [&](const mmx_message &message) { keys.push_back(text_of(message.key)); });
  CHECK(keys == Got{"a", "b"});
  bus.visit_state(phones, [&](const mmx_message &) { FAIL("no source"); });
}

TEST_CASE("state redelivered for a new policy comes between two marks on the link") {
  Bench bench;
  const uint32_t home = bench.add_source();
  const uint32_t phones = bench.add_frontend(home);
  REQUIRE(bench.bus.subscribe(phones, 0, kAllEvents) == MMX_OK);
  bench.link(home, MMX_LINK_UP, 1);
  bench.state(home, "a", "position|here");
  bench.state(home, "b", "text|hello", 1);
  bench.get(phones);
  PolicySpec spec;
  spec.see = {RuleSpec{Action::deny, MMX_LABEL_POSITION, {}, {}}};
  bench.bus.set_policy(phones, frontend_policy(spec));
  CHECK(bench.get(phones) == Got{"link up 1 swapping", "state -a", "link up 1"});
  // Nothing changes: nothing is said.
  bench.bus.set_policy(phones, frontend_policy(spec));
  CHECK(bench.get(phones).empty());
  // A capture under way has its own marks.
  bench.link(home, MMX_LINK_SYNCING, 1, 1);
  bench.get(phones);
  bench.bus.set_policy(phones, frontend_policy({}));
  CHECK(bench.get(phones) == Got{"state a=position|here"});
}
