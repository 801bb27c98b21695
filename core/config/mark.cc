// Spelling of places and problems, see mark.h.
#include "core/config/mark.h"

#include <fmt/format.h>

namespace meshmux {

namespace {

// Blanks up to the column, tabs kept so that the caret stands under its character whatever a tab
// is.
std::string caret_indent(const std::string &line, int column) {
  std::string indent;
  for (size_t i = 0; i < line.size() && i + 1 < static_cast<size_t>(column); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    if (byte == '\t') {
      indent += '\t';
    } else if ((byte & 0xC0U) != 0x80U) {
      indent += ' ';
    }
  }
  return indent;
}

}  // namespace

std::string Mark::to_string() const {
  if (!file) return {};
  if (line <= 0) return *file;
  return fmt::format("{}:{}:{}", *file, line, column);
}

std::string Problem::to_string() const {
  const std::string place = mark.to_string();
  const char *word = severity == Severity::warning ? "warning" : "error";
  return place.empty() ? fmt::format("{}: {}", word, message)
                       : fmt::format("{}: {}: {}", place, word, message);
}

std::string format_errors(std::span<const Problem> problems) {
  std::string out;
  for (const Problem &problem : problems) {
    out += problem.to_string();
    out += '\n';
    if (problem.source_line.empty() || problem.mark.column <= 0) continue;
    out += "  " + problem.source_line + "\n  " +
           caret_indent(problem.source_line, problem.mark.column) + "^\n";
  }
  return out;
}

}  // namespace meshmux
