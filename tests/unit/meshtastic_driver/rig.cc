// See rig.h.
#include "rig.h"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/node.h"
#include "plugins/meshtastic/codec/tables.h"

namespace driver_test {

namespace port = meshtastic::port;

std::vector<std::string> recorded_frames(const std::string &name) {
  std::ifstream file(std::string(MESHMUX_TEST_DATA) + "/meshtastic/" + name + ".recv.bin",
                     std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  if (bytes.empty()) throw std::runtime_error("no recording " + name);
  meshtastic::FrameParser parser;
  parser.feed(bytes);
  std::vector<std::string> frames;
  while (const auto event = parser.next()) {
    if (event->kind == meshtastic::FrameEventKind::frame) frames.emplace_back(event->bytes);
  }
  return frames;
}

std::vector<std::string> recorded_dump(const std::string &name) {
  std::vector<std::string> frames;
  bool begun = false;
  for (const std::string &frame : recorded_frames(name)) {
    const std::uint32_t member = meshtastic::from_radio_member(frame);
    if (member == meshtastic::from_radio::config_complete_id) return frames;
    begun = begun || member == meshtastic::from_radio::my_info;
    if (begun) frames.push_back(frame);
  }
  throw std::runtime_error(name + " holds no whole dump");
}

std::string key_of(char fill) { return std::string(32, fill); }

pb::NodeInfo make_node(std::uint32_t number, std::uint32_t last_heard) {
  pb::NodeInfo node;
  node.set_num(number);
  node.mutable_user()->set_id("!" + std::to_string(number));
  node.mutable_user()->set_long_name("Node " + std::to_string(number));
  node.set_last_heard(last_heard);
  return node;
}

std::vector<std::string> make_dump(const DumpSpec &spec) {
  std::vector<std::string> frames;
  const auto add = [&](const pb::FromRadio &message) {
    frames.push_back(message.SerializeAsString());
  };
  pb::FromRadio message;
  message.mutable_my_info()->set_my_node_num(spec.own);
  message.mutable_my_info()->set_reboot_count(spec.reboot_count);
  add(message);
  message.mutable_deviceui_config()->set_version(1);
  add(message);
  pb::NodeInfo own = make_node(spec.own);
  own.mutable_user()->set_long_name("Own node");
  own.mutable_user()->set_public_key(key_of('o'));
  *message.mutable_node_info() = own;
  add(message);
  message.mutable_metadata()->set_firmware_version(spec.firmware);
  add(message);
  for (int index = 0; index < 8; ++index) {
    pb::Channel &channel = *message.mutable_channel();
    channel.Clear();
    channel.set_index(index);
    channel.mutable_settings()->set_psk(key_of('c'));
    add(message);
  }
  message.mutable_config()->mutable_device()->set_role(1);
  add(message);
  message.mutable_config()->mutable_network()->set_wifi_psk("true wifi password");
  add(message);
  message.mutable_config()->mutable_security()->set_private_key(key_of('p'));
  add(message);
  message.mutable_module_config()->mutable_mqtt()->set_password("true mqtt password");
  add(message);
  for (const pb::NodeInfo &node : spec.nodes) {
    *message.mutable_node_info() = node;
    add(message);
  }
  message.mutable_file_info()->set_file_name("/prefs/x.proto");
  add(message);
  return frames;
}

std::string from_radio(const pb::MeshPacket &packet) {
  return meshtastic::build_from_radio(packet);
}

std::string text_from(std::uint32_t node, std::uint32_t id, std::string_view text) {
  pb::MeshPacket packet;
  packet.set_from(node);
  packet.set_to(0xFFFFFFFF);
  packet.set_id(id);
  packet.set_rx_time(1'767'225'700);
  packet.set_rx_snr(6.5F);
  packet.set_hop_start(3);
  packet.set_hop_limit(2);
  packet.mutable_decoded()->set_portnum(port::text);
  packet.mutable_decoded()->set_payload(std::string(text));
  return from_radio(packet);
}

std::string queue_status(std::uint32_t id, std::int32_t res, std::uint32_t free) {
  return meshtastic::build_queue_status(res, free, 16, id);
}

std::string routing(std::uint32_t from, std::uint32_t to, std::uint32_t request_id,
                    std::uint32_t error) {
  pb::Routing told;
  told.set_error_reason(error);
  pb::MeshPacket packet;
  packet.set_from(from);
  packet.set_to(to);
  packet.set_id(request_id ^ 0x55555555);
  packet.mutable_decoded()->set_portnum(port::routing);
  packet.mutable_decoded()->set_payload(told.SerializeAsString());
  packet.mutable_decoded()->set_request_id(request_id);
  return from_radio(packet);
}

std::string admin_answer(std::uint32_t own, std::uint32_t request_id,
                         const pb::AdminMessage &message) {
  return meshtastic::build_admin_response(own, request_id ^ 0x33333333, request_id,
                                          message.SerializeAsString(), 0);
}

pb::ToRadio packet(std::uint32_t port, std::string_view payload, std::uint32_t id,
                   std::uint32_t to) {
  pb::ToRadio message;
  message.mutable_packet()->set_to(to);
  message.mutable_packet()->set_id(id);
  message.mutable_packet()->mutable_decoded()->set_portnum(port);
  message.mutable_packet()->mutable_decoded()->set_payload(std::string(payload));
  return message;
}

std::string text(std::string_view words, std::uint32_t id, std::uint32_t to) {
  pb::ToRadio message = packet(port::text, words, id, to);
  message.mutable_packet()->set_want_ack(true);
  return message.SerializeAsString();
}

std::string admin(const pb::AdminMessage &message, std::uint32_t id, std::uint32_t to) {
  pb::ToRadio made = packet(port::admin, message.SerializeAsString(), id, to);
  const auto kind = meshtastic::admin_info(meshtastic::admin_member(message)).kind;
  if (kind == meshtastic::AdminKind::request) {
    made.mutable_packet()->mutable_decoded()->set_want_response(true);
  } else {
    made.mutable_packet()->set_want_ack(true);
  }
  return made.SerializeAsString();
}

pb::FromRadio parse(std::string_view payload) {
  pb::FromRadio message;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) {
    throw std::runtime_error("not a FromRadio");
  }
  return message;
}

std::uint32_t routing_error(const Published &reply) {
  const pb::FromRadio message = parse(reply.payload);
  if (message.packet().decoded().portnum() != port::routing) return 0xFFFF;
  pb::Routing told;
  told.ParseFromString(message.packet().decoded().payload());
  return told.error_reason();
}

Rig::Rig(mmx::testing::OptionTexts options)
    : runner(host, &meshtastic_driver::driver_type(), options) {
  runner.start();
}

void Rig::accept() {
  const auto waiting = host.net().connecting();
  if (waiting.empty()) throw std::runtime_error("the driver is not connecting");
  waiting.front()->accept();
  host.end_turn();
  serve();
}

void Rig::give_raw(std::string_view bytes) {
  link().inject(bytes);
  host.end_turn();
  serve();
}

void Rig::give(std::string_view payload) {
  std::string frame;
  meshtastic::append_frame(frame, payload);
  give_raw(frame);
}

void Rig::dump(const std::vector<std::string> &payloads) {
  std::string bytes;
  for (const std::string &payload : payloads) meshtastic::append_frame(bytes, payload);
  meshtastic::append_frame(bytes, meshtastic::build_config_complete(nonce_));
  give_raw(bytes);
}

void Rig::up(const std::vector<std::string> &payloads) {
  accept();
  dump(payloads);
  run(2 * kSecond);
}

void Rig::serve() {
  for (;;) {
    if (read_from_ != &link()) {
      read_from_ = &link();
      parser_.reset();
    }
    const std::string bytes = read_from_->take_written();
    if (bytes.empty()) return;
    std::vector<pb::ToRadio> now;
    parser_.feed(bytes);
    while (const auto event = parser_.next()) {
      if (event->kind != meshtastic::FrameEventKind::frame) continue;
      pb::ToRadio message;
      if (!message.ParseFromArray(event->bytes.data(), static_cast<int>(event->bytes.size()))) {
        throw std::runtime_error("the driver sent what is no ToRadio");
      }
      now.push_back(message);
    }
    for (const pb::ToRadio &message : now) {
      received_.push_back(message);
      if (message.has_want_config_id()) nonce_ = message.want_config_id();
      if (on_to_radio) on_to_radio(message);
      answer(message);
    }
    host.end_turn();
  }
}

void Rig::answer(const pb::ToRadio &message) {
  if (!link().is_open()) return;
  std::string frame;
  if (message.has_heartbeat() && answers_heartbeats) {
    meshtastic::append_frame(frame, queue_status(0, 0, free));
  }
  if (message.has_packet() && answers_packets) {
    meshtastic::append_frame(frame, queue_status(message.packet().id(), 0, free));
  }
  link().inject(frame);
  if (message.has_packet() && answers_admin) answer_admin(message.packet());
}

void Rig::answer_admin(const pb::MeshPacket &packet) {
  const auto request = meshtastic::admin_in(packet);
  if (!request || packet.to() != own) return;
  std::string frame;
  const auto kind = meshtastic::admin_info(meshtastic::admin_member(*request)).kind;
  if (kind == meshtastic::AdminKind::request) {
    pb::AdminMessage answer;
    const auto key = meshtastic::record_read(*request);
    const std::string known = key ? state(key->section, key->sub) : std::string();
    answer.ParseFromString(
        meshtastic::answer_from_record(
            *request, known.empty() ? std::nullopt : std::optional<std::string_view>(known))
            .value_or(""));
    meshtastic::append_frame(frame, admin_answer(own, packet.id(), answer));
  } else if (packet.want_ack()) {
    meshtastic::append_frame(frame, routing(own, own, packet.id(), 0));
  }
  link().inject(frame);
}

void Rig::run(std::int64_t ns, std::int64_t step) {
  while (ns > 0) {
    const std::int64_t part = std::min(step, ns);
    host.advance(part);
    if (host.net().connects() > 0) serve();
    ns -= part;
  }
}

std::vector<pb::ToRadio> Rig::fresh() {
  std::vector<pb::ToRadio> result(received_.begin() + static_cast<std::ptrdiff_t>(seen_),
                                  received_.end());
  seen_ = received_.size();
  return result;
}

std::vector<pb::MeshPacket> Rig::packets(std::uint32_t portnum) const {
  std::vector<pb::MeshPacket> found;
  for (const pb::ToRadio &message : received_) {
    if (message.has_packet() && message.packet().decoded().portnum() == portnum) {
      found.push_back(message.packet());
    }
  }
  return found;
}

std::vector<pb::AdminMessage> Rig::admins() const {
  std::vector<pb::AdminMessage> found;
  for (const pb::MeshPacket &each : packets(port::admin))
    found.push_back(*meshtastic::admin_in(each));
  return found;
}

std::size_t Rig::count(pb::ToRadio::PayloadVariantCase variant) const {
  std::size_t found = 0;
  for (const pb::ToRadio &message : received_) {
    found += message.payload_variant_case() == variant ? 1 : 0;
  }
  return found;
}

std::uint64_t Rig::command(const std::string &to_radio, std::uint64_t session, std::uint64_t grants,
                           std::uint64_t withheld) {
  MessageSpec spec = mmx::testing::tx(to_radio, session);
  spec.grants = grants;
  spec.withheld = withheld;
  std::uint64_t id = 0;
  runner.deliver(spec, &id);
  serve();
  return id;
}

std::vector<Published> Rig::replies(std::uint64_t command) {
  std::vector<Published> found;
  for (Published &reply : host.bus().take(MMX_KIND_REPLY)) {
    if (reply.cause == command) found.push_back(std::move(reply));
  }
  return found;
}

std::string Rig::state(meshtastic::Section section, std::uint32_t sub) const {
  auto &bus = const_cast<Rig *>(this)->host.bus();
  const auto found = bus.state().find(meshtastic::encode_key({section, sub}));
  return found == bus.state().end() ? std::string() : found->second.payload;
}

pb::NodeInfo Rig::node(std::uint32_t number) const {
  const std::string frame = number == own ? state(meshtastic::Section::own_node)
                                          : state(meshtastic::Section::node, number);
  return meshtastic::node_from_frame(frame).value_or(pb::NodeInfo());
}

}  // namespace driver_test
