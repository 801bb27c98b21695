// Cayenne LPP as MeshCore uses it: big-endian, channel 1 is the node itself, channel 0 is padding
// (docs/protocol notes 4.7). Must not know which frame carried it.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace meshcore {

struct LppValue {
  uint8_t channel = 0;
  uint8_t type = 0;
  std::vector<double> values;  // one, or three for GPS (lat, lon, alt), accelerometer, gyro, colour
};

// Values up to padding, an unknown type or a cut value.
std::vector<LppValue> parse_lpp(std::string_view bytes);
// "temperature", "voltage", "gps"; empty for an unknown type.
std::string_view lpp_name(uint8_t type);

class LppBuilder {
 public:
  // Any known type; nothing is appended for an unknown one or a wrong number of values. Values out
  // of a type's range become its nearest.
  LppBuilder &value(uint8_t channel, uint8_t type, std::initializer_list<double> values);
  LppBuilder &voltage(uint8_t channel, double volts);
  LppBuilder &temperature(uint8_t channel, double celsius);
  LppBuilder &humidity(uint8_t channel, double percent);
  LppBuilder &pressure(uint8_t channel, double hectopascal);
  LppBuilder &gps(uint8_t channel, double latitude, double longitude, double altitude_m);
  const std::string &bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace meshcore
