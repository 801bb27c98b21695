// The driver's mouth towards the bus: every kind of message it publishes has one method here. Must
// not decide what is said.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/meshcore/driver/mirror.h"

namespace meshcore_driver {

enum class Visibility : std::uint8_t { invalid = 0, news, quiet };
enum class Last : std::uint8_t { invalid = 0, no, yes };

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

  void state_put(const meshcore::StateKey &key, std::uint64_t order,
                 std::string_view payload) override;
  void state_removed(const meshcore::StateKey &key, std::uint64_t order) override;

  // An event; record may be NULL.
  void event(std::string_view payload, const mmx_record *record, Visibility visibility);
  // The radio carried out the command of that id; payload as another client would see it.
  void sent(std::uint64_t command, std::string_view payload, const mmx_record *record);
  void reply(std::uint64_t command, std::string_view payload, const mmx_record *record, Last last);

  void identity(std::string_view public_key);
  void link(const LinkState &state);

 private:
  const mmx::Host &host_;
};

}  // namespace meshcore_driver
