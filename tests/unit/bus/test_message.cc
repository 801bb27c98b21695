// Messages own what they show; ids rise over restarts.
#include <catch2/catch.hpp>

#include <string>
#include <thread>
#include <vector>

#include "core/bus/message.h"
#include "tests/unit/bus/bench.h"

using namespace meshmux;
using namespace meshmux::test;

TEST_CASE("a message owns copies of everything") {
  const size_t alive = Message::alive();
  MessageRef message;
  {
    std::string key = "key";
    std::string payload = "payload";
    std::string name = "a name";
    std::string raw = "\x01\x02";
    std::vector<mmx_field> fields(3);
    fields[0] = {};
    fields[0].key = MMX_FIELD_NAME;
    fields[0].type = MMX_FIELD_TYPE_TEXT;
    fields[0].value.text = to_mmx(name);
    fields[1] = {};
    fields[1].key = MMX_FIELD_PUBLIC_KEY;
    fields[1].type = MMX_FIELD_TYPE_BYTES;
    fields[1].value.bytes = bytes_of(raw);
    fields[2] = {};
    fields[2].key = MMX_FIELD_SNR_DB;
    fields[2].type = MMX_FIELD_TYPE_FLOAT;
    fields[2].value.f = 1.5;
    mmx_record record{MMX_RECORD_NODE, 3, fields.data()};
    mmx_link link{};
    std::string reason = "cable";
    link.phase = MMX_LINK_DOWN;
    link.reason = to_mmx(reason);
    mmx_message view{};
    view.id = 5;
    view.key = bytes_of(key);
    view.payload = bytes_of(payload);
    view.record = &record;
    view.link = &link;
    message = Message::copy_of(view);
    for (std::string *text : {&key, &payload, &name, &raw, &reason})
      text->assign(text->size(), '?');
    fields.assign(3, mmx_field{});
  }
  CHECK(message->struct_size == sizeof(mmx_message));
  CHECK(message->id == 5);
  CHECK(text_of(message->key) == "key");
  CHECK(text_of(message->payload) == "payload");
  REQUIRE(message->record->count == 3);
  CHECK(view(message->record->fields[0].value.text) == "a name");
  CHECK(text_of(message->record->fields[1].value.bytes) == "\x01\x02");
  CHECK(message->record->fields[2].value.f == 1.5);
  CHECK(view(message->link->reason) == "cable");
  CHECK(message->link->struct_size == sizeof(mmx_link));
  CHECK(Message::alive() == alive + 1);

  message->add_variant(MMX_LABEL_SECRET_PIN, Message::copy_of(mmx_message{}));
  CHECK(message->variant(MMX_LABEL_SECRET_PSK) == nullptr);
  REQUIRE(message->variant(MMX_LABEL_SECRET_PIN) != nullptr);
  const MessageRef kept = *message->variant(MMX_LABEL_SECRET_PIN);
  message = MessageRef();
  CHECK(Message::alive() == alive + 1);
}

TEST_CASE("references may be let go of on any thread") {
  const size_t alive = Message::alive();
  for (int round = 0; round < 50; ++round) {
    MessageRef message = Message::copy_of(mmx_message{});
    const mmx_message *const raw = message.get();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      Message::retain(raw);
      threads.emplace_back([raw] {
        Message::retain(raw);
        Message::release(raw);
        Message::release(raw);
      });
    }
    message = MessageRef();
    for (std::thread &thread : threads) thread.join();
  }
  CHECK(Message::alive() == alive);
}

TEST_CASE("ids rise strictly, over restarts too") {
  VirtualClock clock;
  MessageIds before(clock.wall_ns());
  uint64_t last = 0;
  for (int i = 0; i < 1000; ++i) {
    const uint64_t id = before.next();
    CHECK(id > last);
    last = id;
  }
  clock.advance(kSecond);
  CHECK(MessageIds(clock.wall_ns()).next() > last);
  // The clock was ahead in an earlier life.
  MessageIds after(0);
  after.ensure_above(last);
  CHECK(after.next() == last + 1);
  after.ensure_above(3);
  CHECK(after.next() == last + 2);
}
