// The settings a simulated radio keeps: owner, channels, configuration sections, messages. Reads
// and writes them as administration does. Must not know queues, sessions or time.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "admin.pb.h"
#include "mesh.pb.h"

namespace sim {

class Settings {
 public:
  // Factory settings of the radio with that number; key: 32 bytes it shows as its public key.
  Settings(std::uint32_t own, const std::string &key);

  // The answer to a read, or nothing if it is no read of settings.
  std::optional<meshtastic::pb::AdminMessage> read(
      const meshtastic::pb::AdminMessage &request) const;
  // Carries out a write. Nothing if it is none of settings; else whether the radio reboots after
  // it.
  std::optional<bool> write(const meshtastic::pb::AdminMessage &request);

  const meshtastic::pb::User &owner() const { return owner_; }
  const meshtastic::pb::DeviceMetadata &metadata() const { return metadata_; }
  const meshtastic::pb::DeviceUIConfig &screen() const { return screen_; }
  // In the order of a dump.
  const std::array<meshtastic::pb::Channel, 8> &channels() const { return channels_; }
  const std::vector<meshtastic::pb::Config> &configs() const { return configs_; }
  const std::vector<meshtastic::pb::ModuleConfig> &modules() const { return modules_; }

 private:
  meshtastic::pb::User owner_;
  meshtastic::pb::DeviceMetadata metadata_;
  meshtastic::pb::DeviceUIConfig screen_;
  std::array<meshtastic::pb::Channel, 8> channels_;
  std::vector<meshtastic::pb::Config> configs_;
  std::vector<meshtastic::pb::ModuleConfig> modules_;
  std::string canned_messages_;
  std::string ringtone_;
};

}  // namespace sim
