// What the firmware of a companion radio does with its client and with what it hears: one offline
// queue, one contact iterator, one pending request, one app version (docs/protocol notes 2). Talks
// in payloads through Output. Must not know streams or framing.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/sim/meshcore/contacts.h"
#include "plugins/sim/meshcore/mesh.h"
#include "plugins/sim/meshcore/receiver.h"
#include "plugins/sim/meshcore/server.h"
#include "plugins/sim/meshcore/settings.h"

namespace sim::companion {

// What the radio does to the outside. All calls come from inside Firmware's methods.
class Output {
 public:
  virtual ~Output() = default;
  // One payload for every client there is.
  virtual void send(std::string_view payload) = 0;
  // Calls then after delay_ns unless the radio restarts before.
  virtual void later(int64_t delay_ns, std::function<void()> then) = 0;
  // The radio restarts: connections are lost, what was to be called later is forgotten.
  virtual void restarting() = 0;
  // The contact stream is over: a client over Wi-Fi is read again.
  virtual void stream_done() = 0;
  // Whether the radio believes that somebody listens; a serial line always does.
  virtual bool connected() const = 0;
  virtual int64_t mono_ns() const = 0;
  virtual uint32_t unix_time() const = 0;  // seconds, of the world
};

struct FirmwareOptions {
  uint64_t seed = 1;
  uint32_t contacts = 40;
  uint32_t channels = 3;
  Passwords passwords;
};

// For tests: what left the radio.
struct Transmission {
  std::string what;  // "text", "channel", "login" ...
  std::string to;    // key prefix in hex, or a slot
  std::string text;
  uint32_t timestamp = 0;
};

struct Counters {
  std::map<unsigned, uint64_t> commands;  // by code
  uint64_t crashes = 0;
  uint64_t restarts = 0;
  uint64_t messages = 0;  // queued for the client
  uint64_t lost_messages = 0;
  uint64_t discarded_answers = 0;  // to requests that a later one cleared
};

class Firmware {
 public:
  Firmware(const FirmwareOptions &options, Output &output);

  // One command. Over Wi-Fi none may be given while streaming().
  void command(std::string_view payload, Transport transport);
  bool streaming() const { return stream_.has_value(); }
  // A client connected: the iterator is given up, everything else stays as it was.
  void attach() { stream_.reset(); }

  // Something happens in the mesh.
  void live(double text_probability);
  // What tests make happen. False if there is no such peer or channel; an empty peer is anyone.
  bool incoming_text(std::string_view peer, std::string_view text);
  bool incoming_channel_text(uint8_t slot, std::string_view text);
  bool incoming_channel_data(uint8_t slot, uint16_t type, std::string_view data);
  void incoming_raw_data(std::string_view data);
  bool incoming_post(std::string_view text);
  bool incoming_advert(bool stranger);
  bool incoming_path(std::string_view peer);
  void incoming_trace();
  void incoming_raw();
  // The next contact stream lacks one frame, as when the radio's output queue overflows.
  void lose_contact() { lose_contact_ = true; }
  void restart();
  // Becomes another radio: a key of that number.
  void renumber(uint64_t number);

  Mesh &mesh() { return mesh_; }
  const ContactTable &contacts() const { return contacts_; }
  const Settings &settings() const { return settings_; }
  const Counters &counters() const { return counters_; }
  const std::deque<Transmission> &transmissions() const { return transmissions_; }
  size_t queued() const { return queue_.size(); }
  uint32_t clock() const;

 private:
  struct Queued {
    std::string frame;
    bool channel = false;
  };
  struct Stream {
    size_t next = 0;
    uint32_t since = 0;
    uint32_t newest = 0;
  };
  struct ExpectedAck {
    uint32_t ack = 0;
    int64_t sent_ns = 0;
  };

  // firmware.cc: the session, messages, contacts
  void dispatch(const Command &c, Transport transport);
  void respond(std::string_view payload) { output_.send(payload); }
  void refuse(uint8_t error);
  void push(std::string_view payload);  // only if somebody is connected
  void start_stream(const Command &c);
  void continue_stream(uint64_t generation);
  void set_contact(const Command &c);
  void sync_next();
  void queue_message(const meshcore::ReceivedMessage &message);
  uint32_t unique_time();
  void set_clock(uint32_t seconds);
  bool device_command(const Command &c);
  bool contact_command(const Command &c);
  bool sign_command(const Command &c);
  std::string stats(uint8_t subtype) const;

  // firmware_send.cc: what goes out, and what comes of it
  bool sending_command(const Command &c);
  void send_text(const Command &c);
  void send_cli(Peer *peer, const std::string &text);
  void send_channel_text(const Command &c);
  void send_channel_data(const Command &c);
  void send_request(const Command &c);
  void send_telemetry(const Command &c);
  void send_trace(const Command &c);
  void send_control(const Command &c);
  void send_raw(const Command &c);
  void answer_later(const Peer &peer, std::string match, std::string frame);
  void sent(bool flood, uint32_t tag, size_t size, unsigned hops);
  void acknowledged(uint32_t ack, const std::string &key, size_t ack_size);
  void deliver_posts(const std::string &room);
  void note(std::string what, std::string to, std::string_view text, uint32_t timestamp);

  // firmware_air.cc: what is heard
  void log_rx(std::string_view packet, int8_t snr_x4);
  void heard_advert(const Peer &peer, std::string_view packet);
  void heard_text(const Peer &peer, uint8_t type, uint32_t timestamp, std::string_view text,
                  std::string_view author = {});
  bool import_contact(std::string_view packet);
  bool learn_path(const Peer &peer);
  std::string own_advert() const;

  FirmwareOptions options_;
  Output &output_;
  Mesh mesh_;
  Settings settings_;
  ContactTable contacts_;
  std::map<std::string, std::string> adverts_;  // packets heard, by key
  struct Heard {
    uint32_t timestamp = 0;
    std::string path;
  };
  std::map<std::string, Heard> paths_;  // of adverts, the last 16

  std::array<char, meshcore::max_frame + 1> memory_{};  // every command lands here
  uint8_t app_version_ = 0;
  std::deque<Queued> queue_;
  std::optional<Stream> stream_;
  uint64_t generation_ = 0;  // of the stream
  bool lose_contact_ = false;
  std::optional<std::string> waiting_for_;  // the one request that may still be answered
  std::array<ExpectedAck, 8> acks_{};
  size_t next_ack_ = 0;
  std::optional<std::string> signing_;
  std::string scope_;
  int64_t booted_ns_;
  int64_t clock_base_ns_ = 0;  // mono_ns when
  uint32_t clock_base_ = 0;    // the clock stood at this
  uint32_t last_unique_ = 0;
  uint64_t key_number_ = 0;
  uint32_t sent_packets_ = 0;
  uint32_t heard_packets_ = 0;
  std::map<std::string, uint32_t> answered_;  // last text each peer replied to, by its timestamp
  Counters counters_;
  std::deque<Transmission> transmissions_;
};

}  // namespace sim::companion
