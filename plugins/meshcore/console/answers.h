// Reads what a console answers: statistics, clock, neighbours, access list (docs/protocol notes
// 5.3, 5.4). Pure functions for text from a device nobody vouches for. Must not publish.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "plugins/meshcore/codec/stats.h"

namespace meshcore_console {

// Numbers beyond their field's range are brought to its end.
std::optional<meshcore::CoreStats> parse_core(std::string_view json);
std::optional<meshcore::RadioStats> parse_radio(std::string_view json);
std::optional<meshcore::PacketStats> parse_packets(std::string_view json);

// Seconds since 1970 of the minute "HH:MM - D/M/YYYY UTC" names; the device's clock is up to a
// minute further.
std::optional<std::int64_t> parse_clock(std::string_view text);

// 32 bytes of 64 hex digits.
std::optional<std::string> parse_key(std::string_view text);

// One line of an answer: "B545D908:153:38" and "03 <64 hex digits>".
struct NeighbourLine {
  std::string prefix;  // four bytes
  std::uint32_t heard_s_ago = 0;
  std::int32_t snr_x4 = 0;
};
std::optional<NeighbourLine> parse_neighbour(std::string_view line);
bool is_access_entry(std::string_view line);

// Contact type by the word the firmware uses for its role; contact_type::none for others.
std::uint8_t contact_type_of(std::string_view role);

}  // namespace meshcore_console
