// Commands: verdicts, replies, deadlines, sent, sessions that end.
#include <catch2/catch.hpp>

#include "core/base/log.h"
#include "tests/unit/bus/bench.h"

using namespace meshmux;
using namespace meshmux::test;

namespace {

struct CommandBench : Bench {
  explicit CommandBench(BusLimits limits = {}) : Bench(limits) {}
  uint32_t home = add_source();
  uint32_t phones = add_frontend(home);
  uint32_t tablets = add_frontend(home);
};

}  // namespace

TEST_CASE_METHOD(CommandBench, "an accepted command reaches its source in canonical form") {
  const auto out = tx(phones, "|text||hello|", 4);
  CHECK(out.verdict == MMX_VERDICT_ACCEPTED);
  CHECK(out.labels == MMX_LABEL_TEXT);
  CHECK(fake(home).log.empty());  // not from inside publish
  CHECK(get(home) == Got{"tx text|hello"});
  const Seen &seen = fake(home).seen[0];
  CHECK(seen.id == out.id);
  CHECK(seen.session == 4);
  CHECK(seen.origin == phones);
  CHECK(seen.source == home);
  CHECK((seen.grants & MMX_LABEL_TEXT) != 0);
  CHECK((seen.grants & MMX_LABEL_ADMIN_WRITE) == 0);
  CHECK(seen.withheld == (MMX_LABEL_SECRET_KEY | MMX_LABEL_SECRET_PASSWORD | MMX_LABEL_SECRET_PIN));
  CHECK(seen.deadline_ns == clock.mono_ns() + 300 * kSecond);
  tx(phones, "text", 0, 7 * kSecond);
  tx(phones, "text", 0, INT64_MAX);
  drain();
  CHECK(fake(home).seen[1].deadline_ns == clock.mono_ns() + 7 * kSecond);
  CHECK(fake(home).seen[2].deadline_ns == clock.mono_ns() + 3600 * kSecond);
  CHECK(bus.stats(phones).published[kind_index(MMX_KIND_TX)] == 3);
}

TEST_CASE_METHOD(CommandBench, "verdicts") {
  log::Capture lines;
  CHECK(tx(phones, "admin.write|text|secret.psk=x", 9).verdict == MMX_VERDICT_DENIED);
  CHECK(tx(phones, "nothing anybody knows").verdict == MMX_VERDICT_DENIED);
  CHECK(tx(phones, "admin.read").verdict == MMX_VERDICT_LOCAL);
  CHECK(tx(phones, "!").verdict == MMX_VERDICT_INVALID);
  CHECK(tx(phones, "").verdict == MMX_VERDICT_INVALID);
  CHECK(get(home).empty());
  const ParticipantStats stats = bus.stats(phones);
  CHECK(stats.denied == 2);
  CHECK(stats.local == 1);
  CHECK(stats.invalid == 2);
  CHECK(stats.denied_by_label[10] == 1);  // admin.write
  CHECK(stats.denied_by_label[0] == 1);   // text
  CHECK(stats.denied_by_label[59] == 1);  // unknown
  CHECK(stats.denied_by_label[63] == 0);  // secrets deny nothing
  CHECK(lines.count("command denied") == 2);
  const log::Record line = lines.records()[0];
  CHECK(line.session == 9);
  CHECK(line.address == "192.0.2.9");
  CHECK(line.text == "command denied: text, admin.write, secret.psk to home by preset admin: deny");

  // A source that is not running: what goes nowhere anyhow is still decided.
  fake(home).running = false;
  CHECK(tx(phones, "text").verdict == MMX_VERDICT_NO_SOURCE);
  CHECK(tx(phones, "admin.read").verdict == MMX_VERDICT_LOCAL);
  CHECK(tx(phones, "admin.write").verdict == MMX_VERDICT_DENIED);
  bus.detach(home);
  CHECK(tx(phones, "text").verdict == MMX_VERDICT_NO_SOURCE);
  bus.remove(home);
  CHECK(tx(phones, "text").verdict == MMX_VERDICT_NO_SOURCE);
  CHECK(bus.stats(phones).no_source == 3);
}

