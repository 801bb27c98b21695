// What a command an app was allowed changes on the radio: which records have to be read again, and
// how the other apps hear of it, in the words the protocol has for that. Must not send commands.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace meshcore_driver {

struct Changes {
  std::vector<std::string> queries;    // to be read again
  std::optional<std::string> contact;  // key of the contact to be read again
  std::optional<std::string> removed;  // key of the contact that is gone
  std::uint8_t push = 0;               // what the others are shown, about that contact; 0: nothing
  bool everything = false;             // the radio is to be captured anew
};

// command was answered OK.
Changes changes_of(std::string_view command);

}  // namespace meshcore_driver
