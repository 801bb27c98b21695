// Settings of the device as structures: what commands set, what answers show, and what an accepted
// command changes in the node's own info (docs/protocol notes 2.3, 2.4). Must not know who may set.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "plugins/meshcore/codec/model.h"

namespace meshcore {

struct RadioParams {  // 11
  uint32_t freq_khz = 0;
  uint32_t bandwidth_hz = 0;
  uint8_t spreading_factor = 0;
  uint8_t coding_rate = 0;
  std::optional<uint8_t> repeat;  // absent in the old form, and the device then turns repeating off
};
std::optional<RadioParams> parse_set_radio(std::string_view command);
std::string build_set_radio(const RadioParams &params);
// Whether the device would take them (not whether it may repeat on that frequency).
bool valid(const RadioParams &params);

struct OtherParams {  // 38; what is absent stays as it is
  uint8_t manual_add = 0;
  std::optional<uint8_t> telemetry_modes, advert_location_policy, multi_acks;
};
std::optional<OtherParams> parse_set_other(std::string_view command);
std::string build_set_other(const OtherParams &params);

struct Tuning {  // 21, 23
  uint32_t rx_delay_x1000 = 0;
  uint32_t airtime_x1000 = 0;
};
// A frame and a command may have the same code; so each direction has its own parser.
std::optional<Tuning> parse_tuning(std::string_view frame);
std::optional<Tuning> parse_set_tuning(std::string_view command);
std::string build_tuning(const Tuning &tuning);
std::string build_set_tuning(const Tuning &tuning);

struct AutoAdd {     // 58, 25
  uint8_t mask = 0;  // bit 0 overwrite oldest, then one for each contact type
  std::optional<uint8_t> max_hops;
};
std::optional<AutoAdd> parse_auto_add(std::string_view frame);
std::optional<AutoAdd> parse_set_auto_add(std::string_view command);
std::string build_auto_add(const AutoAdd &config);
std::string build_set_auto_add(const AutoAdd &config);

struct DefaultScope {  // 63, 28
  std::string name;    // up to 31 bytes
  std::array<char, 16> key{};
};
// Nothing for a payload of another code; a scope without key and name for "none".
std::optional<DefaultScope> parse_default_scope(std::string_view frame);
std::optional<DefaultScope> parse_set_default_scope(std::string_view command);
std::string build_default_scope(const std::optional<DefaultScope> &scope);
std::string build_set_default_scope(const std::optional<DefaultScope> &scope);

struct FloodScope {  // 54
  enum class Kind : uint8_t { invalid = 0, cleared, unscoped, key };
  Kind kind = Kind::invalid;
  std::array<char, 16> key{};
  bool operator==(const FloodScope &) const = default;
};
std::optional<FloodScope> parse_flood_scope(std::string_view command);
std::string build_flood_scope(const FloodScope &scope);

// CUSTOM_VARS: "key:value" pairs, in their order. Pairs without a colon are left out.
std::vector<std::pair<std::string, std::string>> parse_custom_vars(std::string_view frame);
std::string build_custom_vars(const std::vector<std::pair<std::string, std::string>> &vars);
// SET_CUSTOM_VAR.
std::optional<std::pair<std::string, std::string>> parse_set_custom_var(std::string_view command);

struct RepeatRange {  // 26
  uint32_t low_khz = 0;
  uint32_t high_khz = 0;
};
std::vector<RepeatRange> parse_repeat_freq(std::string_view frame);
std::string build_repeat_freq(const std::vector<RepeatRange> &ranges);

// The name a SET_ADVERT_NAME gives, the position a SET_ADVERT_LATLON gives; cleaned, checked.
std::optional<std::string> parse_set_name(std::string_view command);
std::optional<std::pair<int32_t, int32_t>> parse_set_location(std::string_view command);

// What the device shows of itself after it said OK to that command (8, 11, 12, 14, 37, 38, 61).
// False, and nothing changed, for every other command.
bool apply_setting(std::string_view command, SelfInfo &self, DeviceInfo &device);

}  // namespace meshcore
