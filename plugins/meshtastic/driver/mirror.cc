// See mirror.h.
#include "plugins/meshtastic/driver/mirror.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "plugins/meshtastic/codec/build.h"

namespace meshtastic_driver {

using meshtastic::HandshakeKind;
using meshtastic::Section;
using meshtastic::StateKey;

namespace {

bool is_node(Section section) { return section == Section::node || section == Section::own_node; }

// Answers and own telemetry are no part of any dump and outlive it.
bool of_dump(Section section) { return section <= Section::other; }

}  // namespace

void Mirror::clear() {
  own_ = 0;
  records_.clear();
  briefs_.clear();
}

StateKey Mirror::key_of(std::uint32_t number) const {
  return number == own_ ? StateKey{Section::own_node, 0} : StateKey{Section::node, number};
}

std::size_t Mirror::node_count() const {
  return briefs_.size() + records_.count({Section::own_node, 0});
}

std::optional<std::string_view> Mirror::payload(StateKey key) const {
  const auto found = records_.find(key);
  if (found == records_.end()) return std::nullopt;
  return found->second.payload;
}

std::optional<pb::NodeInfo> Mirror::node(std::uint32_t number) const {
  const auto frame = payload(key_of(number));
  return frame ? meshtastic::node_from_frame(*frame) : std::nullopt;
}

bool Mirror::radio_has(std::uint32_t number) const {
  const auto found = briefs_.find(number);
  return found != briefs_.end() && found->second.in_radio;
}

void Mirror::radio_lacks(std::uint32_t number) {
  const auto found = briefs_.find(number);
  if (found != briefs_.end()) found->second.in_radio = false;
}

void Mirror::radio_holds(std::uint32_t number) {
  const auto found = briefs_.find(number);
  if (found != briefs_.end()) found->second.in_radio = true;
}

void Mirror::note(const pb::NodeInfo &node, bool in_radio) {
  if (node.num() == own_) return;
  briefs_[node.num()] = {node.last_heard(), node.is_favorite(), in_radio};
}

// One past the highest order in use, so that a new record stands behind all others of its section.
std::uint64_t Mirror::next_place(Section section) const {
  std::uint64_t next = meshtastic::state_order(section, 0);
  for (auto each = records_.lower_bound({section, 0});
       each != records_.end() && each->first.section == section; ++each) {
    next = std::max(next, each->second.order + 1);
  }
  return next;
}

void Mirror::store(StateKey key, std::uint64_t order, std::string payload) {
  Record &record = records_[key];
  if (record.order == order && record.payload == payload) return;
  record = {order, std::move(payload)};
  sink_.state_put(key, order, record.payload);
}

void Mirror::drop(StateKey key) {
  const auto found = records_.find(key);
  if (found == records_.end()) return;
  const std::uint64_t order = found->second.order;
  records_.erase(found);
  if (key.section == Section::node) briefs_.erase(key.sub);
  sink_.state_removed(key, order);
}

void Mirror::put(StateKey key, std::string_view payload) {
  const auto found = records_.find(key);
  const std::uint64_t order =
      found != records_.end() ? found->second.order : next_place(key.section);
  store(key, order, std::string(payload));
}

void Mirror::store_node(const pb::NodeInfo &node, std::uint64_t order) {
  store(key_of(node.num()), order, meshtastic::build_node_frame(node));
}

// Keeps what a dump left out of a node. A record that needs nothing added stays as the radio sent
// it.
void Mirror::merge_into(DumpRecord &fresh, const Record &kept) const {
  auto dumped = meshtastic::node_from_frame(fresh.payload);
  const auto known = meshtastic::node_from_frame(kept.payload);
  if (!dumped || !known) return;
  const std::string before = dumped->SerializeAsString();
  meshtastic::merge_dump(*dumped, *known);
  if (dumped->SerializeAsString() != before) fresh.payload = meshtastic::build_node_frame(*dumped);
}

void Mirror::swap(Dump dump) {
  const bool with_nodes = dump.kind != HandshakeKind::config_only;
  own_ = dump.own;
  std::set<StateKey> named;
  if (with_nodes) {
    for (auto &[number, brief] : briefs_) brief.in_radio = false;
  }
  std::uint64_t behind = meshtastic::state_order(Section::node, 0);
  for (DumpRecord &fresh : dump.records) {
    const auto kept = records_.find(fresh.key);
    if (is_node(fresh.key.section)) {
      if (kept != records_.end()) merge_into(fresh, kept->second);
      if (fresh.key.section == Section::node) behind = std::max(behind, fresh.order + 1);
      if (const auto node = meshtastic::node_from_frame(fresh.payload)) note(*node, true);
    }
    named.insert(fresh.key);
  }
  // Nodes the dump does not name keep their sequence, behind those it does.
  std::vector<std::pair<std::uint64_t, StateKey>> unnamed;
  std::vector<StateKey> gone;
  for (const auto &[key, record] : records_) {
    if (named.count(key) != 0 || !of_dump(key.section)) continue;
    if (key.section == Section::node) {
      if (with_nodes) unnamed.emplace_back(record.order, key);
    } else {
      gone.push_back(key);
    }
  }
  for (const StateKey key : gone) drop(key);
  for (DumpRecord &fresh : dump.records) store(fresh.key, fresh.order, std::move(fresh.payload));
  std::sort(unnamed.begin(), unnamed.end());
  for (const auto &[order, key] : unnamed) store(key, behind++, records_[key].payload);
  make_room(0);
}

void Mirror::set_nodes_max(std::size_t most) {
  nodes_max_ = most;
  make_room(0);
}

void Mirror::make_room(std::size_t wanted) {
  while (!briefs_.empty() && briefs_.size() + wanted > nodes_max_) {
    const auto goes =
        std::min_element(briefs_.begin(), briefs_.end(), [](const auto &left, const auto &right) {
          return std::pair(left.second.favorite, left.second.last_heard) <
                 std::pair(right.second.favorite, right.second.last_heard);
        });
    drop({Section::node, goes->first});
  }
}

void Mirror::hear(const pb::MeshPacket &packet, meshtastic::Heard heard, std::uint32_t now) {
  const std::uint32_t from = packet.from();
  if (!complete() || from == 0 || from == 0xFFFFFFFF) return;
  auto known = node(from);
  if (!known && heard == meshtastic::Heard::own) return;
  const StateKey key = key_of(from);
  if (!known) {
    make_room(1);
    pb::NodeInfo made = meshtastic::new_node(from);
    meshtastic::fold_packet(made, packet, heard, now);
    note(made, true);
    store_node(made, next_place(Section::node));
    return;
  }
  const bool changed = meshtastic::fold_packet(*known, packet, heard, now) != 0;
  note(*known, true);
  if (changed) store_node(*known, records_[key].order);
}

void Mirror::take_node(std::string_view frame) {
  const auto told = meshtastic::node_from_frame(frame);
  if (!complete() || !told || told->num() == 0) return;
  const StateKey key = key_of(told->num());
  const auto kept = records_.find(key);
  DumpRecord fresh{key, 0, std::string(frame)};
  if (kept != records_.end()) {
    merge_into(fresh, kept->second);
  } else if (key.section == Section::node) {
    make_room(1);
  }
  note(*told, true);
  put(key, fresh.payload);
}

void Mirror::edit_node(std::uint32_t number, const std::function<void(pb::NodeInfo &)> &change) {
  auto known = node(number);
  if (!known) return;
  change(*known);
  note(*known, radio_has(number));
  store_node(*known, records_[key_of(number)].order);
}

void Mirror::remove_node(std::uint32_t number) {
  if (number != own_) drop({Section::node, number});
}

void Mirror::remove_other_nodes(Favorites favorites) {
  std::vector<std::uint32_t> gone;
  for (const auto &[number, brief] : briefs_) {
    if (favorites == Favorites::drop || !brief.favorite) gone.push_back(number);
  }
  for (const std::uint32_t number : gone) drop({Section::node, number});
}

}  // namespace meshtastic_driver
