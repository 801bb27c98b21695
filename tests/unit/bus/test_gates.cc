// Roles, bindings, redaction and what nobody could classify.
#include <catch2/catch.hpp>

#include "core/base/log.h"
#include "tests/unit/bus/bench.h"

using namespace meshmux;
using namespace meshmux::test;

namespace {

mmx_publish of_kind(uint32_t kind) {
  mmx_publish what{};
  what.struct_size = sizeof what;
  what.kind = kind;
  what.key = bytes_of("k");
  what.payload = bytes_of("text");
  return what;
}

}  // namespace

TEST_CASE("who may publish what") {
  Bench bench;
  const uint32_t home = bench.add_source();
  struct {
    uint32_t role;
    uint32_t may;
  } const rows[] = {
      {MMX_ROLE_FRONTEND, MMX_KIND_TX},
      {MMX_ROLE_BRIDGE, MMX_KIND_TX},
      {MMX_ROLE_STORAGE, 0},
      {MMX_ROLE_SIMULATOR, 0},
      {MMX_ROLE_SOURCE, MMX_KIND_RX | MMX_KIND_SENT | MMX_KIND_STATE | MMX_KIND_REPLY},
  };
  for (const auto &row : rows) {
    const uint32_t number = row.role == MMX_ROLE_SOURCE ? home : bench.add(row.role, home);
    uint64_t violations = 0;
    for (uint32_t kind = MMX_KIND_RX; kind <= MMX_KIND_REPLY; kind <<= 1) {
      CAPTURE(row.role, kind);
      const mmx_status status = bench.bus.publish(number, of_kind(kind), nullptr);
      if (kind == MMX_KIND_LINK) {
        CHECK(status == MMX_INVALID);
      } else if ((row.may & kind) == 0) {
        CHECK(status == MMX_DENIED);
        ++violations;
      } else if (kind == MMX_KIND_REPLY) {
        CHECK(status == MMX_NOT_FOUND);
      } else {
        CHECK(status == MMX_OK);
      }
    }
    CHECK(bench.bus.stats(number).role_violations == violations);
    if (row.role != MMX_ROLE_SOURCE) {
      CHECK(bench.link(number, MMX_LINK_UP) == MMX_DENIED);
      CHECK(bench.bus.set_identity(number, bytes_of("x")) == MMX_DENIED);
    }
  }
}

TEST_CASE("the binding is the grant") {
  Bench bench;
  const uint32_t home = bench.add_source("home");
  const uint32_t roof = bench.add_source("roof");
  const uint32_t phones = bench.add_frontend(home);
  const uint32_t loose = bench.add_frontend(0);
  const uint32_t bridge = bench.add(MMX_ROLE_BRIDGE, 0);
  const uint32_t store = bench.add(MMX_ROLE_STORAGE, 0);
  CHECK(bench.bus.bound_source(phones) == home);
  CHECK(bench.bus.bound_source(store) == 0);

  CHECK(bench.bus.subscribe(phones, home, MMX_KIND_RX) == MMX_OK);
  CHECK(bench.bus.subscribe(phones, roof, MMX_KIND_RX) == MMX_DENIED);
  CHECK(bench.bus.subscribe(loose, home, MMX_KIND_RX) == MMX_DENIED);
  CHECK(bench.bus.subscribe(loose, 0, MMX_KIND_RX) == MMX_OK);
  CHECK(bench.bus.subscribe(bridge, 0, MMX_KIND_RX) == MMX_OK);
  CHECK(bench.bus.subscribe(store, 0, MMX_KIND_RX | MMX_KIND_TX) == MMX_OK);
  CHECK(bench.bus.subscribe(home, home, MMX_KIND_RX) == MMX_DENIED);
  CHECK(bench.bus.subscribe(phones, phones, MMX_KIND_RX) == MMX_NOT_FOUND);
  CHECK(bench.bus.subscribe(phones, 99, MMX_KIND_RX) == MMX_NOT_FOUND);
  CHECK(bench.bus.subscribe(phones, home, 0) == MMX_INVALID);
  CHECK(bench.bus.subscribe(phones, home, 1u << 9) == MMX_INVALID);

  // Two sources never cross, and one that comes later is seen by those who see all.
  bench.rx(home, "text|home");
  bench.rx(roof, "text|roof");
  const uint32_t attic = bench.add_source("attic");
  bench.rx(attic, "text|attic");
  CHECK(bench.get(phones) == Got{"rx text|home"});
  CHECK(bench.get(loose).empty());
  CHECK(bench.get(bridge) == Got{"rx text|home", "rx text|roof", "rx text|attic"});
  CHECK(bench.get(store) == Got{"rx text|home", "rx text|roof", "rx text|attic"});

  // Commands: to the one bound, to nobody else.
  mmx_publish what = of_kind(MMX_KIND_TX);
  what.source = roof;
  CHECK(bench.bus.publish(phones, what, nullptr) == MMX_DENIED);
  CHECK(bench.bus.publish(bridge, what, nullptr) == MMX_DENIED);
  CHECK(bench.bus.publish(loose, of_kind(MMX_KIND_TX), nullptr) == MMX_DENIED);
  what.source = home;
  CHECK(bench.bus.publish(phones, what, nullptr) == MMX_OK);
  CHECK(bench.get(home) == Got{"tx text"});
  CHECK(bench.get(roof).empty());

  // A source answers and reports only for what went to it.
  const uint64_t id = bench.fake(home).seen.back().id;
  CHECK(bench.reply(roof, id, "text|forged") == MMX_NOT_FOUND);
  bench.sent(roof, "text", id);
  CHECK(bench.get(store) == Got{});
  CHECK(bench.bus.stats(roof).unknown_causes == 2);
}

