// Just enough JSON to tell how an instance is: objects of numbers, flags and texts. Must not parse.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace mmx {

class Json {
 public:
  // key is empty for the outermost object.
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
  Json &integer(std::string_view key, std::int64_t value) {
    name(key);
    text_ += std::to_string(value);
    return *this;
  }
  Json &flag(std::string_view key, bool value) {
    name(key);
    text_ += value ? "true" : "false";
    return *this;
  }
  // Whatever value holds, the result is valid JSON: control characters are escaped, and bytes that
  // are no UTF-8 (what a radio says of itself need not be) become question marks.
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

  void quote(std::string_view value) {
    static constexpr char digits[] = "0123456789abcdef";
    text_ += '"';
    while (!value.empty()) {
      const auto byte = static_cast<unsigned char>(value.front());
      std::size_t length = 1;
      if (byte == '"' || byte == '\\') {
        text_ += '\\';
        text_ += value.front();
      } else if (byte < 0x20 || byte == 0x7F) {
        text_ += "\\u00";
        text_ += digits[byte >> 4];
        text_ += digits[byte & 15];
      } else if (byte < 0x80) {
        text_ += value.front();
      } else if ((length = sequence(value)) > 0) {
        text_ += value.substr(0, length);
      } else {
        text_ += '?';
        length = 1;
      }
      value.remove_prefix(length);
    }
    text_ += '"';
  }

  // Bytes of the well-formed UTF-8 sequence at the front of value, 0 if there is none.
  static std::size_t sequence(std::string_view value) {
    const auto at = [&](std::size_t index) { return static_cast<unsigned char>(value[index]); };
    const unsigned char lead = at(0);
    const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                               : lead >= 0xE0 && lead <= 0xEF ? 3
                               : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                              : 0;
    if (length == 0 || value.size() < length) return 0;
    for (std::size_t index = 1; index < length; ++index)
      if ((at(index) & 0xC0) != 0x80) return 0;
    const bool overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
    const bool surrogate = lead == 0xED && at(1) > 0x9F;
    const bool beyond = lead == 0xF4 && at(1) > 0x8F;
    return overlong || surrogate || beyond ? 0 : length;
  }

  std::string text_;
  bool comma_ = false;
};

}  // namespace mmx
