// See text.h. A small UTF-8 decoder that knows the three ways a sequence can end: whole, cut, bad.
#include "plugins/meshcore/codec/text.h"

#include <cstdint>

namespace meshcore {
namespace {

struct Sequence {
  size_t size = 0;   // of a whole character; 0: bad
  bool cut = false;  // good as far as it goes, but the bytes end
  uint32_t code = 0;
};

Sequence sequence_at(std::string_view text, size_t at) {
  const auto lead = static_cast<uint8_t>(text[at]);
  if (lead < 0x80) return {1, false, lead};
  size_t size = 0;
  uint32_t code = 0;
  uint32_t least = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    size = 2, code = lead & 0x1FU, least = 0x80;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    size = 3, code = lead & 0x0FU, least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    size = 4, code = lead & 0x07U, least = 0x10000;
  } else {
    return {};
  }
  for (size_t i = 1; i < size; ++i) {
    if (at + i >= text.size()) return {0, true, 0};
    const auto byte = static_cast<uint8_t>(text[at + i]);
    if ((byte & 0xC0U) != 0x80) return {};
    code = code << 6 | (byte & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < least || code > 0x10FFFF || surrogate) return {};
  return {size, false, code};
}

bool is_control(uint32_t code) {
  if (code == '\n' || code == '\t') return false;
  return code < 0x20 || (code >= 0x7F && code <= 0x9F);
}

}  // namespace

std::string_view cut_nul(std::string_view bytes) { return bytes.substr(0, bytes.find('\0')); }

std::string clean_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (size_t at = 0; at < bytes.size();) {
    const Sequence found = sequence_at(bytes, at);
    if (found.cut) break;
    if (found.size == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
      continue;
    }
    if (is_control(found.code)) {
      out += ' ';
    } else {
      out += bytes.substr(at, found.size);
    }
    at += found.size;
  }
  return out;
}

std::string_view fit_utf8(std::string_view text, size_t size) {
  if (text.size() <= size) return text;
  text = text.substr(0, size);
  // Only the last three bytes can belong to a character that is not whole.
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const size_t at = text.size() - back;
    if ((static_cast<uint8_t>(text[at]) & 0xC0U) == 0x80) continue;
    return sequence_at(text, at).cut ? text.substr(0, at) : text;
  }
  return text;
}

}  // namespace meshcore
