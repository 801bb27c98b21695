// The protobuf wire format, field by field, without any schema: for a cheap look at a payload and
// for cutting fields out of it while every other byte stays as the radio sent it. Must not know any
// message.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace meshtastic::wire {

enum class Type : uint8_t {
  varint = 0,
  fixed64 = 1,
  bytes = 2,
  group = 3,
  group_end = 4,
  fixed32 = 5
};

// One field. whole is the field with its tag, body the content of a bytes field. Views are borrowed
// from what was read.
struct Field {
  uint32_t number = 0;
  Type type = Type::varint;
  uint64_t value = 0;  // varint and fixed types
  std::string_view body;
  std::string_view whole;
};

// Walks the fields of one message. next() gives nothing at the end and at the first malformed byte;
// ok() tells which.
class Reader {
 public:
  explicit Reader(std::string_view message) : rest_(message) {}
  std::optional<Field> next();
  bool ok() const { return ok_; }

 private:
  bool varint(uint64_t &value);
  bool skip_group(uint32_t number);
  std::optional<Field> fail();

  std::string_view rest_;
  bool ok_ = true;
};

// True if every field of message can be read.
bool well_formed(std::string_view message);
// The last field with that number, as a protobuf parser takes it.
std::optional<Field> last(std::string_view message, uint32_t number);
// Follows a path of nested messages, taking the last occurrence at each level.
std::optional<Field> at(std::string_view message, std::initializer_list<uint32_t> path);

void append_varint(std::string &out, uint64_t value);
// Appends a bytes field with its tag and length.
void append_bytes(std::string &out, uint32_t number, std::string_view body);

}  // namespace meshtastic::wire
