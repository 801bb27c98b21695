// Implementation of mesh.h.
#include "plugins/sim/meshcore/mesh.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/crypto.h"
#include "plugins/meshcore/codec/text.h"

namespace sim::companion {
namespace {

namespace bytes = meshcore::bytes;
namespace contact_type = meshcore::contact_type;

constexpr size_t strangers = 12;
constexpr double home_latitude = 47.269;
constexpr double home_longitude = 11.404;

constexpr std::array<const char *, 16> people = {
    "Anna", "Bruno",  "Chiara", "Dmitri", "Eva",  "Farid", "Greta", "Héctor",
    "Ines", "Jürgen", "Kenji",  "Lena",   "Miro", "Nadia", "Ömer",  "Paula"};
constexpr std::array<const char *, 8> peaks = {"Nordkette", "Patscherkofel", "Glungezer",
                                               "Hafelekar", "Rosskopf",      "Serles",
                                               "Habicht",   "Zugspitze"};
constexpr std::array<const char *, 4> rooms = {"Hütte", "Talboden", "Bergrettung", "Stammtisch"};
constexpr std::array<const char *, 8> sentences = {
    "on the ridge now",   "wind is picking up", "who is at the hut?", "clear sky, good signal",
    "back before sunset", "trail is closed",    "coffee is ready",    "73 from the summit"};

uint8_t type_of(size_t index) {
  if (index % 16 == 0) return contact_type::room;
  if (index % 4 == 1) return contact_type::repeater;
  if (index % 16 == 4) return contact_type::sensor;
  return contact_type::chat;
}

std::string name_of(size_t index, uint8_t type) {
  const auto pick = [index](const auto &list, size_t step) {
    const size_t turn = index / step / list.size();
    return std::string(list[index / step % list.size()]) +
           (turn == 0 ? "" : " " + std::to_string(turn + 1));
  };
  switch (type) {
    case contact_type::room:
      return pick(rooms, 16);
    case contact_type::repeater:
      return pick(peaks, 4) + " RPT";
    case contact_type::sensor:
      return "Weather " + std::to_string(index / 16 + 1);
    default:
      // One name that fills its field and was cut inside a character, as people's names are.
      if (index == 7) return std::string("A name that fills its field \xF0\x9F\x8F", 31);
      return pick(people, 1);
  }
}

uint8_t byte(Random &random) { return static_cast<uint8_t>(random.next()); }

}  // namespace

Mesh::Mesh(uint64_t seed, uint32_t count) : random_(seed), known_(count) {
  for (size_t i = 0; i < count + strangers; ++i) {
    Peer peer;
    peer.type = i < count ? type_of(i) : contact_type::chat;
    if (i >= count && i % 3 == 0) peer.type = contact_type::repeater;
    peer.key = key_for("peer", seed, i);
    peer.name = i < count ? name_of(i, peer.type) : "Passer-by " + std::to_string(i - count + 1);
    peer.latitude_e6 =
        static_cast<int32_t>((home_latitude + random_.between(-0.2, 0.2)) * 1'000'000);
    peer.longitude_e6 =
        static_cast<int32_t>((home_longitude + random_.between(-0.3, 0.3)) * 1'000'000);
    peer.snr_x4 = static_cast<int8_t>(random_.between(-30, 48));
    peer.silent = i % 13 == 11;
    peer.shares_telemetry = peer.type != contact_type::chat || i % 2 == 0;
    peers_.push_back(std::move(peer));
  }
  // Every third is heard at once, the others over one to three repeaters.
  for (size_t i = 0; i < peers_.size(); ++i) {
    for (size_t hop = 0; hop < i % 3 && peers_.size() > 1; ++hop)
      peers_[i].path += peers_[(1 + 4 * ((i + hop) % 5)) % peers_.size()].key[0];
  }
}

Peer *Mesh::find(std::string_view key) {
  if (key.empty()) return nullptr;
  const auto found = std::find_if(peers_.begin(), peers_.end(), [key](const Peer &peer) {
    return std::string_view(peer.key).substr(0, key.size()) == key;
  });
  return found == peers_.end() ? nullptr : &*found;
}

Peer *Mesh::any(uint8_t type) {
  if (known_ == 0) return nullptr;
  const size_t begin = random_.below(static_cast<uint32_t>(known_));
  for (size_t i = 0; i < known_; ++i) {
    Peer &peer = peers_[(begin + i) % known_];
    if (peer.type == type && !peer.silent) return &peer;
  }
  return nullptr;
}

meshcore::Contact Mesh::contact_of(const Peer &peer, bool path_known, uint32_t lastmod) {
  meshcore::Contact contact;
  contact.public_key = peer.key;
  contact.type = peer.type;
  if (path_known) {
    contact.out_path_len = static_cast<uint8_t>(peer.path.size());
    std::copy(peer.path.begin(), peer.path.end(), contact.out_path.begin());
  }
  contact.name = meshcore::clean_utf8(peer.name);
  std::copy_n(peer.name.begin(), std::min(peer.name.size(), meshcore::name_size - 1),
              contact.name_bytes.begin());
  contact.last_advert = peer.last_advert;
  contact.latitude_e6 = peer.latitude_e6;
  contact.longitude_e6 = peer.longitude_e6;
  contact.lastmod = lastmod;
  return contact;
}

std::string Mesh::words() {
  return std::string(sentences[random_.below(sentences.size())]) + " #" + std::to_string(++said_);
}

std::string packet(uint8_t type, Route route, std::string_view path, std::string_view payload) {
  std::string out;
  bytes::put8(out, static_cast<unsigned>(route) | static_cast<unsigned>(type) << 2);
  bytes::put8(out, static_cast<unsigned>(path.size()));
  out += path;
  out += payload;
  return out;
}

std::string datagram(Random &random, std::string_view to, std::string_view from, size_t text_size) {
  std::string out;
  out += to.substr(0, 1);
  out += from.substr(0, 1);
  const size_t noise = 2 + (text_size + 15) / 16 * 16;
  for (size_t i = 0; i < noise; ++i) bytes::put8(out, byte(random));
  return out;
}

std::string group_datagram(Random &random, uint8_t channel_hash, size_t text_size) {
  std::string out;
  bytes::put8(out, channel_hash);
  const size_t noise = 2 + (text_size + 15) / 16 * 16;
  for (size_t i = 0; i < noise; ++i) bytes::put8(out, byte(random));
  return out;
}

std::string advert_payload(std::string_view key, uint32_t timestamp, uint8_t type,
                           std::string_view name, bool with_place, int32_t latitude_e6,
                           int32_t longitude_e6) {
  std::string content;
  bytes::put8(content, type | (with_place ? 0x10U : 0U) | (name.empty() ? 0U : 0x80U));
  if (with_place) {
    bytes::put_signed32(content, latitude_e6);
    bytes::put_signed32(content, longitude_e6);
  }
  content += name.substr(0, 32 - content.size());
  std::string out(key);
  bytes::put32(out, timestamp);
  out += signature(key, out + content);
  return out + content;
}

bool genuine_advert(std::string_view payload) {
  constexpr size_t head = meshcore::key_size + 4;
  if (payload.size() < head + 64) return false;
  std::string signed_bytes(payload.substr(0, head));
  signed_bytes += payload.substr(head + 64);
  return signature(payload.substr(0, meshcore::key_size), signed_bytes) == payload.substr(head, 64);
}

std::string signature(std::string_view key, std::string_view content) {
  std::string out;
  for (const char *half : {"first", "second"}) {
    const auto digest =
        meshcore::sha256(std::string(half) + std::string(key) + std::string(content));
    out.append(digest.begin(), digest.end());
  }
  return out;
}

std::string key_for(std::string_view what, uint64_t seed, uint64_t number) {
  const auto digest = meshcore::sha256("simulated " + std::string(what) + " " +
                                       std::to_string(seed) + " " + std::to_string(number));
  std::string key(digest.begin(), digest.end());
  // Neither zero nor all ones begins a real key.
  if (key[0] == '\0' || key[0] == '\xFF') key[0] = '\x5A';
  return key;
}

}  // namespace sim::companion
