// See lpp.h. One table of types; sizes are bytes of one number.
#include "plugins/meshcore/codec/lpp.h"

#include <algorithm>
#include <cmath>

namespace meshcore {
namespace {

struct Type {
  uint8_t code;
  const char *name;
  uint8_t size;
  double unit;  // of the last digit
  bool is_signed;
  uint8_t count = 1;
};

constexpr uint8_t gps_type = 136;

constexpr Type types[] = {
    {0, "digital_input", 1, 1, false},     {1, "digital_output", 1, 1, false},
    {2, "analog_input", 2, 0.01, true},    {3, "analog_output", 2, 0.01, true},
    {100, "generic", 4, 1, false},         {101, "luminosity", 2, 1, false},
    {102, "presence", 1, 1, false},        {103, "temperature", 2, 0.1, true},
    {104, "humidity", 1, 0.5, false},      {113, "accelerometer", 2, 0.001, true, 3},
    {115, "pressure", 2, 0.1, false},      {116, "voltage", 2, 0.01, false},
    {117, "current", 2, 0.001, false},     {118, "frequency", 4, 1, false},
    {120, "percentage", 1, 1, false},      {121, "altitude", 2, 1, true},
    {125, "concentration", 2, 1, false},   {128, "power", 2, 1, false},
    {130, "distance", 4, 0.001, false},    {131, "energy", 4, 0.001, false},
    {132, "direction", 2, 1, false},       {133, "unix_time", 4, 1, false},
    {134, "gyroscope", 2, 0.01, true, 3},  {135, "colour", 1, 1, false, 3},
    {gps_type, "gps", 3, 0.0001, true, 3}, {142, "switch", 1, 1, false},
};

constexpr double gps_altitude_unit = 0.01;

const Type *find(uint8_t code) {
  const auto found = std::find_if(std::begin(types), std::end(types),
                                  [code](const Type &type) { return type.code == code; });
  return found == std::end(types) ? nullptr : &*found;
}

double unit_of(const Type &type, unsigned index) {
  return type.code == gps_type && index == 2 ? gps_altitude_unit : type.unit;
}

int64_t number_at(std::string_view bytes, size_t at, const Type &type) {
  uint64_t raw = 0;
  for (size_t i = 0; i < type.size; ++i) raw = raw << 8 | static_cast<uint8_t>(bytes[at + i]);
  auto value = static_cast<int64_t>(raw);
  const int64_t range = int64_t{1} << (8 * type.size);
  return type.is_signed && value >= range / 2 ? value - range : value;
}

// What does not fit becomes the nearest value that does; what is no number becomes zero.
void append(std::string &out, double value, const Type &type, unsigned index) {
  const double range = std::ldexp(1.0, 8 * type.size);
  const double least = type.is_signed ? -range / 2 : 0;
  const double most = (type.is_signed ? range / 2 : range) - 1;
  const double scaled = std::round(value / unit_of(type, index));
  const auto number =
      std::isnan(scaled) ? int64_t{0} : static_cast<int64_t>(std::clamp(scaled, least, most));
  const auto raw = static_cast<uint64_t>(number);
  for (unsigned i = type.size; i-- > 0;) out.push_back(static_cast<char>(raw >> (8 * i) & 0xFFU));
}

}  // namespace

std::vector<LppValue> parse_lpp(std::string_view bytes) {
  std::vector<LppValue> found;
  while (bytes.size() >= 2 && bytes[0] != '\0') {
    const Type *type = find(static_cast<uint8_t>(bytes[1]));
    if (type == nullptr) break;
    const size_t size = size_t{type->size} * type->count;
    if (bytes.size() < 2 + size) break;
    LppValue &value = found.emplace_back();
    value.channel = static_cast<uint8_t>(bytes[0]);
    value.type = type->code;
    for (unsigned i = 0; i < type->count; ++i) {
      const auto number = number_at(bytes, 2 + size_t{i} * type->size, *type);
      value.values.push_back(static_cast<double>(number) * unit_of(*type, i));
    }
    bytes.remove_prefix(2 + size);
  }
  return found;
}

std::string_view lpp_name(uint8_t type) {
  const Type *found = find(type);
  return found == nullptr ? std::string_view() : found->name;
}

LppBuilder &LppBuilder::value(uint8_t channel, uint8_t type, std::initializer_list<double> values) {
  const Type *found = find(type);
  if (found == nullptr || values.size() != found->count) return *this;
  bytes_.push_back(static_cast<char>(channel));
  bytes_.push_back(static_cast<char>(type));
  unsigned index = 0;
  for (const double number : values) append(bytes_, number, *found, index++);
  return *this;
}

LppBuilder &LppBuilder::voltage(uint8_t channel, double volts) {
  return value(channel, 116, {volts});
}
LppBuilder &LppBuilder::temperature(uint8_t channel, double celsius) {
  return value(channel, 103, {celsius});
}
LppBuilder &LppBuilder::humidity(uint8_t channel, double percent) {
  return value(channel, 104, {percent});
}
LppBuilder &LppBuilder::pressure(uint8_t channel, double hectopascal) {
  return value(channel, 115, {hectopascal});
}
LppBuilder &LppBuilder::gps(uint8_t channel, double latitude, double longitude, double altitude_m) {
  return value(channel, gps_type, {latitude, longitude, altitude_m});
}

}  // namespace meshcore
