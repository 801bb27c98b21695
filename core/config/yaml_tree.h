// YAML text as a plain tree in which every key and value knows its place, and duplicates of a key
// are found. The only file that knows yaml-cpp. Must not know any key of ours.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/mark.h"

namespace meshmux {

struct YamlEntry;

struct YamlNode {
  enum class Kind { invalid = 0, null, scalar, sequence, map };

  Kind kind = Kind::null;
  bool quoted = false;    // a scalar that was quoted or a block: text, whatever it looks like
  bool expanded = false;  // the whole scalar came from one ${...}: typed by what it looks like
  std::string text;       // of a scalar
  Mark mark;
  std::vector<YamlNode> items;     // of a sequence
  std::vector<YamlEntry> entries;  // of a map, as written, keys unique

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_map() const { return kind == Kind::map; }
  // The value of key in a map, nullptr: none. Borrowed.
  const YamlNode *get(std::string_view key) const;
  const YamlEntry *find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Mark key_mark;
  YamlNode value;
};

// "text", "a list", "a map" or "nothing", for errors.
std::string_view kind_words(const YamlNode &node);

// Parses the one document in text. Problems (without source lines) are appended; what could be read
// is returned. Bounded in depth and size; never throws.
YamlNode parse_yaml(std::string_view text, const std::shared_ptr<const std::string> &file,
                    std::vector<Problem> *problems);

}  // namespace meshmux