TEST_CASE_METHOD(CommandBench, "identity decides what is remote") {
  PolicySpec spec;
  spec.admin = AdminPreset::read;
  const uint32_t reader = add_frontend(home, spec);
  CHECK(tx(reader, "admin.read|to=B").verdict == MMX_VERDICT_ACCEPTED);
  bus.set_identity(home, bytes_of("A"));
  CHECK(tx(reader, "admin.read|to=B").verdict == MMX_VERDICT_DENIED);
  CHECK(tx(reader, "admin.read|to=A").verdict == MMX_VERDICT_ACCEPTED);
}

TEST_CASE_METHOD(CommandBench, "a source's own gate holds back commands too") {
  PolicySpec spec;
  spec.see = {RuleSpec{Action::deny, MMX_LABEL_TEXT, {}, "a.yaml:4:3"}};
  log::Capture lines;
  bus.set_policy(home, std::move(Policy::compile(spec, MMX_ROLE_SOURCE)).value());
  CHECK(tx(phones, "text").verdict == MMX_VERDICT_DENIED);
  CHECK(tx(phones, "position").verdict == MMX_VERDICT_ACCEPTED);
  CHECK(lines.contains("by deny text (a.yaml:4:3)"));
}

TEST_CASE_METHOD(CommandBench, "limits are by session") {
  PolicySpec spec;
  spec.rules = {RuleSpec{Action::limit, MMX_LABEL_TEXT, Rate{2, 60 * kSecond}, ""}};
  const uint32_t slow = add_frontend(home, spec);
  log::Capture lines;
  CHECK(tx(slow, "text", 1).verdict == MMX_VERDICT_ACCEPTED);
  CHECK(tx(slow, "text", 1).verdict == MMX_VERDICT_ACCEPTED);
  const auto limited = tx(slow, "text", 1);
  CHECK(limited.verdict == MMX_VERDICT_LIMITED);
  CHECK(limited.retry_after_ns == 30 * kSecond);
  CHECK(lines.count("command limited") == 1);
  CHECK(tx(slow, "text", 2).verdict == MMX_VERDICT_ACCEPTED);
  CHECK(tx(slow, "position", 1).verdict == MMX_VERDICT_ACCEPTED);
  advance(limited.retry_after_ns);
  CHECK(tx(slow, "text", 1).verdict == MMX_VERDICT_ACCEPTED);
  CHECK(bus.stats(slow).limited == 1);
  CHECK(bus.stats(slow).denied == 0);
}

TEST_CASE("a full source refuses, and a refused command costs no token") {
  Bench bench;
  ParticipantSpec spec;
  spec.id = "home";
  spec.role = MMX_ROLE_SOURCE;
  spec.family = "toy";
  spec.policy = std::move(Policy::compile({}, MMX_ROLE_SOURCE)).value();
  spec.inbox = InboxLimits{2, 100000};
  const uint32_t home = bench.bus.add(std::move(spec));
  bench.bus.attach(home, bench.fakes[home]);
  PolicySpec policy;
  policy.rules = {RuleSpec{Action::limit, MMX_LABEL_TEXT, Rate{3, 60 * kSecond}, ""}};
  const uint32_t phones = bench.add_frontend(home, policy);
  CHECK(bench.tx(phones, "text|1").verdict == MMX_VERDICT_ACCEPTED);
  CHECK(bench.tx(phones, "text|2").verdict == MMX_VERDICT_ACCEPTED);
  CHECK(bench.tx(phones, "text|3").verdict == MMX_VERDICT_FULL);
  CHECK(bench.tx(phones, "text|4").verdict == MMX_VERDICT_FULL);
  CHECK(bench.bus.stats(phones).full == 2);
  CHECK(bench.get(home) == Got{"tx text|1", "tx text|2"});
  CHECK(bench.tx(phones, "text|5").verdict == MMX_VERDICT_ACCEPTED);
  CHECK(bench.tx(phones, "text|6").verdict == MMX_VERDICT_LIMITED);
  // Bytes count as well: one large command fits alone only.
  const std::string large = "position|" + std::string(60000, 'x');
  bench.drain();
  CHECK(bench.tx(phones, large).verdict == MMX_VERDICT_ACCEPTED);
  CHECK(bench.tx(phones, large).verdict == MMX_VERDICT_FULL);
}

