// What a simulated companion radio keeps about itself: name, radio, channels, policies. Reads and
// writes it as the firmware's commands do, missing length checks included (docs/protocol notes
// 2.3). Must not know contacts, messages or time.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshcore/codec/model.h"

namespace sim::companion {

// A command as the firmware sees it: its own bytes, and behind them in the same buffer whatever
// longer commands left there, which handlers without a length check read.
struct Command {
  std::string_view memory;  // of the whole buffer
  size_t size = 0;          // of the command

  std::string_view said(size_t from = 0) const {
    return from >= size ? std::string_view() : memory.substr(from, size - from);
  }
  uint8_t u8(size_t at) const { return static_cast<uint8_t>(memory[at]); }
};

class Settings {
 public:
  Settings(std::string_view key, std::string name, size_t used_channels);

  // The answer, or nothing if the command is none of these.
  std::optional<std::string> handle(const Command &command);

  const meshcore::SelfInfo &self() const { return self_; }
  const meshcore::DeviceInfo &device() const { return device_; }
  // NULL beyond the last slot.
  const meshcore::ChannelInfo *channel(size_t slot) const {
    return slot < channels_.size() ? &channels_[slot] : nullptr;
  }
  std::vector<uint8_t> used_channels() const;
  bool manual_add() const { return self_.manual_add != 0; }
  uint8_t auto_add_mask() const { return auto_add_mask_; }
  bool overwrite_oldest() const { return (auto_add_mask_ & 1) != 0; }
  // Whether a node of that type and distance is stored without asking.
  bool stores(uint8_t type, unsigned hops) const;
  uint16_t battery_mv() const { return 4012; }
  // Becomes another node; everything else stays.
  void set_key(std::string_view key) { self_.public_key = key; }

 private:
  std::string set_radio(const Command &command);
  std::string set_location(const Command &command);
  std::string set_other(const Command &command);
  std::string set_channel(const Command &command);
  std::string set_custom_var(const Command &command);
  std::string set_default_scope(const Command &command);
  std::string set_pin(const Command &command);
  std::string custom_vars() const;

  meshcore::SelfInfo self_;
  meshcore::DeviceInfo device_;
  std::array<meshcore::ChannelInfo, 40> channels_;
  uint32_t rx_delay_ = 0;
  uint32_t airtime_ = 1000;
  uint8_t auto_add_mask_ = 0;
  uint8_t auto_add_hops_ = 0;
  std::map<std::string, std::string> custom_vars_;
  std::string default_scope_;  // name[31] and key, or nothing
};

}  // namespace sim::companion
