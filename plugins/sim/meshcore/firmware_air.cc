// What the radio of firmware.h hears: adverts, texts, posts, other people's traffic, and the life
// of the mesh that brings them.
#include <algorithm>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/crypto.h"
#include "plugins/meshcore/codec/packet.h"
#include "plugins/meshcore/codec/text.h"
#include "plugins/sim/meshcore/firmware.h"

namespace sim::companion {
namespace {

namespace bytes = meshcore::bytes;
namespace contact_type = meshcore::contact_type;
namespace push_code = meshcore::push;
namespace text_type = meshcore::text_type;

constexpr int64_t second = 1'000'000'000;
constexpr size_t remembered_paths = 16;
constexpr size_t kept_posts = 32;

std::string bare(uint8_t what) { return std::string(1, static_cast<char>(what)); }

}  // namespace

void Firmware::log_rx(std::string_view packet, int8_t snr_x4) {
  ++heard_packets_;
  std::string frame = bare(push_code::log_rx_data);
  bytes::put8(frame, static_cast<uint8_t>(snr_x4));
  bytes::put8(frame, static_cast<uint8_t>(-70));
  frame += packet;
  if (frame.size() <= meshcore::max_frame) push(frame);  // longer ones never show
}

std::string Firmware::own_advert() const {
  const meshcore::SelfInfo &self = settings_.self();
  return packet(
      packet_type::advert, Route::flood, "",
      advert_payload(self.public_key, clock(), contact_type::chat, self.name,
                     self.advert_location_policy != 0, self.latitude_e6, self.longitude_e6));
}

bool Firmware::learn_path(const Peer &peer) {
  meshcore::Contact *contact = contacts_.find(peer.key);
  if (contact == nullptr) return false;
  log_rx(packet(packet_type::path, Route::flood, "",
                datagram(mesh_.random(), settings_.self().public_key, peer.key, 10)),
         peer.snr_x4);
  contact->out_path_len = static_cast<uint8_t>(peer.path.size());
  contact->out_path.fill('\0');
  std::copy(peer.path.begin(), peer.path.end(), contact->out_path.begin());
  contact->lastmod = clock();
  respond(meshcore::build_key_push(push_code::path_updated, peer.key));  // heard by nobody or not
  return true;
}

void Firmware::heard_advert(const Peer &peer, std::string_view raw) {
  if (paths_.size() >= remembered_paths && paths_.count(peer.key) == 0)
    paths_.erase(paths_.begin());
  paths_[peer.key] = {clock(), peer.path};
  if (meshcore::Contact *known = contacts_.find(peer.key)) {
    if (peer.last_advert <= known->last_advert) return;  // heard already
    meshcore::Contact now = Mesh::contact_of(peer, false, clock());
    now.flags = known->flags;
    now.out_path_len = known->out_path_len;
    now.out_path = known->out_path;
    *known = now;
    adverts_[peer.key] = raw;
    return push(meshcore::build_key_push(push_code::advert, peer.key));
  }
  const meshcore::Contact fresh_one = Mesh::contact_of(peer, false, clock());
  std::string evicted;
  Put put = Put::full;
  const bool wanted = settings_.stores(peer.type, peer.hops());
  if (wanted) put = contacts_.put(fresh_one, settings_.overwrite_oldest(), evicted);
  if (put == Put::full) {
    push(meshcore::build_contact(fresh_one, push_code::new_advert));
    if (wanted) push(bare(push_code::contacts_full));
    return;
  }
  adverts_[peer.key] = raw;
  if (!evicted.empty()) push(meshcore::build_key_push(push_code::contact_deleted, evicted));
  push(meshcore::build_key_push(push_code::advert, peer.key));
}

bool Firmware::import_contact(std::string_view raw) {
  const auto parsed = meshcore::parse_packet(raw);
  if (!parsed || parsed->type != packet_type::advert) return false;
  const auto advert = meshcore::parse_advert(parsed->payload);
  if (!advert) return false;
  // A bad signature is accepted here and dropped later, without a word.
  if (!genuine_advert(parsed->payload)) return true;
  Peer *known = mesh_.find(advert->public_key);
  Peer peer;
  if (known != nullptr) peer = *known;
  peer.key = advert->public_key;
  peer.type = advert->type;
  peer.name = advert->name;
  peer.last_advert = advert->timestamp;
  peer.latitude_e6 = advert->latitude_e6.value_or(0);
  peer.longitude_e6 = advert->longitude_e6.value_or(0);
  output_.later(second / 20, [this, peer, raw = std::string(raw)] { heard_advert(peer, raw); });
  return true;
}

void Firmware::heard_text(const Peer &peer, uint8_t type, uint32_t timestamp, std::string_view text,
                          std::string_view author) {
  log_rx(packet(packet_type::text, peer.hops() == 0 ? Route::direct : Route::flood, peer.path,
                datagram(mesh_.random(), settings_.self().public_key, peer.key, text.size() + 5)),
         peer.snr_x4);
  if (contacts_.find(peer.key) == nullptr) return;  // cannot be read
  meshcore::ReceivedMessage message;
  message.kind = meshcore::ReceivedMessage::Kind::direct;
  message.snr_x4 = peer.snr_x4;
  message.key_prefix = peer.prefix();
  message.path_len = peer.hops() == 0 ? meshcore::path_unknown : static_cast<uint8_t>(peer.hops());
  message.text_type = type;
  message.timestamp = timestamp;
  message.author = author;
  message.text = text;
  queue_message(message);
}

bool Firmware::incoming_text(std::string_view wanted, std::string_view text) {
  const Peer *peer = wanted.empty() ? mesh_.any(contact_type::chat) : mesh_.find(wanted);
  if (peer == nullptr) return false;
  heard_text(*peer, text_type::plain, output_.unix_time(), text);
  return true;
}

bool Firmware::incoming_channel_text(uint8_t slot, std::string_view text) {
  const meshcore::ChannelInfo *channel = settings_.channel(slot);
  const Peer *peer = mesh_.any(contact_type::chat);
  if (channel == nullptr || channel->empty() || peer == nullptr) return false;
  meshcore::ReceivedMessage message;
  message.kind = meshcore::ReceivedMessage::Kind::channel;
  message.snr_x4 = peer->snr_x4;
  message.channel = slot;
  message.path_len = static_cast<uint8_t>(peer->hops());
  message.timestamp = output_.unix_time();
  message.text = meshcore::clean_utf8(peer->name) + ": " + std::string(text);
  log_rx(packet(packet_type::group_text, Route::flood, peer->path,
                group_datagram(mesh_.random(), meshcore::channel_hash(channel->secret),
                               message.text.size() + 5)),
         peer->snr_x4);
  queue_message(message);
  return true;
}

bool Firmware::incoming_channel_data(uint8_t slot, uint16_t type, std::string_view data) {
  const meshcore::ChannelInfo *channel = settings_.channel(slot);
  const Peer *peer = mesh_.any(contact_type::chat);
  if (channel == nullptr || channel->empty() || peer == nullptr) return false;
  meshcore::ReceivedMessage message;
  message.kind = meshcore::ReceivedMessage::Kind::data;
  message.snr_x4 = peer->snr_x4;
  message.channel = slot;
  message.path_len = static_cast<uint8_t>(peer->hops());
  message.data_type = type;
  message.text = data;
  queue_message(message);
  return true;
}

void Firmware::incoming_raw_data(std::string_view data) {
  std::string frame = bare(push_code::raw_data);
  bytes::put8(frame, 38);
  bytes::put8(frame, static_cast<uint8_t>(-70));
  bytes::put8(frame, 0xFF);
  push(frame + std::string(data));
}

bool Firmware::incoming_post(std::string_view text) {
  // In a room that knows us, or else in the first one, to be fetched after a login.
  Peer *room = nullptr;
  for (Peer &peer : mesh_.peers()) {
    if (peer.type != contact_type::room || peer.silent) continue;
    if (room == nullptr || (peer.us.known && !room->us.known)) room = &peer;
  }
  const Peer *author = mesh_.any(contact_type::chat);
  if (room == nullptr || author == nullptr) return false;
  room->posts.push_back({output_.unix_time(), author->key.substr(0, 4), std::string(text)});
  if (room->posts.size() > kept_posts) room->posts.pop_front();
  ++room->posted;
  deliver_posts(room->key);
  return true;
}

bool Firmware::incoming_advert(bool stranger) {
  const auto known = static_cast<uint32_t>(mesh_.known());
  const auto all = static_cast<uint32_t>(mesh_.peers().size());
  const uint32_t from = stranger ? known : 0;
  const uint32_t count = stranger ? all - known : known;
  if (count == 0) return false;
  Peer &peer = mesh_.peers()[from + mesh_.random().below(count)];
  peer.last_advert = std::max(output_.unix_time(), peer.last_advert + 1);
  // Some have moved.
  if (peer.type == contact_type::chat) {
    peer.latitude_e6 += static_cast<int32_t>(mesh_.random().between(-900, 900));
    peer.longitude_e6 += static_cast<int32_t>(mesh_.random().between(-900, 900));
  }
  const std::string raw = packet(packet_type::advert, Route::flood, peer.path,
                                 advert_payload(peer.key, peer.last_advert, peer.type, peer.name,
                                                true, peer.latitude_e6, peer.longitude_e6));
  log_rx(raw, peer.snr_x4);
  heard_advert(peer, raw);
  return true;
}

bool Firmware::incoming_path(std::string_view wanted) {
  const Peer *peer = wanted.empty() ? mesh_.any(contact_type::chat) : mesh_.find(wanted);
  return peer != nullptr && learn_path(*peer);
}

void Firmware::incoming_trace() {
  const Peer *repeater = mesh_.any(contact_type::repeater);
  if (repeater == nullptr) return;
  std::string frame = bare(push_code::trace_data) + std::string(1, '\0');
  bytes::put8(frame, 1);
  bytes::put8(frame, 0);
  std::string payload;
  bytes::put32(payload, static_cast<uint32_t>(mesh_.random().next()));  // somebody else's tag
  bytes::put32(payload, 0);
  frame += payload + repeater->key.substr(0, 1);
  bytes::put8(frame, static_cast<uint8_t>(repeater->snr_x4));
  bytes::put8(frame, 38);
  bytes::put8(payload, 0);
  log_rx(packet(packet_type::trace, Route::direct, std::string(1, repeater->snr_x4),
                payload + repeater->key.substr(0, 1)),
         repeater->snr_x4);
  push(frame);
}

void Firmware::incoming_raw() {
  const Peer *from = mesh_.any(contact_type::chat);
  const Peer *to = mesh_.any(contact_type::repeater);
  if (from == nullptr || to == nullptr) return;
  constexpr uint8_t types[] = {packet_type::request, packet_type::response, packet_type::text,
                               packet_type::anonymous, packet_type::path};
  log_rx(packet(types[mesh_.random().below(5)], Route::flood, from->path,
                datagram(mesh_.random(), to->key, from->key, mesh_.random().below(96) + 4)),
         from->snr_x4);
}

void Firmware::live(double text_probability) {
  Random &random = mesh_.random();
  if (random.chance(text_probability)) {
    const auto slots = settings_.used_channels();
    const uint32_t kind = random.below(4);
    if (kind == 0) {
      incoming_text("", mesh_.words());
    } else if (kind == 1) {
      incoming_post(mesh_.words());
    } else if (!slots.empty()) {
      incoming_channel_text(slots[random.below(static_cast<uint32_t>(slots.size()))],
                            mesh_.words());
    }
    return;
  }
  const uint32_t kind = random.below(20);
  if (kind < 7) {
    incoming_advert(false);
  } else if (kind == 7) {
    incoming_advert(true);
  } else if (kind == 8) {
    incoming_path("");
  } else if (kind == 9) {
    incoming_trace();
  } else {
    incoming_raw();
  }
}

}  // namespace sim::companion
