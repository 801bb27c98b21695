// See rig.h.
#include "rig.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "plugins/meshcore/codec/bytes.h"

namespace meshcore_driver_test {

std::string key_of(char fill) { return std::string(32, fill); }

meshcore::Contact contact(char fill, std::uint8_t type, std::uint32_t lastmod) {
  meshcore::Contact made;
  made.public_key = key_of(fill);
  made.type = type;
  made.out_path_len = 0;
  meshcore::set_name(made, std::string("Node ") + fill);
  made.lastmod = lastmod;
  return made;
}

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out.push_back(static_cast<char>(value));
  return out;
}

std::uint8_t code_of(std::string_view payload) {
  return payload.empty() ? std::uint8_t{0xFF} : static_cast<std::uint8_t>(payload[0]);
}

std::string with_key(std::uint8_t code, std::string_view key, std::string_view rest) {
  return bytes({code}) + std::string(key) + std::string(rest);
}

std::string text_to(char fill, std::string_view text, std::uint32_t timestamp,
                    std::uint8_t attempt) {
  meshcore::TextCommand made;
  made.attempt = attempt;
  made.timestamp = timestamp;
  made.key_prefix = std::string(6, fill);
  made.text = text;
  return meshcore::build_text_command(made);
}

std::string channel_text(std::uint8_t slot, std::string_view text) {
  meshcore::ChannelTextCommand made;
  made.channel = slot;
  made.timestamp = 1'767'225'700;
  made.text = text;
  return meshcore::build_channel_text_command(made);
}

std::string status_of(char fill) { return with_key(command::send_status, key_of(fill)); }
std::string login_to(char fill, std::string_view password) {
  return with_key(command::send_login, key_of(fill), password);
}
std::string telemetry_of(char fill) {
  return bytes({command::send_telemetry, 0, 0, 0}) + key_of(fill);
}
std::string binary_to(char fill, std::string_view request) {
  return with_key(command::send_binary, key_of(fill), request);
}

std::string trace(std::uint32_t tag) {
  std::string made = bytes({command::send_trace});
  meshcore::bytes::put32(made, tag);
  return made + bytes({0, 0, 0, 0, 0, 0xAA});
}

std::string direct_message(char fill, std::string_view text, std::uint32_t timestamp) {
  meshcore::ReceivedMessage made;
  made.kind = meshcore::ReceivedMessage::Kind::direct;
  made.key_prefix = std::string(6, fill);
  made.path_len = meshcore::path_unknown;
  made.timestamp = timestamp;
  made.text = text;
  return meshcore::build_message(made);
}

std::string legacy_message(char fill, std::string_view text) {
  meshcore::ReceivedMessage made;
  made.kind = meshcore::ReceivedMessage::Kind::direct;
  made.key_prefix = std::string(6, fill);
  made.timestamp = 7;
  made.text = text;
  return meshcore::render_message(made, 1);
}

std::string post(char room, std::string_view author, std::string_view text,
                 std::uint32_t timestamp) {
  meshcore::ReceivedMessage made;
  made.kind = meshcore::ReceivedMessage::Kind::direct;
  made.key_prefix = std::string(6, room);
  made.text_type = meshcore::text_type::signed_plain;
  made.author = author;
  made.timestamp = timestamp;
  made.text = text;
  return meshcore::build_message(made);
}

std::string prefix_push(std::uint8_t code, char fill, std::string_view rest) {
  return bytes({code, 0}) + std::string(6, fill) + std::string(rest);
}

Rig::Rig(OptionTexts options) : runner(host, &meshcore_driver::driver_type(), options) {
  contacts = {contact('a'), contact('b'), contact('r', meshcore::contact_type::room),
              contact('p', meshcore::contact_type::repeater)};
  for (std::uint8_t slot = 0; slot < 3; ++slot) {
    meshcore::ChannelInfo channel;
    channel.index = slot;
    if (slot < 2) {
      channel.name = slot == 0 ? "Public" : "#test";
      channel.secret.fill(static_cast<char>('k' + slot));
    }
    channels.push_back(channel);
  }
  runner.start();
}

std::uint32_t Rig::device_now() {
  return static_cast<std::uint32_t>(host.clock().wall_ns() / kSecond - behind_s);
}

