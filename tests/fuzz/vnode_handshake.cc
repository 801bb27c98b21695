// Drives a virtual node with a script read from the input: apps that send anything, state, links
// and events in any order, replies, time. Oracle: what an app receives is whole frames of kinds an
// app may see, no live packet before its config_complete, and the instance stops in time with
// nothing left over. Must not know how the virtual node works inside.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "mesh.pb.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/frame.h"
#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/codec/wire.h"
#include "plugins/vnode/meshtastic/virtual_node.h"
#include "sdk/testing/fake_host.h"
#include "sdk/testing/instance_runner.h"

namespace {

namespace pb = meshtastic::pb;
namespace from_radio = meshtastic::from_radio;
using meshtastic::Section;
using meshtastic::StateKey;

constexpr std::uint32_t live_sender = 0xAABBCCDD;
constexpr std::size_t max_sessions = 6;
constexpr int max_steps = 300;

void expect(bool condition) {
  if (!condition) std::abort();
}

class Script {
 public:
  Script(const std::uint8_t *data, std::size_t size)
      : rest_(reinterpret_cast<const char *>(data), size) {}
  bool done() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return value;
  }
  std::uint32_t number() {
    // Mostly small or special numbers, so that things meet.
    const std::uint32_t choice = byte();
    if (choice < 250) return choice;
    static constexpr std::uint32_t special[] = {69420, 69421, 0xFFFFFFFF, 4711, 2001, 0};
    return special[choice - 250];
  }
  std::string bytes() {
    const std::string_view taken = rest_.substr(0, byte());
    rest_.remove_prefix(taken.size() < rest_.size() ? taken.size() : rest_.size());
    return std::string(taken);
  }

 private:
  std::string_view rest_;
};

struct App {
  mmx::testing::FakeStream *stream;
  std::string unread;
  bool complete = false;
};

class Run {
 public:
  Run(const std::uint8_t *data, std::size_t size) : script_(data, size) {
    runner_.start();
    for (int step = 0; step < max_steps && !script_.done(); ++step) act();
    for (App &app : apps_) app.stream->drain();
    host_.end_turn();
    check_all();
    expect(runner_.stop_and_wait());
    check_all();
  }

 private:
  void act() {
    switch (script_.byte() % 14) {
      case 0:
        if (apps_.size() < max_sessions) apps_.push_back({&host_.net().open_session(), {}, false});
        break;
      case 1:
        if (App *app = pick()) app->stream->inject(script_.bytes());
        break;
      case 2:
      case 3:
        if (App *app = pick()) app->stream->inject(frame(to_radio()));
        break;
      case 4:
        state();
        break;
      case 5:
        link();
        break;
      case 6:
        deliver(mmx::testing::rx(event()));
        break;
      case 7:
        deliver(mmx::testing::sent(1, script_.byte() % (max_sessions + 1), live()));
        break;
      case 8:
        reply();
        break;
      case 9:
        host_.end_turn();
        check_all();
        break;
      case 10:
        host_.advance(std::int64_t{script_.byte()} * 100 * mmx::testing::kMillisecond);
        check_all();
        break;
      case 11:
        if (App *app = pick()) peer(*app);
        break;
      case 12:
        verdict_ = script_.byte() % 8;
        break;
      case 13:
        deliver(mmx::testing::rx(live()));
        break;
    }
  }

  App *pick() { return apps_.empty() ? nullptr : &apps_[script_.byte() % apps_.size()]; }

  static std::string frame(std::string_view payload) {
    std::string out;
    meshtastic::append_frame(out, payload.substr(0, meshtastic::max_payload_size));
    return out;
  }

  std::string to_radio() {
    pb::ToRadio message;
    switch (script_.byte() % 7) {
      case 0:
      case 1:
        message.set_want_config_id(script_.number());
        break;
      case 2:
        message.mutable_heartbeat()->set_nonce(script_.number());
        break;
      case 3:
        message.set_disconnect(true);
        break;
      case 4:
        return script_.bytes();
      case 5:
        message.mutable_xmodem_packet()->set_seq(1);
        break;
      case 6: {
        pb::MeshPacket &packet = *message.mutable_packet();
        packet.set_id(script_.number());
        packet.set_to(script_.number());
        const std::uint8_t flags = script_.byte();
        packet.set_want_ack((flags & 1) != 0);
        packet.mutable_decoded()->set_want_response((flags & 2) != 0);
        packet.mutable_decoded()->set_portnum(script_.number());
        packet.mutable_decoded()->set_reply_id(script_.number());
        packet.mutable_decoded()->set_payload(script_.bytes());
        break;
      }
    }
    return message.SerializeAsString();
  }

  // Records carry the member their section says, so that none can pass for a live packet.
  void state() {
    static constexpr struct {
      Section section;
      std::uint32_t member;
    } sections[] = {
        {Section::my_info, from_radio::my_info}, {Section::own_node, from_radio::node_info},
        {Section::node, from_radio::node_info},  {Section::channel, from_radio::channel},
        {Section::config, from_radio::config},   {Section::file, from_radio::file_info},
        {Section::answer, from_radio::packet},   {Section::own_telemetry, from_radio::packet}};
    const auto &chosen = sections[script_.byte() % 8];
    const StateKey key{chosen.section, script_.number()};
    const std::uint64_t order = meshtastic::state_order(key.section, script_.byte());
    auto spec = mmx::testing::state(meshtastic::encode_key(key), order, "");
    if (script_.byte() % 4 == 0) {
      spec.flags = MMX_MESSAGE_DELETED;
    } else if (chosen.section == Section::my_info) {
      pb::FromRadio info;
      info.mutable_my_info()->set_my_node_num(script_.number());
      spec.key = meshtastic::encode_key({Section::my_info, 0});
      spec.payload = info.SerializeAsString();
    } else {
      meshtastic::wire::append_bytes(spec.payload, chosen.member, script_.bytes());
    }
    deliver(spec);
  }

