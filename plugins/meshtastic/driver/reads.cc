// See reads.h.
#include "plugins/meshtastic/driver/reads.h"

#include <algorithm>

#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/tables.h"

namespace meshtastic_driver {

using meshtastic::Section;
using meshtastic::StateKey;
using Admin = pb::AdminMessage;

void Reads::read_answers() {
  read({Section::answer, Admin::kGetCannedMessageModuleMessagesResponse});
  read({Section::answer, Admin::kGetRingtoneResponse});
  read({Section::answer, Admin::kGetOwnerResponse});
  read({Section::answer, Admin::kGetDeviceConnectionStatusResponse});
  read({Section::answer, Admin::kGetNodeRemoteHardwarePinsResponse});
  read({Section::answer, Admin::kGetDeviceMetadataResponse});
}

void Reads::read(StateKey key) {
  if (!meshtastic::request_for(key)) return;
  if (std::find(waiting_.begin(), waiting_.end(), key) != waiting_.end()) return;
  waiting_.push_back(key);
  if (!busy_) next();
}

void Reads::give_up() { waiting_.clear(); }

void Reads::next() {
  if (waiting_.empty()) return;
  const StateKey key = waiting_.front();
  waiting_.pop_front();
  busy_ = true;
  transmitter_.ask(*meshtastic::request_for(key),
                   [this, key](OwnEnd end, const Admin *message) { ended(key, end, message); });
}

void Reads::ended(StateKey key, OwnEnd end, const Admin *message) {
  busy_ = false;
  if (end == OwnEnd::answered && message != nullptr) {
    remember(*message);
    // The owner is part of the own node's record; after a dump that already says so.
    if (key.section == Section::own_node && message->has_get_owner_response()) {
      mirror_.edit_node(mirror_.own(), [&](pb::NodeInfo &node) {
        const pb::User before = node.user();
        *node.mutable_user() = message->get_owner_response();
        pb::User &user = *node.mutable_user();
        if (user.id().empty()) user.set_id(before.id());
        if (user.macaddr().empty()) user.set_macaddr(before.macaddr());
        if (user.public_key().empty()) user.set_public_key(before.public_key());
      });
    }
  } else if (transmitter_.is_open()) {
    remember_empty(key);
  }
  next();
}

void Reads::keep_answer(std::uint32_t member, const std::string &admin_payload) {
  // Without ids, times and passkey the same answer is the same record.
  mirror_.put({Section::answer, member},
              meshtastic::build_admin_response(mirror_.own(), 0, 0, admin_payload, 0));
}

void Reads::remember(const Admin &message) {
  const std::uint32_t member = meshtastic::admin_member(message);
  switch (member) {
    case Admin::kGetCannedMessageModuleMessagesResponse:
    case Admin::kGetRingtoneResponse:
    case Admin::kGetOwnerResponse:
    case Admin::kGetDeviceConnectionStatusResponse:
    case Admin::kGetNodeRemoteHardwarePinsResponse:
    case Admin::kGetDeviceMetadataResponse: {
      Admin kept = message;
      kept.clear_session_passkey();
      keep_answer(member, kept.SerializeAsString());
      break;
    }
    default:
      break;  // settings are taken over where the answer arrives
  }
}

void Reads::remember_empty(StateKey key) {
  if (key.section != Section::answer || mirror_.payload(key)) return;
  const auto request = meshtastic::request_for(key);
  const auto empty = meshtastic::answer_from_record(*request, std::nullopt);
  if (empty) keep_answer(key.sub, *empty);
  host_.log(MMX_LOG_DEBUG, "the radio does not answer a read; the answer is taken as empty");
}

}  // namespace meshtastic_driver
