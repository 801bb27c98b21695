// Results and radio events as structures: traces, discovered paths, heard paths, raw and control
// data, and the lists servers send (docs/protocol notes 2.4, 2.5, 4.7). Must not know who asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/model.h"

namespace meshcore {

struct TraceCommand {  // 36
  uint32_t tag = 0;
  uint32_t auth = 0;
  uint8_t flags = 0;   // low two bits: log2 of the bytes of a hop
  std::string hashes;  // of all hops
};
std::optional<TraceCommand> parse_trace_command(std::string_view command);
std::string build_trace_command(const TraceCommand &trace);

struct Trace {  // 0x89
  uint8_t flags = 0;
  uint32_t tag = 0;
  uint32_t auth = 0;
  std::string hashes;
  std::vector<int8_t> snr_x4;  // one for each hop, then that of the last link
};
std::optional<Trace> parse_trace(std::string_view frame);
std::string build_trace(const Trace &trace);

struct PathDiscovery {  // 0x8D
  std::string key_prefix;
  uint8_t out_path_len = 0;
  std::string out_path;
  uint8_t in_path_len = 0;
  std::string in_path;
};
std::optional<PathDiscovery> parse_path_discovery(std::string_view frame);
std::string build_path_discovery(const PathDiscovery &discovery);

struct AdvertPath {  // 22
  uint32_t heard = 0;
  uint8_t path_len = 0;
  std::string path;
};
std::optional<AdvertPath> parse_advert_path(std::string_view frame);
std::string build_advert_path(const AdvertPath &heard);

struct RadioData {  // 0x84, 0x8E
  int8_t snr_x4 = 0;
  int8_t rssi = 0;
  uint8_t path_len = 0xFF;  // 0x84: always 0xFF
  std::string data;
};
std::optional<RadioData> parse_radio_data(std::string_view frame);
std::string build_radio_data(uint8_t code, const RadioData &data);

// Behind the tag of 0x8C to requests 5 and 6.
struct AclEntry {
  std::string key_prefix;
  uint8_t permissions = 0;
};
std::vector<AclEntry> parse_acl(std::string_view data);
struct Neighbour {
  std::string key_prefix;  // as many bytes as were asked for
  uint32_t heard_s_ago = 0;
  int8_t snr_x4 = 0;
};
struct Neighbours {
  uint16_t total = 0;
  std::vector<Neighbour> entries;
};
// prefix_size: as in the request. Padding behind the announced entries is left out.
std::optional<Neighbours> parse_neighbours(std::string_view data, size_t prefix_size);
std::string build_neighbours(const Neighbours &neighbours);

// Types of the request in commands 50 and 57.
namespace request_type {
inline constexpr uint8_t status = 1, keep_alive = 2, telemetry = 3, average = 4, acl = 5,
                         neighbours = 6, owner = 7;
}

}  // namespace meshcore
