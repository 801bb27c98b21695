// The parts that know no host, each by itself.
#include <catch2/catch.hpp>

#include <map>

#include "plugins/meshtastic/driver/codec_table.h"
#include "plugins/meshtastic/driver/displacement.h"
#include "plugins/meshtastic/driver/edit_buffer.h"
#include "plugins/meshtastic/driver/id_table.h"
#include "plugins/meshtastic/driver/liveness.h"
#include "plugins/meshtastic/driver/radio_window.h"
#include "plugins/meshtastic/driver/records.h"
#include "plugins/meshtastic/driver/tx_queue.h"
#include "rig.h"

using namespace driver_test;
using namespace meshtastic_driver;
using meshtastic::RateClass;

namespace {

CommandRef make(std::uint64_t session, std::uint32_t id, RateClass rate = RateClass::unlimited) {
  auto command = std::make_shared<Command>();
  command->id = 1000 + id;
  command->origin = 7;
  command->session = session;
  command->original_id = id;
  command->is_packet = true;
  command->rate = rate;
  command->message.mutable_packet()->set_to(0xFFFFFFFF);
  return command;
}

std::function<std::uint64_t()> numbers(std::uint64_t from) {
  return [next = from]() mutable { return next++; };
}

}  // namespace

TEST_CASE("displacement needs two unexplained ends in a row, soon after each other") {
  Displacement displacement;
  displacement.connected(0);
  REQUIRE_FALSE(displacement.learned(5));
  REQUIRE_FALSE(displacement.closed_by_peer(kMinute, false));
  displacement.connected(kMinute);
  REQUIRE(displacement.learned(5));
  REQUIRE(displacement.closed_by_peer(kMinute + kSecond, false));
  // Expected ends, restarts, other ends and long peace explain it away.
  displacement.connected(2 * kMinute);
  REQUIRE_FALSE(displacement.closed_by_peer(2 * kMinute + kSecond, true));
  displacement.connected(3 * kMinute);
  REQUIRE_FALSE(displacement.closed_by_peer(3 * kMinute + kSecond, false));
  displacement.connected(4 * kMinute);
  REQUIRE_FALSE(displacement.learned(6));
  REQUIRE_FALSE(displacement.closed_by_peer(4 * kMinute + kSecond, false));
  displacement.closed_otherwise();
  displacement.connected(5 * kMinute);
  REQUIRE_FALSE(displacement.closed_by_peer(5 * kMinute + kSecond, false));
  displacement.connected(6 * kMinute);
  REQUIRE_FALSE(displacement.closed_by_peer(7 * kMinute, false));
}

TEST_CASE("liveness stays within its minute") {
  Liveness liveness;
  liveness.begin(0);
  std::map<LivenessAction, std::int64_t> first;
  for (std::int64_t now = 0; now < kMinute; now += kSecond) {
    first.emplace(liveness.tick(now), now);
  }
  REQUIRE(first.at(LivenessAction::heartbeat) == 20 * kSecond);
  REQUIRE(first.at(LivenessAction::probe) == 32 * kSecond);
  REQUIRE(first.at(LivenessAction::link_dead) == 50 * kSecond);
  REQUIRE(first.count(LivenessAction::session_dead) == 0);
}

TEST_CASE("ids: the wanted one if free, never 0, and back again") {
  IdTable ids;
  const CommandRef one = make(1, 50);
  const CommandRef two = make(2, 50);
  const CommandRef none = make(3, 0);
  ids.assign(one, 50, numbers(0));
  ids.assign(two, 50, numbers(50));  // the first candidate is taken as well
  ids.assign(none, 0, numbers(0));
  REQUIRE(one->wire_id == 50);
  REQUIRE(two->wire_id == 51);
  REQUIRE(none->wire_id == 1);
  REQUIRE(ids.find(51) == two);
  REQUIRE(ids.find(52) == nullptr);
  REQUIRE(ids.known_as(51, two->flow()) == 50);
  REQUIRE(ids.known_as(51, one->flow()) == 51);
  REQUIRE(ids.known_as(99, one->flow()) == 99);
}

TEST_CASE("ids are forgotten in time and never grow beyond their bound") {
  IdTable ids;
  std::vector<std::uint32_t> gone;
  const auto forget = [&](const CommandRef &command) { gone.push_back(command->wire_id); };
  const CommandRef early = make(1, 7);
  early->expires_ns = 10;
  ids.assign(early, 7, numbers(1));
  ids.expire(9, forget);
  REQUIRE(gone.empty());
  ids.expire(10, forget);
  REQUIRE(gone == std::vector<std::uint32_t>{7});
  // Still remembered as used.
  const CommandRef again = make(1, 7);
  ids.assign(again, 7, numbers(100));
  REQUIRE(again->wire_id == 100);
  for (std::uint32_t i = 0; i < 6000; ++i) {
    const CommandRef command = make(1, 1000 + i);
    command->expires_ns = 1'000'000;
    ids.assign(command, command->original_id, numbers(1));
    ids.expire(11, forget);
  }
  REQUIRE(ids.size() <= IdTable::kMostIds);
  ids.clear(forget);
  REQUIRE(ids.size() == 0);
}

