// What the radio is known to hold right now: its settings frames, its nodes kept fresh from live
// packets, the answers to reads. Every change goes to the sink, which publishes it. Must not know
// the link, nor why a record changes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "plugins/meshtastic/codec/node.h"
#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/driver/capture.h"

namespace meshtastic_driver {

// Told of each record that changed. Arguments are borrowed for the call.
class StateSink {
 public:
  virtual ~StateSink() = default;
  virtual void state_put(meshtastic::StateKey key, std::uint64_t order,
                         std::string_view payload) = 0;
  virtual void state_removed(meshtastic::StateKey key, std::uint64_t order) = 0;
};

enum class Favorites : std::uint8_t { invalid = 0, drop, keep };

// [loop-thread]
class Mirror {
 public:
  Mirror(StateSink &sink, std::size_t nodes_max) : sink_(sink), nodes_max_(nodes_max) {}

  // Takes over a whole dump: what changed is put, settings it no longer holds are removed, nodes it
  // does not name stay. A dump of settings only leaves the nodes alone.
  void swap(Dump dump);
  // Forgets everything without telling: the core drops what is of another radio by itself.
  void clear();
  void set_nodes_max(std::size_t most);

  std::uint32_t own() const { return own_; }
  bool complete() const { return own_ != 0; }
  std::size_t node_count() const;  // the own node included
  std::optional<std::string_view> payload(meshtastic::StateKey key) const;

  // One record read again or learned live; it keeps its place.
  void put(meshtastic::StateKey key, std::string_view payload);
  // A packet that was heard, sent by the own node, or replayed. now: s since 1970, 0 if unknown.
  void hear(const pb::MeshPacket &packet, meshtastic::Heard heard, std::uint32_t now);
  // A node frame outside any dump.
  void take_node(std::string_view payload);
  // Changes a known node; nothing happens for others.
  void edit_node(std::uint32_t number, const std::function<void(pb::NodeInfo &)> &change);
  void remove_node(std::uint32_t number);
  void remove_other_nodes(Favorites favorites);

  std::optional<pb::NodeInfo> node(std::uint32_t number) const;
  // Whether the radio's own list still held the node when last seen; its list is shorter than ours.
  bool radio_has(std::uint32_t number) const;
  void radio_lacks(std::uint32_t number);
  void radio_holds(std::uint32_t number);

 private:
  struct Record {
    std::uint64_t order = 0;
    std::string payload;
  };
  // What is needed of a node to decide who goes.
  struct Brief {
    std::uint32_t last_heard = 0;
    bool favorite = false;
    bool in_radio = false;
  };
  using Records = std::map<meshtastic::StateKey, Record>;

  meshtastic::StateKey key_of(std::uint32_t number) const;
  std::uint64_t next_place(meshtastic::Section section) const;
  void store(meshtastic::StateKey key, std::uint64_t order, std::string payload);
  void store_node(const pb::NodeInfo &node, std::uint64_t order);
  void drop(meshtastic::StateKey key);
  void make_room(std::size_t wanted);
  void merge_into(DumpRecord &fresh, const Record &kept) const;
  void note(const pb::NodeInfo &node, bool in_radio);

  StateSink &sink_;
  std::size_t nodes_max_;
  std::uint32_t own_ = 0;
  Records records_;
  std::unordered_map<std::uint32_t, Brief> briefs_;  // all nodes but the own
};

}  // namespace meshtastic_driver
