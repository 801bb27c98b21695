// What a ConfigDocument holds, and how files become one tree: reading, include:, merging. Must not
// know plugins or what any key means beyond include: and plugin_path:.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/config/load.h"
#include "core/config/yaml_tree.h"

namespace meshmux {

struct ConfigDocument::Content {
  YamlNode root;  // of all files, merged; a map or null
  std::vector<Problem> errors;
  std::vector<std::string> files;  // as named in marks, the main file first
  // The lines of each file, by its name in marks.
  std::map<std::string, std::vector<std::string>, std::less<>> lines;
  ConfigSystem system;  // complete: every member can be called

  // The line at mark for showing it; empty if there is none, or if it looks as if it held a secret.
  std::string line_at(const Mark &mark) const;
};

// The folder of the file at mark, "" for the present one; with a final slash.
std::string folder_of(const std::string &file);
// path as it stands if absolute or empty, else below the folder of the file it was written in.
std::string resolve_path(const Mark &mark, const std::string &path);

// A file's bytes, at most max_size of them. The error names the file.
Result<std::string> read_whole_file(const std::string &path, size_t max_size);

}  // namespace meshmux
