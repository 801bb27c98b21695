// The recorded bus and the inbox of the fake host, seen through the plain C tables.
#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <vector>

#include "meshmux/host.hpp"
#include "meshmux/record.hpp"
#include "sdk/testing/fake_host.h"

using namespace mmx::testing;

namespace {

// A C instance that keeps what it is given and answers as told.
struct Sink {
  std::vector<std::string> seen;
  std::deque<mmx_status> answers;
  int turn_ends = 0;
  std::uint32_t ended_origin = 0;
  std::uint64_t ended_session = 0;
};

mmx_status take(void *self, const mmx_message *message) {
  auto *sink = static_cast<Sink *>(self);
  if (!sink->answers.empty()) {
    const mmx_status answer = sink->answers.front();
    sink->answers.pop_front();
    if (answer != MMX_OK) return answer;
  }
  std::string line = std::to_string(message->kind) + ":" + std::string(mmx::view(message->key)) +
                     ":" + std::string(mmx::view(message->payload));
  if (message->link != nullptr) line += "phase " + std::to_string(message->link->phase);
  sink->seen.push_back(line);
  return MMX_OK;
}

void ended(void *self, std::uint32_t origin, std::uint64_t session) {
  static_cast<Sink *>(self)->ended_origin = origin;
  static_cast<Sink *>(self)->ended_session = session;
}

const void *extension(void *, const char *id) {
  static const mmx_source_handler handler = {sizeof(mmx_source_handler), 0, &ended};
  return std::string_view(id) == MMX_EXT_SOURCE ? &handler : nullptr;
}

struct Bench {
  Bench() {
    ops.struct_size = sizeof ops;
    ops.deliver = &take;
    ops.turn_end = [](void *self) { ++static_cast<Sink *>(self)->turn_ends; };
    ops.get_extension = &extension;
    attach(MMX_ROLE_INVALID);
  }
  ~Bench() { fake.detach(); }
  void attach(std::uint32_t role) { fake.attach(&ops, &sink, role); }
  mmx_status publish(std::uint32_t kind, std::string_view payload, std::string_view key = "",
                     std::uint64_t order = 0) {
    mmx_publish what = mmx::make_publish(kind);
    what.payload = mmx::bytes(payload);
    what.key = mmx::bytes(key);
    what.order = order;
    return host.publish(what);
  }

