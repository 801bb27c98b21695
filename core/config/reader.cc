// See reader.h.
#include "core/config/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/text.h"

namespace meshmux {

std::string word_list(const std::vector<std::string> &words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " and " : ", ";
    out += words[i];
  }
  return out;
}

std::string suggest(std::string_view word, const std::vector<std::string> &known) {
  if (known.empty()) return {};
  const std::string near = suggestion(word, known);
  if (!near.empty()) return fmt::format("; did you mean \"{}\"?", near);
  return fmt::format("; known {} {}", known.size() == 1 ? "is" : "are", word_list(known));
}

void ConfigReader::error(const Mark &mark, std::string message) {
  errors_.push_back(
      Problem{Problem::Severity::error, mark, escape_control(message), content_.line_at(mark)});
}

void ConfigReader::error_hidden(const Mark &mark, std::string message) {
  errors_.push_back(Problem{Problem::Severity::error, mark, escape_control(message), {}});
}

void ConfigReader::warning(const Mark &mark, std::string message) {
  warnings_.push_back(
      Problem{Problem::Severity::warning, mark, escape_control(message), content_.line_at(mark)});
}

void ConfigReader::hide_line(const Mark &mark) { hidden_.push_back(mark); }

std::optional<bool> ConfigReader::read_bool(const YamlNode &node, std::string_view what) {
  if (node.is_null()) return std::nullopt;
  if (!node.is_scalar()) {
    error(node.mark, fmt::format("{} must be true or false, not {}", what, kind_words(node)));
    return std::nullopt;
  }
  if (node.quoted) {
    error(node.mark, fmt::format("{} must be true or false, not the text \"{}\"; remove the quotes",
                                 what, node.text));
    return std::nullopt;
  }
  const std::string word = to_lower(node.text);
  // 1 and 0 are what environments hold; in a file they are more likely a mistake.
  if (word == "true" || word == "yes" || word == "on" || (node.expanded && word == "1"))
    return true;
  if (word == "false" || word == "no" || word == "off" || (node.expanded && word == "0")) {
    return false;
  }
  error(node.mark, fmt::format("{} must be true or false, not \"{}\"", what, node.text));
  return std::nullopt;
}

std::optional<std::string> ConfigReader::read_text(const YamlNode &node, std::string_view what) {
  if (node.is_null()) return std::nullopt;
  if (node.is_scalar()) return node.text;
  error(node.mark, fmt::format("{} must be one word or text, not {}", what, kind_words(node)));
  return std::nullopt;
}

std::optional<int64_t> ConfigReader::read_int(const YamlNode &node, std::string_view what,
                                              int64_t min, int64_t max) {
  const std::optional<std::string> text = read_text(node, what);
  if (!text) return std::nullopt;
  if (node.quoted) {
    error(node.mark,
          fmt::format("{} must be a number, not the text \"{}\"; remove the quotes", what, *text));
    return std::nullopt;
  }
  const Result<int64_t> number = parse_int(*text);
  if (!number) {
    error(node.mark, fmt::format("{}: {}", what, number.error().message));
  } else if (*number < min || *number > max) {
    error(node.mark, fmt::format("{}: {} is out of range; it must be between {} and {}", what,
                                 *text, min, max));
  } else {
    return *number;
  }
  return std::nullopt;
}

std::optional<int64_t> ConfigReader::read_duration(const YamlNode &node, std::string_view what,
                                                   int64_t min_ns, int64_t max_ns) {
  const std::optional<std::string> text = read_text(node, what);
  if (!text) return std::nullopt;
  const Result<int64_t> ns = parse_duration(*text);
  if (!ns) {
    error(node.mark, fmt::format("{}: {}", what, ns.error().message));
  } else if (*ns < min_ns || *ns > max_ns) {
    error(node.mark, fmt::format("{}: {} is out of range; it must be between {} and {}", what,
                                 *text, format_duration(min_ns), format_duration(max_ns)));
  } else {
    return *ns;
  }
  return std::nullopt;
}

