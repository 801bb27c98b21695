// The contact list: whole from a shared image, in part by `since`, always in one piece; single
// contacts by key.
#include <string>

#include <catch2/catch.hpp>
#include "fixture.h"
#include "plugins/meshcore/codec/bytes.h"

using namespace vnode_test;

namespace {

// First key bytes of the contacts between START and END, which are checked.
std::string keys_of(const Frames &frames, std::uint32_t total, std::uint32_t newest) {
  REQUIRE(frames.size() >= 2);
  CHECK(meshcore::parse_contacts_start(frames.front()) == total);
  CHECK(meshcore::parse_contacts_end(frames.back()) == newest);
  std::string keys;
  for (std::size_t i = 1; i + 1 < frames.size(); ++i) {
    REQUIRE(code_of(frames[i]) == rsp::contact);
    keys += frames[i][1];
  }
  return keys;
}

std::string keys_since(App &app, std::uint32_t since, std::uint32_t total, std::uint32_t newest) {
  app.send(get_contacts(since));
  return keys_of(app.take(), total, newest);
}

}  // namespace

TEST_CASE("all contacts, in the radio's order, from one image for everybody") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  App other = bench.started();
  app.send(bare(cmd::get_contacts));
  CHECK(keys_of(app.take(), 5, 140) == "ABCDE");
  other.send(get_contacts(0));
  CHECK(keys_of(other.take(), 5, 140) == "ABCDE");
  CHECK(bench.number("builds") == 1);
  bench.put(contact('F', 200));
  bench.remove(contact('B', 0));
  app.send(bare(cmd::get_contacts));
  CHECK(keys_of(app.take(), 5, 200) == "ACDEF");
  CHECK(bench.number("builds") == 2);
  CHECK(bench.number("contacts") == 5);
}

TEST_CASE("the list leaves in one write, with nothing between its frames") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  const std::size_t writes = app.stream().write_calls();
  app.send(bare(cmd::get_contacts));
  CHECK(app.stream().write_calls() == writes + 1);
}

TEST_CASE("since gives what the mirror changed later; START tells the total, END the newest sent") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  CHECK(keys_since(app, 99, 5, 140) == "ABCDE");
  CHECK(keys_since(app, 120, 5, 140) == "DE");
  CHECK(keys_since(app, 140, 5, 0).empty());
  CHECK(keys_since(app, 0xFFFFFFFF, 5, 0).empty());
  bench.put(contact('B', 141, "renamed"));
  CHECK(keys_since(app, 140, 5, 141) == "B");
  CHECK(bench.number("contact_syncs") == 5);
}

TEST_CASE("no contacts at all is a list, too") {
  Bench bench;
  bench.start();
  bench.link_up();
  App app = bench.connect();
  app.send(bare(cmd::get_contacts));
  CHECK(keys_of(app.take(), 0, 0).empty());
}

TEST_CASE("an APP_START storm and other commands do not disturb a contact list") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  App other = bench.started();
  app.stream().hold(100);
  app.send_all({bare(cmd::get_contacts), app_start(), bare(cmd::get_contacts)});
  for (int i = 0; i < 20; ++i) other.send(app_start());
  app.stream().drain();
  const Frames frames = app.take();
  REQUIRE(frames.size() == 15);
  CHECK(keys_of(Frames(frames.begin(), frames.begin() + 7), 5, 140) == "ABCDE");
  CHECK(code_of(frames[7]) == rsp::self_info);
  CHECK(keys_of(Frames(frames.begin() + 8, frames.end()), 5, 140) == "ABCDE");
  CHECK(other.take().size() == 20);
}

TEST_CASE("single contacts by key") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  CHECK(app.ask(bare(cmd::get_contact, key('C'))) == contact('C', 120));
  CHECK(app.ask(bare(cmd::get_contact, key('Z'))) == error(err::not_found));
  CHECK(app.ask(bare(cmd::get_contact, std::string(32, '\0'))) == error(err::not_found));
}

TEST_CASE("records that are not what their key says are not served") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  for (const std::string &bad : {contact('X', 1), contact('C', 1).substr(0, 40), std::string(),
                                 bare(rsp::contact, std::string(400, 'C')), channel_info(1, "x")}) {
    auto spec =
        mmx::testing::state(meshcore::encode_key(*meshcore::key_of(contact('C', 1))), 0, bad);
    bench.runner.deliver(spec);
  }
  bench.runner.deliver(mmx::testing::state("nonsense", 0, contact('C', 1)));
  app.send(bare(cmd::get_contacts));
  CHECK(keys_of(app.take(), 5, 140) == "ABCDE");
}

TEST_CASE("out of memory is an error, not silence") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  bench.host.faults().fail(mmx::testing::Operation::buffer_new, 1);
  CHECK(app.ask(bare(cmd::get_contacts)) == error(err::bad_state));
  app.send(bare(cmd::get_contacts));
  CHECK(app.take().size() == 7);
}
