// What the radio of firmware.h sends for its client, and what the mesh makes of it: fates of texts,
// answers of servers, traces.
#include <algorithm>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/crypto.h"
#include "plugins/meshcore/codec/describe.h"
#include "plugins/meshcore/codec/lpp.h"
#include "plugins/meshcore/codec/packet.h"
#include "plugins/meshcore/codec/text.h"
#include "plugins/sim/meshcore/firmware.h"

namespace sim::companion {
namespace {

namespace bytes = meshcore::bytes;
namespace code = meshcore::command;
namespace contact_type = meshcore::contact_type;
namespace error = meshcore::error;
namespace push_code = meshcore::push;
namespace text_type = meshcore::text_type;
using meshcore::key_size;

constexpr int64_t millisecond = 1'000'000;
constexpr int64_t second = 1000 * millisecond;
constexpr size_t remembered_transmissions = 200;
constexpr uint8_t read_write = 2;

int64_t trip(unsigned hops) { return (120 + 60 * int64_t{hops}) * millisecond; }

// Milliseconds on the air at spreading factor 8, 62.5 kHz, coding rate 4/5.
uint32_t airtime_ms(size_t size) { return 75 + static_cast<uint32_t>(size) * 8; }

std::string bare(uint8_t what) { return std::string(1, static_cast<char>(what)); }

std::string tag_match(uint32_t tag) { return "tag " + std::to_string(tag); }

}  // namespace

void Firmware::note(std::string what, std::string to, std::string_view text, uint32_t timestamp) {
  ++sent_packets_;
  transmissions_.push_back({std::move(what), std::move(to), std::string(text), timestamp});
  if (transmissions_.size() > remembered_transmissions) transmissions_.pop_front();
}

void Firmware::sent(bool flood, uint32_t tag, size_t size, unsigned hops) {
  const uint32_t air = airtime_ms(size);
  respond(meshcore::build_sent({static_cast<uint8_t>(flood ? 1 : 0), tag,
                                flood ? 500 + 16 * air : 500 + (6 * air + 250) * (hops + 1)}));
}

bool Firmware::sending_command(const Command &c) {
  switch (c.u8(0)) {
    case code::send_text:
      return send_text(c), true;
    case code::send_channel_text:
      return send_channel_text(c), true;
    case code::send_channel_data:
      return send_channel_data(c), true;
    case code::send_advert:
      note("advert", c.size > 1 && c.u8(1) == 1 ? "flood" : "zero-hop", "", 0);
      return respond(meshcore::build_ok()), true;
    case code::send_login:
    case code::send_status:
      if (c.size < 1 + key_size) return refuse(error::unsupported), true;
      return send_request(c), true;
    case code::send_binary:
    case code::send_anonymous:
      if (c.size < 2 + key_size) return refuse(error::unsupported), true;
      return send_request(c), true;
    case code::send_path_discovery:
      if (c.size < 2 + key_size || c.u8(1) != 0) return refuse(error::unsupported), true;
      return send_request(c), true;
    case code::send_telemetry:
      return send_telemetry(c), true;
    case code::send_trace:
      return send_trace(c), true;
    case code::send_control:
      return send_control(c), true;
    case code::send_raw:
    case code::send_packet:
      return send_raw(c), true;
    default:
      return false;
  }
}

void Firmware::send_text(const Command &c) {
  if (c.size < 14) return refuse(error::unsupported);
  const uint8_t type = c.u8(1);
  const uint8_t attempt = c.u8(2);
  uint32_t timestamp = bytes::u32(c.memory, 3);
  const meshcore::Contact *contact = contacts_.find(c.memory.substr(7, 6));
  const std::string text(meshcore::cut_nul(c.said(13)));
  if (contact == nullptr) return refuse(error::not_found);
  if (type != text_type::plain && type != text_type::cli) return refuse(error::unsupported);
  if (text.size() > meshcore::max_text) return refuse(error::table_full);
  const bool cli = type == text_type::cli;
  if (cli) timestamp = unique_time();
  const bool flood = contact->out_path_len == meshcore::path_unknown;
  Peer *peer = mesh_.find(contact->public_key);
  const uint32_t ack =
      cli ? 0 : meshcore::expected_ack(timestamp, attempt, type, text, settings_.self().public_key);
  if (!cli) {
    acks_[next_ack_] = {ack, output_.mono_ns()};
    next_ack_ = (next_ack_ + 1) % acks_.size();
  }
  note(cli ? "cli" : "text", meshcore::hex(contact->public_key.substr(0, 6)), text, timestamp);
  sent(flood, ack, text.size() + 12, flood ? 0 : contact->hops());

  // A path that is not the way any more loses the packet, and nobody is told.
  if (peer == nullptr || peer->silent) return;
  const std::string_view path(contact->out_path.data(), contact->hops());
  if (!flood && path != peer->path) return;
  output_.later(trip(peer->hops()), [this, key = peer->key, text, timestamp, ack, cli, flood] {
    Peer *there = mesh_.find(key);
    if (there->is_server()) {
      if (flood) learn_path(*there);
      const bool admin = there->us.known && there->us.permissions == 3;
      if (cli || (there->type == contact_type::repeater && admin)) {
        if (!fresh(*there, timestamp)) return;
        if (!cli) acknowledged(ack, key, 4);
        return send_cli(there, text);
      }
      if (there->type != contact_type::room || there->us.permissions < read_write) return;
      const bool retry = timestamp == there->us.last_timestamp;
      if (!fresh(*there, timestamp)) return;  // older: a replay
      acknowledged(ack, key, 4);
      if (retry) return;  // the same time is the same post, whatever it says
      ++there->posted;
      const std::string first = text.substr(0, 120);
      output_.later(5 * second / 2, [this, first] { incoming_post("re: " + first); });
      return;
    }
    if (cli) return;
    if (flood) learn_path(*there);
    acknowledged(ack, key, 6);
    uint32_t &last = answered_[key];
    if (there->type != contact_type::chat || last == timestamp) return;
    last = timestamp;
    output_.later(second, [this, key, text] {
      heard_text(*mesh_.find(key), text_type::plain, output_.unix_time(),
                 "echo: " + text.substr(0, 150));
    });
  });
}

void Firmware::send_cli(Peer *peer, const std::string &text) {
  const auto uptime = static_cast<uint32_t>((output_.mono_ns() - booted_ns_) / second);
  const auto answer = console(*peer, text, {output_.unix_time(), uptime, heard_packets_});
  if (!answer) return;
  output_.later(300 * millisecond, [this, key = peer->key, line = *answer] {
    heard_text(*mesh_.find(key), text_type::cli, output_.unix_time(), line);
  });
}

void Firmware::acknowledged(uint32_t ack, const std::string &key, size_t ack_size) {
  std::string payload;
  bytes::put32(payload, ack);
  while (payload.size() < ack_size) bytes::put8(payload, static_cast<unsigned>(payload.size()));
  const Peer *peer = mesh_.find(key);
  log_rx(packet(packet_type::ack, Route::direct, "", payload), peer->snr_x4);
  for (ExpectedAck &expected : acks_) {
    if (expected.ack != ack || ack == 0) continue;
    expected.ack = 0;
    respond(meshcore::build_send_confirmed(
        {ack, static_cast<uint32_t>((output_.mono_ns() - expected.sent_ns) / millisecond)}));
    return;
  }
}

void Firmware::send_channel_text(const Command &c) {
  if (c.size < 8) {  // a negative length is copied: the device hard-faults
    ++counters_.crashes;
    return restart();
  }
  if (c.u8(1) != text_type::plain) return refuse(error::unsupported);
  const meshcore::ChannelInfo *channel = settings_.channel(c.u8(2));
  if (channel == nullptr) return refuse(error::not_found);
  const std::string said(meshcore::cut_nul(c.said(7)));
  const std::string text = (settings_.self().name + ": " + said).substr(0, meshcore::max_text);
  note("channel", std::to_string(c.u8(2)), said, bytes::u32(c.memory, 3));
  respond(meshcore::build_ok());  // an empty slot too: it goes out under a key of zeros
  const uint8_t hash = meshcore::channel_hash(channel->secret);
  const size_t size = text.size();
  output_.later(200 * millisecond, [this, hash, size] {
    if (const Peer *repeater = mesh_.any(contact_type::repeater))
      log_rx(packet(packet_type::group_text, Route::flood, repeater->key.substr(0, 1),
                    group_datagram(mesh_.random(), hash, size)),
             repeater->snr_x4);
  });
  const bool asks = said.substr(0, 4) == "ping" || said.find('?') != std::string::npos;
  if (asks && !channel->empty())
    output_.later(3 * second / 2, [this, slot = c.u8(2), words = said.substr(0, 100)] {
      incoming_channel_text(slot, "pong: " + words);
    });
}

void Firmware::send_channel_data(const Command &c) {  // no length check
  if (settings_.channel(c.u8(1)) == nullptr) return refuse(error::not_found);
  const size_t hops = c.u8(2) == 0xFF ? 0 : std::min<size_t>(c.u8(2) & 63U, meshcore::max_path);
  if (bytes::u16(c.memory, 3 + hops) == 0) return refuse(error::illegal_argument);
  if (c.said(5 + hops).size() > 163) return refuse(error::table_full);
  note("data", std::to_string(c.u8(1)), meshcore::hex(c.said(5 + hops)), 0);
  respond(meshcore::build_ok());
}

void Firmware::answer_later(const Peer &peer, std::string match, std::string frame) {
  output_.later(2 * trip(peer.hops()), [this, key = peer.key, match = std::move(match),
                                        frame = std::move(frame)] {
    const Peer *there = mesh_.find(key);
    log_rx(packet(packet_type::response, Route::direct, "",
                  datagram(mesh_.random(), settings_.self().public_key, key, frame.size())),
           there->snr_x4);
    // Any later request has made the radio forget this one.
    if (waiting_for_ != match) {
      ++counters_.discarded_answers;
      return;
    }
    waiting_for_.reset();
    respond(frame);
  });
}

void Firmware::send_request(const Command &c) {
  const uint8_t what = c.u8(0);
  const size_t at = what == code::send_path_discovery ? 2 : 1;
  const std::string key(c.memory.substr(at, key_size));
  const std::string data(c.said(at + key_size));
  const meshcore::Contact *contact = contacts_.find(key);
  Peer *peer = mesh_.find(key);
  if (contact == nullptr && what != code::send_anonymous) return refuse(error::not_found);
  const bool discovery = what == code::send_path_discovery;
  const bool flood =
      discovery || (contact != nullptr && contact->out_path_len == meshcore::path_unknown);
  const uint32_t timestamp = unique_time();
  const bool login = what == code::send_login;
  const uint32_t tag = login ? bytes::u32(key, 0) : timestamp;
  const bool by_key = login || what == code::send_status;
  const std::string match = by_key ? std::to_string(what) + key.substr(0, 4) : tag_match(tag);
  waiting_for_ = match;  // whatever was pending before is forgotten
  constexpr const char *names[] = {"login", "status"};
  note(by_key                      ? names[what - code::send_login]
       : what == code::send_binary ? "binary"
       : discovery                 ? "discovery"
                                   : "anonymous",
       meshcore::hex(key.substr(0, 6)), by_key ? "" : meshcore::hex(data), timestamp);
  sent(flood, tag, data.size() + 24, flood || contact == nullptr ? 0 : contact->hops());

  if (peer == nullptr || peer->silent) return;
  if (!flood && contact != nullptr &&
      std::string_view(contact->out_path.data(), contact->hops()) != peer->path)
    return;
  const auto uptime = static_cast<uint32_t>((output_.mono_ns() - booted_ns_) / second);
  const Moment moment{output_.unix_time(), uptime, heard_packets_};
  std::string frame;
  std::optional<std::string> answer;
  if (login) {
    if (!peer->is_server()) return;
    answer =
        log_in(*peer, options_.passwords, meshcore::cut_nul(data).substr(0, 15), timestamp, moment);
    if (answer && peer->type == contact_type::room)
      output_.later(3 * second, [this, key] { deliver_posts(key); });
  } else if (what == code::send_status) {
    answer = fresh(*peer, timestamp) ? status_of(*peer, moment) : std::nullopt;
    frame = bare(push_code::status_response) + std::string(1, '\0') + std::string(peer->prefix());
  } else if (discovery) {
    std::string ways;
    bytes::put8(ways, peer->hops());
    ways += peer->path;
    bytes::put8(ways, peer->hops());
    ways.append(peer->path.rbegin(), peer->path.rend());
    answer = ways;
    frame = bare(push_code::path_discovery) + std::string(1, '\0') + std::string(peer->prefix());
  } else {
    answer = what == code::send_binary
                 ? request(*peer, mesh_, settings_.self().public_key, data, timestamp, moment)
                 : anonymous(*peer, data, moment);
    frame = bare(push_code::binary_response) + std::string(1, '\0');
    bytes::put32(frame, tag);
  }
  if (!answer) return;
  if (flood && !discovery)
    output_.later(trip(peer->hops()), [this, key] { learn_path(*mesh_.find(key)); });
  answer_later(*peer, match, (frame + *answer).substr(0, meshcore::max_frame));
}

void Firmware::send_telemetry(const Command &c) {
  if (c.size == 4) {  // of itself: the answer is a push and nothing else
    meshcore::LppBuilder lpp;
    lpp.voltage(1, settings_.battery_mv() / 1000.0).temperature(1, 23.5);
    return respond(bare(push_code::telemetry_response) + std::string(1, '\0') +
                   settings_.self().public_key.substr(0, 6) + lpp.bytes());
  }
  if (c.size < 4 + key_size) return refuse(error::unsupported);
  const std::string key(c.memory.substr(4, key_size));
  const meshcore::Contact *contact = contacts_.find(key);
  if (contact == nullptr) return refuse(error::not_found);
  const bool flood = contact->out_path_len == meshcore::path_unknown;
  const uint32_t tag = unique_time();
  waiting_for_ = tag_match(tag);
  note("telemetry", meshcore::hex(key.substr(0, 6)), "", tag);
  sent(flood, tag, 24, flood ? 0 : contact->hops());
  Peer *peer = mesh_.find(key);
  if (peer == nullptr || peer->silent || !fresh(*peer, tag)) return;
  if (!flood && std::string_view(contact->out_path.data(), contact->hops()) != peer->path) return;
  if (const auto lpp = telemetry_of(*peer, mesh_))
    answer_later(*peer, tag_match(tag),
                 bare(push_code::telemetry_response) + std::string(1, '\0') +
                     std::string(peer->prefix()) + *lpp);
}

void Firmware::send_trace(const Command &c) {
  if (c.size <= 10) return refuse(error::unsupported);
  const std::string hashes(c.said(10));
  const size_t width = size_t{1} << (c.u8(9) & 3U);
  if (hashes.size() % width != 0 || hashes.size() > meshcore::max_path)
    return refuse(error::illegal_argument);
  const uint32_t tag = bytes::u32(c.memory, 1);
  const auto hops = static_cast<unsigned>(hashes.size() / width);
  note("trace", meshcore::hex(hashes), "", tag);
  sent(false, tag, hashes.size() + 12, hops);
  std::string levels;
  for (size_t at = 0; at < hashes.size(); at += width) {
    const Peer *hop = mesh_.find(std::string_view(hashes).substr(at, width));
    if (hop == nullptr || hop->type != contact_type::repeater || hop->silent) return;
    bytes::put8(levels, static_cast<uint8_t>(hop->snr_x4));
  }
  std::string frame = bare(push_code::trace_data) + std::string(1, '\0');
  bytes::put8(frame, static_cast<unsigned>(hashes.size()));
  bytes::put8(frame, c.u8(9));
  frame += c.memory.substr(1, 8);
  const std::string payload = std::string(c.memory.substr(1, 9)) + hashes;
  frame += hashes + levels;
  bytes::put8(frame, 38);
  output_.later(trip(hops), [this, frame, payload, levels] {
    log_rx(packet(packet_type::trace, Route::direct, levels, payload), 38);
    push(frame);
  });
}

void Firmware::send_control(const Command &c) {
  if (c.size < 2 || c.u8(1) < 0x80) return refuse(error::unsupported);
  note("control", "", meshcore::hex(c.said(1)), 0);
  respond(meshcore::build_ok());
  if ((c.u8(1) & 0xF0U) != 0x80 || c.size < 7) return;
  int64_t delay = 0;
  for (const Peer &peer : mesh_.peers()) {
    if (peer.silent || peer.hops() > 0 || (c.u8(2) >> peer.type & 1) == 0) continue;
    std::string payload;
    bytes::put8(payload, 0x90U | peer.type);
    bytes::put8(payload, static_cast<uint8_t>(peer.snr_x4));
    payload += c.memory.substr(3, 4);
    payload += peer.key.substr(0, (c.u8(1) & 1U) != 0 ? 8 : key_size);
    delay += 150 * millisecond;
    output_.later(delay, [this, payload, snr = peer.snr_x4] {
      log_rx(packet(packet_type::control, Route::direct, "", payload), snr);
      std::string frame = bare(push_code::control_data);
      bytes::put8(frame, static_cast<uint8_t>(snr));
      bytes::put8(frame, static_cast<uint8_t>(-70));
      bytes::put8(frame, 0);
      push(frame + payload);
    });
    if (delay > second) return;
  }
}

void Firmware::send_raw(const Command &c) {
  if (c.u8(0) == code::send_packet) {
    if (c.size < 4) return refuse(error::unsupported);
    if (!meshcore::parse_packet(c.said(2))) return refuse(error::illegal_argument);
  } else {
    const auto hops = static_cast<int8_t>(c.memory[1]);
    if (c.size < 6 || hops < 0 || c.size < 2 + static_cast<size_t>(hops) + 4)
      return refuse(error::unsupported);
  }
  note("raw", "", meshcore::hex(c.said(2)), 0);
  respond(meshcore::build_ok());
}

void Firmware::deliver_posts(const std::string &room) {
  Peer *peer = mesh_.find(room);
  if (peer == nullptr || peer->pushing || !peer->us.known || peer->posts.empty()) return;
  const Post post = peer->posts.front();
  peer->posts.pop_front();
  ++peer->pushed;
  peer->pushing = true;
  heard_text(*peer, text_type::signed_plain, post.timestamp, post.text, post.author);
  output_.later(6 * second / 5, [this, room] {
    mesh_.find(room)->pushing = false;
    deliver_posts(room);
  });
}

}  // namespace sim::companion
