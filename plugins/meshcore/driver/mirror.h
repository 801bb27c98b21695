// What the radio is known to hold right now: its own record, its settings, contacts and channels.
// Every change goes to the sink, which publishes it. A contact's lastmod is the mirror's own where
// the radio forgets to raise it (docs/protocol notes 2.6). Must not know the link, nor why a record
// changes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/model.h"
#include "plugins/meshcore/codec/state.h"

namespace meshcore_driver {

// Told of each record that changed. Arguments are borrowed for the call.
class StateSink {
 public:
  virtual ~StateSink() = default;
  virtual void state_put(const meshcore::StateKey &key, std::uint64_t order,
                         std::string_view payload) = 0;
  virtual void state_removed(const meshcore::StateKey &key, std::uint64_t order) = 0;
};

// Everything a capture brought, as the radio sent it and in that order.
struct Dump {
  std::vector<std::string> frames;
  bool contacts_whole = false;  // contacts that are not among them are gone
  unsigned channels = 0;        // slots that were read; those beyond are gone
};

// [loop-thread]
class Mirror {
 public:
  // device_now: seconds of the device's clock at this moment.
  Mirror(StateSink &sink, std::function<std::uint32_t()> device_now)
      : sink_(sink), device_now_(std::move(device_now)) {}

  // A capture begins. What is put or removed before its swap is newer than what it brings.
  void watch() { touched_.clear(); }
  // Takes over a whole capture: what changed is put, what it no longer holds is removed.
  void swap(const Dump &dump);
  // One record read again or learnt live. False: the frame is no state, or cannot be read.
  bool put(std::string_view frame);
  void contact_gone(std::string_view public_key);
  // Forgets everything without telling: the core drops what is of another radio by itself.
  void clear();

  bool complete() const { return complete_; }
  std::optional<std::string_view> payload(const meshcore::StateKey &key) const;
  const meshcore::SelfInfo &self() const { return self_; }
  const meshcore::DeviceInfo &device() const { return device_; }
  std::optional<meshcore::Contact> contact(std::string_view public_key) const;
  // Nothing if no contact begins like that, or prefix is shorter than 6 bytes.
  std::optional<meshcore::Contact> contact_by_prefix(std::string_view prefix) const;
  std::optional<meshcore::ChannelInfo> channel(std::uint8_t index) const;
  std::size_t contact_count() const { return contacts_.size(); }
  // CONTACT frames in the order of a dump.
  std::vector<std::string_view> contact_frames() const;

 private:
  struct Record {
    std::uint64_t order = 0;
    std::string payload;
  };
  struct Known {
    std::uint64_t order = 0;
    std::string device;         // the frame as the radio sends it
    std::string shown;          // the same with the mirror's lastmod
    std::uint32_t lastmod = 0;  // the shown one
  };

  void store(const meshcore::StateKey &key, std::uint64_t order, std::string payload);
  void put_contact(const meshcore::Contact &contact, std::optional<std::uint64_t> order);
  std::uint32_t lastmod_for(const meshcore::Contact &contact, const Known *known) const;
  void learn(std::string_view frame);
  bool put_record(const meshcore::StateKey &key, std::string_view frame);
  void remove(std::string_view public_key);
  void remove_unnamed(const Dump &dump);

  StateSink &sink_;
  std::function<std::uint32_t()> device_now_;
  bool complete_ = false;
  bool swapping_first_ = false;  // lastmods are the radio's own
  meshcore::SelfInfo self_;
  meshcore::DeviceInfo device_;
  std::map<std::string, Record> records_;  // all but contacts, by encoded key
  std::map<std::string, Known, std::less<>> contacts_;
  std::set<std::string> touched_;  // encoded keys, since the capture began
  std::uint64_t next_place_ = 0;   // of a contact
  std::uint32_t highest_lastmod_ = 0;
};

}  // namespace meshcore_driver
