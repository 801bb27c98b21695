// The flood scope each session chose. The device has only one for all (docs/protocol notes 2.6), so
// it is told before each command that floods, where it differs. Must not send anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/driver/units.h"

namespace meshcore_driver {

// [loop-thread]
class Scopes {
 public:
  static constexpr std::size_t kMost = 4096;
  static constexpr std::uint8_t kSinceVersion = 8;      // of the command
  static constexpr std::uint8_t kUnscopedVersion = 12;  // of its second form

  // command: SET_FLOOD_SCOPE_KEY. False: too many sessions have one.
  bool set(Flow flow, std::string_view command) {
    if (!scopes_.contains(flow) && scopes_.size() >= kMost) return false;
    if (command.size() <= 2 && command != unscoped()) {
      scopes_.erase(flow);
    } else {
      scopes_[flow] = command;
    }
    return true;
  }
  void session_ended(Flow flow) { scopes_.erase(flow); }

  // What has to stand before that session's command goes; empty: it makes no difference. version:
  // VER_CODE of the device.
  std::string needed(Flow flow, std::string_view command, std::uint8_t version) const {
    const meshcore::CommandInfo *info = meshcore::command_of(command);
    if (info == nullptr || !info->floods || version < kSinceVersion) return {};
    const auto found = scopes_.find(flow);
    if (found == scopes_.end()) return cleared();
    return found->second == unscoped() && version < kUnscopedVersion ? cleared() : found->second;
  }

 private:
  static std::string cleared() {
    return {static_cast<char>(meshcore::command::set_flood_scope), '\0'};
  }
  static std::string unscoped() {
    return {static_cast<char>(meshcore::command::set_flood_scope), '\1'};
  }

  std::map<Flow, std::string> scopes_;
};

}  // namespace meshcore_driver
