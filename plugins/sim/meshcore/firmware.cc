// The session, contacts and messages of firmware.h. What goes out is in firmware_send.cc, what is
// heard in firmware_air.cc. Which lengths are checked follows the device, not good sense.
#include "plugins/sim/meshcore/firmware.h"

#include <algorithm>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/stats.h"
#include "plugins/meshcore/codec/text.h"

namespace sim::companion {
namespace {

namespace bytes = meshcore::bytes;
namespace code = meshcore::command;
namespace error = meshcore::error;
namespace push_code = meshcore::push;
namespace response = meshcore::response;
using meshcore::key_size;

constexpr int64_t second = 1'000'000'000;
constexpr size_t contact_limit = 350;
constexpr size_t queue_limit = 16;
constexpr size_t sign_limit = 8192;
constexpr uint32_t behind_s = 300;  // the clock after the first start
constexpr int64_t stream_turn = 1'000'000;
constexpr size_t contacts_a_turn = 4;

std::string bare(uint8_t what) { return std::string(1, static_cast<char>(what)); }

}  // namespace

Firmware::Firmware(const FirmwareOptions &options, Output &output)
    : options_(options),
      output_(output),
      mesh_(options.seed, std::min<uint32_t>(options.contacts, contact_limit)),
      settings_(key_for("radio", options.seed, 0), "Simulated Hill", options.channels),
      contacts_(contact_limit),
      booted_ns_(output.mono_ns()) {
  const uint32_t now = output.unix_time();
  for (size_t i = 0; i < mesh_.known(); ++i) {
    Peer &peer = mesh_.peers()[i];
    const auto age = static_cast<uint32_t>((mesh_.known() - 1 - i) * 97);
    peer.last_advert = now - behind_s - age;
    std::string evicted;
    contacts_.put(Mesh::contact_of(peer, i % 5 != 3, peer.last_advert), false, evicted);
    if (i % 2 == 0) {
      adverts_[peer.key] = packet(packet_type::advert, Route::flood, peer.path,
                                  advert_payload(peer.key, peer.last_advert, peer.type, peer.name,
                                                 true, peer.latitude_e6, peer.longitude_e6));
      if (paths_.size() < 16) paths_[peer.key] = {peer.last_advert, peer.path};
    }
  }
  set_clock(contacts_.all().empty() ? now - behind_s : contacts_.newest_lastmod() + 1);
}

void Firmware::set_clock(uint32_t seconds) {
  clock_base_ns_ = output_.mono_ns();
  clock_base_ = seconds;
}

uint32_t Firmware::clock() const {
  return clock_base_ + static_cast<uint32_t>((output_.mono_ns() - clock_base_ns_) / second);
}

uint32_t Firmware::unique_time() {
  last_unique_ = std::max(clock(), last_unique_ + 1);
  return last_unique_;
}

void Firmware::refuse(uint8_t why) { output_.send(meshcore::build_error(why)); }

void Firmware::push(std::string_view payload) {
  if (output_.connected()) output_.send(payload);
}

void Firmware::command(std::string_view payload, Transport transport) {
  if (payload.empty()) return;
  const size_t size = std::min(payload.size(), meshcore::max_frame);
  std::copy_n(payload.begin(), size, memory_.begin());
  memory_[size] = '\0';
  ++counters_.commands[static_cast<uint8_t>(payload[0])];
  dispatch(Command{std::string_view(memory_.data(), memory_.size()), size}, transport);
}

void Firmware::dispatch(const Command &c, Transport transport) {
  if (c.u8(0) == code::app_start) {
    if (c.size < 8) return refuse(error::unsupported);
    if (transport == Transport::serial) stream_.reset();  // no END for whoever waits for it
    return respond(meshcore::build_self_info(settings_.self()));
  }
  if (device_command(c) || contact_command(c) || sign_command(c) || sending_command(c)) return;
  if (const auto answer = settings_.handle(c)) return respond(*answer);
  refuse(error::unsupported);
}

bool Firmware::device_command(const Command &c) {
  switch (c.u8(0)) {
    case code::get_time:
      respond(meshcore::build_time(clock()));
      return true;
    case code::set_time:
      if (c.size < 5) return refuse(error::unsupported), true;
      if (bytes::u32(c.memory, 1) < clock()) return refuse(error::illegal_argument), true;
      set_clock(bytes::u32(c.memory, 1));
      respond(meshcore::build_ok());
      return true;
    case code::sync_next:
      sync_next();
      return true;
    case code::reboot:
      if (c.said(1).substr(0, 6) != "reboot") return refuse(error::unsupported), true;
      restart();
      return true;
    case code::factory_reset:
      if (c.said(1).substr(0, 5) != "reset") return refuse(error::unsupported), true;
      respond(meshcore::build_ok());
      contacts_ = ContactTable(contact_limit);
      restart();
      return true;
    case code::device_query:
      if (c.size < 2) return refuse(error::unsupported), true;
      app_version_ = c.u8(1);
      respond(meshcore::build_device_info(settings_.device()));
      return true;
    case code::export_key:
      respond(bare(response::private_key) + signature(settings_.self().public_key, "private key"));
      return true;
    case code::import_key:
      if (c.size < 65) return refuse(error::unsupported), true;
      settings_.set_key(key_for(c.said(1), 0, 0));
      respond(meshcore::build_ok());
      return true;
    case code::set_flood_scope:
      if (c.size < 2 || c.u8(1) > 1) return refuse(error::unsupported), true;
      scope_ = c.u8(1) == 1 ? "unscoped" : std::string(c.size >= 18 ? c.memory.substr(2, 16) : "");
      respond(meshcore::build_ok());
      return true;
    case code::get_stats:
      if (c.size < 2) return refuse(error::unsupported), true;
      if (c.u8(1) > 2) return refuse(error::illegal_argument), true;
      respond(stats(c.u8(1)));
      return true;
    default:
      return false;
  }
}

std::string Firmware::stats(uint8_t subtype) const {
  const auto uptime = static_cast<uint32_t>((output_.mono_ns() - booted_ns_) / second);
  if (subtype == 0) return meshcore::build_core_stats({settings_.battery_mv(), uptime, 0, 0});
  if (subtype == 1)
    return meshcore::build_radio_stats({-112, -70, 38, sent_packets_ / 2, heard_packets_ / 2});
  meshcore::PacketStats packets;
  packets.received = heard_packets_;
  packets.sent = sent_packets_;
  packets.flood_tx = sent_packets_ / 2;
  packets.direct_tx = sent_packets_ - packets.flood_tx;
  packets.flood_rx = heard_packets_ / 2;
  packets.direct_rx = heard_packets_ - packets.flood_rx;
  packets.receive_errors = 0;
  return meshcore::build_packet_stats(packets);
}

bool Firmware::contact_command(const Command &c) {
  const std::string_view key = c.memory.substr(1, key_size);  // stale bytes, if it was too short
  const bool whole = c.size >= 1 + key_size;
  switch (c.u8(0)) {
    case code::get_contacts:
      start_stream(c);
      return true;
    case code::set_contact:
      set_contact(c);
      return true;
    case code::reset_path:
      if (!whole) return refuse(error::unsupported), true;
      if (meshcore::Contact *contact = contacts_.find(key)) {
        contact->out_path_len = meshcore::path_unknown;  // lastmod stays
        return respond(meshcore::build_ok()), true;
      }
      return refuse(error::not_found), true;
    case code::remove_contact:  // no length check
      if (!contacts_.remove(key)) return refuse(error::not_found), true;
      adverts_.erase(std::string(key));
      respond(meshcore::build_ok());
      return true;
    case code::share_contact: {  // no length check
      if (contacts_.find(key) == nullptr) return refuse(error::not_found), true;
      if (adverts_.count(std::string(key)) == 0) return refuse(error::table_full), true;
      ++sent_packets_;
      respond(meshcore::build_ok());
      return true;
    }
    case code::export_contact: {
      if (!whole) return respond(bare(response::exported_contact) + own_advert()), true;
      const auto advert = adverts_.find(std::string(key));
      if (advert == adverts_.end()) return refuse(error::not_found), true;
      respond(bare(response::exported_contact) + advert->second);
      return true;
    }
    case code::import_contact:
      if (c.size <= 98) return refuse(error::unsupported), true;
      if (!import_contact(c.said(1))) return refuse(error::illegal_argument), true;
      respond(meshcore::build_ok());
      return true;
    case code::get_contact: {  // no length check
      const meshcore::Contact *contact = contacts_.find(key);
      if (contact == nullptr) return refuse(error::not_found), true;
      respond(meshcore::build_contact(*contact));
      return true;
    }
    case code::get_advert_path: {
      if (c.size < 2 + key_size) return refuse(error::unsupported), true;
      const auto heard = paths_.find(std::string(c.memory.substr(2, key_size)));
      if (heard == paths_.end()) return refuse(error::not_found), true;
      std::string out = bare(response::advert_path);
      bytes::put32(out, heard->second.timestamp);
      bytes::put8(out, static_cast<unsigned>(heard->second.path.size()));
      respond(out + heard->second.path);
      return true;
    }
    case code::has_connection:  // present servers announce no keep-alive
      return refuse(whole ? error::not_found : error::unsupported), true;
    case code::logout:
      if (!whole) return refuse(error::unsupported), true;
      return respond(meshcore::build_ok()), true;
    default:
      return false;
  }
}

void Firmware::start_stream(const Command &c) {
  if (stream_) return refuse(error::bad_state);
  stream_ = Stream{};
  if (c.size >= 5) stream_->since = bytes::u32(c.memory, 1);
  respond(meshcore::build_contacts_start(static_cast<uint32_t>(contacts_.all().size())));
  output_.later(stream_turn, [this, generation = ++generation_] { continue_stream(generation); });
}

void Firmware::continue_stream(uint64_t generation) {
  if (!stream_ || generation != generation_) return;
  const auto &all = contacts_.all();
  for (size_t i = 0; i < contacts_a_turn && stream_->next < all.size(); ++i) {
    const meshcore::Contact &contact = all[stream_->next++];
    if (contact.lastmod <= stream_->since) continue;
    stream_->newest = std::max(stream_->newest, contact.lastmod);
    if (lose_contact_) {
      lose_contact_ = false;
    } else {
      respond(meshcore::build_contact(contact));
    }
  }
  if (stream_->next < all.size()) {
    output_.later(stream_turn, [this, generation] { continue_stream(generation); });
    return;
  }
  respond(meshcore::build_contacts_end(stream_->newest));
  stream_.reset();
  output_.stream_done();
}

void Firmware::set_contact(const Command &c) {
  if (c.size < 36) return refuse(error::unsupported);
  // Between 36 and the full 136 bytes it reads what an earlier command left.
  meshcore::Contact contact;
  contact.public_key = c.memory.substr(1, key_size);
  contact.type = c.u8(33);
  contact.flags = c.u8(34);
  contact.out_path_len = c.u8(35);
  std::copy_n(c.memory.begin() + 36, contact.out_path.size(), contact.out_path.begin());
  const std::string_view name = meshcore::cut_nul(c.memory.substr(100, meshcore::name_size - 1));
  std::copy(name.begin(), name.end(), contact.name_bytes.begin());
  contact.name = meshcore::clean_utf8(name);
  contact.last_advert = bytes::u32(c.memory, 132);
  if (c.size >= 144) {
    contact.latitude_e6 = bytes::i32(c.memory, 136);
    contact.longitude_e6 = bytes::i32(c.memory, 140);
  }
  contact.lastmod = c.size >= 148 ? bytes::u32(c.memory, 144) : clock();
  std::string evicted;
  const Put put = contacts_.put(contact, settings_.overwrite_oldest(), evicted);
  if (put == Put::full) return refuse(error::table_full);
  if (!evicted.empty()) push(meshcore::build_key_push(push_code::contact_deleted, evicted));
  respond(meshcore::build_ok());
}

void Firmware::sync_next() {
  if (queue_.empty()) return respond(bare(response::no_more_messages));
  const std::string frame = std::move(queue_.front().frame);
  queue_.pop_front();
  respond(frame);
}

void Firmware::queue_message(const meshcore::ReceivedMessage &message) {
  const bool channel = message.kind != meshcore::ReceivedMessage::Kind::direct;
  ++counters_.messages;
  if (queue_.size() >= queue_limit) {
    // The oldest text of a channel has to go; if there is none, the new message.
    ++counters_.lost_messages;
    const auto oldest = std::find_if(queue_.begin(), queue_.end(),
                                     [](const Queued &queued) { return queued.channel; });
    if (oldest == queue_.end()) return;
    queue_.erase(oldest);
  }
  queue_.push_back({meshcore::render_message(message, app_version_), channel});
  push(bare(push_code::message_waiting));
}

bool Firmware::sign_command(const Command &c) {
  switch (c.u8(0)) {
    case code::sign_start: {
      signing_ = std::string();
      std::string out = bare(response::sign_start);
      bytes::put8(out, 0);
      bytes::put32(out, sign_limit);
      respond(out);
      return true;
    }
    case code::sign_data:
      if (c.size < 2) return refuse(error::unsupported), true;
      if (!signing_) return refuse(error::bad_state), true;
      if (signing_->size() + c.size - 1 > sign_limit) return refuse(error::table_full), true;
      *signing_ += c.said(1);
      respond(meshcore::build_ok());
      return true;
    case code::sign_finish:
      if (!signing_) return refuse(error::bad_state), true;
      respond(bare(response::signature) + signature(settings_.self().public_key, *signing_));
      signing_.reset();
      return true;
    default:
      return false;
  }
}

void Firmware::restart() {
  ++counters_.restarts;
  app_version_ = 0;
  queue_.clear();
  stream_.reset();
  waiting_for_.reset();
  acks_ = {};
  last_unique_ = 0;
  signing_.reset();
  scope_.clear();
  paths_.clear();
  memory_ = {};
  for (Peer &peer : mesh_.peers()) peer.pushing = false;
  booted_ns_ = output_.mono_ns();
  if (!contacts_.all().empty()) set_clock(contacts_.newest_lastmod() + 1);
  output_.restarting();
}

void Firmware::renumber(uint64_t number) {
  key_number_ = number;
  settings_.set_key(key_for("radio", options_.seed, key_number_));
  restart();
}

}  // namespace sim::companion
