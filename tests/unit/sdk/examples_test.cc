// The two example plugins as they are shipped: loaded from their shared objects and driven.
#include <dlfcn.h>

#include <catch2/catch.hpp>
#include <string>

#include "meshmux/record.hpp"
#include "sdk/testing/instance_runner.h"

using namespace mmx::testing;

namespace {

const mmx_entry *load(const std::string &name) {
  const std::string path = std::string(MESHMUX_BUILD_DIR) + "/lib/meshmux/examples/" + name + ".so";
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  INFO((library == nullptr ? dlerror() : ""));
  REQUIRE(library != nullptr);
  auto *entry = reinterpret_cast<const mmx_entry *(*)()>(dlsym(library, MMX_ENTRY_SYMBOL));
  REQUIRE(entry != nullptr);
  const mmx_entry *said = entry();
  REQUIRE(said->magic == MMX_ENTRY_MAGIC);
  CHECK(said->abi_major == MMX_ABI_MAJOR);
  CHECK(said->struct_size == sizeof(mmx_entry));
  CHECK(said->flags == 0);
  return said;
}

MessageSpec text_on(std::int64_t channel, std::uint32_t source = 1) {
  mmx::Record record(MMX_RECORD_TEXT);
  record.add(MMX_FIELD_CHANNEL, channel).add_text(MMX_FIELD_TEXT, "private words");
  MessageSpec spec = rx("opaque");
  spec.source = source;
  return spec.with_record(record);
}

}  // namespace

TEST_CASE("the C example counts texts by source and tells them over the control socket") {
  FakeHost fake;
  InstanceRunner runner(fake, find_type(load("hello"), "hello"));
  REQUIRE(runner.start() == MMX_OK);
  CHECK(fake.is_ready());
  CHECK(fake.control_status() == "{\"texts\":{}}");
  CHECK(runner.deliver(text_on(0, 1)) == MMX_OK);
  CHECK(runner.deliver(text_on(0, 2)) == MMX_OK);
  CHECK(runner.deliver(text_on(3, 1)) == MMX_OK);
  CHECK(runner.deliver(rx("no record")) == MMX_OK);
  CHECK(fake.control_status() == "{\"texts\":{\"1\":2,\"2\":1}}");
  for (std::uint32_t source = 3; source < 40; ++source)
    CHECK(runner.deliver(text_on(0, source)) == MMX_OK);
  const std::string full = fake.control_status();
  CHECK(full.find("\"16\":1") != std::string::npos);
  CHECK(full.find("\"17\":1") == std::string::npos);
  CHECK(runner.stop_and_wait());
}

TEST_CASE("the C example does without what a host does not offer") {
  FakeHost fake;
  fake.hide_extension(MMX_EXT_BUS);
  InstanceRunner runner(fake, find_type(load("hello"), "hello"));
  CHECK(runner.create_status() == MMX_UNSUPPORTED);
  CHECK(fake.logged("no bus", MMX_LOG_ERROR));
}

TEST_CASE("the C++ example shows links and texts to every app") {
  FakeHost fake;
  LinkSpec up;
  fake.bus().preload(link(up));
  const mmx_type *type = find_type(load("ticker"), "ticker");
  REQUIRE(type != nullptr);
  InstanceRunner runner(fake, type, {{"listen", "tcp://127.0.0.1:0"}});
  REQUIRE(runner.start() == MMX_OK);
  FakeStream &one = fake.net().open_session();
  FakeStream &two = fake.net().open_session();
  fake.end_turn();
  CHECK(one.take_written() == "link up\n");
  CHECK(two.take_written() == "link up\n");

  SECTION("what one turn brings leaves in one write, without the words") {
    fake.turn([&] {
      CHECK(fake.bus().deliver(text_on(0)) == MMX_OK);
      CHECK(fake.bus().deliver(text_on(4)) == MMX_OK);
    });
    CHECK(one.take_written() == "text on channel 0\ntext on channel 4\n");
    CHECK(two.take_written() == "text on channel 0\ntext on channel 4\n");
    CHECK(one.flushes() == 2);
  }
  SECTION("a link that goes down is told, also to those who come later") {
    LinkSpec down;
    down.phase = MMX_LINK_DOWN;
    CHECK(runner.deliver(link(down)) == MMX_OK);
    CHECK(one.take_written() == "link down\n");
    FakeStream &late = fake.net().open_session();
    fake.end_turn();
    CHECK(late.take_written() == "link down\n");
  }
  SECTION("an app that does not read is closed, the other notices nothing") {
    one.hold();
    for (int i = 0; i < 4000 && one.is_open(); ++i) static_cast<void>(runner.deliver(text_on(0)));
    fake.advance(kSecond);
    CHECK(one.is_closed());
    CHECK(one.close_reason() == "reads too slowly");
    CHECK(two.is_open());
    CHECK(two.take_written().size() >= 64 * 1024 - 18);
    CHECK(fake.control_status() == "{\"sessions\":1}");
  }
  SECTION("an app that leaves") {
    fake.turn([&] { one.end(); });
    CHECK(one.is_closed());
    CHECK(fake.control_status() == "{\"sessions\":1}");
  }
  SECTION("no memory for a greeting refuses the session and harms nobody") {
    fake.faults().fail(Operation::buffer_new, 1);
    FakeStream &refused = fake.net().open_session();
    fake.end_turn();
    CHECK(refused.is_closed());
    CHECK(two.is_open());
  }
  CHECK(runner.stop_and_wait());
  CHECK(one.is_closed());
  CHECK(two.is_closed());
}
