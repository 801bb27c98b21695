// Builds and reads neutral records. A builder owns its fields and borrows their texts and bytes.
// Must not know any protocol.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "meshmux/records.h"
#include "meshmux/text.hpp"

namespace mmx {

class Record {
 public:
  explicit Record(std::uint32_t type) : type_(type) {}

  Record &add(std::uint16_t key, std::int64_t value) {
    mmx_field *field = next(key, MMX_FIELD_TYPE_INT);
    if (field != nullptr) field->value.i = value;
    return *this;
  }
  Record &add_float(std::uint16_t key, double value) {
    mmx_field *field = next(key, MMX_FIELD_TYPE_FLOAT);
    if (field != nullptr) field->value.f = value;
    return *this;
  }
  // value is borrowed as long as the record is used.
  Record &add_text(std::uint16_t key, std::string_view value) {
    mmx_field *field = next(key, MMX_FIELD_TYPE_TEXT);
    if (field != nullptr) field->value.text = text(value);
    return *this;
  }
  // value is borrowed as long as the record is used.
  Record &add_bytes(std::uint16_t key, std::string_view value) {
    mmx_field *field = next(key, MMX_FIELD_TYPE_BYTES);
    if (field != nullptr) field->value.bytes = bytes(value);
    return *this;
  }

  // Borrowed from this builder.
  const mmx_record *get() {
    record_ = {type_, count_, fields_.data()};
    return &record_;
  }

 private:
  mmx_field *next(std::uint16_t key, std::uint16_t type) {
    if (count_ == fields_.size()) return nullptr;
    mmx_field *field = &fields_[count_++];
    field->key = key;
    field->type = type;
    field->reserved = 0;
    return field;
  }

  std::array<mmx_field, 48> fields_;
  mmx_record record_{};
  std::uint32_t type_;
  std::uint32_t count_ = 0;
};

inline const mmx_field *find(const mmx_record *record, std::uint16_t key) {
  if (record == nullptr) return nullptr;
  for (std::uint32_t i = 0; i < record->count; ++i)
    if (record->fields[i].key == key) return &record->fields[i];
  return nullptr;
}

inline std::optional<std::int64_t> get_int(const mmx_record *record, std::uint16_t key) {
  const mmx_field *field = find(record, key);
  if (field == nullptr || field->type != MMX_FIELD_TYPE_INT) return std::nullopt;
  return field->value.i;
}

inline std::optional<double> get_float(const mmx_record *record, std::uint16_t key) {
  const mmx_field *field = find(record, key);
  if (field == nullptr || field->type != MMX_FIELD_TYPE_FLOAT) return std::nullopt;
  return field->value.f;
}

inline std::optional<std::string_view> get_text(const mmx_record *record, std::uint16_t key) {
  const mmx_field *field = find(record, key);
  if (field == nullptr || field->type != MMX_FIELD_TYPE_TEXT) return std::nullopt;
  return view(field->value.text);
}

}  // namespace mmx
