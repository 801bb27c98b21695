// Texts on their way out: what may go, with which timestamp, who hears of the acknowledgement, and
// how the other apps get to see it. Must not know how the device is talked to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "meshmux/host.hpp"
#include "plugins/meshcore/driver/acks.h"
#include "plugins/meshcore/driver/answers.h"
#include "plugins/meshcore/driver/estimates.h"
#include "plugins/meshcore/driver/exchange.h"
#include "plugins/meshcore/driver/mirror.h"
#include "plugins/meshcore/driver/publisher.h"
#include "plugins/meshcore/driver/scopes.h"
#include "plugins/meshcore/driver/stamps.h"

namespace meshcore_driver {

// [loop-thread]
class Texts {
 public:
  Texts(const mmx::Host &host, Exchange &exchange, Mirror &mirror, Answers &answers, Publisher &out,
        Scopes &scopes, Stamps &stamps, Estimates &estimates);

  // SEND_TXT_MSG, SEND_CHANNEL_TXT_MSG, SEND_CHANNEL_DATA; the link is up.
  void direct(const AskRef &ask);
  void channel(const AskRef &ask);

  // 0x82.
  void confirmed(std::string_view frame);
  // About once a second.
  void tick();
  // The radio is gone or another one: what was to be sent later will not be.
  void drop_delayed();
  // Another radio: no ack of the former one comes any more.
  void forget_all();

  std::size_t unacknowledged() const { return acks_.unacknowledged(host_.mono_ns()); }
  std::size_t waiting() const { return delayed_.size(); }

 private:
  void send_direct(const AskRef &ask, const meshcore::TextCommand &text,
                   const meshcore::Contact &contact, const PendingAckRef &pending);
  void direct_ended(const AskRef &ask, const meshcore::TextCommand &text, const std::string &key,
                    const PendingAckRef &pending, const Outcome &outcome);
  void publish_direct(const AskRef &ask, const meshcore::TextCommand &text, const std::string &key,
                      std::uint32_t ack);
  void failed(const AskRef &ask, const PendingAckRef &pending, std::uint8_t code,
              std::string_view reason);
  void submit(JobRef job, std::int64_t wait_ns);
  void release();
  void publish_channel(const AskRef &ask);
  std::uint8_t refusal(const AskRef &ask, std::uint8_t slot) const;

  const mmx::Host &host_;
  Exchange &exchange_;
  Mirror &mirror_;
  Answers &answers_;
  Publisher &out_;
  Scopes &scopes_;
  Stamps &stamps_;
  Estimates &estimates_;
  Acks acks_;
  std::multimap<std::int64_t, JobRef> delayed_;  // by when they may go
  mmx::Timer timer_;
};

}  // namespace meshcore_driver
