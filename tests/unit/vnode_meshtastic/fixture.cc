// Implements what the tests of the virtual node share.
#include "fixture.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <catch2/catch.hpp>
#include "meshmux/ext/codec.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/classify.h"
#include "plugins/meshtastic/codec/frame.h"
#include "plugins/meshtastic/codec/tables.h"

namespace vnode_test {

std::string framed(std::string_view payload) {
  std::string out;
  REQUIRE(meshtastic::append_frame(out, payload));
  return out;
}

std::vector<std::string> payloads_of(std::string_view bytes) {
  std::vector<std::string> payloads;
  while (!bytes.empty()) {
    REQUIRE(bytes.size() >= 4);
    REQUIRE(static_cast<std::uint8_t>(bytes[0]) == 0x94);
    REQUIRE(static_cast<std::uint8_t>(bytes[1]) == 0xC3);
    const std::size_t size =
        static_cast<std::uint8_t>(bytes[2]) * 256U + static_cast<std::uint8_t>(bytes[3]);
    REQUIRE(size <= 512);
    REQUIRE(bytes.size() >= 4 + size);
    payloads.emplace_back(bytes.substr(4, size));
    bytes.remove_prefix(4 + size);
  }
  return payloads;
}

std::string capture(const std::string &name) {
  std::ifstream file(std::string(MESHMUX_TEST_DATA) + "/meshtastic/" + name + ".recv.bin",
                     std::ios::binary);
  if (!file) throw std::runtime_error("no capture " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

pb::FromRadio parse(const std::string &payload) {
  pb::FromRadio message;
  REQUIRE(message.ParseFromString(payload));
  return message;
}

std::vector<pb::FromRadio> parse_all(const std::vector<std::string> &payloads) {
  std::vector<pb::FromRadio> messages;
  for (const std::string &payload : payloads) messages.push_back(parse(payload));
  return messages;
}

std::string want_config(std::uint32_t nonce) {
  pb::ToRadio message;
  message.set_want_config_id(nonce);
  return message.SerializeAsString();
}

std::string heartbeat(std::uint32_t nonce) {
  pb::ToRadio message;
  message.mutable_heartbeat()->set_nonce(nonce);
  return message.SerializeAsString();
}

std::string disconnect() {
  pb::ToRadio message;
  message.set_disconnect(true);
  return message.SerializeAsString();
}

pb::MeshPacket packet(std::uint32_t id, std::uint32_t to, std::uint32_t portnum,
                      std::string_view payload) {
  pb::MeshPacket made;
  made.set_id(id);
  made.set_to(to);
  made.mutable_decoded()->set_portnum(portnum);
  made.mutable_decoded()->set_payload(std::string(payload));
  return made;
}

pb::MeshPacket text_packet(std::uint32_t id, std::string_view text) {
  return packet(id, meshtastic::broadcast_node, meshtastic::port::text, text);
}

std::string to_radio(const pb::MeshPacket &packet) {
  pb::ToRadio message;
  *message.mutable_packet() = packet;
  return message.SerializeAsString();
}

std::string from_radio(const pb::MeshPacket &packet) {
  pb::FromRadio message;
  *message.mutable_packet() = packet;
  return message.SerializeAsString();
}

std::string heard_text(std::uint32_t from, std::uint32_t id, std::string_view text) {
  pb::MeshPacket made = text_packet(id, text);
  made.set_from(from);
  return from_radio(made);
}

std::string queue_status(std::uint32_t free) {
  return meshtastic::build_queue_status(0, free, 16, 0);
}

pb::MeshPacket routing_from(std::uint32_t from, std::uint32_t request, std::uint32_t error) {
  pb::Routing routing;
  routing.set_error_reason(error);
  pb::MeshPacket made = packet(777, n1_own, meshtastic::port::routing, routing.SerializeAsString());
  made.set_from(from);
  made.mutable_decoded()->set_request_id(request);
  return made;
}

void App::raw(std::string_view bytes) {
  stream_->inject(bytes);
  host_->end_turn();
}

pb::FromRadio App::take_one() {
  const auto messages = take_parsed();
  REQUIRE(messages.size() == 1);
  return messages.front();
}

int routing_error_of(const pb::FromRadio &message, std::uint32_t own, std::uint32_t request) {
  const pb::MeshPacket &about = message.packet();
  if (about.decoded().portnum() != meshtastic::port::routing) return -1;
  if (about.from() != own || about.to() != own || about.id() == 0) return -1;
  if (about.decoded().request_id() != request) return -1;
  pb::Routing routing;
  if (!routing.ParseFromString(about.decoded().payload()) || !routing.has_error_reason()) return -1;
  return static_cast<int>(routing.error_reason());
}

Bench::Bench(const mmx::testing::OptionTexts &options)
    : runner(host, &meshtastic_vnode::virtual_node_type(), options) {
  REQUIRE(runner.create_status() == MMX_OK);
}

void Bench::start_with_radio(const std::string &name) {
  start();
  link({MMX_LINK_SYNCING, 1, 0, 0, 0, ""});
  feed_dump(name);
  link({MMX_LINK_UP, 1, 1, 0, 0, ""});
  host.end_turn();
}

void Bench::feed_dump(const std::string &name, std::uint32_t epoch) {
  meshtastic::DumpOrder order;
  for (const std::string &payload : payloads_of(capture(name))) {
    const auto slot = order.place(payload);
    if (!slot) continue;
    auto spec = mmx::testing::state(meshtastic::encode_key(slot->key), slot->order, payload);
    spec.epoch = epoch;
    host.bus().deliver(spec);
  }
}

void Bench::put(meshtastic::StateKey key, std::string payload, std::uint32_t place) {
  runner.deliver(mmx::testing::state(meshtastic::encode_key(key),
                                     meshtastic::state_order(key.section, place),
                                     std::move(payload)));
}

void Bench::remove(meshtastic::StateKey key) {
  runner.deliver(mmx::testing::state_deleted(meshtastic::encode_key(key), 0));
}

App Bench::connect(const std::string &address) {
  mmx::testing::SessionSpec spec;
  spec.address = address;
  FakeStream &stream = host.net().open_session(spec);
  host.end_turn();
  return {host, stream};
}

App Bench::configured(std::uint32_t nonce) {
  App app = connect();
  app.send(want_config(nonce));
  const auto frames = app.take_parsed();
  REQUIRE(!frames.empty());
  REQUIRE(frames.back().config_complete_id() == nonce);
  return app;
}

void Bench::rx(std::string payload, std::uint32_t flags) {
  auto spec = mmx::testing::rx(std::move(payload));
  spec.flags = flags;
  runner.deliver(spec);
}

void Bench::sent(std::string payload, std::uint64_t session, std::uint64_t cause) {
  runner.deliver(mmx::testing::sent(cause, session, std::move(payload)));
}

void Bench::receipt(const mmx::testing::Published &command, const Receipt &what) {
  mmx::Record record(MMX_RECORD_RECEIPT);
  record.add(MMX_FIELD_STATUS, what.status)
      .add(MMX_FIELD_NATIVE_STATUS, what.native)
      .add(MMX_FIELD_QUEUE_FREE, what.free)
      .add(MMX_FIELD_QUEUE_MAX, 16);
  if (what.wire_id != 0) record.add(MMX_FIELD_NATIVE_ID, what.wire_id);
  if (what.original_id != 0) record.add(MMX_FIELD_ORIGINAL_ID, what.original_id);
  auto spec = mmx::testing::reply(command.id, command.session, "", what.flags);
  spec.with_record(record);
  runner.deliver(spec);
}

void Bench::reply(const mmx::testing::Published &command, std::string payload,
                  std::uint32_t flags) {
  runner.deliver(mmx::testing::reply(command.id, command.session, std::move(payload), flags));
}

mmx::testing::Published Bench::command() {
  const auto taken = host.bus().take(MMX_KIND_TX);
  REQUIRE(!taken.empty());
  return taken.back();
}

std::size_t Bench::commands() { return host.bus().take(MMX_KIND_TX).size(); }

void Bench::answer_all(std::uint32_t verdict) {
  host.bus().set_gate([verdict](const mmx::testing::Published &) {
    mmx::testing::Verdict made;
    made.verdict = verdict;
    return made;
  });
}

void Bench::default_policy(std::uint32_t own) {
  namespace label = meshtastic::label;
  static const mmx_codec codec = {sizeof(mmx_codec),
                                  0,
                                  "meshtastic",
                                  label::all,
                                  [](mmx_bytes identity, std::uint32_t, mmx_bytes payload,
                                     std::uint64_t *labels, mmx_buffer *canonical) -> mmx_status {
                                    const auto made = meshtastic::classify_to_radio(
                                        meshtastic::own_node_from_identity(mmx::view(identity)),
                                        mmx::view(payload));
                                    if (!made.ok) return MMX_INVALID;
                                    *labels = made.labels;
                                    return mmx::fill(canonical, made.canonical);
                                  },
                                  nullptr,
                                  nullptr};
  host.bus().set_codec(&codec, meshtastic::identity_from_node(own));
  host.bus().set_gate([](const mmx::testing::Published &command) {
    constexpr auto deny = label::admin_write | label::admin_destroy | label::admin_favorite |
                          label::admin_remote | label::nodeinfo | label::routing | label::file |
                          label::remote_exec | label::raw | label::log | label::mqtt_proxy |
                          label::unknown | label::config | label::node | label::control |
                          label::notice;
    constexpr auto local = label::admin_read | label::self_query;
    constexpr auto allow = label::text | label::position | label::telemetry | label::traceroute |
                           label::waypoint | label::app_data | label::history | label::neighbors |
                           label::alert | label::admin_time | label::admin_contact;
    mmx::testing::Verdict made;
    if ((command.labels & deny) != 0)
      made.verdict = MMX_VERDICT_DENIED;
    else if ((command.labels & local) != 0)
      made.verdict = MMX_VERDICT_LOCAL;
    else
      made.verdict = (command.labels & allow) != 0 ? MMX_VERDICT_ACCEPTED : MMX_VERDICT_DENIED;
    return made;
  });
}

long Bench::number(const std::string &key) {
  const std::string text = status();
  const std::size_t at = text.find('"' + key + "\":");
  REQUIRE(at != std::string::npos);
  return std::stol(text.substr(at + key.size() + 3));
}

}  // namespace vnode_test
