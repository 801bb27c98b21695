// The commented file for a first-time user, made from the option tables; see generate.h.
#include <fmt/format.h>

#include "core/base/text.h"
#include "core/config/build_instance.h"
#include "core/config/generate.h"
#include "core/config/model.h"
#include "core/config/option_text.h"
#include "core/config/values.h"

namespace meshmux {

namespace {

constexpr size_t kWidth = 98;

constexpr const char *kHead =
    R"(# The configuration of meshmuxd.
#
# To begin, fill in one thing: the address of your radio, after "connect:" below. Then point your
# apps at this machine and the port after "listen:".
#
#   meshmuxd --config FILE --check-config   says whether this file is right
#   meshmuxctl reload                       takes up changes without disturbing what stays the same
#   meshmuxd --list-plugins                 lists every plugin and option
#
# Any value may be ${NAME} or ${NAME:-default}, taken from the environment.
)";

constexpr const char *kListenerComment =
    R"(    # Limits of the apps that connect here:
    # allow: [192.168.0.0/16, fd00::/8]   # networks they may come from; everybody without this line
    # max_sessions: 256
    # max_sessions_per_address: 0         # 0: no limit of its own
    # idle_timeout: 0                     # close an app that sent nothing for so long; 0: never
    # session_outbox: 8M                  # bytes an app may leave unread
    # session_stall: 30s                  # how long it may take nothing at all
)";

constexpr const char *kPolicyComment =
    R"(    # What apps may do to the radio's settings. deny: nothing; read: look at them; allow: change
    # them. Messages, positions and the like pass with each. "contacts: allow" lets apps that edit
    # the radio's list of contacts do so.
    policy: { admin: deny }
)";

constexpr const char *kTail =
    R"(
# Rules shared by name, as in "policy: guests":
#
# policies:
#   guests:
#     admin: deny
#     rules:
#       - limit: [text]
#         rate: 10/1m
#       - deny: [position]

# More files, read after this one:
#
# include: conf.d/*.yaml

# log:
#   level: info     # trace, debug, info, warn, error
#   format: auto    # auto, human, journald, json

# control:
#   socket: /run/meshmux/control.sock
#   group: meshmux  # whose members may use meshmuxctl

# audit:
#   path: /var/log/meshmux/audit.log   # what apps were refused; without it only in the log
)";

// text as comment lines of at most kWidth columns.
std::string comment(const std::string &indent, std::string_view text) {
  std::string out;
  std::string line = indent + "#";
  for (const std::string_view word : split(text, ' ')) {
    if (word.empty()) continue;
    if (line.size() + 1 + word.size() > kWidth) {
      out += line + "\n";
      line = indent + "#";
    }
    line += ' ';
    line += word;
  }
  return out + line + "\n";
}

// " value" as it stands after the colon, or "" without a default. What YAML would not read back as
// the same text is quoted.
std::string yaml_value(const mmx_option &option) {
  if (!option.default_value) return {};
  const std::string text = option.default_value;
  if (option.kind == MMX_OPTION_LIST) return " [" + text + "]";
  if (text.empty() || text.find_first_of("#:{}[],&*!|>'\"%@`") == 0 ||
      text.find(": ") != std::string::npos || text.find(" #") != std::string::npos) {
    return " \"" + text + "\"";
  }
  return " " + text;
}

std::string option_help(const mmx_option &option) {
  std::string facts = option_kind_text(option);
  if (const std::string range = option_range_text(option); !range.empty()) facts += ", " + range;
  std::string help = option.help ? option.help : option.name;
  if (help.ends_with('.')) help.pop_back();
  return fmt::format("{} ({})", help, facts);
}

bool must_be_filled_in(const mmx_option &option) {
  return (option.flags & MMX_OPTION_REQUIRED) != 0 && !option.default_value;
}

// all: everything, optional ones as commented examples at their defaults. brief: only what has to
// be filled in or is likely to be changed.
enum class Detail { invalid = 0, all, brief };

std::string option_lines(const mmx_type &type, Detail detail) {
  std::string first;
  std::string rest;
  for (uint32_t i = 0; i < type.option_count; ++i) {
    const mmx_option &option = option_at(type, i);
    if (must_be_filled_in(option)) {
      first += comment("    ", option_help(option));
      first += fmt::format("    {}:\n", option.name);
    } else if (option.kind == MMX_OPTION_LISTEN) {
      first += comment("    ", option_help(option));
      first += fmt::format("    {}:{}\n", option.name, yaml_value(option));
    } else if (detail == Detail::all) {
      rest += comment("    ", option_help(option));
      rest += fmt::format("    # {}:{}\n", option.name, yaml_value(option));
    }
  }
  return first + rest;
}