TEST_CASE("what came is stamped, whatever the publisher says") {
  Bench bench;
  const uint32_t home = bench.add_source();
  const uint32_t phones = bench.add_frontend(home);
  bench.bus.subscribe(phones, home, kAllEvents);
  bench.clock.advance(kSecond);
  mmx_publish what = of_kind(MMX_KIND_RX);
  what.source = 77;
  what.session = 5;
  what.cause = 6;
  what.order = 7;
  what.flags = MMX_MESSAGE_QUIET | MMX_MESSAGE_FINAL | MMX_MESSAGE_DELETED;
  mmx_published out{};
  CHECK(bench.bus.publish(home, what, &out) == MMX_OK);
  bench.drain();
  REQUIRE(bench.fake(phones).seen.size() == 1);
  const Seen &seen = bench.fake(phones).seen[0];
  CHECK(seen.id == out.id);
  CHECK(out.labels == MMX_LABEL_TEXT);
  CHECK(seen.labels == MMX_LABEL_TEXT);
  CHECK(seen.source == home);
  CHECK(seen.epoch == 1);
  CHECK(seen.origin == 0);
  CHECK(seen.session == 0);
  CHECK(seen.cause == 0);
  CHECK(seen.order == 0);
  CHECK(seen.key.empty());
  CHECK(seen.flags == MMX_MESSAGE_QUIET);
  CHECK(seen.wall_ns == bench.clock.wall_ns());
  CHECK(seen.mono_ns == bench.clock.mono_ns());
}

TEST_CASE("malformed publications are refused") {
  Bench bench;
  const uint32_t home = bench.add_source();
  const uint32_t phones = bench.add_frontend(home);
  mmx_publish what = of_kind(MMX_KIND_RX);
  what.kind = 0;
  CHECK(bench.bus.publish(home, what, nullptr) == MMX_INVALID);
  what.kind = MMX_KIND_RX | MMX_KIND_SENT;
  CHECK(bench.bus.publish(home, what, nullptr) == MMX_INVALID);
  what = of_kind(MMX_KIND_RX);
  what.payload = {nullptr, 3};
  CHECK(bench.bus.publish(home, what, nullptr) == MMX_INVALID);
  const std::string large(Codec::kLargestOutput + 1, 'x');
  what.payload = bytes_of(large);
  CHECK(bench.bus.publish(home, what, nullptr) == MMX_INVALID);
  what = of_kind(MMX_KIND_STATE);
  what.key = {};
  CHECK(bench.bus.publish(home, what, nullptr) == MMX_INVALID);
  mmx_record record{MMX_RECORD_TEXT, 1, nullptr};
  what = of_kind(MMX_KIND_RX);
  what.record = &record;
  CHECK(bench.bus.publish(home, what, nullptr) == MMX_INVALID);
  mmx_field field{};
  field.type = MMX_FIELD_TYPE_TEXT;
  field.value.text = {nullptr, 8};
  record.fields = &field;
  CHECK(bench.bus.publish(home, what, nullptr) == MMX_INVALID);
  what = of_kind(MMX_KIND_TX);
  what.payload = {};
  mmx_published out{};
  CHECK(bench.bus.publish(phones, what, &out) == MMX_OK);
  CHECK(out.verdict == MMX_VERDICT_INVALID);
  CHECK(bench.link(home, 0) == MMX_INVALID);
  CHECK(bench.link(home, 5) == MMX_INVALID);
  CHECK(bench.bus.publish(99, of_kind(MMX_KIND_RX), nullptr) == MMX_CLOSED);
}

