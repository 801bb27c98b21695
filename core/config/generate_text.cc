// The list of plugins for people, see generate.h.
#include <fmt/format.h>

#include <cmath>

#include "core/base/text.h"
#include "core/config/generate.h"
#include "core/config/model.h"
#include "core/config/option_text.h"

namespace meshmux {

namespace {

std::string option_lines(const mmx_option &option) {
  std::string facts = option_kind_text(option);
  if ((option.flags & MMX_OPTION_REQUIRED) != 0) facts += ", required";
  if (option.default_value && *option.default_value) {
    facts += fmt::format(", default {}", option.default_value);
  }
  if (const std::string range = option_range_text(option); !range.empty()) facts += ", " + range;
  if ((option.flags & MMX_OPTION_SECRET) != 0) {
    facts += fmt::format(", secret (or {}_file)", option.name);
  }
  if ((option.flags & MMX_OPTION_HOT) != 0) facts += ", changes without a restart";
  std::string out = fmt::format("    {}: {}\n", option.name, facts);
  if (option.help) out += fmt::format("        {}\n", option.help);
  return out;
}

}  // namespace

std::string option_kind_text(const mmx_option &option) {
  switch (option.kind) {
    case MMX_OPTION_BOOL:
      return "true or false";
    case MMX_OPTION_INT:
      return "whole number";
    case MMX_OPTION_FLOAT:
      return "number";
    case MMX_OPTION_STRING:
      return "text";
    case MMX_OPTION_ENUM: {
      std::vector<std::string> words;
      for (const char *const *word = option.values; word && *word; ++word)
        words.emplace_back(*word);
      return "one of " + join(words, ", ");
    }
    case MMX_OPTION_DURATION:
      return "duration";
    case MMX_OPTION_SIZE:
      return "size";
    case MMX_OPTION_URI:
      return "address";
    case MMX_OPTION_LISTEN:
      return "address to listen on";
    case MMX_OPTION_PATH:
      return "file";
    case MMX_OPTION_LIST:
      return "list";
    default:
      return "unknown kind";
  }
}

std::string option_range_text(const mmx_option &option) {
  if (!(option.min < option.max)) return {};
  switch (option.kind) {
    case MMX_OPTION_DURATION:
      return fmt::format("{} to {}", format_duration(std::llround(option.min * 1e9)),
                         format_duration(std::llround(option.max * 1e9)));
    case MMX_OPTION_SIZE:
      return fmt::format("{} to {}", format_size(std::llround(option.min)),
                         format_size(std::llround(option.max)));
    case MMX_OPTION_INT:
      return fmt::format("{} to {}", std::llround(option.min), std::llround(option.max));
    case MMX_OPTION_FLOAT:
      return fmt::format("{} to {}", option.min, option.max);
    default:
      return {};
  }
}

std::string print_plugins(TypeCatalog &catalog) {
  std::string out;
  for (const CatalogType &known : catalog.types()) {
    const mmx_type &type = *known.type;
    if (!out.empty()) out += '\n';
    out += fmt::format("{} ({}, under \"{}:\")\n", type.name, role_word(type.role),
                       group_name(static_cast<Group>(type.role)));
    if (type.summary) out += fmt::format("  {}\n", type.summary);
    out += fmt::format("  from {} {}{}\n", known.plugin_name, known.plugin_version,
                       known.plugin_file.empty() ? "" : ", " + known.plugin_file);
    if (type.family) out += fmt::format("  speaks {}\n", type.family);
    for (uint32_t i = 0; i < type.option_count; ++i) out += option_lines(option_at(type, i));
  }
  if (out.empty()) out = "no plugins found; see plugin_path: and MESHMUX_PLUGIN_PATH\n";
  return out;
}

}  // namespace meshmux
