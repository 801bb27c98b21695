// See drainer.h.
#include "plugins/meshcore/driver/drainer.h"

#include <algorithm>
#include <utility>

#include "plugins/meshcore/codec/bytes.h"

namespace meshcore_driver {

namespace {
constexpr std::size_t kPostsRemembered = 64;
}

void Drainer::drain() {
  if (busy_) {
    again_ = true;
    return;
  }
  ask();
}

void Drainer::ask() {
  busy_ = true;
  again_ = false;
  exchange_.submit(Lane::urgent,
                   make_job(std::string(1, static_cast<char>(meshcore::command::sync_next)),
                            [this](const Outcome &outcome) { answered(outcome); }));
}

void Drainer::answered(const Outcome &outcome) {
  const bool message =
      outcome.good() && !outcome.frame.empty() &&
      static_cast<std::uint8_t>(outcome.frame[0]) != meshcore::response::no_more_messages;
  if (message) {
    keep(outcome.frame, [this] { ask(); });
    return;
  }
  busy_ = false;
  // An unanswered question may have taken a message with it, but others may wait.
  if (std::exchange(again_, false) || outcome.end == Outcome::End::unanswered) {
    if (exchange_.is_open()) ask();
  }
}

// done may be empty. A frame that cannot be read is gone from the radio all the same.
void Drainer::keep(std::string_view frame, std::function<void()> done) {
  const auto proceed = [&] {
    if (done) done();
  };
  const auto message = meshcore::parse_message(frame);
  if (!message) {
    counters_.bad_frames.add();
    proceed();
    return;
  }
  counters_.messages.add();
  if (seen_before(*message)) {
    counters_.duplicates.add();
    proceed();
    return;
  }
  const std::uint8_t code = meshcore::bytes::u8(frame, 0);
  const bool legacy =
      code == meshcore::response::contact_message || code == meshcore::response::channel_message;
  const std::string upgraded = legacy ? meshcore::build_message(*message) : std::string(frame);
  commit_(
      *message, upgraded, done ? std::move(done) : [] {});
}

// A room repeats a post whose acknowledgement was lost, in a packet the radio takes for a new one
// (docs/protocol notes 4.8).
bool Drainer::seen_before(const meshcore::ReceivedMessage &message) {
  if (message.text_type != meshcore::text_type::signed_plain) return false;
  std::string post = message.key_prefix + message.author;
  meshcore::bytes::put32(post, message.timestamp);
  post += message.text;
  if (std::find(posts_.begin(), posts_.end(), post) != posts_.end()) return true;
  if (posts_.size() >= kPostsRemembered) posts_.pop_front();
  posts_.push_back(std::move(post));
  return false;
}

}  // namespace meshcore_driver
