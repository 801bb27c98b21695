// The mirror by itself: what a capture may overwrite, and what is newer than the capture.
#include <catch2/catch.hpp>

#include "plugins/meshcore/driver/mirror.h"
#include "rig.h"

using namespace meshcore_driver_test;
using meshcore_driver::Dump;
using meshcore_driver::Mirror;

namespace {

struct Sink final : meshcore_driver::StateSink {
  void state_put(const meshcore::StateKey &key, std::uint64_t order,
                 std::string_view payload) override {
    held[meshcore::encode_key(key)] = payload;
    orders[meshcore::encode_key(key)] = order;
    ++puts;
  }
  void state_removed(const meshcore::StateKey &key, std::uint64_t) override {
    held.erase(meshcore::encode_key(key));
  }
  bool has(char fill) const {
    return held.contains(meshcore::encode_key({Section::contact, 0, key_of(fill)}));
  }
  std::map<std::string, std::string> held;
  std::map<std::string, std::uint64_t> orders;
  int puts = 0;
};

Dump dump_of(std::initializer_list<meshcore::Contact> contacts) {
  Dump dump;
  dump.contacts_whole = true;
  for (const auto &each : contacts) dump.frames.push_back(meshcore::build_contact(each));
  return dump;
}

}  // namespace

TEST_CASE("what changes while a capture runs is newer than what the capture brings") {
  Sink sink;
  Mirror mirror(sink, [] { return 5000U; });
  mirror.swap(dump_of({contact('a'), contact('b'), contact('c')}));
  mirror.watch();
  mirror.contact_gone(key_of('b'));
  mirror.put(meshcore::build_contact(contact('n')));
  auto favourite = contact('a');
  favourite.flags = 1;
  mirror.put(meshcore::build_contact(favourite));
  mirror.swap(dump_of({contact('a'), contact('b')}));
  REQUIRE_FALSE(sink.has('b'));
  REQUIRE(sink.has('n'));
  REQUIRE(mirror.contact(key_of('a'))->favourite());
  REQUIRE_FALSE(sink.has('c'));
  // The next capture is newer again.
  mirror.watch();
  mirror.swap(dump_of({contact('a'), contact('b')}));
  REQUIRE(sink.has('b'));
  REQUIRE_FALSE(sink.has('n'));
  REQUIRE_FALSE(mirror.contact(key_of('a'))->favourite());
}

TEST_CASE("the same again is no news, and a list that came incomplete removes nobody") {
  Sink sink;
  Mirror mirror(sink, [] { return 5000U; });
  const Dump dump = dump_of({contact('a'), contact('b')});
  mirror.swap(dump);
  const int before = sink.puts;
  mirror.watch();
  mirror.swap(dump);
  REQUIRE(sink.puts == before);
  Dump part = dump_of({contact('b')});
  part.contacts_whole = false;
  mirror.watch();
  mirror.swap(part);
  REQUIRE(sink.has('a'));
  REQUIRE(sink.puts == before);
}

TEST_CASE("a contact that comes anew is newer than all that was shown") {
  Sink sink;
  Mirror mirror(sink, [] { return 900U; });
  mirror.swap(dump_of({contact('a', 1, 4000)}));
  mirror.put(meshcore::build_contact(contact('n', 1, 10)));
  REQUIRE(mirror.contact(key_of('n'))->lastmod == 4001);
  // Even where numbers end.
  mirror.put(meshcore::build_contact(contact('m', 1, 0xFFFFFFFF)));
  mirror.put(meshcore::build_contact(contact('l', 1, 10)));
  REQUIRE(mirror.contact(key_of('l'))->lastmod == 0xFFFFFFFF);
}

TEST_CASE("slots another firmware does not have are removed") {
  Sink sink;
  Mirror mirror(sink, [] { return 900U; });
  Dump dump;
  dump.channels = 3;
  for (std::uint8_t slot = 0; slot < 3; ++slot) {
    dump.frames.push_back(meshcore::build_channel_info({slot, "c", {}}));
  }
  mirror.swap(dump);
  REQUIRE(sink.held.size() == 3);
  dump.frames.pop_back();
  dump.channels = 2;
  mirror.watch();
  mirror.swap(dump);
  REQUIRE(sink.held.size() == 2);
}

TEST_CASE("contacts are found by the six bytes a message carries, not by fewer") {
  Sink sink;
  Mirror mirror(sink, [] { return 900U; });
  mirror.swap(dump_of({contact('a'), contact('b')}));
  REQUIRE(mirror.contact_by_prefix("bbbbbb")->public_key == key_of('b'));
  REQUIRE_FALSE(mirror.contact_by_prefix("bbbbb"));
  REQUIRE_FALSE(mirror.contact_by_prefix("bbbbbc"));
  REQUIRE_FALSE(mirror.contact_by_prefix("zzzzzz"));
}
