// The table of commands on given times.
#include <catch2/catch.hpp>

#include "core/bus/command_table.h"

using namespace meshmux;

namespace {

Command command(uint64_t id, uint32_t origin, int64_t due, uint32_t source = 1) {
  Command result;
  result.id = id;
  result.origin = origin;
  result.source = source;
  result.due_ns = due;
  return result;
}

CommandLimits small() {
  CommandLimits limits;
  limits.waiting = 2;
  limits.settled = 2;
  limits.reply_ns = 100;
  limits.longest_reply_ns = 1000;
  limits.keep_ns = 50;
  return limits;
}

}  // namespace

TEST_CASE("deadlines") {
  const CommandTable table(small());
  CHECK(table.deadline(0, 10) == 110);
  CHECK(table.deadline(-5, 10) == 110);
  CHECK(table.deadline(7, 10) == 17);
  CHECK(table.deadline(INT64_MAX, 10) == 1010);
  CHECK(table.next_due() == INT64_MAX);
}

TEST_CASE("waiting, replied, ended, forgotten") {
  CommandTable table(small());
  table.add(command(1, 5, 100));
  CHECK(table.waiting(5) == 1);
  CHECK(table.next_due() == 100);
  CHECK(table.reply(1, false, 60));
  CHECK(table.waiting(5) == 0);
  CHECK(table.next_due() == 110);
  CHECK(table.reply(1, true, 80));
  CHECK_FALSE(table.reply(1, true, 80));
  CHECK(table.find(1)->state == Command::State::ended);
  CHECK(table.expire(129).empty());
  CHECK(table.find(1) != nullptr);
  CHECK(table.expire(130).empty());
  CHECK(table.find(1) == nullptr);
  CHECK(table.size() == 0);
  CHECK(table.next_due() == INT64_MAX);
}

TEST_CASE("late ones are returned once, earliest first") {
  CommandTable table(small());
  table.add(command(1, 5, 300));
  table.add(command(2, 5, 200));
  table.add(command(3, 6, 900));
  const auto late = table.expire(300);
  REQUIRE(late.size() == 2);
  CHECK(late[0].id == 2);
  CHECK(late[1].id == 1);
  CHECK(table.expire(300).empty());
  CHECK(table.find(1)->state == Command::State::ended);
  CHECK(table.waiting(6) == 1);
}

TEST_CASE("settled commands are bounded by origin") {
  CommandTable table(small());
  for (uint64_t id = 1; id <= 5; ++id) {
    CHECK(table.has_room(5));
    table.add(command(id, 5, 1000));
    table.reply(id, id % 2 == 0, 10);
  }
  table.add(command(9, 6, 1000));
  table.reply(9, true, 10);
  CHECK(table.find(3) == nullptr);
  CHECK(table.find(4) != nullptr);
  CHECK(table.find(5) != nullptr);
  CHECK(table.find(9) != nullptr);
  CHECK(table.size() == 3);
  table.add(command(10, 5, 1000));
  table.add(command(11, 5, 1000));
  CHECK_FALSE(table.has_room(5));
  CHECK(table.has_room(6));
}

TEST_CASE("a source's end, an origin's end") {
  CommandTable table(small());
  table.add(command(1, 5, 1000, 1));
  table.add(command(2, 6, 1000, 1));
  table.add(command(3, 6, 1000, 2));
  table.reply(2, false, 0);
  const auto ended = table.end_source(1, 0);
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].id == 1);
  CHECK(ended[1].id == 2);
  CHECK(table.end_source(1, 0).empty());
  CHECK(table.waiting(5) == 0);
  CHECK(table.waiting(6) == 1);
  table.forget_origin(6);
  CHECK(table.find(2) == nullptr);
  CHECK(table.find(3) == nullptr);
  CHECK(table.waiting(6) == 0);
  CHECK(table.size() == 1);
  CHECK(table.expire(5000).empty());
}
