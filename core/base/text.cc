// Text helpers: distances, UTF-8, durations and sizes.
#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace meshmux {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Length of the valid UTF-8 sequence at the start of text and its code point; 0: none there.
size_t decode_utf8(std::string_view text, char32_t &code) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) {
    code = first;
    return 1;
  }
  const size_t length = first >= 0xF0 && first < 0xF5   ? 4
                        : first >= 0xE0 && first < 0xF0 ? 3
                        : first >= 0xC2 && first < 0xE0 ? 2
                                                        : 0;
  if (length == 0 || text.size() < length) return 0;
  code = first & (0x7Fu >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return 0;
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code < 0xE000;
  return overlong || surrogate || code > 0x10FFFF ? 0 : length;
}

// Characters that move a cursor, start a line or reorder text on a screen.
bool unsafe_to_show(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0x200E || code == 0x200F;
}

struct Unit {
  std::string_view name;
  int64_t size;
};

constexpr int64_t kNsPerSecond = 1000000000;
constexpr std::array<Unit, 7> kDurations{{{"d", 86400 * kNsPerSecond},
                                          {"h", 3600 * kNsPerSecond},
                                          {"m", 60 * kNsPerSecond},
                                          {"s", kNsPerSecond},
                                          {"ms", 1000000},
                                          {"us", 1000},
                                          {"ns", 1}}};
constexpr std::array<Unit, 4> kSizes{{{"T", int64_t{1} << 40},
                                      {"G", int64_t{1} << 30},
                                      {"M", int64_t{1} << 20},
                                      {"k", int64_t{1} << 10}}};

// Splits "1.5s" into digits and the unit after them.
std::string_view number_part(std::string_view text) {
  size_t end = 0;
  while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.')) ++end;
  return text.substr(0, end);
}

// number * unit without rounding of whole numbers; false: no number, or out of range.
bool scale(std::string_view number, int64_t unit, int64_t &out) {
  int64_t whole = 0;
  const char *const end = number.data() + number.size();
  if (const auto [stop, error] = std::from_chars(number.data(), end, whole);
      error == std::errc() && stop == end) {
    return !__builtin_mul_overflow(whole, unit, &out);
  }
  double value = 0;
  const auto [stop, error] = std::from_chars(number.data(), end, value);
  if (error != std::errc() || stop != end) return false;
  const double product = value * static_cast<double>(unit);
  if (!(product < 9.2e18)) return false;
  out = std::llround(product);
  return true;
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string to_lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

std::string join(std::span<const std::string> parts, std::string_view separator) {
  std::string result;
  for (const std::string &part : parts) {
    if (&part != parts.data()) result += separator;
    result += part;
  }
  return result;
}

size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the usual table; the oldest one serves swaps of neighbours.
  std::vector<size_t> older(b.size() + 1), old(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) old[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitution = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;
      row[j] = std::min({old[j] + 1, row[j - 1] + 1, old[j - 1] + substitution});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1])) {
        row[j] = std::min(row[j], older[j - 2] + 1);
      }
    }
    older.swap(old);
    old.swap(row);
  }
  return old[b.size()];
}

std::string suggestion(std::string_view word, std::span<const std::string> candidates) {
  // One typing error per three letters still looks like the same word.
  size_t best = std::max<size_t>(1, word.size() / 3) + 1;
  std::string found;
  for (const std::string &candidate : candidates) {
    const size_t distance = edit_distance(word, candidate);
    if (distance < best && distance < std::max(word.size(), candidate.size())) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string> candidates) {
  const std::string found = suggestion(word, candidates);
  return found.empty() ? std::string() : fmt::format(" (did you mean \"{}\"?)", found);
}

std::string scrub_utf8(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  while (!bytes.empty()) {
    char32_t code = 0;
    const size_t length = decode_utf8(bytes, code);
    if (length == 0) {
      result += "\xEF\xBF\xBD";
    } else {
      result += bytes.substr(0, length);
    }
    bytes.remove_prefix(std::max<size_t>(length, 1));
  }
  return result;
}

std::string escape_control(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  while (!bytes.empty()) {
    char32_t code = 0;
    const size_t length = decode_utf8(bytes, code);
    if (length == 0) {
      result += "\xEF\xBF\xBD";
    } else if (!unsafe_to_show(code)) {
      result += bytes.substr(0, length);
    } else if (code == '\n') {
      result += "\\n";
    } else if (code == '\r') {
      result += "\\r";
    } else if (code == '\t') {
      result += "\\t";
    } else if (code < 0x100) {
      result += fmt::format("\\x{:02x}", static_cast<unsigned>(code));
    } else {
      result += fmt::format("\\u{:04x}", static_cast<unsigned>(code));
    }
    bytes.remove_prefix(std::max<size_t>(length, 1));
  }
  return result;
}

Result<int64_t> parse_duration(std::string_view text) {
  const std::string_view number = number_part(text);
  const std::string_view unit = text.substr(number.size());
  if (text == "0") return int64_t{0};
  if (!number.empty() && unit.empty()) {
    return fail(MMX_INVALID, "\"{}\" has no unit; write {}s or {}ms", text, text, text);
  }
  for (const Unit &known : kDurations) {
    int64_t value = 0;
    if (!number.empty() && unit == known.name && scale(number, known.size, value)) return value;
  }
  return fail(MMX_INVALID, "\"{}\" is no duration; write it as 250ms, 30s, 5m, 2h or 7d",
              escape_control(text));
}

std::string format_duration(int64_t ns) {
  if (ns == 0) return "0s";
  const std::string_view sign = ns < 0 ? "-" : "";
  const uint64_t size = ns < 0 ? 0 - static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  for (const Unit &unit : kDurations) {
    const uint64_t in_unit = static_cast<uint64_t>(unit.size);
    if (size % in_unit == 0) return fmt::format("{}{}{}", sign, size / in_unit, unit.name);
  }
  return {};
}

Result<int64_t> parse_size(std::string_view text) {
  const std::string_view number = number_part(text);
  std::string_view unit = text.substr(number.size());
  if (unit.size() > 1 && unit.ends_with("iB")) {
    unit.remove_suffix(2);
  } else if (unit.ends_with("B")) {
    unit.remove_suffix(1);
  }
  int64_t value = 0;
  if (!number.empty() && unit.empty() && scale(number, 1, value)) return value;
  for (const Unit &known : kSizes) {
    const bool same = unit.size() == 1 && lower(unit[0]) == lower(known.name[0]);
    if (!number.empty() && same && scale(number, known.size, value)) return value;
  }
  return fail(MMX_INVALID, "\"{}\" is no size; write it as 512, 64k, 8M or 1G",
              escape_control(text));
}

std::string format_size(int64_t bytes) {
  for (const Unit &unit : kSizes) {
    if (bytes != 0 && bytes % unit.size == 0) {
      return fmt::format("{}{}", bytes / unit.size, unit.name);
    }
  }
  return fmt::format("{}", bytes);
}

Result<int64_t> parse_int(std::string_view text) {
  int64_t value = 0;
  const char *const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc::result_out_of_range) {
    return fail(MMX_INVALID, "{} is too large a number", escape_control(text));
  }
  if (text.empty() || error != std::errc() || stop != end) {
    return fail(MMX_INVALID, "\"{}\" is no whole number", escape_control(text));
  }
  return value;
}

}  // namespace meshmux
