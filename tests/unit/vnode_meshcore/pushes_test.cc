// Pushes: who hears what, and raw packets that never hurt a slow app.
#include <string>

#include <catch2/catch.hpp>
#include "fixture.h"
#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/commands.h"

using namespace vnode_test;

namespace {

// A frame of that code, long enough for it.
std::string frame_of_code(const meshcore::FrameInfo &info) {
  std::string made = bare(info.code);
  made.resize(info.min_size, '\1');
  return made;
}

unsigned raw_number(const std::string &frame) {
  REQUIRE(code_of(frame) == psh::log_rx_data);
  return meshcore::bytes::u32(frame, 3);
}

}  // namespace

TEST_CASE("what every response and push does as an event of the radio, whoever hears it") {
  Bench bench;
  bench.start_with_radio();
  App a = bench.started("a");
  App b = bench.started("b");
  App silent = bench.connect();
  for (const meshcore::FrameInfo &info : meshcore::all_frames()) {
    INFO(info.name);
    const std::string frame = frame_of_code(info);
    bench.rx(frame);
    Frames wanted;
    switch (info.code) {
      case psh::advert:
      case psh::path_updated:
      case psh::raw_data:
      case psh::log_rx_data:
      case psh::trace_data:
      case psh::new_advert:
      case psh::control_data:
      case psh::contact_deleted:
      case psh::contacts_full:
        wanted = {frame};
        break;
      case rsp::contact_message_v3:
        wanted = {bare(psh::message_waiting)};
        break;
      default:  // the other two kinds of messages find the queue filled; the rest is hidden
        break;
    }
    CHECK(a.take() == wanted);
    CHECK(b.take() == wanted);
    CHECK(silent.take().empty());
    bench.rx(frame, MMX_MESSAGE_QUIET);
    CHECK(a.take().empty());
    bench.rx(frame.substr(0, frame.size() - 1));
    CHECK(a.take().empty());
  }
}

TEST_CASE("changes by one app are announced to all others") {
  const std::uint8_t code = GENERATE(std::uint8_t{psh::advert}, std::uint8_t{psh::path_updated},
                                     std::uint8_t{psh::contact_deleted});
  Bench bench;
  bench.start_with_radio();
  App a = bench.started("a");
  App b = bench.started("b");
  const std::string push = meshcore::build_key_push(code, key('C'));
  bench.sent(push, a.session());
  CHECK(a.take().empty());
  CHECK(b.take_one() == push);
  bench.sent(push, 0);
  CHECK(a.take_one() == push);
  CHECK(b.take_one() == push);
}

TEST_CASE("no source can make MSG_WAITING or an unknown push of a reply") {
  Bench bench;
  bench.start_with_radio();
  App app = bench.started();
  app.send(status_request('A'));
  const auto command = bench.command();
  bench.reply(command, sent(1));
  app.take();
  bench.reply(command, bare(psh::message_waiting));
  bench.reply(command, bare(0xF7, "x"));
  bench.reply(command, bare(psh::login_success, "x"));
  CHECK(app.take().empty());
  const std::string login = meshcore::build_login_success({1, key('A').substr(0, 6), 1234, 3, 2});
  REQUIRE(login.size() == 14);
  bench.reply(command, login, MMX_MESSAGE_FINAL);
  CHECK(app.take_one() == login);
}

TEST_CASE("raw packets reach every app at once") {
  Bench bench;
  bench.start_with_radio();
  App a = bench.started("a");
  App b = bench.started("b");
  for (unsigned i = 0; i < 200; ++i) bench.rx(raw_packet(i));
  CHECK(a.take().size() == 200);
  CHECK(b.take().size() == 200);
  CHECK(bench.number("raw_dropped") == 0);
}

TEST_CASE("a slow app gets the newest raw packets, is never closed for them, and delays nobody") {
  Bench bench;
  bench.start_with_radio();
  App slow = bench.started("slow");
  App fast = bench.started("fast");
  slow.take();
  slow.stream().hold(0);
  for (unsigned i = 0; i < 5000; ++i) bench.rx(raw_packet(i, 170));
  CHECK(fast.take().size() == 5000);
  CHECK(slow.stream().pending() < 20'000);
  CHECK(bench.number("raw_behind") == 1);
  // Everything else still reaches it, in its order.
  const std::string advert = meshcore::build_key_push(psh::advert, key('C'));
  bench.rx(advert);
  slow.send(bare(cmd::get_tuning));
  slow.stream().drain();
  bench.host.end_turn();
  const Frames frames = slow.take();
  CHECK(bench.number("raw_behind") == 0);
  unsigned next = 0;
  std::size_t raw = 0, other = 0;
  for (const std::string &frame : frames) {
    if (code_of(frame) != psh::log_rx_data) {
      ++other;
      continue;
    }
    CHECK(raw_number(frame) >= next);
    next = raw_number(frame) + 1;
    ++raw;
  }
  CHECK(next == 5000);
  CHECK(other == 2);
  CHECK(raw + static_cast<std::size_t>(bench.number("raw_dropped")) == 5000);
  CHECK(raw_number(frames.back()) == 4999);
  CHECK(raw_number(frames[frames.size() - 64]) == 5000 - 64);
  bench.rx(raw_packet(5000));
  CHECK(raw_number(slow.take_one()) == 5000);
  CHECK(!slow.closed());
}

TEST_CASE("an outbox that was only full for one turn does not hold raw packets back for long") {
  Bench bench;
  bench.start_with_radio();
  for (int i = 0; i < 120; ++i) bench.put(contact(static_cast<char>(i + 'A'), 100, "one of many"));
  App app = bench.started();
  bench.host.turn([&] {
    app.stream().inject(framed(bare(cmd::get_contacts)));
    bench.host.bus().deliver(mmx::testing::rx(raw_packet(1)));
  });
  CHECK(code_of(app.take().back()) == rsp::contacts_end);
  bench.host.advance(100 * kMillisecond);
  CHECK(raw_number(app.take_one()) == 1);
}

TEST_CASE("a slow app that goes leaves nothing behind") {
  Bench bench;
  bench.start_with_radio();
  App slow = bench.started();
  slow.stream().hold(0);
  for (unsigned i = 0; i < 200; ++i) bench.rx(raw_packet(i, 170));
  CHECK(bench.number("raw_behind") == 1);
  slow.hang_up();
  CHECK(bench.number("raw_behind") == 0);
  bench.host.advance(1 * kSecond);
}
