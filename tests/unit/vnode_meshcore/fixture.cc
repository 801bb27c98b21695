// Implements the fixture. Must not know how the virtual node works inside.
#include "fixture.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <catch2/catch.hpp>
#include "meshmux/ext/codec.h"
#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/classify.h"
#include "plugins/meshcore/codec/frame.h"
#include "plugins/meshcore/codec/stats.h"

namespace vnode_test {

std::string framed(std::string_view payload) {
  std::string out;
  REQUIRE(meshcore::append_frame(out, '<', payload));
  return out;
}

Frames payloads_of(std::string_view bytes, char mark) {
  Frames payloads;
  while (!bytes.empty()) {
    REQUIRE(bytes.size() > 3);
    REQUIRE(bytes[0] == mark);
    const std::size_t size = meshcore::bytes::u16(bytes, 1);
    REQUIRE(size > 0);
    REQUIRE(size <= 176);
    REQUIRE(bytes.size() >= 3 + size);
    payloads.emplace_back(bytes.substr(3, size));
    bytes.remove_prefix(3 + size);
  }
  return payloads;
}

Frames capture(const std::string &name, const std::string &side) {
  std::ifstream file(std::string(MESHMUX_TEST_DATA) + "/meshcore/" + name + '.' + side + ".bin",
                     std::ios::binary);
  if (!file) throw std::runtime_error("no capture " + name);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return payloads_of(bytes, side == "sent" ? '<' : '>');
}

std::uint8_t code_of(std::string_view payload) {
  REQUIRE(!payload.empty());
  return static_cast<std::uint8_t>(payload[0]);
}

std::vector<int> codes_of(const Frames &frames) {
  std::vector<int> codes;
  for (const std::string &frame : frames) codes.push_back(code_of(frame));
  return codes;
}

std::string error(std::uint8_t code) { return meshcore::build_error(code); }
std::string key(char byte) { return std::string(32, byte); }

std::string bare(std::uint8_t code, std::string_view rest) {
  return std::string(1, static_cast<char>(code)).append(rest);
}

std::string app_start(std::string_view name) {
  return bare(cmd::app_start, "\x03      ").append(name);
}

std::string device_query(std::uint8_t version) {
  return bare(cmd::device_query).append(1, static_cast<char>(version));
}

std::string get_contacts(std::uint32_t since) {
  std::string made = bare(cmd::get_contacts);
  meshcore::bytes::put32(made, since);
  return made;
}

std::string channel_text(std::uint8_t slot, std::string_view text) {
  meshcore::ChannelTextCommand made;
  made.channel = slot;
  made.timestamp = 1000;
  made.text = text;
  return meshcore::build_channel_text_command(made);
}

std::string direct_text(std::string_view text) {
  meshcore::TextCommand made;
  made.timestamp = 1000;
  made.key_prefix = key('A').substr(0, 6);
  made.text = text;
  return meshcore::build_text_command(made);
}

std::string status_request(char target) { return bare(cmd::send_status, key(target)); }

std::string contact(char byte, std::uint32_t lastmod, std::string_view name) {
  meshcore::Contact made;
  made.public_key = key(byte);
  made.type = meshcore::contact_type::chat;
  made.name = name;
  name.copy(made.name_bytes.data(), made.name_bytes.size());
  made.lastmod = lastmod;
  return meshcore::build_contact(made);
}

std::string channel_info(std::uint8_t slot, std::string_view name) {
  meshcore::ChannelInfo made;
  made.index = slot;
  made.name = name;
  if (!name.empty()) made.secret.fill('s');
  return meshcore::build_channel_info(made);
}

std::string direct_message(std::string_view text, std::uint32_t timestamp) {
  meshcore::ReceivedMessage made;
  made.kind = meshcore::ReceivedMessage::Kind::direct;
  made.snr_x4 = 38;
  made.key_prefix = key('A').substr(0, 6);
  made.path_len = 0xFF;
  made.timestamp = timestamp;
  made.text = text;
  return meshcore::build_message(made);
}

std::string channel_message(std::string_view text, std::uint8_t channel) {
  meshcore::ReceivedMessage made;
  made.kind = meshcore::ReceivedMessage::Kind::channel;
  made.snr_x4 = -8;
  made.channel = channel;
  made.timestamp = 1000;
  made.text = text;
  return meshcore::build_message(made);
}

std::string raw_packet(unsigned number, std::size_t size) {
  std::string made = bare(psh::log_rx_data, "\x26\xBA");
  meshcore::bytes::put32(made, number);
  made.resize(size, 'r');
  return made;
}

std::string sent(std::uint32_t tag) { return meshcore::build_sent({0, tag, 4000}); }

void App::raw(std::string_view bytes) {
  stream_->inject(bytes);
  host_->end_turn();
}

void App::send_all(const Frames &commands) {
  std::string bytes;
  for (const std::string &command : commands) bytes += framed(command);
  raw(bytes);
}

std::string App::take_one() {
  const Frames frames = take();
  REQUIRE(frames.size() == 1);
  return frames.front();
}

std::string App::ask(std::string_view command) {
  send(command);
  return take_one();
}

void App::hang_up() {
  stream_->disconnect();
  host_->end_turn();
}

Bench::Bench(const mmx::testing::OptionTexts &options)
    : runner(host, &meshcore_vnode::virtual_node_type(), options) {
  REQUIRE(runner.create_status() == MMX_OK);
}

void Bench::start_with_radio() {
  start();
  link({MMX_LINK_SYNCING, 1, 0, 0, 0, ""});
  feed_radio();
  link_up();
  host.end_turn();
}

void Bench::feed_radio(std::uint32_t epoch, char own) {
  meshcore::SelfInfo self;
  self.public_key = key(own);
  self.name = "Hill";
  meshcore::DeviceInfo device;
  device.version = 13;
  device.max_contacts = 350;
  device.max_channels = 4;
  device.model = "test radio";
  meshcore::Battery battery;
  battery.millivolts = 4012;
  meshcore::CoreStats core;
  core.battery_mv = 4012;
  put(meshcore::build_self_info(self), epoch);
  put(meshcore::build_device_info(device), epoch);
  put(meshcore::build_time(1'700'000'000), epoch);
  for (const char each : std::string("ABCDE"))
    put(contact(each, 100 + static_cast<std::uint32_t>(each - 'A') * 10), epoch);
  put(channel_info(0, "Public"), epoch);
  put(channel_info(1, "#test"), epoch);
  put(channel_info(2, ""), epoch);
  put(channel_info(3, ""), epoch);
  put(meshcore::build_battery(battery), epoch);
  put(meshcore::build_core_stats(core), epoch);
  put(bare(rsp::custom_vars, "gps:1"), epoch);
  put(bare(rsp::tuning, std::string(8, '\1')), epoch);
  put(bare(rsp::auto_add, std::string(2, '\1')), epoch);
  put(bare(rsp::repeat_freq, std::string(8, '\1')), epoch);
  put(bare(rsp::default_scope), epoch);
  put(bare(psh::telemetry_response, std::string(1, '\0') + key(own).substr(0, 6) + "\x01\x74\x01"),
      epoch);
}

void Bench::put(std::string frame, std::uint32_t epoch, std::uint32_t flags) {
  const auto made = meshcore::key_of(frame);
  REQUIRE(made);
  std::uint32_t place = made->sub;
  if (made->section == Section::contact) place = static_cast<std::uint8_t>(frame[1]);
  auto spec = mmx::testing::state(meshcore::encode_key(*made),
                                  meshcore::state_order(made->section, place), std::move(frame));
  spec.epoch = epoch;
  spec.flags = flags;
  runner.deliver(spec);
}

void Bench::remove(std::string_view frame) {
  const auto made = meshcore::key_of(frame);
  REQUIRE(made);
  runner.deliver(mmx::testing::state_deleted(meshcore::encode_key(*made), 0));
}

App Bench::connect(const std::string &address) {
  mmx::testing::SessionSpec spec;
  spec.address = address;
  FakeStream &stream = host.net().open_session(spec);
  host.end_turn();
  return {host, stream};
}

App Bench::started(std::string_view name, std::uint8_t version, const std::string &address) {
  App app = connect(address);
  app.send_all({app_start(name), device_query(version)});
  const Frames frames = app.take();
  REQUIRE(frames.size() >= 2);
  REQUIRE(code_of(frames.front()) == rsp::self_info);
  return app;
}

void Bench::rx(std::string payload, std::uint32_t flags) {
  auto spec = mmx::testing::rx(std::move(payload));
  spec.flags = flags;
  spec.epoch = static_cast<std::uint32_t>(number("epoch"));
  runner.deliver(spec);
}

void Bench::sent(std::string payload, std::uint64_t session) {
  runner.deliver(mmx::testing::sent(1, session, std::move(payload)));
}

void Bench::reply(const mmx::testing::Published &command, std::string payload,
                  std::uint32_t flags) {
  runner.deliver(mmx::testing::reply(command.id, command.session, std::move(payload), flags));
}

mmx::testing::Published Bench::command() {
  const auto taken = commands();
  REQUIRE(!taken.empty());
  return taken.back();
}

void Bench::answer_all(std::uint32_t verdict) {
  host.bus().set_gate([verdict](const mmx::testing::Published &) {
    mmx::testing::Verdict made;
    made.verdict = verdict;
    return made;
  });
}

void Bench::default_policy() {
  namespace label = meshcore::label;
  static const mmx_codec codec = {sizeof(mmx_codec),
                                  0,
                                  "meshcore",
                                  label::all,
                                  [](mmx_bytes, std::uint32_t, mmx_bytes payload,
                                     std::uint64_t *labels, mmx_buffer *canonical) -> mmx_status {
                                    const auto made =
                                        meshcore::classify_command(mmx::view(payload));
                                    if (!made.ok) return MMX_INVALID;
                                    *labels = made.labels;
                                    return mmx::fill(canonical, made.canonical);
                                  },
                                  nullptr,
                                  nullptr};
  host.bus().set_codec(&codec, key('R'));
  host.bus().set_gate([](const mmx::testing::Published &command) {
    constexpr auto deny = label::contacts | label::sign | label::raw | label::remote_exec |
                          label::admin_write | label::admin_destroy | label::admin_remote |
                          label::config | label::key_export | label::unknown;
    mmx::testing::Verdict made;
    if ((command.labels & deny) != 0)
      made.verdict = MMX_VERDICT_DENIED;
    else if ((command.labels & label::self_query) != 0)
      made.verdict = MMX_VERDICT_LOCAL;
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
