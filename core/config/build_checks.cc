// See build_checks.h.
#include "core/config/build_checks.h"

#include <fmt/format.h>

#include <cstdio>
#include <utility>

#include "core/base/text.h"
#include "core/config/addresses.h"
#include "core/policy/policy.h"

namespace meshmux {

namespace {

const BuiltInstance *find(const std::vector<BuiltInstance> &instances, const std::string &id) {
  for (const BuiltInstance &built : instances) {
    if (built.config.id == id) return &built;
  }
  return nullptr;
}

std::vector<std::string> source_ids(const std::vector<BuiltInstance> &instances) {
  std::vector<std::string> ids;
  for (const BuiltInstance &built : instances) {
    if (built.config.group == Group::sources) ids.push_back(built.config.id);
  }
  return ids;
}

// "file:3:5: rest" as a place and the rest, where the message begins with a place of this file.
std::pair<Mark, std::string> split_place(const Mark &fallback, const ConfigReader &reader,
                                         const std::string &message) {
  for (const std::string &file : reader.content().files) {
    if (!message.starts_with(file + ":")) continue;
    Mark mark{std::make_shared<const std::string>(file), 0, 0};
    int used = 0;
    if (std::sscanf(message.c_str() + file.size(), ":%d:%d: %n", &mark.line, &mark.column, &used) ==
            2 &&
        used > 0) {
      return {mark, message.substr(file.size() + static_cast<size_t>(used))};
    }
  }
  return {fallback, message};
}

struct Bound {
  const BuiltInstance *owner;
  const ListenAddress *address;
};

void check_own_source(ConfigReader *reader, const BuiltInstance &frontend,
                      const BuiltInstance &source, const std::vector<std::string> &local) {
  const InstanceConfig &radio = source.config;
  if (!radio.type || !radio.enabled) return;
  for (uint32_t i = 0; i < radio.type->option_count; ++i) {
    const OptionValue &value = radio.options.at(i);
    if (value.kind != MMX_OPTION_URI) continue;
    const Result<Uri> target = parse_uri(value.s);
    if (!target) continue;
    for (const ListenAddress &listen : frontend.config.listens) {
      if (!listener_covers(listen.uri, *target, local)) continue;
      reader->error(listen.mark,
                    fmt::format("{} would listen on {}, which is where its own source {} connects "
                                "to ({} at {}); choose another port",
                                frontend.config.id, listen.uri.to_string(), radio.id,
                                target->to_string(), value.mark.to_string()));
    }
  }
}

}  // namespace

void check_ids(ConfigReader *reader, const std::vector<BuiltInstance> &instances) {
  for (size_t i = 0; i < instances.size(); ++i) {
    const InstanceConfig &mine = instances[i].config;
    for (size_t j = 0; j < i; ++j) {
      const InstanceConfig &first = instances[j].config;
      if (first.id != mine.id) continue;
      reader->error(mine.mark,
                    fmt::format("the id \"{}\" is already used under \"{}:\" at {}; ids are unique "
                                "in the whole configuration",
                                mine.id, group_name(first.group), first.mark.to_string()));
      break;
    }
  }
}

void check_sources(ConfigReader *reader, const std::vector<BuiltInstance> &instances) {
  const std::vector<std::string> sources = source_ids(instances);
  for (const BuiltInstance &built : instances) {
    const InstanceConfig &mine = built.config;
    if (mine.source.empty()) {
      if (mine.group != Group::frontends || !mine.type) continue;
      const std::string hint = sources.empty()
                                   ? std::string("add one under \"sources:\" and name it here")
                                   : fmt::format("write source: {}", sources.front());
      reader->error(built.source_mark.line > 0 ? built.source_mark : mine.mark,
                    fmt::format("{} names no source; {}", mine.id, hint));
      continue;
    }
    const BuiltInstance *other = find(instances, mine.source);
    if (!other) {
      reader->error(built.source_mark,
                    fmt::format("there is no source \"{}\"{}", mine.source,
                                sources.empty() ? "; add it under \"sources:\""
                                                : suggest(mine.source, sources)));
    } else if (other->config.group != Group::sources) {
      reader->error(built.source_mark,
                    fmt::format("\"{}\" is a {}, not a source{}", mine.source,
                                role_word(static_cast<uint32_t>(other->config.group)),
                                suggest(mine.source, sources)));
    } else if (mine.type && other->config.type && mine.type->family && other->config.type->family &&
               std::string_view(mine.type->family) != other->config.type->family) {
      reader->error(built.source_mark,
                    fmt::format("plugin {} speaks {}, but source {} speaks {}; bind {} to a source "
                                "of its own kind",
                                mine.type->name, mine.type->family, mine.source,
                                other->config.type->family, mine.id));
    }
  }
}

void check_policies(ConfigReader *reader, const std::vector<BuiltInstance> &instances) {
  for (const BuiltInstance &built : instances) {
    const auto role = static_cast<uint32_t>(built.config.group);
    if (const auto policy = Policy::compile(built.config.policy, role); !policy) {
      const auto [mark, message] = split_place(built.config.mark, *reader, policy.error().message);
      reader->error(mark, fmt::format("{} (policy of {})", message, built.config.id));
    }
  }
}

void check_listeners(ConfigReader *reader, const std::vector<BuiltInstance> &instances) {
  const std::vector<std::string> local = reader->content().system.local_addresses();
  std::vector<Bound> bound;
  for (const BuiltInstance &built : instances) {
    if (!built.config.enabled) continue;
    for (const ListenAddress &address : built.config.listens) {
      for (const Bound &other : bound) {
        if (!listeners_overlap(other.address->uri, address.uri)) continue;
        reader->error(address.mark,
                      fmt::format("{} cannot listen on {}: {} already does on {} at {}; choose "
                                  "another port",
                                  built.config.id, address.uri.to_string(), other.owner->config.id,
                                  other.address->uri.to_string(), other.address->mark.to_string()));
        break;
      }
      bound.push_back(Bound{&built, &address});
    }
    if (const BuiltInstance *source = find(instances, built.config.source)) {
      check_own_source(reader, built, *source, local);
    }
  }
}

void warn_if_idle(ConfigReader *reader, const std::vector<BuiltInstance> &instances) {
  const BuiltInstance *unfinished = nullptr;
  const BuiltInstance *disabled = nullptr;
  for (const BuiltInstance &built : instances) {
    if (built.config.group != Group::sources) continue;
    if (built.config.enabled) return;
    if (!built.unfinished_key.empty()) {
      if (!unfinished) unfinished = &built;
    } else if (!disabled) {
      disabled = &built;
    }
  }
  if (unfinished) {
    reader->warning(
        unfinished->unfinished_mark,
        fmt::format("no source is active: fill in \"{}\" of {}, for example {}: "
                    "tcp://192.168.1.100:4403",
                    unfinished->unfinished_key, unfinished->config.id, unfinished->unfinished_key));
  } else if (disabled) {
    reader->warning(
        disabled->enabled_mark,
        fmt::format("no source is active: set \"enabled: true\" for {}", disabled->config.id));
  } else {
    const auto &files = reader->content().files;
    reader->warning(Mark{std::make_shared<const std::string>(files.front()), 0, 0},
                    "no source is active: add one under \"sources:\"; meshmuxd "
                    "--print-default-config shows how");
  }
}

}  // namespace meshmux
