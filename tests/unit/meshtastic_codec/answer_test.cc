// Administration reads answered from retained records, checked against the firmware's own answers.
#include <catch2/catch.hpp>
#include <map>

#include "captures.h"
#include "messages.h"
#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/build.h"

using namespace meshtastic;
using messages::own;

namespace {

pb::AdminMessage request(uint32_t member, uint32_t value) {
  pb::ToRadio command;
  REQUIRE(command.ParseFromString(build_admin_request(own, 1, member, value)));
  const auto admin = admin_in(command.packet());
  REQUIRE(admin);
  return *admin;
}

}  // namespace

TEST_CASE("a dump answers reads as the radio itself answered them") {
  DumpOrder order;
  std::map<StateKey, std::string> records;
  std::map<uint32_t, pb::AdminMessage> asked;
  for (const auto &payload : captures::frames("us_f_admin_self.sent.bin")) {
    pb::ToRadio command;
    REQUIRE(command.ParseFromString(payload));
    if (const auto admin = admin_in(command.packet())) asked[command.packet().id()] = *admin;
  }
  unsigned compared = 0;
  for (const auto &payload : captures::frames("us_f_admin_self.recv.bin")) {
    if (const auto slot = order.place(payload)) records[slot->key] = payload;
    pb::FromRadio message;
    REQUIRE(message.ParseFromString(payload));
    auto answer = admin_in(message.packet());
    if (!answer) continue;
    const auto question = asked.find(message.packet().decoded().request_id());
    REQUIRE(question != asked.end());
    const auto key = record_read(question->second);
    REQUIRE(key);
    REQUIRE(records.contains(*key));
    const auto built = answer_from_record(question->second, records[*key]);
    answer->clear_session_passkey();
    CHECK(built == answer->SerializeAsString());
    if (const auto record = record_from_answer(*answer)) {
      CHECK(record->key == *key);
      CHECK(record->payload == records[*key]);
    }
    ++compared;
  }
  CHECK(compared == 6);
}

TEST_CASE("every read has a record and an answer, even where the radio knows nothing") {
  for (const AdminInfo &info : known_admin()) {
    if (info.kind != AdminKind::request) continue;
    INFO(info.name);
    const auto question = request(info.number, 1);
    CHECK(record_read(question));
    const auto answer = answer_from_record(question, std::nullopt);
    REQUIRE(answer);
    pb::AdminMessage message;
    REQUIRE(message.ParseFromString(*answer));
    CHECK(admin_member(message) == info.response);
  }
}

TEST_CASE("every config type reads and re-reads its own record") {
  for (uint32_t type = 0; type < 9; ++type) {
    const auto key = record_read(request(pb::AdminMessage::kGetConfigRequest, type));
    CHECK(key == StateKey{Section::config, type + 1});
    CHECK(request_for(*key)->get_config_request() == type);
  }
  CHECK(record_read(request(pb::AdminMessage::kGetConfigRequest, 9)) ==
        StateKey{Section::device_ui, 0});
  for (uint32_t type = 0; type < 17; ++type) {
    const auto key = record_read(request(pb::AdminMessage::kGetModuleConfigRequest, type));
    CHECK(key == StateKey{Section::module_config, type + 1});
    CHECK(request_for(*key)->get_module_config_request() == type);
  }
  for (uint32_t index = 1; index <= 8; ++index) {
    const auto key = record_read(request(pb::AdminMessage::kGetChannelRequest, index));
    CHECK(key == StateKey{Section::channel, index - 1});
    CHECK(request_for(*key)->get_channel_request() == index);
  }
  CHECK_FALSE(record_read(request(pb::AdminMessage::kGetChannelRequest, 0)));
  CHECK_FALSE(record_read(request(pb::AdminMessage::kGetChannelRequest, 9)));
  CHECK(answer_from_record(request(pb::AdminMessage::kGetConfigRequest, 0xFFFFFFFF), "x"));
}

TEST_CASE("the screen's settings are answered under both names") {
  pb::FromRadio record;
  record.mutable_deviceui_config()->set_screen_timeout(30);
  pb::AdminMessage answer;
  REQUIRE(answer.ParseFromString(*answer_from_record(
      request(pb::AdminMessage::kGetUiConfigRequest, 1), record.SerializeAsString())));
  CHECK(answer.get_ui_config_response().screen_timeout() == 30);
  REQUIRE(answer.ParseFromString(*answer_from_record(
      request(pb::AdminMessage::kGetConfigRequest, 9), record.SerializeAsString())));
  CHECK(answer.get_config_response().device_ui().screen_timeout() == 30);
  CHECK(answer_from_record(request(pb::AdminMessage::kGetConfigRequest, 9),
                           record.SerializeAsString()) == answer.SerializeAsString());
}

TEST_CASE("remembered answers are given again without their passkey") {
  pb::AdminMessage remembered;
  remembered.set_get_ringtone_response("tune");
  remembered.set_session_passkey("passkey!");
  const auto question = request(pb::AdminMessage::kGetRingtoneRequest, 1);
  CHECK(record_read(question) == StateKey{Section::answer, 15});
  const auto answer = answer_from_record(
      question, build_admin_response(own, 1, 2, remembered.SerializeAsString(), 0));
  remembered.clear_session_passkey();
  CHECK(answer == remembered.SerializeAsString());
}

TEST_CASE("the record a change touches can be read again") {
  pb::AdminMessage changes[8];
  changes[0].mutable_set_owner();
  changes[1].mutable_set_channel()->set_index(3);
  changes[2].mutable_set_config()->mutable_lora();
  changes[3].mutable_set_module_config()->mutable_mqtt();
  changes[4].mutable_store_ui_config();
  changes[5].set_set_canned_message_module_messages("a|b");
  changes[6].set_set_ringtone_message("tune");
  changes[7].mutable_set_config()->mutable_device_ui();
  for (const auto &message : changes) {
    const auto key = record_written(message);
    REQUIRE(key);
    CHECK(request_for(*key));
    CHECK_FALSE(answer_from_record(message, std::nullopt));
    CHECK_FALSE(record_read(message));
  }
  CHECK(record_written(changes[2]) == StateKey{Section::config, 6});
  pb::AdminMessage none;
  none.set_reboot_seconds(5);
  CHECK_FALSE(record_written(none));
  none.mutable_set_channel()->set_index(-1);
  CHECK_FALSE(record_written(none));
  CHECK_FALSE(request_for({Section::node, 5}));
  CHECK_FALSE(request_for({Section::module_config, empty_slot}));
}

TEST_CASE("the telemetry an app asks for") {
  pb::Data data;
  data.set_portnum(port::telemetry);
  CHECK(telemetry_variant(data) == 2);
  pb::Telemetry telemetry;
  telemetry.mutable_local_stats();
  data.set_payload(telemetry.SerializeAsString());
  CHECK(telemetry_variant(data) == 6);
}
