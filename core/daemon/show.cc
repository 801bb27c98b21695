// Conversions for control clients. Must not throw on any input.
#include "core/daemon/show.h"

#include "core/policy/labels.h"
#include "meshmux/message.h"

namespace meshmux {
namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(mmx_bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size * 2);
  for (size_t i = 0; i < bytes.size; ++i) {
    out.push_back(kDigits[bytes.data[i] >> 4]);
    out.push_back(kDigits[bytes.data[i] & 15]);
  }
  return out;
}

std::optional<std::vector<uint8_t>> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::vector<uint8_t> out;
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = digit(text[i]);
    const int low = digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<uint8_t>(high * 16 + low));
  }
  return out;
}

Json label_list(uint64_t labels) {
  Json out = Json::array();
  for (const LabelName &label : label_table()) {
    if ((labels & label.bit) != 0) out.push_back(label.name);
  }
  return out;
}

const char *link_phase_name(uint32_t phase) {
  switch (phase) {
    case MMX_LINK_CONNECTING:
      return "connecting";
    case MMX_LINK_SYNCING:
      return "syncing";
    case MMX_LINK_UP:
      return "up";
    default:
      return "down";
  }
}

}  // namespace meshmux
