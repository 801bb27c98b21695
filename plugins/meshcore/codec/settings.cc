// See settings.h.
#include "plugins/meshcore/codec/settings.h"

#include <algorithm>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/text.h"

namespace meshcore {
namespace {

using namespace bytes;

constexpr size_t scope_name_size = 31;
constexpr size_t scope_key_size = 16;
constexpr size_t scope_size = 1 + scope_name_size + scope_key_size;

std::string_view view(const auto &array) { return {array.data(), array.size()}; }

std::optional<Tuning> tuning_in(std::string_view payload, uint8_t code) {
  if (!is(payload, code, 9)) return std::nullopt;
  return Tuning{u32(payload, 1), u32(payload, 5)};
}

std::string tuning_payload(uint8_t code, const Tuning &tuning) {
  std::string out;
  put8(out, code);
  put32(out, tuning.rx_delay_x1000);
  put32(out, tuning.airtime_x1000);
  return out;
}

std::optional<AutoAdd> auto_add_in(std::string_view payload, uint8_t code) {
  if (!is(payload, code, 2)) return std::nullopt;
  AutoAdd config{u8(payload, 1), {}};
  if (payload.size() > 2) config.max_hops = u8(payload, 2);
  return config;
}

std::string auto_add_payload(uint8_t code, const AutoAdd &config) {
  std::string out;
  put8(out, code);
  put8(out, config.mask);
  if (config.max_hops) put8(out, *config.max_hops);
  return out;
}

std::optional<DefaultScope> scope_in(std::string_view payload, uint8_t code) {
  if (!is(payload, code, 1)) return std::nullopt;
  DefaultScope scope;
  if (payload.size() < scope_size) return scope;
  scope.name = cut_nul(payload.substr(1, scope_name_size));
  std::copy_n(payload.begin() + 1 + scope_name_size, scope_key_size, scope.key.begin());
  return scope;
}

std::string scope_payload(uint8_t code, const std::optional<DefaultScope> &scope) {
  std::string out;
  put8(out, code);
  if (!scope) return out;
  put_field(out, cut_nul(scope->name), scope_name_size);
  out += view(scope->key);
  return out;
}

std::optional<std::pair<std::string, std::string>> pair_in(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  return std::pair(clean_utf8(text.substr(0, colon)), clean_utf8(text.substr(colon + 1)));
}

}  // namespace

std::optional<RadioParams> parse_set_radio(std::string_view command) {
  if (!is(command, command::set_radio, 11)) return std::nullopt;
  RadioParams params{u32(command, 1), u32(command, 5), u8(command, 9), u8(command, 10), {}};
  if (command.size() > 11) params.repeat = u8(command, 11);
  return params;
}

std::string build_set_radio(const RadioParams &params) {
  std::string out;
  put8(out, command::set_radio);
  put32(out, params.freq_khz);
  put32(out, params.bandwidth_hz);
  put8(out, params.spreading_factor);
  put8(out, params.coding_rate);
  if (params.repeat) put8(out, *params.repeat);
  return out;
}

bool valid(const RadioParams &params) {
  return params.freq_khz >= 150000 && params.freq_khz <= 2500000 && params.bandwidth_hz >= 7000 &&
         params.bandwidth_hz <= 500000 && params.spreading_factor >= 5 &&
         params.spreading_factor <= 12 && params.coding_rate >= 5 && params.coding_rate <= 8;
}

std::optional<OtherParams> parse_set_other(std::string_view command) {
  if (!is(command, command::set_other, 2)) return std::nullopt;
  OtherParams params;
  params.manual_add = u8(command, 1);
  if (command.size() > 2) params.telemetry_modes = u8(command, 2);
  if (command.size() > 3) params.advert_location_policy = u8(command, 3);
  if (command.size() > 4) params.multi_acks = u8(command, 4);
  return params;
}

std::string build_set_other(const OtherParams &params) {
  std::string out;
  put8(out, command::set_other);
  put8(out, params.manual_add);
  // Each needs the one before it.
  for (const auto &value :
       {params.telemetry_modes, params.advert_location_policy, params.multi_acks}) {
    if (!value) break;
    put8(out, *value);
  }
  return out;
}

std::optional<Tuning> parse_tuning(std::string_view frame) {
  return tuning_in(frame, response::tuning);
}
std::optional<Tuning> parse_set_tuning(std::string_view command) {
  return tuning_in(command, command::set_tuning);
}

std::string build_tuning(const Tuning &tuning) { return tuning_payload(response::tuning, tuning); }
std::string build_set_tuning(const Tuning &tuning) {
  return tuning_payload(command::set_tuning, tuning);
}

std::optional<AutoAdd> parse_auto_add(std::string_view frame) {
  return auto_add_in(frame, response::auto_add);
}
std::optional<AutoAdd> parse_set_auto_add(std::string_view command) {
  return auto_add_in(command, command::set_auto_add);
}

std::string build_auto_add(const AutoAdd &config) {
  return auto_add_payload(response::auto_add, config);
}
std::string build_set_auto_add(const AutoAdd &config) {
  return auto_add_payload(command::set_auto_add, config);
}

std::optional<DefaultScope> parse_default_scope(std::string_view frame) {
  return scope_in(frame, response::default_scope);
}
std::optional<DefaultScope> parse_set_default_scope(std::string_view command) {
  return scope_in(command, command::set_default_scope);
}

std::string build_default_scope(const std::optional<DefaultScope> &scope) {
  return scope_payload(response::default_scope, scope);
}
std::string build_set_default_scope(const std::optional<DefaultScope> &scope) {
  return scope_payload(command::set_default_scope, scope);
}

std::optional<FloodScope> parse_flood_scope(std::string_view command) {
  if (!is(command, command::set_flood_scope, 2) || u8(command, 1) > 1) return std::nullopt;
  FloodScope scope;
  scope.kind = FloodScope::Kind::cleared;
  if (u8(command, 1) == 1) {
    scope.kind = FloodScope::Kind::unscoped;
  } else if (command.size() >= 2 + scope_key_size) {
    scope.kind = FloodScope::Kind::key;
    std::copy_n(command.begin() + 2, scope_key_size, scope.key.begin());
  }
  return scope;
}

std::string build_flood_scope(const FloodScope &scope) {
  std::string out;
  put8(out, command::set_flood_scope);
  put8(out, scope.kind == FloodScope::Kind::unscoped ? 1 : 0);
  if (scope.kind == FloodScope::Kind::key) out += view(scope.key);
  return out;
}

std::vector<std::pair<std::string, std::string>> parse_custom_vars(std::string_view frame) {
  std::vector<std::pair<std::string, std::string>> vars;
  if (!is(frame, response::custom_vars, 1)) return vars;
  std::string_view text = cut_nul(frame.substr(1));
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    if (auto pair = pair_in(text.substr(0, end))) vars.push_back(*std::move(pair));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return vars;
}

std::string build_custom_vars(const std::vector<std::pair<std::string, std::string>> &vars) {
  std::string out(1, static_cast<char>(response::custom_vars));
  for (const auto &[key, value] : vars) {
    const bool first = out.size() == 1;
    if (out.size() + (first ? 0 : 1) + key.size() + 1 + value.size() > max_frame) break;
    if (!first) out += ',';
    out += key;
    out += ':';
    out += value;
  }
  return out;
}

std::optional<std::pair<std::string, std::string>> parse_set_custom_var(std::string_view command) {
  if (!is(command, command::set_custom_var, 4)) return std::nullopt;
  return pair_in(cut_nul(command.substr(1)));
}

std::vector<RepeatRange> parse_repeat_freq(std::string_view frame) {
  std::vector<RepeatRange> ranges;
  if (!is(frame, response::repeat_freq, 1)) return ranges;
  for (size_t at = 1; at + 8 <= frame.size(); at += 8) {
    ranges.push_back({u32(frame, at), u32(frame, at + 4)});
  }
  return ranges;
}

std::string build_repeat_freq(const std::vector<RepeatRange> &ranges) {
  std::string out(1, static_cast<char>(response::repeat_freq));
  for (const RepeatRange &range : ranges) {
    if (out.size() + 8 > max_frame) break;
    put32(out, range.low_khz);
    put32(out, range.high_khz);
  }
  return out;
}

std::optional<std::string> parse_set_name(std::string_view command) {
  if (!is(command, command::set_name, 2)) return std::nullopt;
  return clean_utf8(fit_utf8(cut_nul(command.substr(1)), name_size - 1));
}

std::optional<std::pair<int32_t, int32_t>> parse_set_location(std::string_view command) {
  if (!is(command, command::set_location, 9)) return std::nullopt;
  const int32_t latitude = i32(command, 1);
  const int32_t longitude = i32(command, 5);
  if (latitude < -90000000 || latitude > 90000000 || longitude < -180000000 ||
      longitude > 180000000) {
    return std::nullopt;
  }
  return std::pair(latitude, longitude);
}

bool apply_setting(std::string_view command, SelfInfo &self, DeviceInfo &device) {
  if (const auto name = parse_set_name(command)) {
    self.name = *name;
  } else if (const auto radio = parse_set_radio(command)) {
    self.freq_khz = radio->freq_khz;
    self.bandwidth_hz = radio->bandwidth_hz;
    self.spreading_factor = radio->spreading_factor;
    self.coding_rate = radio->coding_rate;
    device.repeat = radio->repeat.value_or(0);
  } else if (is(command, command::set_tx_power, 2)) {
    self.tx_dbm = i8(command, 1);
  } else if (const auto location = parse_set_location(command)) {
    self.latitude_e6 = location->first;
    self.longitude_e6 = location->second;
  } else if (is(command, command::set_pin, 5)) {
    device.ble_pin = u32(command, 1);
  } else if (const auto other = parse_set_other(command)) {
    self.manual_add = other->manual_add;
    self.telemetry_modes = other->telemetry_modes.value_or(self.telemetry_modes);
    self.advert_location_policy =
        other->advert_location_policy.value_or(self.advert_location_policy);
    self.multi_acks = other->multi_acks.value_or(self.multi_acks);
  } else if (is(command, command::set_path_hash_mode, 3)) {
    device.path_hash_mode = u8(command, 2);
  } else {
    return false;
  }
  return true;
}

}  // namespace meshcore
