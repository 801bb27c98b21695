// Reads typed values out of the tree and collects what is wrong, each with its place, its line and
// a suggestion. Must not know which keys exist.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/document.h"
#include "core/config/yaml_tree.h"

namespace meshmux {

// "; did you mean "x"?", or "; known are a, b and c" if none is near, or "" if there are none.
std::string suggest(std::string_view word, const std::vector<std::string> &known);
// "a, b and c".
std::string word_list(const std::vector<std::string> &words);

class ConfigReader {
 public:
  // content is borrowed.
  explicit ConfigReader(const ConfigDocument::Content &content) : content_(content) {}

  const ConfigDocument::Content &content() const { return content_; }

  void error(const Mark &mark, std::string message);
  // The same without showing the line, which may hold a secret.
  void error_hidden(const Mark &mark, std::string message);
  void warning(const Mark &mark, std::string message);
  // Lines with this mark are not shown with any problem.
  void hide_line(const Mark &mark);

  // Each returns nullopt for null, and after reporting what is wrong. what names the value as in
  // "log.level".
  std::optional<bool> read_bool(const YamlNode &node, std::string_view what);
  std::optional<int64_t> read_int(const YamlNode &node, std::string_view what, int64_t min,
                                  int64_t max);
  std::optional<std::string> read_text(const YamlNode &node, std::string_view what);
  std::optional<int64_t> read_duration(const YamlNode &node, std::string_view what, int64_t min_ns,
                                       int64_t max_ns);
  std::optional<int64_t> read_size(const YamlNode &node, std::string_view what, int64_t min,
                                   int64_t max);
  // The index of the word read.
  std::optional<size_t> read_word(const YamlNode &node, std::string_view what,
                                  const std::vector<std::string> &words);
  // Scalars of a list, or one scalar; one that came from a variable is split at commas.
  std::vector<YamlNode> read_list(const YamlNode &node, std::string_view what);
  // Whether node is a map; null counts as an empty one.
  bool expect_map(const YamlNode &node, std::string_view what);
  // Reports every key of node that is not among known.
  void check_keys(const YamlNode &node, std::string_view what,
                  const std::vector<std::string> &known);

  // Sorted by file and place, source lines filled in. Ends the reading.
  std::vector<Problem> take_errors();
  std::vector<Problem> take_warnings();

 private:
  void finish(std::vector<Problem> *problems) const;
  bool is_hidden(const Mark &mark) const;

  const ConfigDocument::Content &content_;
  std::vector<Problem> errors_;
  std::vector<Problem> warnings_;
  std::vector<Mark> hidden_;
};

}  // namespace meshmux