TEST_CASE("secrets are left out by viewer, on events, state and replies") {
  Bench bench;
  const uint32_t home = bench.add_source();
  PolicySpec show;
  show.secrets = SecretsPreset::show;
  const uint32_t family = bench.add_frontend(home);
  const uint32_t other = bench.add_frontend(home);
  const uint32_t owner = bench.add_frontend(home, show);
  const uint32_t mqtt = bench.add(MMX_ROLE_BRIDGE, home);
  const uint32_t store = bench.add(MMX_ROLE_STORAGE, 0);
  for (const uint32_t viewer : {family, other, owner, mqtt, store}) {
    bench.bus.subscribe(viewer, 0, kAllEvents);
  }
  const std::string all = "config|secret.key=K|secret.password=W|secret.pin=1|secret.psk=P|name";
  const std::string hidden = "config|secret.psk=P|name";
  const std::string shown = "config|secret.password=W|secret.pin=1|secret.psk=P|name";
  bench.state(home, "s", all);
  bench.rx(home, all);
  CHECK(bench.get(family) == Got{"state s=" + hidden, "rx " + hidden});
  CHECK(bench.get(other) == Got{"state s=" + hidden, "rx " + hidden});
  CHECK(bench.get(owner) == Got{"state s=" + shown, "rx " + shown});
  CHECK(bench.get(mqtt) == Got{"state s=config|name", "rx config|name"});
  CHECK(bench.get(store) == Got{"state s=" + hidden, "rx " + hidden});
  CHECK(bench.fake(family).seen[0].labels == (MMX_LABEL_CONFIG | MMX_LABEL_SECRET_PSK));
  CHECK(bench.fake(mqtt).seen[0].labels == MMX_LABEL_CONFIG);
  CHECK(bench.bus.stats(family).redacted == 2);

  for (const uint32_t asker : {family, owner, mqtt}) {
    const auto out = bench.tx(asker, "text|ask", 3);
    bench.drain();
    CHECK(bench.reply(home, out.id, all, true) == MMX_OK);
  }
  CHECK(bench.get(family) == Got{"reply " + hidden + " final"});
  CHECK(bench.get(owner) == Got{"reply " + shown + " final"});
  CHECK(bench.get(mqtt) == Got{"reply config|name final"});
}

TEST_CASE("viewers of one kind share one redacted message") {
  Bench bench;
  const uint32_t home = bench.add_source();
  std::vector<const mmx_message *> got;
  for (int i = 0; i < 3; ++i) {
    const uint32_t viewer = bench.add_frontend(home);
    bench.bus.subscribe(viewer, home, kAllEvents);
    bench.fake(viewer).on_deliver = [&](const mmx_message &message) {
      Message::retain(&message);
      got.push_back(&message);
      return MMX_OK;
    };
  }
  bench.rx(home, "config|secret.pin=1");
  bench.drain();
  REQUIRE(got.size() == 3);
  CHECK(got[0] == got[1]);
  CHECK(got[1] == got[2]);
  for (const mmx_message *message : got) {
    CHECK(text_of(message->payload) == "config");
    Message::release(message);
  }
}