  void link() {
    const std::uint8_t bits = script_.byte();
    if ((bits & 0xE0) == 0xE0) ++epoch_;
    deliver(mmx::testing::link({1u + (bits & 3u), epoch_, (bits >> 2) & 1u, (bits >> 3) & 1u,
                                (bits >> 4) & 1u, script_.bytes()}));
  }

  std::string live() {
    pb::FromRadio message;
    pb::MeshPacket &packet = *message.mutable_packet();
    packet.set_from(live_sender);
    packet.set_id(script_.number());
    packet.mutable_decoded()->set_portnum(1);
    packet.mutable_decoded()->set_reply_id(script_.number());
    return message.SerializeAsString();
  }

  std::string event() {
    pb::FromRadio message;
    switch (script_.byte() % 6) {
      case 0:
        return meshtastic::build_queue_status(0, script_.byte(), 16, 0);
      case 1:
        message.set_rebooted(true);
        break;
      case 2:
        message.mutable_log_record()->set_message("x");
        break;
      case 3:
        message.set_config_complete_id(script_.number());
        break;
      case 4:
        message.mutable_mqtt_client_proxy_message()->set_data("x");
        break;
      default: {
        std::string made;
        meshtastic::wire::append_bytes(made, 1 + script_.byte() % 20, script_.bytes());
        return made;
      }
    }
    return message.SerializeAsString();
  }

  void reply() {
    const auto &published = host_.bus().published();
    if (published.empty()) return;
    const auto &command = published[script_.byte() % published.size()];
    auto spec = mmx::testing::reply(command.id, command.session, "");
    spec.flags = script_.byte() % 2 == 0 ? std::uint32_t{MMX_MESSAGE_FINAL} : 0;
    if (script_.byte() % 2 == 0) {
      mmx::Record record(MMX_RECORD_RECEIPT);
      record.add(MMX_FIELD_STATUS, script_.byte() % 8)
          .add(MMX_FIELD_NATIVE_STATUS, script_.byte() % 40)
          .add(MMX_FIELD_QUEUE_FREE, script_.byte() % 4)
          .add(MMX_FIELD_NATIVE_ID, script_.number())
          .add(MMX_FIELD_ORIGINAL_ID, script_.number());
      spec.with_record(record);
    } else {
      spec.payload = event();
    }
    deliver(spec);
  }

  void peer(App &app) {
    switch (script_.byte() % 4) {
      case 0:
        app.stream->end();
        break;
      case 1:
        app.stream->disconnect();
        break;
      case 2:
        app.stream->hold(script_.byte());
        break;
      default:
        app.stream->drain();
        break;
    }
  }

  void deliver(mmx::testing::MessageSpec spec) {
    spec.epoch = epoch_;
    host_.bus().deliver(spec);
  }

  void check_all() {
    for (App &app : apps_) check(app);
  }

  static void check(App &app) {
    app.unread += app.stream->take_written();
    std::string_view rest = app.unread;
    while (rest.size() >= meshtastic::frame_header_size) {
      expect(static_cast<std::uint8_t>(rest[0]) == meshtastic::frame_start1);
      expect(static_cast<std::uint8_t>(rest[1]) == meshtastic::frame_start2);
      const std::size_t size =
          static_cast<std::uint8_t>(rest[2]) * 256U + static_cast<std::uint8_t>(rest[3]);
      expect(size <= meshtastic::max_payload_size);
      if (rest.size() < meshtastic::frame_header_size + size) break;
      check_payload(app, rest.substr(meshtastic::frame_header_size, size));
      rest.remove_prefix(meshtastic::frame_header_size + size);
    }
    app.unread.erase(0, app.unread.size() - rest.size());
  }

  static void check_payload(App &app, std::string_view payload) {
    const std::uint32_t member = meshtastic::from_radio_member(payload);
    expect(member != from_radio::rebooted && member != from_radio::log_record &&
           member != from_radio::mqtt_proxy);
    if (member == from_radio::config_complete_id) app.complete = true;
    if (member != from_radio::packet) return;
    const auto from = meshtastic::wire::at(payload, {from_radio::packet, 1});
    expect(from && from->value != 0);
    expect(app.complete);
  }

  Script script_;
  std::uint8_t verdict_ = MMX_VERDICT_ACCEPTED;
  std::uint32_t epoch_ = 1;
  mmx::testing::FakeHost host_{"fuzz"};
  mmx::testing::InstanceRunner runner_{host_, &meshtastic_vnode::virtual_node_type()};
  std::vector<App> apps_;

  bool gated_ = [this] {
    host_.bus().set_gate([this](const mmx::testing::Published &) {
      mmx::testing::Verdict made;
      made.verdict = verdict_ > MMX_VERDICT_NO_SOURCE ? std::uint32_t{MMX_VERDICT_ACCEPTED}
                                                      : std::uint32_t{verdict_};
      return made;
    });
    return true;
  }();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const Run run(data, size);
  return 0;
}