TEST_CASE("a queue takes turns between sessions, however many one of them asks for") {
  TxQueue queue(0);
  for (std::uint32_t i = 0; i < 5; ++i) queue.push(make(1, 10 + i), nullptr);
  queue.push(make(2, 20), nullptr);
  queue.push(make(3, 30), nullptr);
  std::vector<std::uint32_t> order;
  std::int64_t now = 0;
  while (const CommandRef command = queue.pop(++now, true)) {
    order.push_back(command->original_id);
    if (command->original_id == 20) queue.push(make(2, 21), nullptr);
  }
  REQUIRE(order == std::vector<std::uint32_t>{10, 20, 30, 11, 21, 12, 13, 14});
}

TEST_CASE("one that comes back for more as soon as it was served does not starve the others") {
  TxQueue queue(0);
  for (std::uint32_t i = 0; i < 4; ++i) queue.push(make(1, 10 + i), nullptr);
  queue.push(make(2, 20), nullptr);
  std::vector<std::uint64_t> sessions;
  for (std::int64_t now = 1; now <= 8; ++now) {
    const CommandRef command = queue.pop(now, true);
    REQUIRE(command != nullptr);
    sessions.push_back(command->session);
    if (command->session == 2) queue.push(make(2, 21), nullptr);
  }
  REQUIRE(sessions == std::vector<std::uint64_t>{1, 2, 1, 2, 1, 2, 1, 2});
}

TEST_CASE("the queue is bounded as a whole and for each session; our own always fits") {
  TxQueue queue(0);
  for (std::uint32_t i = 0; i < TxQueue::kSessionCapacity; ++i) {
    REQUIRE(queue.push(make(1, i), nullptr) == Push::queued);
  }
  REQUIRE(queue.push(make(1, 99), nullptr) == Push::full);
  for (std::uint32_t i = 0; i < TxQueue::kCapacity - TxQueue::kSessionCapacity; ++i) {
    REQUIRE(queue.push(make(2, i), nullptr) == Push::queued);
  }
  REQUIRE(queue.push(make(3, 1), nullptr) == Push::full);
  REQUIRE(queue.free() == 0);
  const auto own = std::make_shared<Command>();
  own->is_packet = own->self_admin = true;
  REQUIRE(queue.push(own, nullptr) == Push::queued);
  REQUIRE(queue.free() == 0);
}

TEST_CASE("the queue says when time alone will let something go") {
  TxQueue queue(10 * kMillisecond);
  REQUIRE_FALSE(queue.next_time(0, true));
  queue.push(make(1, 1, RateClass::text), nullptr);
  REQUIRE(queue.next_time(5, true) == 5);
  queue.push(make(1, 2, RateClass::text), nullptr);
  REQUIRE(queue.pop(100, true) != nullptr);
  REQUIRE(queue.pop(100, true) == nullptr);
  REQUIRE(queue.next_time(100, true) == 100 + 2300 * kMillisecond);
  REQUIRE_FALSE(queue.next_time(100, false));
  REQUIRE(queue.pop(100 + 2300 * kMillisecond, false) == nullptr);
  REQUIRE(queue.pop(100 + 2300 * kMillisecond, true) != nullptr);
}

TEST_CASE("the window counts what the radio has not confirmed against the room it told of") {
  RadioWindow window;
  pb::QueueStatus status;
  status.set_free(2);
  window.status(status, 0);
  REQUIRE(window.has_room());
  for (std::uint32_t i = 1; i <= 2; ++i) {
    const CommandRef command = make(1, i);
    command->wire_id = i;
    window.sent(command, i);
  }
  REQUIRE_FALSE(window.has_room());
  REQUIRE(window.should_ask(10, true));
  window.heartbeat_sent(10);
  REQUIRE_FALSE(window.should_ask(20, true));
  const auto outcome = window.status(status, 11);
  REQUIRE(outcome.accepted.size() == 2);
  REQUIRE(window.has_room());
  // A status without a question confirms nothing.
  const CommandRef late = make(1, 3);
  late->wire_id = 3;
  window.sent(late, 30);
  REQUIRE(window.status(status, 31).accepted.empty());
  REQUIRE(window.overdue(30 + RadioWindow::kGiveUpNs).size() == 1);
}

