// Option texts as typed values, see values.h.
#include "core/config/values.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/base/text.h"
#include "core/base/uri.h"

namespace meshmux {

namespace {

bool has_range(const mmx_option &option) { return option.min < option.max; }

// A bound in the unit people write it in.
std::string bound_text(const mmx_option &option, double bound) {
  switch (option.kind) {
    case MMX_OPTION_DURATION:
      return format_duration(std::llround(bound * 1e9));
    case MMX_OPTION_SIZE:
      return format_size(std::llround(bound));
    case MMX_OPTION_INT:
      return fmt::format("{}", std::llround(bound));
    default:
      return fmt::format("{}", bound);
  }
}

Result<OptionValue> checked(const mmx_option &option, OptionValue value, double number,
                            std::string_view text) {
  if (!has_range(option) || (number >= option.min && number <= option.max)) return value;
  return fail(MMX_INVALID, "{} is out of range; it must be between {} and {}", text,
              bound_text(option, option.min), bound_text(option, option.max));
}

Result<OptionValue> parse_bool(OptionValue value, std::string_view text) {
  const std::string word = to_lower(text);
  if (word == "true" || word == "yes" || word == "on" || word == "1") {
    value.i = 1;
  } else if (word != "false" && word != "no" && word != "off" && word != "0") {
    return fail(MMX_INVALID, "\"{}\" is neither true nor false", text);
  }
  return value;
}

Result<OptionValue> parse_float(const mmx_option &option, OptionValue value,
                                std::string_view text) {
  const std::string copy(text);
  char *end = nullptr;
  value.f = std::strtod(copy.c_str(), &end);
  if (copy.empty() || *end != '\0' || copy[0] == ' ' || !std::isfinite(value.f)) {
    return fail(MMX_INVALID, "\"{}\" is no number", text);
  }
  return checked(option, value, value.f, text);
}

Result<OptionValue> parse_enum(const mmx_option &option, OptionValue value, std::string_view text) {
  std::vector<std::string> words;
  for (const char *const *word = option.values; word && *word; ++word) {
    if (text == *word) {
      value.i = static_cast<int64_t>(words.size());
      value.s = text;
      return value;
    }
    words.emplace_back(*word);
  }
  return fail(MMX_INVALID, "\"{}\" is none of {}{}", text, join(words, ", "),
              did_you_mean(text, words));
}

Result<OptionValue> parse_address(const mmx_option &option, OptionValue value,
                                  std::string_view text) {
  MMX_TRY(const Uri uri, parse_uri(text));
  if (option.kind == MMX_OPTION_LISTEN && uri.scheme == Uri::Scheme::serial) {
    return fail(MMX_INVALID, "\"{}\" cannot be listened on; write tcp://0.0.0.0:port", text);
  }
  value.s = text;
  return value;
}

Result<OptionValue> parse_number(const mmx_option &option, OptionValue value,
                                 std::string_view text) {
  auto parse = parse_int;
  double unit = 1;
  if (option.kind == MMX_OPTION_DURATION) {
    parse = parse_duration;
    unit = 1e-9;
  } else if (option.kind == MMX_OPTION_SIZE) {
    parse = parse_size;
  }
  MMX_TRY(value.i, parse(text));
  const double size = static_cast<double>(value.i) * unit;
  return checked(option, std::move(value), size, text);
}

}  // namespace

bool is_core_key(std::string_view name) {
  for (const std::string_view key : kCoreKeys) {
    if (key == name) return true;
  }
  return false;
}

const mmx_option &option_at(const mmx_type &type, uint32_t index) {
  const auto *base = reinterpret_cast<const char *>(type.options);
  return *reinterpret_cast<const mmx_option *>(base + size_t{index} * type.option_size);
}

int find_option(const mmx_type &type, std::string_view name) {
  for (uint32_t i = 0; i < type.option_count; ++i) {
    if (name == option_at(type, i).name) return static_cast<int>(i);
  }
  return -1;
}

bool OptionValue::same(const OptionValue &other) const {
  return kind == other.kind && i == other.i && f == other.f && s == other.s && list == other.list;
}

Result<OptionValue> parse_option_text(const mmx_option &option, std::string_view text) {
  OptionValue value;
  value.kind = option.kind;
  switch (option.kind) {
    case MMX_OPTION_BOOL:
      return parse_bool(std::move(value), text);
    case MMX_OPTION_INT:
    case MMX_OPTION_DURATION:
    case MMX_OPTION_SIZE:
      return parse_number(option, std::move(value), text);
    case MMX_OPTION_FLOAT:
      return parse_float(option, std::move(value), text);
    case MMX_OPTION_ENUM:
      return parse_enum(option, std::move(value), text);
    case MMX_OPTION_URI:
    case MMX_OPTION_LISTEN:
      return parse_address(option, std::move(value), text);
    case MMX_OPTION_STRING:
    case MMX_OPTION_PATH:
      value.s = text;
      return value;
    case MMX_OPTION_LIST:
      for (const std::string_view part : split(text, ',')) {
        if (!trim(part).empty()) value.list.emplace_back(trim(part));
      }
      return value;
    default:
      return fail(MMX_UNSUPPORTED, "options of this kind are not known to this version");
  }
}

std::string refuse_option_table(const mmx_type &type) {
  for (uint32_t i = 0; i < type.option_count; ++i) {
    const mmx_option &option = option_at(type, i);
    if (is_core_key(option.name)) {
      return fmt::format("its option '{}' has a name the core uses itself", option.name);
    }
    if (!option.default_value) continue;
    if (const auto value = parse_option_text(option, option.default_value); !value) {
      return fmt::format("the default of its option '{}' is wrong: {}", option.name,
                         value.error().message);
    }
  }
  return {};
}

OptionValues::OptionValues(const mmx_type &type) {
  values_.resize(type.option_count);
  for (uint32_t i = 0; i < type.option_count; ++i) {
    const mmx_option &option = option_at(type, i);
    if (!option.default_value) continue;
    // One that does not parse counts as none; refuse_option_table tells plugin authors.
    if (Result<OptionValue> value = parse_option_text(option, option.default_value)) {
      values_[i] = std::move(*value);
    }
  }
}

void OptionValues::set(size_t index, OptionValue value) { values_[index] = std::move(value); }

mmx_values OptionValues::view() const {
  flat_.assign(values_.size(), mmx_value{});
  texts_.assign(values_.size(), {});
  for (size_t i = 0; i < values_.size(); ++i) {
    const OptionValue &value = values_[i];
    for (const std::string &text : value.list) texts_[i].push_back(to_mmx(text));
    flat_[i] = mmx_value{value.kind,      value.is_set ? 1U : 0U,
                         value.i,         value.f,
                         to_mmx(value.s), texts_[i].empty() ? nullptr : texts_[i].data(),
                         texts_[i].size()};
  }
  return mmx_values{flat_.data(), static_cast<uint32_t>(flat_.size()), sizeof(mmx_value)};
}

}  // namespace meshmux
