// Checks of entries, types and codecs. Every text names the member of the ABI struct it is about,
// so that a plugin author can search the headers for it. Must not keep anything.
#include "core/plugin/entry_check.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstring>
#include <set>
#include <string_view>

namespace meshmux {
namespace {

// What never changes, in any version; read by copy so that nothing behind it is touched.
struct EntryPrefix {
  std::uint32_t magic;
  std::uint16_t abi_major;
  std::uint16_t abi_minor;
  std::uint32_t struct_size;
  std::uint32_t flags;
};
static_assert(sizeof(EntryPrefix) == 16);
static_assert(offsetof(mmx_entry, flags) == offsetof(EntryPrefix, flags));

constexpr std::size_t kMaxOptions = 1024;

std::string refuse_prefix(const EntryPrefix &prefix) {
  if (prefix.magic != MMX_ENTRY_MAGIC) {
    return fmt::format(
        "mmx_entry.magic is {:#010x}, expected {:#010x}: mmx_plugin_entry must return a "
        "mmx_entry that begins with MMX_ENTRY_MAGIC",
        prefix.magic, MMX_ENTRY_MAGIC);
  }
  if (prefix.abi_major != MMX_ABI_MAJOR) {
    return fmt::format(
        "it was built for plugin ABI {}.{}, this meshmux speaks {}.{} and the major must be equal: "
        "rebuild the plugin with the headers of this meshmux",
        prefix.abi_major, prefix.abi_minor, MMX_ABI_MAJOR, MMX_ABI_MINOR);
  }
  if (prefix.abi_minor > MMX_ABI_MINOR) {
    return fmt::format(
        "it was built for plugin ABI {}.{}, this meshmux speaks only up to {}.{}: upgrade meshmux, "
        "or rebuild the plugin with the headers of this meshmux",
        prefix.abi_major, prefix.abi_minor, MMX_ABI_MAJOR, MMX_ABI_MINOR);
  }
  if (prefix.struct_size < sizeof(mmx_entry)) {
    return fmt::format(
        "mmx_entry.struct_size is {}, expected at least {}: set it to sizeof(mmx_entry) and "
        "rebuild "
        "the plugin with the headers of this meshmux",
        prefix.struct_size, sizeof(mmx_entry));
  }
  if (prefix.flags != 0) {
    return fmt::format(
        "mmx_entry.flags is {:#x}, expected 0: this meshmux knows no flags; upgrade meshmux, or "
        "rebuild the plugin without them",
        prefix.flags);
  }
  return {};
}

bool is_plain_name(const char *name) {
  if (name == nullptr || *name == '\0') return false;
  for (const char *c = name; *c != '\0'; ++c) {
    const bool fine =
        (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '-' || *c == '_';
    if (!fine) return false;
  }
  return true;
}

std::string refuse_option(const mmx_option &option, std::uint32_t index,
                          std::set<std::string_view> &seen) {
  if (!is_plain_name(option.name)) {
    return fmt::format(
        "its options[{}].name is {}: expected lower-case letters, digits, '_' and '-'", index,
        option.name == nullptr ? std::string("NULL") : fmt::format("'{}'", option.name));
  }
  if (!seen.insert(option.name).second) {
    return fmt::format("it declares the option '{}' twice", option.name);
  }
  if (option.kind <= MMX_OPTION_INVALID || option.kind > MMX_OPTION_LIST) {
    return fmt::format("its option '{}' has the kind {}, expected one MMX_OPTION_* from 1 to {}",
                       option.name, option.kind, static_cast<int>(MMX_OPTION_LIST));
  }
  if (option.kind == MMX_OPTION_ENUM && (option.values == nullptr || *option.values == nullptr)) {
    return fmt::format("its option '{}' is an ENUM without values", option.name);
  }
  return {};
}

std::string refuse_options(const mmx_type &type) {
  if (type.option_count == 0) return {};
  if (type.options == nullptr || type.option_count > kMaxOptions) {
    return fmt::format("its option table is {} with option_count {}",
                       type.options == nullptr ? "NULL" : "set", type.option_count);
  }
  if (type.option_size < sizeof(mmx_option)) {
    return fmt::format(
        "its option_size is {}, expected at least {}: set it to sizeof(mmx_option) and rebuild the "
        "plugin with the headers of this meshmux",
        type.option_size, sizeof(mmx_option));
  }
  std::set<std::string_view> seen;
  const char *base = reinterpret_cast<const char *>(type.options);
  for (std::uint32_t i = 0; i < type.option_count; ++i) {
    const auto *option =
        reinterpret_cast<const mmx_option *>(base + std::size_t{i} * type.option_size);
    if (std::string why = refuse_option(*option, i, seen); !why.empty()) return why;
  }
  return {};
}

std::string refuse_ops(const mmx_instance_ops *ops) {
  if (ops == nullptr) return "its ops is NULL: point it to a mmx_instance_ops";
  if (ops->struct_size < sizeof(mmx_instance_ops)) {
    return fmt::format(
        "mmx_instance_ops.struct_size is {}, expected at least {}: set it to "
        "sizeof(mmx_instance_ops) and rebuild the plugin with the headers of this meshmux",
        ops->struct_size, sizeof(mmx_instance_ops));
  }
  const char *missing = ops->start == nullptr     ? "start"
                        : ops->stop == nullptr    ? "stop"
                        : ops->destroy == nullptr ? "destroy"
                                                  : nullptr;
  if (missing == nullptr) return {};
  return fmt::format("its ops.{} is NULL: start, stop and destroy are mandatory", missing);
}

std::string refuse_type_body(const mmx_type &type) {
  if (type.role <= MMX_ROLE_INVALID || type.role > MMX_ROLE_SIMULATOR) {
    return fmt::format("its role is {}, expected one MMX_ROLE_* from 1 to {}", type.role,
                       static_cast<int>(MMX_ROLE_SIMULATOR));
  }
  if (type.create == nullptr) return "its create is NULL";
  if (std::string why = refuse_ops(type.ops); !why.empty()) return why;
  return refuse_options(type);
}

}  // namespace

std::string refuse_entry(const mmx_entry *entry) {
  if (entry == nullptr) {
    return "mmx_plugin_entry returned NULL: it must return a pointer to a static mmx_entry";
  }
  EntryPrefix prefix;
  std::memcpy(&prefix, static_cast<const void *>(entry), sizeof prefix);
  if (std::string why = refuse_prefix(prefix); !why.empty()) return why;
  if (entry->name == nullptr || *entry->name == '\0') return "mmx_entry.name is missing";
  if (entry->version == nullptr) return "mmx_entry.version is NULL";
  if (entry->license == nullptr) return "mmx_entry.license is NULL: give an SPDX expression";
  if (entry->type_count > 0 && entry->types == nullptr) {
    return fmt::format("mmx_entry.types is NULL with type_count {}", entry->type_count);
  }
  if (entry->codec_count > 0 && entry->codecs == nullptr) {
    return fmt::format("mmx_entry.codecs is NULL with codec_count {}", entry->codec_count);
  }
  if (entry->type_count == 0 && entry->codec_count == 0) {
    return "it offers no type and no codec: set mmx_entry.type_count";
  }
  return {};
}

std::string refuse_type(const mmx_type *type) {
  if (type == nullptr) return "a pointer in mmx_entry.types is NULL";
  if (type->struct_size < sizeof(mmx_type)) {
    return fmt::format(
        "mmx_type.struct_size is {}, expected at least {}: set it to sizeof(mmx_type) and rebuild "
        "the plugin with the headers of this meshmux",
        type->struct_size, sizeof(mmx_type));
  }
  if (!is_plain_name(type->name)) {
    return fmt::format(
        "mmx_type.name is {}: the word after 'plugin:' consists of lower-case letters, digits, '_' "
        "and '-'",
        type->name == nullptr ? std::string("NULL") : fmt::format("'{}'", type->name));
  }
  std::string why = refuse_type_body(*type);
  return why.empty() ? why : fmt::format("type '{}': {}", type->name, why);
}

std::string refuse_codec(const mmx_codec *codec) {
  if (codec == nullptr) return "a pointer in mmx_entry.codecs is NULL";
  if (codec->struct_size < sizeof(mmx_codec)) {
    return fmt::format(
        "mmx_codec.struct_size is {}, expected at least {}: set it to sizeof(mmx_codec) and "
        "rebuild "
        "the plugin with the headers of this meshmux",
        codec->struct_size, sizeof(mmx_codec));
  }
  if (codec->family == nullptr || *codec->family == '\0') return "mmx_codec.family is missing";
  if (codec->classify == nullptr || codec->redact == nullptr) {
    return fmt::format("codec '{}': classify and redact are mandatory", codec->family);
  }
  return {};
}

const char *role_name(unsigned role) {
  switch (role) {
    case MMX_ROLE_SOURCE:
      return "source";
    case MMX_ROLE_FRONTEND:
      return "frontend";
    case MMX_ROLE_STORAGE:
      return "storage";
    case MMX_ROLE_BRIDGE:
      return "bridge";
    case MMX_ROLE_SIMULATOR:
      return "simulator";
    default:
      return "?";
  }
}

}  // namespace meshmux
