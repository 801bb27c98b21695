// Names of the labels: the one table between the bits of meshmux/labels.h and the words in policies
// and on screen. Must not know which payloads carry them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "meshmux/labels.h"

namespace meshmux {

struct LabelName {
  uint64_t bit = 0;
  std::string_view name;
  std::string_view help;  // one line for people
};

// Every label there is, by bit.
std::span<const LabelName> label_table();

// All labels of the table; bits outside were invented by somebody else.
uint64_t known_labels();

// The bits behind one word of a policy: a label, or a group as in "admin.*" and "secret.*".
// MMX_INVALID: unknown, with the word that was probably meant.
Result<uint64_t> parse_label(std::string_view word);

// "text, admin.write"; a whole group as "admin.*"; bits nobody named as "label-40"; "none" for 0.
std::string label_names(uint64_t labels);

}  // namespace meshmux
