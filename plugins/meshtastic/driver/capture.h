// Collects one dump of the radio, from want_config to config_complete, so that it can be swapped in
// whole. Must not publish anything, nor know what was captured before.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "plugins/meshtastic/codec/state.h"
#include "plugins/meshtastic/driver/units.h"

namespace meshtastic_driver {

struct DumpRecord {
  meshtastic::StateKey key;
  std::uint64_t order = 0;
  std::string payload;  // FromRadio as the radio sent it
};

struct Dump {
  meshtastic::HandshakeKind kind = meshtastic::HandshakeKind::invalid;
  std::uint32_t own = 0;
  std::uint32_t reboot_count = 0;
  std::vector<DumpRecord> records;  // in the order of arrival, each key once
};

// What a frame was to the capture.
enum class Took : std::uint8_t {
  invalid = 0,
  other,     // no part of a dump
  part,      // kept, or part of a dump nobody asked for
  complete,  // the dump is whole: call finish()
  broken     // the dump ended without saying whose it is
};

class Capture {
 public:
  // What no radio comes near; more is a fault and is left out.
  static constexpr std::size_t kMostRecords = 20'000;

  // The want_config with that nonce was just sent.
  void begin(meshtastic::HandshakeKind kind, std::uint32_t nonce);
  void abandon() { running_ = false; }
  bool running() const { return running_; }

  Took take(std::string_view from_radio);
  // The number the radio gave in this dump; 0 while unknown.
  std::uint32_t own() const { return dump_.own; }
  // The whole dump; ends the capture.
  Dump finish();

 private:
  void keep(const meshtastic::DumpOrder::Slot &slot, std::string_view payload);

  bool running_ = false;
  std::uint32_t nonce_ = 0;
  meshtastic::DumpOrder order_;
  std::map<meshtastic::StateKey, std::size_t> places_;
  Dump dump_;
};

}  // namespace meshtastic_driver
