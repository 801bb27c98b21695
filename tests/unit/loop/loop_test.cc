// The order of a turn: callbacks, drain, turn ends, drain again, flush.
#include "core/loop/loop.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <string>
#include <vector>

#include "tests/unit/loop/harness.h"

namespace meshmux {
namespace {

using test::Recorder;

// An instance that notes its turn ends and may publish from them.
class Target : public CallTarget {
 public:
  Target(Loop &loop, std::string_view name, std::vector<std::string> &list)
      : CallTarget(loop.calls(), name), list_(list) {}
  std::function<void()> at_end;

 protected:
  void turn_end() override {
    list_.push_back("end " + call_name());
    if (at_end) at_end();
  }

 private:
  std::vector<std::string> &list_;
};

TEST_CASE("a turn runs in its order and only ends who was called") {
  VirtualClock clock;
  Loop loop(clock);
  std::vector<std::string> list;
  Target a(loop, "a", list), b(loop, "b", list), c(loop, "c", list);
  int queued = 1;
  loop.set_drain([&] {
    for (; queued > 0; --queued) {
      const CallScope scope(&a);
      list.push_back("deliver a");
    }
    return false;
  });
  loop.set_turn_end([&] { list.push_back("turn"); });
  bool once = true;
  a.at_end = [&] {
    if (std::exchange(once, false)) {
      queued = 1;  // publishes
      const CallScope scope(&b);
    }
  };
  loop.request_turn();
  loop.run_once();
  REQUIRE(list.size() >= 6);
  list.resize(6);
  // What a's turn end published reached a, and b was ended, before the turn was over.
  CHECK(list ==
        std::vector<std::string>{"deliver a", "end a", "deliver a", "end b", "end a", "turn"});
}

TEST_CASE("turn ends leave in the turn's flush, not a turn later") {
  test::Server server;
  Recorder recorder;
  test::Peer peer = server.accept(recorder);
  std::vector<std::string> list;
  Target target(server.loop, "vnode", list);
  target.at_end = [&] { test::send_text(recorder.stream, "written at the end"); };
  recorder.stream->set_events(Recorder::events(), &recorder, &target);
  peer.send("x");
  test::until(server.loop, [&] { return recorder.data == "x"; });
  // No further turn: the loop has returned after the one in which data came.
  CHECK(peer.receive() == "written at the end");
}

TEST_CASE("a large drain yields to input and output") {
  test::Server server;
  Recorder recorder;
  test::Peer peer = server.accept(recorder);
  int left = 1000;
  int left_when_data_came = -1;
  recorder.on_data = [&] { left_when_data_came = left; };
  server.loop.set_drain([&] { return --left > 0; });
  peer.send("x");
  test::until(server.loop, [&] { return left <= 0; });
  CHECK(left_when_data_came > 900);
}

TEST_CASE("the loop drains before it blocks") {
  const SystemClock clock;
  Loop loop(clock);
  int drained = 0;
  loop.set_drain([&] {
    ++drained;
    loop.stop();
    return false;
  });
  loop.run();  // nothing else would ever wake it
  CHECK(drained > 0);
}

TEST_CASE("deferred work runs once, later, and may be taken back") {
  VirtualClock clock;
  Loop loop(clock);
  struct Work : Deferred {
    Loop *again = nullptr;
    int ran = 0;
    void run_deferred() override {
      ++ran;
      if (again && ran < 3) again->defer(*this);
    }
  };
  Work one, two;
  {
    Work gone;
    loop.defer(gone);
  }
  loop.defer(one);
  loop.defer(one);
  loop.defer(two);
  loop.cancel(two);
  CHECK(one.ran == 0);
  test::settle(loop);
  CHECK(one.ran == 1);
  CHECK(two.ran == 0);
  two.again = &loop;
  loop.defer(two);
  test::settle(loop);
  CHECK(two.ran == 3);
}

TEST_CASE("signals arrive on the loop") {
  const SystemClock clock;
  Loop loop(clock);
  int hups = 0;
  REQUIRE(loop.on_signal(SIGHUP, [&] {
    ++hups;
    loop.stop();
  }));
  raise(SIGHUP);
  loop.run();
  CHECK(hups == 1);
}

TEST_CASE("a target may go away inside its own call") {
  VirtualClock clock;
  Loop loop(clock);
  std::vector<std::string> list;
  auto target = std::make_unique<Target>(loop, "gone", list);
  {
    const CallScope scope(target.get());
    target.reset();
  }
  CHECK(loop.calls().current() == nullptr);
  test::settle(loop);
  CHECK(list.empty());
}

}  // namespace
}  // namespace meshmux
