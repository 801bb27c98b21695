// What the bus tests stand on: a toy codec whose payloads are words, participants that write down
// what they get, and a bus on a virtual clock. Knows no real protocol.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/log.h"
#include "core/base/text.h"
#include "core/bus/bus.h"
#include "core/loop/clock.h"
#include "core/loop/timers.h"
#include "core/policy/labels.h"
#include "meshmux/instance.h"

namespace meshmux::test {

inline mmx_bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
}
inline std::string text_of(mmx_bytes bytes) {
  return {reinterpret_cast<const char *>(bytes.data), bytes.size};
}

// Payloads of family "toy" are words joined by '|'. A word is a label, or label=value; anything
// else is content. "!" makes the payload illegal. Canonical is without empty words.
extern const mmx_codec kToyCodec;

// One delivery, kept.
struct Seen {
  uint32_t kind = 0;
  uint64_t id = 0;
  uint64_t cause = 0;
  uint64_t labels = 0;
  uint64_t grants = 0;
  uint64_t withheld = 0;
  uint64_t session = 0;
  uint64_t order = 0;
  int64_t wall_ns = 0;
  int64_t mono_ns = 0;
  int64_t deadline_ns = 0;
  uint32_t source = 0;
  uint32_t origin = 0;
  uint32_t flags = 0;
  uint32_t epoch = 0;
  std::string key;
  std::string payload;
  uint32_t record = 0;  // type
  int64_t status = 0;   // of a receipt
  std::string reason;   // of a receipt or link
  uint32_t phase = 0;   // of a link
  uint32_t complete = 0;
  uint32_t stale = 0;
  uint32_t swapping = 0;

  // "rx text|hello", "state k=value", "state -k", "link up 1", "end 3/7" ...
  std::string brief() const;
};

class Fake final : public Participant {
 public:
  bool may_deliver() const override { return running; }
  mmx_status deliver(const mmx_message &message) override;
  void session_ended(uint32_t origin, uint64_t session) override;
  std::string session_address(uint64_t session) const override;

  // What came since the last time, briefly.
  std::vector<std::string> take();

  bool running = true;
  size_t accept = SIZE_MAX;  // how many more before it answers MMX_AGAIN
  std::function<mmx_status(const mmx_message &)> on_deliver;  // instead of MMX_OK
  std::vector<Seen> seen;
  std::vector<std::string> log;
};

struct Bench {
  Bench() : Bench(BusLimits{}) {}
  explicit Bench(BusLimits limits);

  // Adds and attaches. A frontend is bound to source.
  uint32_t add_source(const std::string &id = "home", std::string family = "toy");
  uint32_t add(uint32_t role, uint32_t source, const PolicySpec &policy = {},
               InboxLimits inbox = {});
  uint32_t add_frontend(uint32_t source, const PolicySpec &policy = {}, InboxLimits inbox = {}) {
    return add(MMX_ROLE_FRONTEND, source, policy, inbox);
  }
  Fake &fake(uint32_t number) { return fakes.at(number); }

  mmx_status rx(uint32_t source, std::string_view payload, uint32_t flags = 0);
  mmx_status sent(uint32_t source, std::string_view payload, uint64_t cause);
  mmx_status state(uint32_t source, std::string_view key, std::string_view payload,
                   uint64_t order = 0, uint32_t flags = 0);
  mmx_status erase(uint32_t source, std::string_view key);
  mmx_status reply(uint32_t source, uint64_t cause, std::string_view payload, bool final = false);
  mmx_published tx(uint32_t frontend, std::string_view payload, uint64_t session = 0,
                   int64_t timeout_ns = 0);
  mmx_status link(uint32_t source, uint32_t phase, uint32_t complete = 0, uint32_t swapping = 0);
  void drain();
  void advance(int64_t ns);
  // Drains and returns what number got since the last time.
  std::vector<std::string> get(uint32_t number);

  log::Capture quiet;  // refusals are logged
  VirtualClock clock;
  TimerQueue timers{clock};
  CodecRegistry codecs;
  AuditLog audit{clock};
  Bus bus;
  std::map<uint32_t, Fake> fakes;
};

inline constexpr uint32_t kAllEvents = MMX_KIND_RX | MMX_KIND_SENT | MMX_KIND_STATE | MMX_KIND_LINK;

using Got = std::vector<std::string>;

}  // namespace meshmux::test