TEST_CASE("what cannot be redacted is not shown") {
  Bench bench;
  const uint32_t home = bench.add_source();
  const uint32_t phones = bench.add_frontend(home);
  bench.bus.subscribe(phones, home, kAllEvents);
  bench.rx(home, "config|secret.pin=1|cannot-redact");
  bench.state(home, "s", "config|1");
  CHECK(bench.get(phones) == Got{"state s=config|1"});
  bench.state(home, "s", "config|secret.pin=1|cannot-redact");
  CHECK(bench.get(phones) == Got{"state -s"});
  const auto out = bench.tx(phones, "text");
  bench.drain();
  bench.reply(home, out.id, "config|secret.pin=1|cannot-redact");
  CHECK(bench.get(phones).empty());
  bench.reply(home, out.id, "config|secret.pin=1|cannot-redact", true);
  CHECK(bench.get(phones) == Got{"reply  final"});
}

TEST_CASE("what nobody could classify is hidden from all, commands of it are denied") {
  Bench bench;
  const uint32_t home = bench.add_source("home", "no such family");
  const uint32_t phones = bench.add_frontend(home);
  const uint32_t store = bench.add(MMX_ROLE_STORAGE, 0);
  PolicySpec spec;
  spec.see = {RuleSpec{Action::allow, MMX_LABEL_UNKNOWN, {}, ""}};
  const uint32_t curious = bench.add_frontend(home, spec);
  bench.bus.subscribe(phones, home, kAllEvents);
  bench.bus.subscribe(store, 0, kAllEvents);
  bench.bus.subscribe(curious, 0, kAllEvents);
  bench.rx(home, "text");
  bench.state(home, "k", "text");
  CHECK(bench.get(curious) == Got{"rx text", "state k=text"});
  CHECK(bench.get(phones).empty());
  CHECK(bench.get(store).empty());
  const auto out = bench.tx(phones, "text");
  CHECK(out.verdict == MMX_VERDICT_DENIED);
  CHECK(out.labels == MMX_LABEL_UNKNOWN);

  const uint32_t roof = bench.add_source("roof");
  const uint32_t tablet = bench.add_frontend(roof);
  bench.bus.subscribe(tablet, 0, kAllEvents);
  bench.rx(roof, "!");
  bench.state(roof, "k", "!");
  const auto asked = bench.tx(tablet, "text");
  bench.drain();
  bench.reply(roof, asked.id, "!");
  CHECK(bench.get(tablet).empty());
  CHECK(bench.bus.stats(roof).unclassified == 3);
  // What the codec did read and calls unknown is only news of a new kind.
  bench.rx(roof, "unknown|x");
  CHECK(bench.get(tablet) == Got{"rx unknown|x"});
  CHECK(bench.tx(tablet, "!").verdict == MMX_VERDICT_INVALID);
  CHECK(bench.bus.stats(tablet).invalid == 1);
}

TEST_CASE("records without bytes are labelled by what they are") {
  Bench bench;
  const uint32_t home = bench.add_source();
  PolicySpec spec;
  spec.see = {RuleSpec{Action::deny, MMX_LABEL_TEXT, {}, ""}};
  const uint32_t deaf = bench.add_frontend(home, spec);
  const uint32_t phones = bench.add_frontend(home);
  bench.bus.subscribe(deaf, home, kAllEvents);
  bench.bus.subscribe(phones, home, kAllEvents);
  mmx_record record{MMX_RECORD_TEXT, 0, nullptr};
  mmx_publish what{};
  what.kind = MMX_KIND_RX;
  what.record = &record;
  bench.bus.publish(home, what, nullptr);
  CHECK(bench.get(deaf).empty());
  CHECK(bench.get(phones).size() == 1);

  mmx_published out{};
  what.kind = MMX_KIND_TX;
  bench.bus.publish(phones, what, &out);
  CHECK(out.verdict == MMX_VERDICT_ACCEPTED);
  bench.drain();
  CHECK(bench.fake(home).seen.back().record == MMX_RECORD_TEXT);
  record.type = MMX_RECORD_NODE;
  bench.bus.publish(phones, what, &out);
  CHECK(out.verdict == MMX_VERDICT_DENIED);
  // Beside bytes the gate has not seen it, so it does not travel.
  what.payload = bytes_of("text|x");
  bench.bus.publish(phones, what, &out);
  CHECK(out.verdict == MMX_VERDICT_ACCEPTED);
  bench.drain();
  CHECK(bench.fake(home).seen.back().payload == "text|x");
  CHECK(bench.fake(home).seen.back().record == 0);
}