TEST_CASE("an edit transaction is bounded in length and time") {
  EditBuffer edits;
  pb::AdminMessage begin;
  begin.set_begin_edit_settings(true);
  pb::AdminMessage set;
  set.set_set_ringtone_message("x");
  REQUIRE(edits.take_in(make(1, 1), set, true, 0) == EditTook::not_mine);
  REQUIRE(edits.take_in(make(1, 1), begin, true, 0) == EditTook::kept);
  REQUIRE(edits.take_in(make(2, 2), set, true, 0) == EditTook::not_mine);
  REQUIRE(edits.take_in(make(1, 2), set, false, 0) == EditTook::not_mine);
  for (std::size_t i = 1; i < EditBuffer::kMostCommands; ++i) {
    REQUIRE(edits.take_in(make(1, 3), set, true, 0) == EditTook::kept);
  }
  REQUIRE(edits.take_in(make(1, 3), set, true, 0) == EditTook::full);
  REQUIRE(edits.size() == 0);
  edits.take_in(make(1, 1), begin, true, 0);
  REQUIRE(edits.take_in(make(1, 3), set, true, EditBuffer::kLifetimeNs + 1) == EditTook::not_mine);
}

TEST_CASE("the codec table labels, canonicalises, redacts and describes") {
  const mmx_codec &codec = codec_table();
  REQUIRE(std::string(codec.family) == "meshtastic");
  std::string room(512, '\0');
  mmx_buffer buffer{reinterpret_cast<std::uint8_t *>(room.data()), room.size(), 0};
  std::uint64_t labels = 0;
  const std::string identity = meshtastic::identity_from_node(0x1001);
  const std::string words = text("hello", 5);
  REQUIRE(codec.classify(mmx::bytes(identity), MMX_KIND_TX, mmx::bytes(words), &labels, &buffer) ==
          MMX_OK);
  REQUIRE(labels == MMX_LABEL_TEXT);
  REQUIRE(room.substr(0, buffer.size) == words);
  mmx_buffer small{reinterpret_cast<std::uint8_t *>(room.data()), 3, 0};
  REQUIRE(codec.classify(mmx::bytes(identity), MMX_KIND_TX, mmx::bytes(words), &labels, &small) ==
          MMX_NO_SPACE);
  REQUIRE(small.size == words.size());
  REQUIRE(codec.classify(mmx::bytes(identity), MMX_KIND_TX, mmx::bytes("\xff\xff"), &labels,
                         &buffer) == MMX_INVALID);
  REQUIRE(codec.classify(mmx::bytes(identity), MMX_KIND_RX, mmx::bytes(""), &labels, &buffer) ==
          MMX_OK);
  REQUIRE(labels == 0);

  pb::FromRadio section;
  section.mutable_config()->mutable_security()->set_private_key(key_of('p'));
  const std::string frame = section.SerializeAsString();
  REQUIRE(codec.classify(mmx::bytes(identity), MMX_KIND_STATE, mmx::bytes(frame), &labels,
                         &buffer) == MMX_OK);
  REQUIRE((labels & MMX_LABEL_SECRET_KEY) != 0);
  REQUIRE(codec.redact(mmx::bytes(identity), MMX_KIND_STATE, mmx::bytes(frame),
                       MMX_LABEL_SECRET_KEY, &buffer) == MMX_OK);
  REQUIRE(room.substr(0, buffer.size).find(key_of('p')) == std::string::npos);
  REQUIRE(codec.redact(mmx::bytes(identity), MMX_KIND_TX, mmx::bytes(words), MMX_LABEL_SECRETS,
                       &buffer) == MMX_OK);
  REQUIRE(room.substr(0, buffer.size) == words);
  REQUIRE(codec.describe(mmx::bytes(identity), MMX_KIND_TX, mmx::bytes(words), &buffer) == MMX_OK);
  REQUIRE(room.substr(0, buffer.size).find("hello") == std::string::npos);
}

TEST_CASE("texts of records are UTF-8 or absent") {
  REQUIRE(valid_utf8("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"));
  for (const char *bad :
       {"\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\x80", "\xe0\x80\x80"}) {
    REQUIRE_FALSE(valid_utf8(bad));
  }
  NeutralRecord record;
  REQUIRE(record.get() == nullptr);
  record.begin(MMX_RECORD_NODE);
  record.text(MMX_FIELD_LONG_NAME, "\xff");
  record.text(MMX_FIELD_SHORT_NAME, "ok");
  REQUIRE(record.get()->count == 1);
}
