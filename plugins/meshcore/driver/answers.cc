// See answers.h.
#include "plugins/meshcore/driver/answers.h"

#include "plugins/meshcore/codec/model.h"

namespace meshcore_driver {

void Answers::promise(const AskRef &ask, std::function<void()> late) {
  if (ask->answered) return;
  promises_.push_back({host_.mono_ns() + kPromiseNs, ask, std::move(late)});
  if (!timer_.armed()) timer_.start(kPromiseNs);
}

void Answers::due() {
  const std::int64_t now = host_.mono_ns();
  while (!promises_.empty()) {
    const Promise &first = promises_.front();
    if (!first.ask->answered && first.due_ns > now) {
      timer_.start(first.due_ns - now);
      return;
    }
    const Promise promise = std::move(promises_.front());
    promises_.pop_front();
    if (promise.ask->answered) continue;
    if (promise.late) promise.late();
    if (promise.ask->answered) continue;
    if (promise.ask->accepted.empty()) {
      error(promise.ask, meshcore::error::bad_state);
    } else {
      say(promise.ask, promise.ask->accepted, Last::yes);
    }
  }
}

void Answers::say(const AskRef &ask, std::string_view frame, Last last, const mmx_record *record) {
  if (ask->ended) return;
  ask->answered = true;
  ask->ended = last == Last::yes;
  out_.reply(ask->id, frame, record, last);
}

void Answers::ok(const AskRef &ask) { say(ask, meshcore::build_ok(), Last::yes); }

void Answers::error(const AskRef &ask, std::uint8_t code) {
  if (ask->ended) return;
  (code == meshcore::error::table_full || code == meshcore::error::bad_state ? counters_.refused
                                                                             : counters_.failed)
      .add();
  say(ask, meshcore::build_error(code), Last::yes);
}

}  // namespace meshcore_driver
