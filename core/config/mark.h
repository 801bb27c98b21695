// Places in configuration files and what is wrong there. Must not know any key of the file.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace meshmux {

// Where something was written. line and column count from 1; 0: no place (a default, a whole file).
struct Mark {
  std::shared_ptr<const std::string> file;  // as the user named it; nullptr: none
  int line = 0;
  int column = 0;

  // "meshmux.yaml:12:5", "meshmux.yaml" or "".
  std::string to_string() const;
};

// One thing wrong, or worth knowing, in a configuration. Never contains a secret.
struct Problem {
  enum class Severity { invalid = 0, error, warning };

  Severity severity = Severity::invalid;
  Mark mark;
  std::string message;      // what is wrong and what to do; no full stop, no newline
  std::string source_line;  // the line at mark; empty where there is none or it may hold a secret

  // "meshmux.yaml:12:5: error: ..." without the source line.
  std::string to_string() const;
};

// For a terminal: each problem on a line of its own, followed by its source line and a caret.
std::string format_errors(std::span<const Problem> problems);

}  // namespace meshmux
