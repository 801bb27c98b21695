// Identity, epochs, the link, and the lives of sources and viewers.
#include <catch2/catch.hpp>

#include "core/base/log.h"
#include "tests/unit/bus/bench.h"

using namespace meshmux;
using namespace meshmux::test;

namespace {

struct SourceBench : Bench {
  uint32_t home = add_source();
  uint32_t phones = add_frontend(home);
  log::Capture lines;
};

}  // namespace

TEST_CASE_METHOD(SourceBench, "another radio: state is dropped before anything of it is seen") {
  bus.subscribe(phones, home, kAllEvents);
  CHECK(bus.set_identity(home, bytes_of("A")) == MMX_OK);
  link(home, MMX_LINK_UP, 1);
  state(home, "n", "node|old");
  CHECK(get(phones) == Got{"link up 1", "state n=node|old"});
  CHECK(bus.set_identity(home, bytes_of("A")) == MMX_OK);
  CHECK(get(phones).empty());

  // Undelivered things of the old radio go as well, its commands fail.
  const auto out = tx(phones, "text|for the old one", 3);
  state(home, "n", "node|older");
  rx(home, "text|old");
  link(home, MMX_LINK_SYNCING, 1);
  CHECK(bus.set_identity(home, bytes_of("B")) == MMX_OK);
  state(home, "n", "node|new");
  rx(home, "text|new");
  CHECK(get(home).empty());
  CHECK(get(phones) == Got{"reply another radio is there final", "link syncing 2",
                           "state n=node|new", "rx text|new"});
  CHECK(fake(phones).seen[2].cause == out.id);
  const Seen &now = fake(phones).seen[3];
  CHECK(now.epoch == 2);
  CHECK(now.complete == 0);
  CHECK(fake(phones).seen.back().epoch == 2);
  CHECK(text_of(bus.identity(home)) == "B");
  CHECK(bus.levels(home).retained_keys == 1);
  CHECK(lines.contains("another radio is there"));
  CHECK(bus.set_identity(home, bytes_of("")) == MMX_INVALID);
}

TEST_CASE_METHOD(SourceBench, "a source at another address starts from nothing") {
  bus.subscribe(phones, home, kAllEvents);
  bus.forget_state(home);
  bus.forget_state(phones);
  CHECK(get(phones).empty());
  bus.set_identity(home, bytes_of("A"));
  link(home, MMX_LINK_UP, 1);
  state(home, "n", "node|old");
  get(phones);
  state(home, "n", "node|older");
  bus.detach(home);
  bus.forget_state(home);
  CHECK(get(phones) == Got{"link down 2"});
  CHECK(bus.identity(home).size == 0);
  CHECK(bus.levels(home).retained_keys == 0);
  bus.attach(home, fake(home));
  bus.set_identity(home, bytes_of("A"));
  state(home, "n", "node|new");
  CHECK(get(phones) == Got{"state n=node|new"});
  CHECK(fake(phones).seen.back().epoch == 2);
}

TEST_CASE_METHOD(SourceBench, "a late viewer starts in the present epoch") {
  bus.set_identity(home, bytes_of("A"));
  state(home, "n", "node|old");
  bus.set_identity(home, bytes_of("B"));
  bus.subscribe(phones, home, kAllEvents);
  CHECK(get(phones) == Got{"link syncing 2"});
}

TEST_CASE_METHOD(SourceBench, "the first identity drops nothing") {
  bus.subscribe(phones, home, kAllEvents);
  state(home, "n", "node|restored");
  bus.set_identity(home, bytes_of("A"));
  CHECK(get(phones) == Got{"state n=node|restored"});
}

TEST_CASE_METHOD(SourceBench, "a message refused under the old epoch does not come back") {
  bus.subscribe(phones, home, kAllEvents);
  bus.set_identity(home, bytes_of("A"));
  state(home, "n", "node|old");
  rx(home, "text|old");
  // The new radio turns up while the old one's record is being shown.
  fake(phones).on_deliver = [&](const mmx_message &) {
    bus.set_identity(home, bytes_of("B"));
    fake(phones).on_deliver = nullptr;
    return MMX_AGAIN;
  };
  drain();
  bus.ready(phones);
  CHECK(get(phones) == Got{"link syncing 2"});
  CHECK(bus.levels(phones).inbox_messages == 0);
}

TEST_CASE_METHOD(SourceBench, "a record taken while its radio is replaced leaves nothing behind") {
  bus.subscribe(phones, home, kAllEvents);
  bus.set_identity(home, bytes_of("A"));
  state(home, "n", "node|old");
  fake(phones).on_deliver = [&](const mmx_message &) {
    fake(phones).on_deliver = nullptr;
    bus.set_identity(home, bytes_of("B"));
    return MMX_OK;
  };
  CHECK(get(phones) == Got{"state n=node|old", "link syncing 2"});
  state(home, "n", "node|new");
  CHECK(get(phones) == Got{"state n=node|new"});
}