void Rig::accept() {
  const auto waiting = host.net().connecting();
  if (waiting.empty()) throw std::runtime_error("the driver is not connecting");
  waiting.front()->accept();
  host.end_turn();
  serve();
}

void Rig::up() {
  accept();
  run(300 * kMillisecond);
  if (phase() != MMX_LINK_UP) throw std::runtime_error("the link did not come up");
}

void Rig::give_raw(std::string_view raw) {
  link().inject(raw);
  host.end_turn();
  serve();
}

void Rig::give(std::string_view payload) {
  std::string frame;
  meshcore::append_frame(frame, meshcore::to_app_mark, payload);
  give_raw(frame);
}

void Rig::serve() {
  for (;;) {
    if (host.net().connects() == 0) return;
    if (read_from_ != &link()) {
      read_from_ = &link();
      parser_.reset();
    }
    const std::string written = read_from_->take_written();
    if (written.empty()) return;
    std::vector<std::string> now;
    parser_.feed(written);
    while (const auto payload = parser_.next()) now.emplace_back(*payload);
    for (const std::string &each : now) {
      received_.push_back(each);
      std::string out;
      for (const std::string &frame : answer(each)) {
        meshcore::append_frame(out, meshcore::to_app_mark, frame);
      }
      if (!out.empty() && link().is_open()) link().inject(out);
      host.end_turn();
    }
    host.end_turn();
  }
}

void Rig::run(std::int64_t ns, std::int64_t step) {
  for (std::int64_t passed = 0; passed < ns; passed += step) {
    host.advance(std::min(step, ns - passed));
    serve();
  }
}

std::int64_t Rig::lose(mmx_status status) {
  link().disconnect(status, "gone");
  host.end_turn();
  return wait_for_connect();
}

std::int64_t Rig::wait_for_connect() {
  const std::int64_t before = host.clock().mono_ns();
  for (int i = 0; i < 100000 && !connecting(); ++i) host.advance(20 * kMillisecond);
  return host.clock().mono_ns() - before;
}

std::vector<std::string> Rig::received(std::uint8_t code) const {
  std::vector<std::string> found;
  for (const std::string &each : received_) {
    if (code_of(each) == code) found.push_back(each);
  }
  return found;
}

std::uint64_t Rig::command(const std::string &payload, std::uint64_t session,
                           std::uint64_t withheld) {
  MessageSpec spec;
  spec.kind = MMX_KIND_TX;
  spec.payload = payload;
  spec.session = session;
  spec.origin = kOrigin;
  spec.withheld = withheld;
  std::uint64_t id = 0;
  host.bus().deliver(spec, &id);
  host.end_turn();
  serve();
  return id;
}

std::uint64_t Rig::say(mmx::Record &record, std::uint64_t session) {
  MessageSpec spec;
  spec.kind = MMX_KIND_TX;
  spec.session = session;
  spec.origin = kOrigin;
  spec.with_record(record);
  std::uint64_t id = 0;
  host.bus().deliver(spec, &id);
  host.end_turn();
  serve();
  return id;
}

std::vector<Published> Rig::replies(std::uint64_t id) {
  for (Published &each : host.bus().take(MMX_KIND_REPLY)) kept_.push_back(std::move(each));
  std::vector<Published> found;
  for (const Published &each : kept_) {
    if (each.cause == id) found.push_back(each);
  }
  std::erase_if(kept_, [&](const Published &each) { return each.cause == id; });
  return found;
}

std::string Rig::reply(std::uint64_t id) {
  const auto all = replies(id);
  return all.empty() ? "" : all.size() > 1 ? "many" : all[0].payload;
}

std::vector<std::string> Rig::payloads(std::uint32_t kinds) {
  std::vector<std::string> found;
  for (const Published &each : take(kinds)) found.push_back(each.payload);
  return found;
}

std::string Rig::state(Section section, std::uint8_t sub, std::string key) const {
  auto &bus = const_cast<Rig *>(this)->host.bus();
  const auto found = bus.state().find(meshcore::encode_key({section, sub, std::move(key)}));
  return found == bus.state().end() ? std::string() : found->second.payload;
}

}  // namespace meshcore_driver_test
