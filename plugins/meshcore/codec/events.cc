// See events.h.
#include "plugins/meshcore/codec/events.h"

#include "plugins/meshcore/codec/bytes.h"

namespace meshcore {
namespace {

using namespace bytes;

// A path length byte and its path at the front of b, which shrinks; false if they are not there.
bool take_path(std::string_view &b, uint8_t &path_len, std::string &path) {
  if (b.empty()) return false;
  path_len = u8(b, 0);
  const auto size = path_bytes(path_len);
  if (!size || b.size() < 1 + *size) return false;
  path = b.substr(1, *size);
  b.remove_prefix(1 + *size);
  return true;
}

}  // namespace

std::optional<TraceCommand> parse_trace_command(std::string_view command) {
  if (!is(command, command::send_trace, 11)) return std::nullopt;
  TraceCommand trace;
  trace.tag = u32(command, 1);
  trace.auth = u32(command, 5);
  trace.flags = u8(command, 9);
  trace.hashes = command.substr(10);
  return trace;
}

std::string build_trace_command(const TraceCommand &trace) {
  std::string out;
  put8(out, command::send_trace);
  put32(out, trace.tag);
  put32(out, trace.auth);
  put8(out, trace.flags);
  out += trace.hashes;
  return out;
}

std::optional<Trace> parse_trace(std::string_view frame) {
  if (!is(frame, push::trace_data, 12)) return std::nullopt;
  Trace trace;
  const size_t hashes = u8(frame, 2);
  trace.flags = u8(frame, 3);
  trace.tag = u32(frame, 4);
  trace.auth = u32(frame, 8);
  const size_t values = (hashes >> (trace.flags & 3U)) + 1;
  if (frame.size() < 12 + hashes + values) return std::nullopt;
  trace.hashes = frame.substr(12, hashes);
  for (size_t i = 0; i < values; ++i) trace.snr_x4.push_back(i8(frame, 12 + hashes + i));
  return trace;
}

std::string build_trace(const Trace &trace) {
  std::string out;
  put8(out, push::trace_data);
  put8(out, 0);
  put8(out, static_cast<unsigned>(trace.hashes.size()));
  put8(out, trace.flags);
  put32(out, trace.tag);
  put32(out, trace.auth);
  out += trace.hashes;
  for (const int8_t snr : trace.snr_x4) put8(out, static_cast<uint8_t>(snr));
  return out;
}

std::optional<PathDiscovery> parse_path_discovery(std::string_view frame) {
  if (!is(frame, push::path_discovery, 10)) return std::nullopt;
  PathDiscovery discovery;
  discovery.key_prefix = frame.substr(2, key_prefix_size);
  frame.remove_prefix(8);
  if (!take_path(frame, discovery.out_path_len, discovery.out_path) ||
      !take_path(frame, discovery.in_path_len, discovery.in_path)) {
    return std::nullopt;
  }
  return discovery;
}

std::string build_path_discovery(const PathDiscovery &discovery) {
  std::string out = build_prefix_push(push::path_discovery, discovery.key_prefix, {});
  put8(out, discovery.out_path_len);
  out += discovery.out_path;
  put8(out, discovery.in_path_len);
  out += discovery.in_path;
  return out;
}

std::optional<AdvertPath> parse_advert_path(std::string_view frame) {
  if (!is(frame, response::advert_path, 6)) return std::nullopt;
  AdvertPath heard;
  heard.heard = u32(frame, 1);
  frame.remove_prefix(5);
  if (!take_path(frame, heard.path_len, heard.path)) return std::nullopt;
  return heard;
}

std::string build_advert_path(const AdvertPath &heard) {
  std::string out;
  put8(out, response::advert_path);
  put32(out, heard.heard);
  put8(out, heard.path_len);
  out += heard.path;
  return out;
}

std::optional<RadioData> parse_radio_data(std::string_view frame) {
  if (!is(frame, push::raw_data, 4) && !is(frame, push::control_data, 4)) return std::nullopt;
  RadioData data;
  data.snr_x4 = i8(frame, 1);
  data.rssi = i8(frame, 2);
  data.path_len = u8(frame, 3);
  data.data = frame.substr(4);
  return data;
}

std::string build_radio_data(uint8_t code, const RadioData &data) {
  std::string out;
  put8(out, code);
  put8(out, static_cast<uint8_t>(data.snr_x4));
  put8(out, static_cast<uint8_t>(data.rssi));
  put8(out, data.path_len);
  out += std::string_view(data.data).substr(0, max_frame - out.size());
  return out;
}

std::vector<AclEntry> parse_acl(std::string_view data) {
  std::vector<AclEntry> entries;
  for (; data.size() > key_prefix_size; data.remove_prefix(key_prefix_size + 1)) {
    // Zeros up to the end are the padding of the cipher.
    if (all_zero(data.substr(0, key_prefix_size + 1))) break;
    entries.push_back({std::string(data.substr(0, key_prefix_size)), u8(data, key_prefix_size)});
  }
  return entries;
}

std::optional<Neighbours> parse_neighbours(std::string_view data, size_t prefix_size) {
  if (data.size() < 4 || prefix_size == 0 || prefix_size > key_size) return std::nullopt;
  Neighbours neighbours;
  neighbours.total = u16(data, 0);
  const size_t count = u16(data, 2);
  data.remove_prefix(4);
  const size_t entry = prefix_size + 5;
  if (data.size() / entry < count) return std::nullopt;
  for (size_t i = 0; i < count; ++i, data.remove_prefix(entry)) {
    neighbours.entries.push_back({std::string(data.substr(0, prefix_size)), u32(data, prefix_size),
                                  i8(data, prefix_size + 4)});
  }
  return neighbours;
}

std::string build_neighbours(const Neighbours &neighbours) {
  std::string out;
  put16(out, neighbours.total);
  put16(out, static_cast<unsigned>(neighbours.entries.size()));
  for (const Neighbour &entry : neighbours.entries) {
    out += entry.key_prefix;
    put32(out, entry.heard_s_ago);
    put8(out, static_cast<uint8_t>(entry.snr_x4));
  }
  return out;
}

}  // namespace meshcore
