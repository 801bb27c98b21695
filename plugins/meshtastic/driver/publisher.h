// The driver's mouth towards the bus: every kind of message it publishes has one method here. Must
// not decide what is said.
#pragma once

#include <cstdint>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/meshtastic/driver/command.h"
#include "plugins/meshtastic/driver/mirror.h"

namespace meshtastic_driver {

enum class Visibility : std::uint8_t { invalid = 0, news, quiet };
enum class Last : std::uint8_t { invalid = 0, no, yes };

struct Receipt {
  std::int64_t status = 0;         // MMX_DELIVERY_*
  std::int32_t native_status = 0;  // queueStatus res
  std::uint32_t free = 0;
  std::uint32_t max = 0;
};

struct LinkState {
  std::uint32_t phase = MMX_LINK_DOWN;
  bool complete = false;
  bool stale = false;
  bool swapping = false;
  std::string_view reason;
};

// [loop-thread]
class Publisher final : public StateSink {
 public:
  explicit Publisher(const mmx::Host &host) : host_(host) {}

  void state_put(meshtastic::StateKey key, std::uint64_t order, std::string_view payload) override;
  void state_removed(meshtastic::StateKey key, std::uint64_t order) override;

  // An event; record may be NULL.
  void event(std::string_view payload, const mmx_record *record, Visibility visibility);
  // The radio accepted the command; payload is the packet as the radio would show it.
  void sent(const Command &command, std::string_view payload, const mmx_record *record);
  // That the command was taken, refused or carried out. Nothing for the driver's own.
  void receipt(const Command &command, const Receipt &receipt, Last last);
  void reply(const Command &command, std::string_view payload, const mmx_record *record, Last last);

  void identity(std::uint32_t own);
  void link(const LinkState &state);

 private:
  const mmx::Host &host_;
};

}  // namespace meshtastic_driver
