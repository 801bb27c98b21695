// Reads the main file and what it includes into one tree, see document.h.
#include "core/config/document.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <set>

#include "core/base/text.h"
#include "core/config/addresses.h"
#include "core/config/expand.h"

namespace meshmux {

namespace {

constexpr size_t kMaxFileSize = 4 * 1024 * 1024;
constexpr size_t kMaxFiles = 256;

std::string real_path(const std::string &path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) ? std::string(resolved) : path;
}

// Files that match pattern, sorted by bytes. Empty if none does.
std::vector<std::string> glob_files(const std::string &pattern) {
  std::vector<std::string> found;
  glob_t result{};
  if (glob(pattern.c_str(), GLOB_NOSORT, nullptr, &result) == 0) {
    found.assign(result.gl_pathv, result.gl_pathv + result.gl_pathc);
  }
  globfree(&result);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::string_view line : split(text, '\n')) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    lines.emplace_back(line);
  }
  return lines;
}

class DocumentReader {
 public:
  explicit DocumentReader(ConfigDocument::Content *content) : content_(*content) {}

  void read_main(const std::string &path) {
    Result<std::string> text = read_whole_file(path, kMaxFileSize);
    if (!text) {
      content_.files.push_back(path);
      fail(Mark{std::make_shared<const std::string>(path), 0, 0}, text.error().message);
      return;
    }
    read(*text, path);
  }

  void read(std::string_view text, const std::string &name) {
    const auto file = std::make_shared<const std::string>(name);
    const std::string real = real_path(name);
    stack_.push_back(real);
    seen_.insert(real);
    content_.files.push_back(name);
    content_.lines[name] = lines_of(text);

    YamlNode tree = parse_yaml(text, file, &content_.errors);
    expand_variables(&tree, content_.system.environment, &content_.errors);
    if (!tree.is_map() && !tree.is_null()) {
      fail(tree.mark, fmt::format("the file must be a map of sections such as \"sources:\", not {}",
                                  kind_words(tree)));
      tree = {};
    }
    YamlNode includes;
    if (const YamlNode *node = tree.get("include")) includes = *node;
    std::erase_if(tree.entries, [](const YamlEntry &entry) { return entry.key == "include"; });
    merge(&content_.root, std::move(tree));
    include_all(includes);
    stack_.pop_back();
  }

 private:
  void include_all(const YamlNode &includes) {
    if (includes.is_null()) return;
    if (includes.is_map()) {
      fail(includes.mark, "include: takes a file or a list of files, not a map");
    } else if (includes.is_scalar()) {
      include(includes);
    } else {
      for (const YamlNode &item : includes.items) {
        if (item.is_scalar()) {
          include(item);
        } else {
          fail(item.mark, fmt::format("include: takes files, not {}", kind_words(item)));
        }
      }
    }
  }

  void include(const YamlNode &node) {
    const std::string path = resolve_path(node.mark, node.text);
    if (path.find_first_of("*?[") == std::string::npos) {
      include_file(node, path);
      return;
    }
    // A pattern may well match what was named one by one before it, or the file it stands in.
    for (const std::string &file : glob_files(path)) {
      if (!seen_.contains(real_path(file))) include_file(node, file);
    }
  }

  void include_file(const YamlNode &node, const std::string &path) {
    const std::string real = real_path(path);
    if (std::find(stack_.begin(), stack_.end(), real) != stack_.end()) {
      fail(node.mark, fmt::format("{} includes itself; remove this include", path));
      return;
    }
    if (seen_.contains(real)) {
      fail(node.mark, fmt::format("{} is included twice; remove this include", path));
      return;
    }
    if (content_.files.size() >= kMaxFiles) {
      fail(node.mark, fmt::format("more than {} files", kMaxFiles));
      return;
    }
    Result<std::string> text = read_whole_file(path, kMaxFileSize);
    if (!text) {
      fail(node.mark, text.error().message);
      return;
    }
    read(*text, path);
  }

  // Sections are merged entry by entry; an entry may stand in one file only.
  void merge(YamlNode *into, YamlNode from) {
    if (from.is_null()) return;
    if (into->is_null()) {
      *into = std::move(from);
      return;
    }
    for (YamlEntry &entry : from.entries) {
      YamlEntry *mine = const_cast<YamlEntry *>(into->find(entry.key));
      if (!mine) {
        into->entries.push_back(std::move(entry));
      } else if (entry.value.is_null()) {
        continue;
      } else if (mine->value.is_null()) {
        *mine = std::move(entry);
      } else if (mine->value.is_map() && entry.value.is_map()) {
        merge_section(mine, std::move(entry));
      } else if (entry.key == "plugin_path") {
        append(&mine->value, std::move(entry.value));
      } else {
        fail(entry.key_mark, fmt::format("\"{}\" is already set at {}; remove one of them",
                                         entry.key, mine->key_mark.to_string()));
      }
    }
  }

