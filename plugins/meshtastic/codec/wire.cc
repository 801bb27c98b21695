// See wire.h. Strict where leniency would let a field hide: a truncated or overlong field ends the
// walk with an error.
#include "plugins/meshtastic/codec/wire.h"

namespace meshtastic::wire {

namespace {

constexpr unsigned max_group_depth = 16;

uint64_t little_endian(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = bytes.size(); i > 0; --i) {
    value = (value << 8) | static_cast<uint8_t>(bytes[i - 1]);
  }
  return value;
}

}  // namespace

bool Reader::varint(uint64_t &value) {
  value = 0;
  for (unsigned i = 0; i < 10 && i < rest_.size(); ++i) {
    const auto byte = static_cast<uint8_t>(rest_[i]);
    value |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
    if ((byte & 0x80) == 0) {
      rest_.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

std::optional<Field> Reader::fail() {
  ok_ = false;
  rest_ = {};
  return std::nullopt;
}

// Groups are long gone from the protocol; they are stepped over as a whole.
bool Reader::skip_group(uint32_t number) {
  uint32_t open[max_group_depth] = {number};
  unsigned depth = 1;
  while (depth > 0) {
    uint64_t tag = 0;
    uint64_t value = 0;
    if (!varint(tag)) return false;
    const auto field = static_cast<uint32_t>(tag >> 3);
    switch (static_cast<Type>(tag & 7)) {
      case Type::varint:
        if (!varint(value)) return false;
        break;
      case Type::bytes:
        if (!varint(value) || value > rest_.size()) return false;
        rest_.remove_prefix(value);
        break;
      case Type::fixed32:
      case Type::fixed64:
        value = (tag & 7) == 5 ? 4 : 8;
        if (value > rest_.size()) return false;
        rest_.remove_prefix(value);
        break;
      case Type::group:
        if (depth == max_group_depth) return false;
        open[depth++] = field;
        break;
      case Type::group_end:
        if (open[--depth] != field) return false;
        break;
      default:
        return false;
    }
  }
  return true;
}

std::optional<Field> Reader::next() {
  if (rest_.empty()) return std::nullopt;
  const std::string_view begin = rest_;
  uint64_t tag = 0;
  if (!varint(tag) || tag > 0xFFFFFFFF || (tag >> 3) == 0) return fail();
  Field field;
  field.number = static_cast<uint32_t>(tag >> 3);
  field.type = static_cast<Type>(tag & 7);
  switch (field.type) {
    case Type::varint:
      if (!varint(field.value)) return fail();
      break;
    case Type::bytes: {
      uint64_t size = 0;
      if (!varint(size) || size > rest_.size()) return fail();
      field.body = rest_.substr(0, size);
      rest_.remove_prefix(size);
      break;
    }
    case Type::fixed32:
    case Type::fixed64: {
      const size_t size = field.type == Type::fixed32 ? 4 : 8;
      if (size > rest_.size()) return fail();
      field.value = little_endian(rest_.substr(0, size));
      rest_.remove_prefix(size);
      break;
    }
    case Type::group:
      if (!skip_group(field.number)) return fail();
      break;
    default:
      return fail();
  }
  field.whole = begin.substr(0, begin.size() - rest_.size());
  return field;
}

bool well_formed(std::string_view message) {
  Reader reader(message);
  while (reader.next()) {
  }
  return reader.ok();
}

std::optional<Field> last(std::string_view message, uint32_t number) {
  Reader reader(message);
  std::optional<Field> found;
  while (auto field = reader.next()) {
    if (field->number == number) found = field;
  }
  return found;
}

std::optional<Field> at(std::string_view message, std::initializer_list<uint32_t> path) {
  std::optional<Field> field;
  for (const uint32_t number : path) {
    if (field && field->type != Type::bytes) return std::nullopt;
    field = last(field ? field->body : message, number);
    if (!field) return std::nullopt;
  }
  return field;
}

void append_varint(std::string &out, uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void append_bytes(std::string &out, uint32_t number, std::string_view body) {
  append_varint(out, (static_cast<uint64_t>(number) << 3) | 2);
  append_varint(out, body.size());
  out.append(body);
}

}  // namespace meshtastic::wire
