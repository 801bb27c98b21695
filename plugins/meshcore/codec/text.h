// Hostile text: names, adverts and messages come from strangers. Must not know frames.
#pragma once

#include <string>
#include <string_view>

namespace meshcore {

// The bytes before the first NUL.
std::string_view cut_nul(std::string_view bytes);
// Valid UTF-8: a character cut at the end is dropped, other bad bytes become U+FFFD, control
// characters but newline and tab become spaces.
std::string clean_utf8(std::string_view bytes);
// At most size bytes of text, cut between characters. A text that fits stays as it is.
std::string_view fit_utf8(std::string_view text, size_t size);

}  // namespace meshcore
