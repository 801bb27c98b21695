// Conversions between the ABI's borrowed ranges and standard views. Must not know any service.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "meshmux/base.h"

namespace mmx {

inline mmx_text text(std::string_view view) { return {view.data(), view.size()}; }
inline std::string_view view(mmx_text text) {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}
inline mmx_bytes bytes(std::string_view view) {
  return {reinterpret_cast<const std::uint8_t *>(view.data()), view.size()};
}
inline std::string_view view(mmx_bytes bytes) {
  return bytes.data == nullptr
             ? std::string_view()
             : std::string_view(reinterpret_cast<const char *>(bytes.data), bytes.size);
}

// Copies content into buffer by the rules of mmx_buffer.
inline mmx_status fill(mmx_buffer *buffer, std::string_view content) {
  buffer->size = content.size();
  if (content.size() > buffer->capacity) return MMX_NO_SPACE;
  if (!content.empty()) std::memcpy(buffer->data, content.data(), content.size());
  return MMX_OK;
}

}  // namespace mmx