TEST_CASE("commands without a reply are bounded by origin") {
  BusLimits limits;
  limits.commands.waiting = 3;
  CommandBench bench(limits);
  for (int i = 0; i < 3; ++i) {
    CHECK(bench.tx(bench.phones, "text").verdict == MMX_VERDICT_ACCEPTED);
  }
  bench.drain();
  CHECK(bench.tx(bench.phones, "text").verdict == MMX_VERDICT_FULL);
  CHECK(bench.bus.levels(bench.phones).waiting_commands == 3);
  CHECK(bench.tx(bench.tablets, "text").verdict == MMX_VERDICT_ACCEPTED);
  bench.reply(bench.home, bench.fake(bench.home).seen[0].id, "");
  CHECK(bench.tx(bench.phones, "text").verdict == MMX_VERDICT_ACCEPTED);
}

TEST_CASE_METHOD(CommandBench, "replies go to the origin only, until the final one") {
  bus.subscribe(phones, home, kAllEvents);
  bus.subscribe(tablets, home, kAllEvents);
  const auto out = tx(phones, "text", 4);
  drain();
  CHECK(reply(home, out.id, "") == MMX_OK);
  CHECK(reply(home, out.id, "routing|ack") == MMX_OK);
  CHECK(reply(home, out.id, "routing|done", true) == MMX_OK);
  CHECK(reply(home, out.id, "routing|late") == MMX_NOT_FOUND);
  CHECK(reply(home, out.id + 1000, "routing|never") == MMX_NOT_FOUND);
  CHECK(get(phones) == Got{"reply ", "reply routing|ack", "reply routing|done final"});
  for (const Seen &seen : fake(phones).seen) {
    CHECK(seen.session == 4);
    CHECK(seen.origin == phones);
    CHECK(seen.cause == out.id);
  }
  CHECK(get(tablets).empty());
  CHECK(bus.stats(home).unknown_causes == 2);
}

TEST_CASE_METHOD(CommandBench, "a reply arrives after its session has ended") {
  const auto out = tx(phones, "text", 4);
  drain();
  bus.session_ended(phones, 4);
  CHECK(reply(home, out.id, "routing|ack", true) == MMX_OK);
  CHECK(get(phones) == Got{"reply routing|ack final"});
  CHECK(fake(phones).seen[0].session == 4);
}

TEST_CASE_METHOD(CommandBench, "sent names its cause to everybody") {
  bus.subscribe(phones, home, kAllEvents);
  bus.subscribe(tablets, home, kAllEvents);
  const auto out = tx(phones, "text|hi", 4);
  drain();
  reply(home, out.id, "", true);
  sent(home, "text|hi", out.id);
  sent(home, "text|own", 0);
  sent(home, "text|old", 12345);
  for (const uint32_t viewer : {phones, tablets}) {
    drain();
    const auto &seen = fake(viewer).seen;
    REQUIRE(seen.size() >= 3);
    const size_t first = seen.size() - 3;
    CHECK(seen[first].cause == out.id);
    CHECK(seen[first].session == 4);
    CHECK(seen[first].origin == phones);
    CHECK(seen[first + 1].cause == 0);
    CHECK(seen[first + 2].cause == 12345);
    CHECK(seen[first + 2].session == 0);
  }
  CHECK(bus.stats(home).unknown_causes == 1);
}

TEST_CASE_METHOD(CommandBench, "without a first reply in time the bus answers") {
  const auto quick = tx(phones, "text|1", 4, 10 * kSecond);
  const auto slow = tx(tablets, "text|2", 5, 20 * kSecond);
  const auto answered = tx(phones, "text|3", 4, 10 * kSecond);
  drain();
  reply(home, answered.id, "");
  CHECK(get(phones) == Got{"reply "});
  advance(10 * kSecond - 1);
  CHECK(get(phones).empty());
  advance(1);
  CHECK(get(phones) == Got{"reply timeout final"});
  const Seen &seen = fake(phones).seen.back();
  CHECK(seen.cause == quick.id);
  CHECK(seen.session == 4);
  CHECK(seen.record == MMX_RECORD_RECEIPT);
  CHECK(seen.status == MMX_DELIVERY_FAILED);
  CHECK(seen.source == home);
  CHECK(reply(home, quick.id, "routing|late") == MMX_NOT_FOUND);
  CHECK(bus.stats(phones).timeouts == 1);
  CHECK(get(tablets).empty());
  advance(10 * kSecond);
  CHECK(get(tablets) == Got{"reply timeout final"});
  CHECK(fake(tablets).seen.back().cause == slow.id);
  // The deadline is for the first reply: later ones are welcome for ten minutes each.
  for (int i = 0; i < 5; ++i) {
    advance(570 * kSecond);
    CHECK(reply(home, answered.id, "routing|more") == MMX_OK);
  }
  advance(601 * kSecond);
  CHECK(reply(home, answered.id, "routing|more") == MMX_NOT_FOUND);
}