  FakeHost fake;
  mmx::Host host{fake.raw()};
  mmx_instance_ops ops{};
  Sink sink;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE_METHOD(Bench, "only what is subscribed to is delivered") {
  CHECK(fake.bus().deliver(rx("early")) == MMX_NOT_FOUND);
  CHECK(host.subscribe(1, MMX_KIND_RX) == MMX_OK);
  CHECK(fake.bus().deliver(rx("a")) == MMX_OK);
  MessageSpec elsewhere = rx("b");
  elsewhere.source = 2;
  CHECK(fake.bus().deliver(elsewhere) == MMX_NOT_FOUND);
  CHECK(fake.bus().deliver(state("k", 1, "v")) == MMX_NOT_FOUND);
  CHECK(fake.bus().deliver(tx("command", 5)) == MMX_OK);  // needs no subscription
  CHECK(sink.seen == Lines{"1::a", "2::command"});
}

TEST_CASE_METHOD(Bench, "AGAIN keeps the order until ready") {
  static_cast<void>(host.subscribe(0, MMX_KIND_RX));
  sink.answers = {MMX_AGAIN};
  CHECK(fake.bus().deliver(rx("a")) == MMX_AGAIN);
  CHECK(fake.bus().deliver(rx("b")) == MMX_AGAIN);
  fake.end_turn();
  CHECK(sink.seen.empty());
  CHECK(fake.bus().inbox_size() == 2);
  host.bus()->ready(host.raw());
  CHECK(sink.seen.empty());  // never from inside the call
  fake.end_turn();
  CHECK(sink.seen == Lines{"1::a", "1::b"});
}

TEST_CASE_METHOD(Bench, "retained messages are replayed on subscribe, link first, state in order") {
  fake.bus().preload(state("z", 1, "first"));
  fake.bus().preload(state("b", 2, "third"));
  fake.bus().preload(state("a", 2, "second"));
  MessageSpec up = link({});
  up.order = 9;  // a link goes first whatever its order says
  fake.bus().preload(up);
  static_cast<void>(host.subscribe(1, MMX_KIND_STATE | MMX_KIND_LINK));
  CHECK(sink.seen.empty());
  fake.end_turn();
  CHECK(sink.seen == Lines{"16::phase 4", "8:z:first", "8:a:second", "8:b:third"});
}

TEST_CASE_METHOD(Bench, "publishing is recorded, state is retained and coalesced") {
  CHECK(publish(MMX_KIND_STATE, "one", "k", 1) == MMX_OK);
  CHECK(publish(MMX_KIND_STATE, "one", "k", 1) == MMX_OK);  // no news
  CHECK(publish(MMX_KIND_STATE, "two", "k", 1) == MMX_OK);
  CHECK(publish(MMX_KIND_STATE, "zero", "j", 0) == MMX_OK);
  CHECK(publish(MMX_KIND_RX, "packet") == MMX_OK);
  CHECK(fake.bus().state().at("k").payload == "two");
  REQUIRE(fake.bus().replay().size() == 2);
  CHECK(fake.bus().replay()[0]->payload == "zero");
  CHECK(fake.bus().take(MMX_KIND_RX).at(0).payload == "packet");
  CHECK(fake.bus().published().size() == 3);
  CHECK(fake.bus().take().size() == 3);
  CHECK(fake.bus().published().empty());
}

TEST_CASE_METHOD(Bench, "a record without bytes is news each time, as in the daemon") {
  mmx::Record record(MMX_RECORD_NOTICE);
  record.add(MMX_FIELD_INDEX, 1);
  mmx_publish what = mmx::make_publish(MMX_KIND_STATE);
  what.key = mmx::bytes("k");
  what.record = record.get();
  for (int i = 0; i < 2; ++i) CHECK(host.publish(what) == MMX_OK);
  CHECK(fake.bus().take(MMX_KIND_STATE).size() == 2);
  what.record = nullptr;
  for (int i = 0; i < 2; ++i) CHECK(host.publish(what) == MMX_OK);
  CHECK(fake.bus().take(MMX_KIND_STATE).size() == 1);
}

TEST_CASE_METHOD(Bench, "a new identity drops the retained state and raises the epoch") {
  CHECK(host.source()->set_identity(host.raw(), mmx::bytes("A")) == MMX_OK);
  static_cast<void>(publish(MMX_KIND_STATE, "one", "k", 1));
  CHECK(host.source()->set_identity(host.raw(), mmx::bytes("A")) == MMX_OK);
  CHECK(fake.bus().state().size() == 1);
  CHECK(host.source()->set_identity(host.raw(), mmx::bytes("B")) == MMX_OK);
  CHECK(fake.bus().state().empty());
  CHECK(fake.bus().epoch() == 2);
  mmx_link said{};
  said.struct_size = sizeof said;
  said.phase = MMX_LINK_DOWN;
  said.reason = mmx::text("gone");
  CHECK(host.source()->set_link(host.raw(), &said) == MMX_OK);
  CHECK(fake.bus().last_link().reason == "gone");
  CHECK(fake.bus().last_link().epoch == 2);
}

TEST_CASE_METHOD(Bench, "a reply needs a command that is still open") {
  std::uint64_t id = 0;
  static_cast<void>(fake.bus().deliver(tx("do", 9), &id));
  mmx_publish reply = mmx::make_publish(MMX_KIND_REPLY);
  reply.cause = id;
  mmx::Record receipt(MMX_RECORD_RECEIPT);
  std::string reason = "no room";
  receipt.add(MMX_FIELD_QUEUE_FREE, 3).add_text(MMX_FIELD_REASON, reason);
  reply.record = receipt.get();
  CHECK(host.publish(reply) == MMX_OK);
  reason = "changed";  // the recorded copy must not follow
  CHECK(fake.bus().published().at(0).record.integer(MMX_FIELD_QUEUE_FREE) == 3);
  CHECK(fake.bus().published().at(0).record.text(MMX_FIELD_REASON) == "no room");
  reply.flags = MMX_MESSAGE_FINAL;
  CHECK(host.publish(reply) == MMX_OK);
  CHECK(host.publish(reply) == MMX_NOT_FOUND);
  CHECK(fake.bus().published().size() == 2);
  CHECK(fake.bus().refused().size() == 1);
}

TEST_CASE_METHOD(Bench, "the role limits what may be published") {
  attach(MMX_ROLE_FRONTEND);
  CHECK(publish(MMX_KIND_RX, "x") == MMX_DENIED);
  CHECK(publish(MMX_KIND_TX, "x") == MMX_OK);
  attach(MMX_ROLE_SOURCE);
  CHECK(publish(MMX_KIND_TX, "x") == MMX_DENIED);
  CHECK(publish(MMX_KIND_RX, "x") == MMX_OK);
  attach(MMX_ROLE_SIMULATOR);
  CHECK(publish(MMX_KIND_RX, "x") == MMX_DENIED);
}

TEST_CASE_METHOD(Bench, "the test plays gate and codec") {
  mmx_codec codec{};
  codec.struct_size = sizeof codec;
  codec.classify = [](mmx_bytes, std::uint32_t, mmx_bytes payload, std::uint64_t *labels,
                      mmx_buffer *canonical) -> mmx_status {
    if (mmx::view(payload) == "junk") return MMX_INVALID;
    *labels = MMX_LABEL_TEXT;
    return mmx::fill(canonical, "canonical");
  };
  fake.bus().set_codec(&codec, "own");
  fake.bus().set_gate([](const Published &what) {
    return what.session == 13 ? Verdict{MMX_VERDICT_LIMITED, 0, kSecond} : Verdict{};
  });
  mmx_publish what = mmx::make_publish(MMX_KIND_TX);
  mmx_published out{};
  out.struct_size = sizeof out;
  what.payload = mmx::bytes("loose");
  CHECK(host.publish(what, &out) == MMX_OK);
  CHECK(out.verdict == MMX_VERDICT_ACCEPTED);
  CHECK(out.labels == MMX_LABEL_TEXT);
  CHECK(out.id != 0);
  CHECK(fake.bus().published().back().payload == "canonical");
  what.session = 13;
  CHECK(host.publish(what, &out) == MMX_OK);
  CHECK(out.verdict == MMX_VERDICT_LIMITED);
  CHECK(out.retry_after_ns == kSecond);
  CHECK(out.id == 0);
  what.payload = mmx::bytes("junk");
  CHECK(host.publish(what, &out) == MMX_OK);
  CHECK(out.verdict == MMX_VERDICT_INVALID);
  fake.faults().fail(Operation::publish, 1, Span::once, MMX_CLOSED);
  CHECK(host.publish(what, &out) == MMX_CLOSED);
}

TEST_CASE_METHOD(Bench, "a kept message outlives its delivery and is missed until released") {
  static_cast<void>(host.subscribe(0, MMX_KIND_RX));
  mmx::MessageRef kept;
  struct Keeper {
    mmx::Host *host;
    mmx::MessageRef *kept;
  } keeper{&host, &kept};
  mmx_instance_ops keeping{};
  keeping.struct_size = sizeof keeping;
  keeping.deliver = [](void *self, const mmx_message *message) -> mmx_status {
    auto *me = static_cast<Keeper *>(self);
    *me->kept = me->host->keep(*message);
    return MMX_OK;
  };
  fake.attach(&keeping, &keeper, MMX_ROLE_INVALID);
  CHECK(fake.bus().deliver(rx("stays")) == MMX_OK);
  CHECK(mmx::view(kept->payload) == "stays");
  CHECK(fake.ledger().messages == 1);
  kept = mmx::MessageRef();
  CHECK(fake.ledger().messages == 0);
}

TEST_CASE_METHOD(Bench, "turn_end comes only after a call, and once a turn") {
  static_cast<void>(host.subscribe(0, MMX_KIND_RX));
  fake.end_turn();
  CHECK(sink.turn_ends == 0);
  fake.turn([&] {
    static_cast<void>(fake.bus().deliver(rx("a")));
    static_cast<void>(fake.bus().deliver(rx("b")));
  });
  CHECK(sink.turn_ends == 1);
  fake.end_turn();
  CHECK(sink.turn_ends == 1);
}

TEST_CASE_METHOD(Bench, "a source hears of ended sessions") {
  fake.bus().end_session(7, 99);
  CHECK(sink.ended_origin == 7);
  CHECK(sink.ended_session == 99);
}
