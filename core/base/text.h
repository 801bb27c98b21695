// Small helpers for text: splitting, "did you mean", UTF-8 scrubbing, durations and sizes as people
// write them. Must not know any file format.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "meshmux/base.h"

namespace meshmux {

// ABI text and C++ views, both ways; nothing is copied.
inline std::string_view view(mmx_text text) {
  return text.data ? std::string_view(text.data, text.size) : std::string_view();
}
inline mmx_text to_mmx(std::string_view text) { return mmx_text{text.data(), text.size()}; }

// The parts between separators; empty parts are kept; "" gives one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);
// Without blanks, tabs and line ends on both sides.
std::string_view trim(std::string_view text);
// ASCII only.
std::string to_lower(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);

// Insertions, deletions, substitutions and swaps of neighbours that make one of the other; ASCII
// case does not count.
size_t edit_distance(std::string_view a, std::string_view b);
// The candidate that was probably meant by word, or "" if none is near.
std::string suggestion(std::string_view word, std::span<const std::string> candidates);
// " (did you mean \"x\"?)" or "".
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

// Valid UTF-8 from any bytes: what is no UTF-8 becomes U+FFFD.
std::string scrub_utf8(std::string_view bytes);
// scrub_utf8, with control characters (C0, DEL, C1, line and paragraph separators, bidirectional
// overrides) written as \n, \x1b, \u202e ...
std::string escape_control(std::string_view bytes);

// Durations: 250ms 30s 5m 2h 7d; also us and ns; "0" alone is allowed; a fraction as in 1.5s too.
// MMX_INVALID says what was expected.
Result<int64_t> parse_duration(std::string_view text);
// The shortest exact spelling in one unit: 1500ms, 90s, 5m. Parses back to the same value.
std::string format_duration(int64_t ns);

// Sizes: 512, 64k, 8M, 1G, 1T in powers of 1024; an optional trailing B or iB is allowed.
Result<int64_t> parse_size(std::string_view text);
std::string format_size(int64_t bytes);

// A whole decimal number without blanks or sign tricks; MMX_INVALID otherwise.
Result<int64_t> parse_int(std::string_view text);

}  // namespace meshmux
