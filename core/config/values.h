// The values of one instance's options, with the memory behind the ABI's mmx_values. Must not know
// YAML.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/config/mark.h"
#include "meshmux/instance.h"
#include "meshmux/options.h"

namespace meshmux {

// Keys of an instance that are the core's own; no option may be called so.
inline constexpr std::array<std::string_view, 10> kCoreKeys = {
    "plugin",       "enabled",      "source",         "policy",        "allow",
    "max_sessions", "idle_timeout", "session_outbox", "session_stall", "max_sessions_per_address"};
bool is_core_key(std::string_view name);

// Why a type's option table cannot be used (a name the core uses itself, a default that does not
// parse), for the plugin's author; "" if it can.
std::string refuse_option_table(const mmx_type &type);

// Options of a type by index; honours option_size, so tables of older plugins are read rightly.
const mmx_option &option_at(const mmx_type &type, uint32_t index);
// Index of the option, or -1.
int find_option(const mmx_type &type, std::string_view name);

// One value with its text owned.
struct OptionValue {
  uint32_t kind = MMX_OPTION_INVALID;  // MMX_OPTION_INVALID: absent and without default
  bool is_set = false;                 // the user wrote it
  int64_t i = 0;
  double f = 0;
  std::string s;
  std::vector<std::string> list;
  Mark mark;  // of the value; no place for a default

  // Whether both mean the same to a plugin; marks and is_set do not count.
  bool same(const OptionValue &other) const;
};

// Reads text as option's kind, range and words included. Lists: parts separated by commas.
// MMX_INVALID says what was expected.
Result<OptionValue> parse_option_text(const mmx_option &option, std::string_view text);

// Parallel to the type's option table. Movable; view() stays valid until the next change or move.
class OptionValues {
 public:
  OptionValues() = default;
  // Every option of type at its default.
  explicit OptionValues(const mmx_type &type);

  size_t size() const { return values_.size(); }
  const OptionValue &at(size_t index) const { return values_[index]; }
  void set(size_t index, OptionValue value);
  // For the plugin; borrowed from this object.
  mmx_values view() const;

 private:
  std::vector<OptionValue> values_;
  mutable std::vector<mmx_value> flat_;
  mutable std::vector<std::vector<mmx_text>> texts_;
};

}  // namespace meshmux