std::optional<int64_t> ConfigReader::read_size(const YamlNode &node, std::string_view what,
                                               int64_t min, int64_t max) {
  const std::optional<std::string> text = read_text(node, what);
  if (!text) return std::nullopt;
  const Result<int64_t> size = parse_size(*text);
  if (!size) {
    error(node.mark, fmt::format("{}: {}", what, size.error().message));
  } else if (*size < min || *size > max) {
    error(node.mark, fmt::format("{}: {} is out of range; it must be between {} and {}", what,
                                 *text, format_size(min), format_size(max)));
  } else {
    return *size;
  }
  return std::nullopt;
}

std::optional<size_t> ConfigReader::read_word(const YamlNode &node, std::string_view what,
                                              const std::vector<std::string> &words) {
  const std::optional<std::string> text = read_text(node, what);
  if (!text) return std::nullopt;
  const auto found = std::find(words.begin(), words.end(), *text);
  if (found != words.end()) return static_cast<size_t>(found - words.begin());
  error(node.mark, fmt::format("{} must be one of {}, not \"{}\"{}", what, join(words, ", "), *text,
                               did_you_mean(*text, words)));
  return std::nullopt;
}

std::vector<YamlNode> ConfigReader::read_list(const YamlNode &node, std::string_view what) {
  std::vector<YamlNode> list;
  if (node.is_map()) {
    error(node.mark,
          fmt::format("{} must be a list, not a map; write each entry as \"- entry\"", what));
  } else if (node.is_sequence()) {
    for (const YamlNode &item : node.items) {
      if (item.is_scalar()) {
        list.push_back(item);
      } else {
        error(item.mark, fmt::format("an entry of {} must be one word or text, not {}", what,
                                     kind_words(item)));
      }
    }
  } else if (node.is_scalar() && node.expanded) {
    for (const std::string_view part : split(node.text, ',')) {
      if (trim(part).empty()) continue;
      list.push_back(node);
      list.back().text = trim(part);
    }
  } else if (node.is_scalar()) {
    list.push_back(node);
  }
  return list;
}

bool ConfigReader::expect_map(const YamlNode &node, std::string_view what) {
  if (node.is_map() || node.is_null()) return true;
  error(node.mark,
        fmt::format("{} must be a map of \"key: value\" lines, not {}", what, kind_words(node)));
  return false;
}

void ConfigReader::check_keys(const YamlNode &node, std::string_view what,
                              const std::vector<std::string> &known) {
  for (const YamlEntry &entry : node.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    error(entry.key_mark,
          fmt::format("unknown key \"{}\" in {}{}", entry.key, what, suggest(entry.key, known)));
  }
}

bool ConfigReader::is_hidden(const Mark &mark) const {
  return std::any_of(hidden_.begin(), hidden_.end(), [&](const Mark &hidden) {
    return mark.file && hidden.file && *mark.file == *hidden.file && mark.line == hidden.line;
  });
}

void ConfigReader::finish(std::vector<Problem> *problems) const {
  const auto file_index = [&](const Mark &mark) {
    if (!mark.file) return content_.files.size();
    const auto found = std::find(content_.files.begin(), content_.files.end(), *mark.file);
    return static_cast<size_t>(found - content_.files.begin());
  };
  std::stable_sort(problems->begin(), problems->end(), [&](const Problem &a, const Problem &b) {
    const size_t left = file_index(a.mark);
    const size_t right = file_index(b.mark);
    if (left != right) return left < right;
    if (a.mark.line != b.mark.line) return a.mark.line < b.mark.line;
    return a.mark.column < b.mark.column;
  });
  for (Problem &problem : *problems) {
    if (is_hidden(problem.mark)) problem.source_line.clear();
  }
}

std::vector<Problem> ConfigReader::take_errors() {
  for (const Problem &problem : content_.errors) {
    error(problem.mark, problem.message);
  }
  finish(&errors_);
  return std::move(errors_);
}

std::vector<Problem> ConfigReader::take_warnings() {
  finish(&warnings_);
  return std::move(warnings_);
}

}  // namespace meshmux
