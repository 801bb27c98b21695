// Option values from texts. Must not know YAML.
#include "sdk/testing/option_values.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <stdexcept>
#include <string_view>

#include "meshmux/text.hpp"

namespace mmx::testing {

namespace {

[[noreturn]] void bad(const mmx_option &option, const std::string &text) {
  throw std::invalid_argument("option " + std::string(option.name) + " cannot be \"" + text + "\"");
}

// Splits "30s" into 30 and the factor of "s".
double scaled(const mmx_option &option, const std::string &text,
              const std::map<std::string, double> &units) {
  char *end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  const auto unit = units.find(end);
  if (end == text.c_str() || unit == units.end()) bad(option, text);
  return number * unit->second;
}

const std::map<std::string, double> kDurations = {{"ns", 1},      {"us", 1e3}, {"ms", 1e6},
                                                  {"s", 1e9},     {"m", 60e9}, {"h", 3600e9},
                                                  {"d", 86400e9}, {"", 1e9}};
const std::map<std::string, double> kSizes = {
    {"", 1}, {"k", 1024}, {"M", 1024.0 * 1024}, {"G", 1024.0 * 1024 * 1024}};

std::vector<std::string> split(const std::string &text) {
  std::string body = text;
  if (body.size() >= 2 && body.front() == '[' && body.back() == ']')
    body = body.substr(1, body.size() - 2);
  std::vector<std::string> parts;
  std::size_t from = 0;
  while (from <= body.size() && !body.empty()) {
    const std::size_t comma = std::min(body.find(',', from), body.size());
    std::string part = body.substr(from, comma - from);
    part.erase(0, part.find_first_not_of(" \t"));
    part.erase(part.find_last_not_of(" \t") + 1);
    if (!part.empty()) parts.push_back(part);
    from = comma + 1;
  }
  return parts;
}

}  // namespace

OptionValues::OptionValues(const mmx_type &type, const OptionTexts &texts) {
  const auto option_at = [&](std::uint32_t index) -> const mmx_option & {
    const char *base = reinterpret_cast<const char *>(type.options);
    return *reinterpret_cast<const mmx_option *>(base + std::size_t{index} * type.option_size);
  };
  for (const auto &[name, text] : texts) {
    bool known = false;
    for (std::uint32_t i = 0; i < type.option_count; ++i) known |= name == option_at(i).name;
    if (!known) throw std::invalid_argument(std::string(type.name) + " has no option " + name);
  }
  for (std::uint32_t i = 0; i < type.option_count; ++i) {
    const mmx_option &option = option_at(i);
    const auto given = std::find_if(texts.begin(), texts.end(),
                                    [&](const auto &each) { return each.first == option.name; });
    if (given != texts.end()) {
      values_.push_back(parse(option, given->second));
      values_.back().is_set = 1;
    } else if (option.default_value != nullptr) {
      values_.push_back(parse(option, option.default_value));
    } else if ((option.flags & MMX_OPTION_REQUIRED) != 0) {
      throw std::invalid_argument("option " + std::string(option.name) + " is required");
    } else {
      values_.push_back(mmx_value{});
    }
  }
  view_ = {values_.data(), static_cast<std::uint32_t>(values_.size()), sizeof(mmx_value)};
}

mmx_value OptionValues::parse(const mmx_option &option, const std::string &text) {
  mmx_value value{};
  value.kind = option.kind;
  value.s = mmx::text(texts_.emplace_back(text));
  double ranged = 0;
  switch (option.kind) {
    case MMX_OPTION_BOOL:
      if (text != "true" && text != "false") bad(option, text);
      value.i = text == "true" ? 1 : 0;
      return value;
    case MMX_OPTION_INT: {
      char *end = nullptr;
      value.i = std::strtoll(text.c_str(), &end, 0);
      if (end == text.c_str() || *end != '\0') bad(option, text);
      ranged = static_cast<double>(value.i);
      break;
    }
    case MMX_OPTION_FLOAT:
      value.f = scaled(option, text, {{"", 1}});
      ranged = value.f;
      break;
    case MMX_OPTION_DURATION:
      value.i = static_cast<std::int64_t>(scaled(option, text, kDurations));
      ranged = static_cast<double>(value.i) / 1e9;
      break;
    case MMX_OPTION_SIZE:
      value.i = static_cast<std::int64_t>(scaled(option, text, kSizes));
      ranged = static_cast<double>(value.i);
      break;
    case MMX_OPTION_ENUM:
      for (value.i = 0; option.values[value.i] != nullptr; ++value.i)
        if (text == option.values[value.i]) return value;
      bad(option, text);
    case MMX_OPTION_LIST: {
      std::vector<mmx_text> &list = lists_.emplace_back();
      for (const std::string &part : split(text))
        list.push_back(mmx::text(texts_.emplace_back(part)));
      value.list = list.data();
      value.list_count = list.size();
      return value;
    }
    default:
      return value;
  }
  if (option.min < option.max && (ranged < option.min || ranged > option.max)) bad(option, text);
  return value;
}

}  // namespace mmx::testing