// The same, commented out as a whole.
std::string commented(std::string_view block) {
  std::string out;
  for (const std::string_view line : split(block, '\n')) {
    if (line.empty()) continue;
    out += "  # " + std::string(line.substr(2)) + "\n";
  }
  return out;
}

std::string instance_block(const mmx_type &type, const std::string &id, const std::string &source,
                           Detail detail) {
  std::string out = fmt::format("  {}:\n", id);
  out += fmt::format("    plugin: {}\n", type.name);
  if (!source.empty()) out += fmt::format("    source: {}\n", source);
  out += option_lines(type, detail);
  if (detail == Detail::brief) return out;
  if (type.role == MMX_ROLE_FRONTEND) out += kPolicyComment;
  if (has_listen_option(type)) out += kListenerComment;
  return out;
}

std::vector<const mmx_type *> types_of(const std::vector<CatalogType> &all, Group group) {
  std::vector<const mmx_type *> types;
  for (const CatalogType &known : all) {
    if (known.type->role == static_cast<uint32_t>(group)) types.push_back(known.type);
  }
  return types;
}

bool same_family(const mmx_type &a, const mmx_type &b) {
  return !a.family || !b.family || std::string_view(a.family) == b.family;
}

// Whether a block of this type is valid as printed: only an address may be left blank.
bool usable_unedited(const mmx_type &type) {
  for (uint32_t i = 0; i < type.option_count; ++i) {
    const mmx_option &option = option_at(type, i);
    if (must_be_filled_in(option) && option.kind != MMX_OPTION_URI) return false;
  }
  return true;
}

// The source a frontend's block names: the active one if it speaks the same family, else the
// commented one that does.
std::string source_of(const mmx_type &frontend, const std::vector<const mmx_type *> &sources,
                      const mmx_type *radio) {
  if (radio && same_family(frontend, *radio)) return "home";
  for (const mmx_type *source : sources) {
    if (same_family(frontend, *source)) return std::string("my-") + source->name;
  }
  return {};
}

std::string group_section(const std::vector<CatalogType> &all, Group group, const mmx_type *radio) {
  const std::vector<const mmx_type *> types = types_of(all, group);
  const char *about = "";
  const char *first_id = "";
  if (group == Group::sources) {
    about = "Your radios.";
    first_id = "home";
  } else if (group == Group::frontends) {
    about = "What apps connect to. Several may stand for one radio, each with a policy of its own.";
    first_id = "phones";
  } else if (group == Group::storage) {
    about = "Where messages and state are kept.";
  } else if (group == Group::bridges) {
    about = "Other systems that see and send messages.";
  } else {
    about = "Simulated radios, for trying things out.";
  }
  std::string active;
  std::string inactive;
  for (const mmx_type *type : types) {
    const bool fits = radio && same_family(*type, *radio) && usable_unedited(*type);
    const bool wanted = group == Group::sources ? type == radio : group == Group::frontends && fits;
    const std::string source = group == Group::frontends
                                   ? source_of(*type, types_of(all, Group::sources), radio)
                                   : std::string();
    if (wanted && active.empty()) {
      active = instance_block(*type, first_id, source, Detail::all);
    } else {
      inactive +=
          commented(instance_block(*type, std::string("my-") + type->name, source, Detail::brief));
    }
  }
  const std::string head =
      fmt::format("\n# {}\n{}{}:\n", about, active.empty() ? "# " : "", group_name(group));
  if (types.empty()) return {};
  if (!active.empty()) return head + active + (inactive.empty() ? "" : "\n" + inactive);
  return head + inactive;
}

}  // namespace

std::string print_default_config(TypeCatalog &catalog) {
  const std::vector<CatalogType> types = catalog.types();
  // One family is active, the last by name; the others stand beside it as comments.
  const mmx_type *radio = nullptr;
  for (const mmx_type *type : types_of(types, Group::sources)) {
    if (usable_unedited(*type)) radio = type;
  }
  std::string out = kHead;
  for (const Group group : kGroups) out += group_section(types, group, radio);
  return out + kTail;
}

}  // namespace meshmux
