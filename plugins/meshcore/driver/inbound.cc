// See inbound.h.
#include "plugins/meshcore/driver/inbound.h"

#include <utility>

#include "plugins/meshcore/codec/bytes.h"
#include "plugins/meshcore/codec/commands.h"
#include "plugins/meshcore/driver/records.h"

namespace meshcore_driver {

namespace push = meshcore::push;
namespace response = meshcore::response;

void Inbound::publish(std::string_view frame, Visibility visibility) {
  NeutralRecord record;
  describe_event(frame, parts_.mirror.self().public_key, record);
  parts_.out.event(frame, record.get(), visibility);
}

void Inbound::push(std::string_view frame) {
  const meshcore::FrameInfo *info = meshcore::find_frame(meshcore::bytes::u8(frame, 0));
  if (info == nullptr || frame.size() < info->min_size) {
    parts_.counters.bad_frames.add();
    return;
  }
  switch (info->code) {
    case push::advert:
    case push::path_updated:
    case push::new_advert:
      contact_news(frame);
      return;
    case push::contact_deleted:
      if (const auto key = meshcore::push_public_key(frame)) parts_.mirror.contact_gone(*key);
      publish(frame, Visibility::news);
      return;
    case push::send_confirmed:
      parts_.texts.confirmed(frame);
      return;
    case push::message_waiting:
      parts_.drainer.drain();
      return;
    case push::trace_data:
      if (!parts_.commands.trace_result(frame)) publish(frame, Visibility::news);
      return;
    case push::login_success:
    case push::login_fail:
    case push::status_response:
    case push::telemetry_response:
    case push::binary_response:
    case push::path_discovery:
      // What nobody here asked for is known, but is nobody's answer.
      if (!parts_.requests.result(frame)) publish(frame, Visibility::quiet);
      return;
    default:
      publish(frame, Visibility::news);
      return;
  }
}

// Apps answer such a push with a question that is answered from state; so state comes first.
void Inbound::contact_news(std::string_view frame) {
  const auto key = meshcore::push_public_key(frame);
  if (!key) {
    parts_.counters.bad_frames.add();
    return;
  }
  if (pending_count_ >= kMostPending) {
    parts_.counters.dropped.add();
    return;
  }
  ++pending_count_;
  auto &waiting = pending_[std::string(*key)];
  waiting.emplace_back(frame);
  if (waiting.size() > 1) return;
  parts_.reader.read_contact(*key, Lane::urgent, [this, held = std::string(*key)] {
    const auto told = std::exchange(pending_[held], {});
    pending_.erase(held);
    pending_count_ -= told.size();
    for (const std::string &each : told) publish(each, Visibility::news);
  });
}

void Inbound::link_lost() {
  pending_.clear();
  pending_count_ = 0;
}

void Inbound::overheard(std::string_view frame) {
  parts_.counters.unasked.add();
  switch (meshcore::bytes::u8(frame, 0)) {
    case response::contact_message:
    case response::channel_message:
    case response::contact_message_v3:
    case response::channel_message_v3:
    case response::channel_data:
      parts_.drainer.overheard(frame);
      return;
    case response::self_info:
      // The driver has looked whose it is, but not at what came before it knew that itself.
      if (const auto self = meshcore::parse_self_info(frame)) {
        if (self->public_key == parts_.mirror.self().public_key) parts_.mirror.put(frame);
      }
      return;
    case response::time:
    case response::ok:
    case response::error:
      return;
    default:
      parts_.mirror.put(frame);
      return;
  }
}

}  // namespace meshcore_driver
