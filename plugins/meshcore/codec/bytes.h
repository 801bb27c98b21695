// Little-endian numbers and fixed fields in byte strings. Readers do not check bounds: callers test
// the size of a frame once, before they read. Must not know any layout.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace meshcore::bytes {

inline uint8_t u8(std::string_view b, size_t at) { return static_cast<uint8_t>(b[at]); }
inline int8_t i8(std::string_view b, size_t at) { return static_cast<int8_t>(b[at]); }

inline uint16_t u16(std::string_view b, size_t at) {
  return static_cast<uint16_t>(u8(b, at) | u8(b, at + 1) << 8);
}
inline int16_t i16(std::string_view b, size_t at) { return static_cast<int16_t>(u16(b, at)); }

inline uint32_t u32(std::string_view b, size_t at) {
  return uint32_t{u16(b, at)} | uint32_t{u16(b, at + 2)} << 16;
}
inline int32_t i32(std::string_view b, size_t at) { return static_cast<int32_t>(u32(b, at)); }

inline void put8(std::string &out, unsigned value) {
  out.push_back(static_cast<char>(static_cast<uint8_t>(value)));
}
inline void put16(std::string &out, unsigned value) {
  put8(out, value);
  put8(out, value >> 8);
}
inline void put32(std::string &out, uint32_t value) {
  put16(out, value & 0xFFFFU);
  put16(out, value >> 16);
}
inline void put_signed32(std::string &out, int32_t value) {
  put32(out, static_cast<uint32_t>(value));
}
// Exactly size bytes: field, cut or followed by zeros.
inline void put_field(std::string &out, std::string_view field, size_t size) {
  out.append(field.substr(0, size));
  out.append(size - std::min(size, field.size()), '\0');
}

inline bool all_zero(std::string_view b) {
  return std::all_of(b.begin(), b.end(), [](char c) { return c == '\0'; });
}

// Whether a payload is of that code and at least that long.
inline bool is(std::string_view payload, uint8_t code, size_t min_size) {
  return payload.size() >= min_size && !payload.empty() && u8(payload, 0) == code;
}

}  // namespace meshcore::bytes
