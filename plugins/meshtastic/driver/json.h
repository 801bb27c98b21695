// Just enough JSON for numbers, flags and our own words, to tell how an instance is. Must not
// parse.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace meshtastic_driver {

class Json {
 public:
  Json &open(std::string_view key = {}) {
    name(key);
    text_ += '{';
    comma_ = false;
    return *this;
  }
  Json &close() {
    text_ += '}';
    comma_ = true;
    return *this;
  }
  Json &number(std::string_view key, std::uint64_t value) {
    name(key);
    text_ += std::to_string(value);
    return *this;
  }
  Json &flag(std::string_view key, bool value) {
    name(key);
    text_ += value ? "true" : "false";
    return *this;
  }
  Json &string(std::string_view key, std::string_view value) {
    name(key);
    quote(value);
    return *this;
  }
  std::string take() { return std::move(text_); }

 private:
  void name(std::string_view key) {
    if (comma_) text_ += ',';
    comma_ = true;
    if (key.empty()) return;
    quote(key);
    text_ += ':';
  }
  // What a radio says of itself need not be UTF-8; bytes beyond ASCII are shown as question marks.
  void quote(std::string_view value) {
    text_ += '"';
    for (const char each : value) {
      const auto byte = static_cast<unsigned char>(each);
      if (each == '"' || each == '\\') text_ += '\\';
      text_ += byte < 0x20 || byte > 0x7E ? '?' : each;
    }
    text_ += '"';
  }

  std::string text_;
  bool comma_ = false;
};

}  // namespace meshtastic_driver
