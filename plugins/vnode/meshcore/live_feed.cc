// Implements the live feed. Must not know answers.
#include "plugins/vnode/meshcore/live_feed.h"

#include <vector>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/codec/frame.h"

namespace meshcore_vnode {

namespace {

namespace push = meshcore::push;
namespace response = meshcore::response;

// The code of a frame that could be shown to an app, or of none that exists.
std::uint8_t readable_code(std::string_view payload) {
  const meshcore::FrameInfo *info = meshcore::frame_of(payload);
  const bool fits =
      info != nullptr && payload.size() >= info->min_size && payload.size() <= meshcore::max_frame;
  return fits ? info->code : std::uint8_t{0xFF};
}

bool is_message(std::uint8_t code) {
  return code == response::contact_message_v3 || code == response::channel_message_v3 ||
         code == response::channel_data;
}

// What concerns every app (docs/protocol notes 2.7); answers to requests come as replies.
bool is_for_all(std::uint8_t code) {
  switch (code) {
    case push::advert:
    case push::path_updated:
    case push::raw_data:
    case push::trace_data:
    case push::new_advert:
    case push::control_data:
    case push::contact_deleted:
    case push::contacts_full:
      return true;
    default:
      return false;
  }
}

}  // namespace

void LiveFeed::rx(const mmx_message &message) {
  if ((message.flags & MMX_MESSAGE_QUIET) != 0) return;
  const std::string_view payload = mmx::view(message.payload);
  const std::uint8_t code = readable_code(payload);
  if (is_message(code))
    queue(message, 0);
  else if (code == push::log_rx_data)
    raw_.show(payload);
  else if (is_for_all(code))
    show(payload, 0);
  else
    counters_.hidden.add();
}

void LiveFeed::sent(const mmx_message &message) {
  const std::string_view payload = mmx::view(message.payload);
  const std::uint8_t code = readable_code(payload);
  // A direct text has no form in which another app could be shown it (docs/protocol notes 2.7).
  if (code == response::channel_message_v3 || code == response::channel_data)
    queue(message, message.session);
  else if (code == push::advert || code == push::path_updated || code == push::contact_deleted)
    show(payload, message.session);
}

void LiveFeed::queue(const mmx_message &message, std::uint64_t sender) {
  mailboxes_.add(message, sender);
  announce();
}

void LiveFeed::announce() {
  sessions_.each([this](AppSession &session) { local_.announce(session); });
}

void LiveFeed::show(std::string_view payload, std::uint64_t sender) {
  std::vector<vnode::Session *> except;
  AppSession *session = sender != 0 ? sessions_.find(sender) : nullptr;
  if (session != nullptr && session->follows()) except.push_back(session);
  const auto header = meshcore::frame_header(meshcore::to_app_mark, payload.size());
  if (!fanout_.publish({header.data(), header.size()}, payload, except)) return;
  counters_.live_frames.add();
  counters_.deliveries.add(fanout_.followers() - except.size());
}

}  // namespace meshcore_vnode