TEST_CASE_METHOD(CommandBench, "a command that timed out in the queue is not delivered") {
  fake(home).accept = 0;
  tx(phones, "text|1", 4, kSecond);
  drain();
  tx(phones, "text|2", 4, 5 * kSecond);
  advance(2 * kSecond);
  fake(home).accept = SIZE_MAX;
  bus.ready(home);
  CHECK(get(home) == Got{"tx text|2"});
  CHECK(get(phones) == Got{"reply timeout final"});
  CHECK(bus.stats(home).expired_commands == 1);
}

TEST_CASE_METHOD(CommandBench, "a session's end follows its last command") {
  tx(phones, "text|a", 1);
  tx(phones, "text|b", 2);
  tx(tablets, "text|c", 1);
  tx(phones, "text|d", 1);
  bus.session_ended(phones, 1);
  tx(phones, "text|e", 2);
  bus.session_ended(phones, 3);  // never sent anything
  const std::string p = std::to_string(phones);
  CHECK(get(home) ==
        Got{"tx text|a", "tx text|b", "tx text|c", "tx text|d", "end " + p + "/1", "tx text|e"});
  bus.session_ended(phones, 1);
  CHECK(get(home).empty());
  // The frontend's end ends its sessions.
  bus.detach(phones);
  CHECK(get(home) == Got{"end " + p + "/2"});
  // In order even while the source takes nothing.
  fake(home).accept = 0;
  tx(tablets, "text|f", 1);
  drain();
  bus.session_ended(tablets, 1);
  drain();
  CHECK(fake(home).log.empty());
  fake(home).accept = SIZE_MAX;
  bus.ready(home);
  CHECK(get(home) == Got{"tx text|f", "end " + std::to_string(tablets) + "/1"});
}

TEST_CASE_METHOD(CommandBench, "commands accepted are not cancelled when their origin goes") {
  tx(phones, "text|a", 1);
  bus.detach(phones);
  const Got got = get(home);
  REQUIRE(got.size() == 2);
  CHECK(got[0] == "tx text|a");
  CHECK(reply(home, fake(home).seen[0].id, "", true) == MMX_OK);
  tx(tablets, "text|b", 1);
  bus.remove(tablets);
  CHECK(get(home)[0] == "tx text|b");
  CHECK(reply(home, fake(home).seen[1].id, "", true) == MMX_NOT_FOUND);
}

TEST_CASE_METHOD(CommandBench, "a source that stops leaves nobody waiting") {
  const auto first = tx(phones, "text|a", 1);
  const auto second = tx(phones, "text|b", 2);
  const auto done = tx(phones, "text|c", 3);
  drain();
  reply(home, first.id, "");
  reply(home, done.id, "", true);
  CHECK(get(phones).size() == 2);
  tx(phones, "text|queued", 4);
  bus.detach(home);
  CHECK(get(phones) == Got{"reply the source was stopped final",
                           "reply the source was stopped final",
                           "reply the source was stopped final"});
  CHECK(fake(phones).seen[2].cause == first.id);
  CHECK(fake(phones).seen[3].cause == second.id);
  fake(home).take();
  bus.attach(home, fake(home));
  CHECK(get(home).empty());  // nothing of the old life
}

TEST_CASE_METHOD(CommandBench, "classify_command for policy test") {
  uint64_t labels = 0;
  CHECK(bus.classify_command(phones, bytes_of("text|x"), &labels) == MMX_OK);
  CHECK(labels == MMX_LABEL_TEXT);
  CHECK(bus.classify_command(home, bytes_of("raw"), &labels) == MMX_OK);
  CHECK(labels == MMX_LABEL_RAW);
  CHECK(bus.classify_command(phones, bytes_of("!"), &labels) == MMX_INVALID);
  CHECK(bus.classify_command(99, bytes_of("x"), &labels) == MMX_NOT_FOUND);
}
