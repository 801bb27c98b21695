// Option values from texts, for tests that create instances without a configuration file. Reads
// every kind the ABI knows and applies defaults; it is no validator for users. Must not know YAML.
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "meshmux/instance.h"

namespace mmx::testing {

// Name and text as a user would write it; a list is separated by commas.
using OptionTexts = std::vector<std::pair<std::string, std::string>>;

class OptionValues {
 public:
  // Reads texts by type's option table. An unknown name, a bad value or a missing required option
  // is a mistake of the test: std::invalid_argument.
  OptionValues(const mmx_type &type, const OptionTexts &texts);
  OptionValues(const OptionValues &) = delete;
  OptionValues &operator=(const OptionValues &) = delete;

  // Borrowed from this object.
  const mmx_values *get() const { return &view_; }

 private:
  mmx_value parse(const mmx_option &option, const std::string &text);

  std::deque<std::string> texts_;
  std::deque<std::vector<mmx_text>> lists_;
  std::vector<mmx_value> values_;
  mmx_values view_{};
};

}  // namespace mmx::testing