  void merge_section(YamlEntry *into, YamlEntry from) {
    for (YamlEntry &entry : from.value.entries) {
      if (const YamlEntry *first = into->value.find(entry.key)) {
        fail(entry.key_mark,
             fmt::format("\"{}\" of {} is already defined at {}; remove or rename one of them",
                         entry.key, into->key, first->key_mark.to_string()));
      } else {
        into->value.entries.push_back(std::move(entry));
      }
    }
  }

  static void append(YamlNode *list, YamlNode more) {
    for (YamlNode *node : {list, &more}) {
      if (!node->is_scalar()) continue;
      YamlNode wrapped;
      wrapped.kind = YamlNode::Kind::sequence;
      wrapped.mark = node->mark;
      wrapped.items.push_back(std::move(*node));
      *node = std::move(wrapped);
    }
    for (YamlNode &item : more.items) list->items.push_back(std::move(item));
  }

  void fail(const Mark &mark, std::string message) {
    content_.errors.push_back(Problem{Problem::Severity::error, mark, std::move(message), {}});
  }

  ConfigDocument::Content &content_;
  std::vector<std::string> stack_;  // real paths of the files being read
  std::set<std::string> seen_;      // real paths of all files read
};

ConfigSystem completed(ConfigSystem system) {
  if (!system.environment) {
    system.environment = [](const std::string &name) -> std::optional<std::string> {
      const char *value = std::getenv(name.c_str());
      return value ? std::optional<std::string>(value) : std::nullopt;
    };
  }
  if (!system.local_addresses) system.local_addresses = interface_addresses;
  return system;
}

}  // namespace

std::string folder_of(const std::string &file) {
  const size_t slash = file.rfind('/');
  return slash == std::string::npos ? std::string() : file.substr(0, slash + 1);
}

std::string resolve_path(const Mark &mark, const std::string &path) {
  if (path.empty() || path[0] == '/' || !mark.file) return path;
  return folder_of(*mark.file) + path;
}

Result<std::string> read_whole_file(const std::string &path, size_t max_size) {
  // O_NONBLOCK: a FIFO named by mistake must not hold the daemon for ever.
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return fail(MMX_NOT_FOUND, "cannot read {}: {}", path, std::strerror(errno));
  struct stat info {};
  if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    close(fd);
    return fail(MMX_INVALID, "cannot read {}: it is not a file", path);
  }
  std::string text;
  char chunk[16384];
  ssize_t got = 0;
  while ((got = read(fd, chunk, sizeof chunk)) > 0 && text.size() <= max_size) {
    text.append(chunk, static_cast<size_t>(got));
  }
  const int error = errno;
  close(fd);
  if (got < 0) return fail(MMX_ERROR, "cannot read {}: {}", path, std::strerror(error));
  if (text.size() > max_size) {
    return fail(MMX_INVALID, "{} is larger than {}", path,
                format_size(static_cast<int64_t>(max_size)));
  }
  return text;
}

std::string ConfigDocument::Content::line_at(const Mark &mark) const {
  if (!mark.file || mark.line <= 0) return {};
  const auto found = lines.find(*mark.file);
  if (found == lines.end() || static_cast<size_t>(mark.line) > found->second.size()) return {};
  const std::string &line = found->second[static_cast<size_t>(mark.line) - 1];
  const std::string lower = to_lower(line);
  for (const char *word : {"pass", "secret", "token", "psk", "pin:", "key:"}) {
    if (lower.find(word) != std::string::npos) return {};
  }
  if (line.size() > 200) return {};
  return scrub_utf8(line);
}

ConfigDocument::ConfigDocument() : content_(std::make_unique<Content>()) {}
ConfigDocument::~ConfigDocument() = default;
ConfigDocument::ConfigDocument(ConfigDocument &&) noexcept = default;
ConfigDocument &ConfigDocument::operator=(ConfigDocument &&) noexcept = default;

ConfigDocument ConfigDocument::read_file(const std::string &path, const ConfigSystem &system) {
  ConfigDocument document;
  document.content_->system = completed(system);
  DocumentReader(document.content_.get()).read_main(path);
  return document;
}

ConfigDocument ConfigDocument::read_text(std::string_view text, const std::string &name,
                                         const ConfigSystem &system) {
  ConfigDocument document;
  document.content_->system = completed(system);
  DocumentReader(document.content_.get()).read(text, name);
  return document;
}

}  // namespace meshmux