TEST_CASE_METHOD(SourceBench, "link changes coalesce only where nobody could tell") {
  bus.subscribe(phones, home, kAllEvents);
  link(home, MMX_LINK_CONNECTING);
  link(home, MMX_LINK_SYNCING);
  link(home, MMX_LINK_SYNCING);  // the same again is no message
  CHECK(get(phones) == Got{"link syncing 1"});
  CHECK(bus.stats(phones).coalesced == 1);
  link(home, MMX_LINK_SYNCING, 1, 1);
  state(home, "a", "node|1");
  link(home, MMX_LINK_UP, 1);
  rx(home, "text|x");
  link(home, MMX_LINK_DOWN, 1);
  CHECK(get(phones) ==
        Got{"link syncing 1 swapping", "state a=node|1", "link up 1", "rx text|x", "link down 1"});
  // An empty swap keeps both its ends.
  link(home, MMX_LINK_SYNCING, 1, 1);
  link(home, MMX_LINK_UP, 1);
  CHECK(get(phones) == Got{"link syncing 1 swapping", "link up 1"});
}

TEST_CASE_METHOD(SourceBench, "a link that flaps before a stalled viewer stays bounded") {
  bus.subscribe(phones, home, kAllEvents);
  fake(phones).accept = 0;
  for (int i = 0; i < 1000; ++i) {
    link(home, i % 2 ? MMX_LINK_UP : MMX_LINK_DOWN);
    rx(home, "text|" + std::to_string(i));
    drain();
  }
  fake(phones).accept = SIZE_MAX;
  bus.ready(phones);
  const Got got = get(phones);
  size_t links = 0;
  for (const std::string &line : got) links += line.starts_with("link");
  CHECK(links <= 65);
  CHECK(got[got.size() - 2] == "link up 1");
}

TEST_CASE_METHOD(SourceBench, "a source that dies is published as down, its state stays") {
  bus.subscribe(phones, home, kAllEvents);
  bus.set_identity(home, bytes_of("A"));
  link(home, MMX_LINK_UP, 1);
  state(home, "n", "node|x");
  get(phones);
  bus.detach(home);
  CHECK(get(phones) == Got{"link down 1"});
  const Seen &down = fake(phones).seen.back();
  CHECK(down.complete == 1);
  CHECK(down.stale == 1);
  CHECK(down.reason == "the source was stopped");
  CHECK(rx(home, "text|ghost") == MMX_CLOSED);
  const uint32_t late = add_frontend(home);
  bus.subscribe(late, home, kAllEvents);
  CHECK(get(late) == Got{"link down 1", "state n=node|x"});
  // The next life goes on with the same radio.
  bus.attach(home, fake(home));
  bus.set_identity(home, bytes_of("A"));
  state(home, "n", "node|x");
  link(home, MMX_LINK_UP, 1);
  CHECK(get(phones) == Got{"link up 1"});
}

TEST_CASE_METHOD(SourceBench, "a viewer's new life starts from nothing") {
  bus.subscribe(phones, home, kAllEvents);
  state(home, "n", "node|x");
  drain();
  state(home, "n", "node|y");
  rx(home, "text|lost");
  bus.detach(phones);
  CHECK(bus.levels(phones).inbox_messages == 0);
  CHECK(bus.subscribe(phones, home, kAllEvents) == MMX_CLOSED);
  state(home, "n", "node|z");
  fake(phones).take();
  bus.attach(phones, fake(phones));
  CHECK(get(phones).empty());
  bus.subscribe(phones, home, kAllEvents);
  CHECK(get(phones) == Got{"state n=node|z"});
  CHECK(bus.stats(phones).delivered[kind_index(MMX_KIND_STATE)] == 2);
}

TEST_CASE_METHOD(SourceBench, "removing a source") {
  bus.subscribe(phones, home, kAllEvents);
  link(home, MMX_LINK_UP, 1);
  state(home, "n", "node|x");
  get(phones);
  state(home, "n", "node|y");
  rx(home, "text|late");
  const auto out = tx(phones, "text", 1);
  bus.remove(home);
  CHECK(get(phones) == Got{"reply the source was stopped final", "link down 2"});
  CHECK(fake(phones).seen[2].cause == out.id);
  CHECK(bus.spec(home) == nullptr);
  CHECK(bus.link(home) == nullptr);
  CHECK(bus.subscribe(phones, home, MMX_KIND_RX) == MMX_NOT_FOUND);
  bus.remove(home);
  CHECK(add_source("another") != home);
}

TEST_CASE_METHOD(SourceBench, "removing a viewer while it is being delivered to") {
  bus.subscribe(phones, home, kAllEvents);
  const uint32_t other = add_frontend(home);
  bus.subscribe(other, home, kAllEvents);
  for (int i = 0; i < 3; ++i) {
    state(home, "k" + std::to_string(i), "node");
    rx(home, "text|" + std::to_string(i));
  }
  fake(phones).on_deliver = [&](const mmx_message &) {
    bus.remove(phones);
    return MMX_AGAIN;
  };
  CHECK(get(other).size() == 6);
  CHECK(fake(phones).log.empty());
  erase(home, "k0");
  CHECK(get(other) == Got{"state -k0"});
}

TEST_CASE_METHOD(SourceBench, "messages do not outlive the bus's use of them") {
  const size_t alive = Message::alive();
  bus.subscribe(phones, home, kAllEvents);
  state(home, "w", "config|secret.pin=1");
  rx(home, "config|secret.pin=1");
  CHECK(get(phones).size() == 2);
  erase(home, "w");
  get(phones);
  CHECK(Message::alive() == alive);
}
