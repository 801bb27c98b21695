// Implements the commands of apps. Must not decide what is allowed.
#include "plugins/vnode/meshtastic/commands.h"

#include <algorithm>

#include "meshmux/record.hpp"
#include "meshmux/units.hpp"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/tables.h"
#include "plugins/meshtastic/codec/wire.h"

namespace meshtastic_vnode {

namespace {

namespace queue_res = meshtastic::queue_res;
namespace routing_error = meshtastic::routing_error;

// An app learns within this time that its packet was taken, even if the source is silent.
constexpr std::int64_t kStatusDueNs = 200 * mmx::kMillisecondNs;
// After an inbox was full: nobody reports when it is not, so the app is told to try again.
constexpr std::int64_t kRoomAgainNs = 500 * mmx::kMillisecondNs;
// The firmware's transmit queue, until the source has said otherwise.
constexpr std::uint32_t kDefaultRoom = 16;

std::int32_t native_status(const mmx_record *receipt) {
  if (const auto native = mmx::get_int(receipt, MMX_FIELD_NATIVE_STATUS))
    return static_cast<std::int32_t>(*native);
  switch (mmx::get_int(receipt, MMX_FIELD_STATUS).value_or(MMX_DELIVERY_INVALID)) {
    case MMX_DELIVERY_REFUSED:
      return queue_res::full;
    case MMX_DELIVERY_FAILED:  // the source itself went away
      return queue_res::no_interfaces;
    default:
      return queue_res::ok;
  }
}

// Only these answer an app; all else a source may say in a reply is its own traffic.
bool may_answer(std::string_view payload) {
  switch (meshtastic::from_radio_member(payload)) {
    case meshtastic::from_radio::packet: {
      const auto from = meshtastic::wire::at(payload, {meshtastic::from_radio::packet, 1});
      return from && from->value != 0;
    }
    case meshtastic::from_radio::client_notification:
    case meshtastic::from_radio::xmodem:
      return true;
    default:
      return false;
  }
}

}  // namespace

Commands::Commands(const mmx::Host &host, SessionTable &sessions, Answers &answers,
                   Counters &counters)
    : host_(host),
      sessions_(sessions),
      answers_(answers),
      counters_(counters),
      status_due_(host, [this] { overdue(); }),
      room_again_(host, [this] { tell_room(); }),
      free_(kDefaultRoom),
      max_(kDefaultRoom) {}

void Commands::submit(AppSession &session, meshtastic::pb::ToRadio &message,
                      std::string_view payload) {
  if (message.has_packet())
    submit_packet(session, message, payload);
  else
    submit_other(session, message, payload);
}

void Commands::submit_packet(AppSession &session, meshtastic::pb::ToRadio &message,
                             std::string_view payload) {
  counters_.packets.add();
  meshtastic::pb::MeshPacket &packet = *message.mutable_packet();
  bool rebuilt = false;
  if (packet.id() == 0) {
    packet.set_id(answers_.new_packet_id());
    rebuilt = true;
  }
  if (session.ids && packet.has_decoded())
    rebuilt = session.ids->to_radio(*packet.mutable_decoded()) || rebuilt;
  std::uint64_t command = 0;
  const std::uint32_t verdict = rebuilt ? publish(session, message.SerializeAsString(), &command)
                                        : publish(session, payload, &command);
  switch (verdict) {
    case MMX_VERDICT_ACCEPTED:
      remember(command, session, packet.id());
      return;
    case MMX_VERDICT_LOCAL:
      status(session, queue_res::ok, free_, packet.id());
      answers_.local(session, packet);
      return;
    case MMX_VERDICT_DENIED:
      counters_.denied.add();
      status(session, queue_res::ok, free_, packet.id());
      answers_.routing(session, packet, routing_error::not_authorized);
      return;
    case MMX_VERDICT_LIMITED:
      counters_.refused.add();
      status(session, queue_res::ok, free_, packet.id());
      answers_.routing(session, packet, routing_error::rate_limit_exceeded);
      return;
    case MMX_VERDICT_FULL:
      counters_.refused.add();
      status(session, queue_res::full, 0, packet.id());
      room_again_.start(kRoomAgainNs);
      return;
    case MMX_VERDICT_INVALID:
      counters_.bad_frames.add();
      status(session, static_cast<std::int32_t>(routing_error::bad_request), free_, packet.id());
      answers_.routing(session, packet, routing_error::bad_request);
      return;
    default:
      counters_.refused.add();
      status(session, queue_res::no_interfaces, free_, packet.id());
      answers_.routing(session, packet, routing_error::no_interface);
      return;
  }
}

// File transfer, MQTT and what firmware newer than this code may know: the protocol has no answer
// to a refusal.
void Commands::submit_other(AppSession &session, const meshtastic::pb::ToRadio &message,
                            std::string_view payload) {
  std::uint64_t command = 0;
  switch (publish(session, payload, &command)) {
    case MMX_VERDICT_ACCEPTED:
      return;
    case MMX_VERDICT_INVALID:
      counters_.bad_frames.add();
      return;
    case MMX_VERDICT_DENIED:
    case MMX_VERDICT_LOCAL:
      counters_.denied.add();
      break;
    default:
      counters_.refused.add();
      break;
  }
  // Of what is no packet, only a file transfer waits for a word.
  if (message.has_xmodem_packet()) answers_.frame(session, meshtastic::build_transfer_cancelled());
}

std::uint32_t Commands::publish(const AppSession &session, std::string_view payload,
                                std::uint64_t *id) {
  mmx_publish what = mmx::make_publish(MMX_KIND_TX);
  what.session = session.id();
  what.payload = mmx::bytes(payload);
  mmx_published made{};
  made.struct_size = sizeof made;
  if (host_.publish(what, &made) != MMX_OK) return MMX_VERDICT_NO_SOURCE;
  *id = made.id;
  return made.verdict;
}

void Commands::remember(std::uint64_t command, AppSession &session, std::uint32_t packet_id) {
  if (open_.size() == kOpenLimit) {
    while (open_.count(oldest_.front()) == 0) oldest_.pop_front();
    Open &forgotten = open_.find(oldest_.front())->second;
    if (!forgotten.told) tell(forgotten, queue_res::ok, free_);
    open_.erase(oldest_.front());
  }
  if (oldest_.size() >= 2 * kOpenLimit)
    std::erase_if(oldest_, [this](std::uint64_t each) { return open_.count(each) == 0; });
  oldest_.push_back(command);
  open_[command] = {session.id(), packet_id};
  ++untold_;
  ++session.waiting;
  deadlines_.push_back({host_.mono_ns() + kStatusDueNs, command});
  if (!status_due_.armed()) status_due_.start(kStatusDueNs);
}

void Commands::reply(const mmx_message &message) {
  AppSession *session = sessions_.find(message.session);
  const auto found = open_.find(message.cause);
  if (message.record != nullptr && message.record->type == MMX_RECORD_RECEIPT)
    receipt(message, session, found != open_.end() ? &found->second : nullptr);
  const std::string_view payload = mmx::view(message.payload);
  if (!payload.empty()) {
    if (found != open_.end()) found->second.answered = true;
    if (session == nullptr) {
      counters_.dropped.add();
    } else if (may_answer(payload)) {
      answers_.frame(*session, payload);
    } else {
      counters_.hidden.add();
    }
  }
  if (found == open_.end() || (message.flags & MMX_MESSAGE_FINAL) == 0) return;
  if (!found->second.told) tell(found->second, queue_res::ok, free_);
  open_.erase(found);
}

void Commands::receipt(const mmx_message &message, AppSession *session, Open *open) {
  const std::uint32_t free = learn_room(message.record);
  const std::int32_t res = native_status(message.record);
  const bool failed = res == queue_res::full || res == queue_res::no_interfaces;
  if (failed) counters_.refused.add();
  if (session != nullptr) map_ids(*session, message.record);
  if (open == nullptr) return;
  const bool late = open->told;
  if (!late) tell(*open, res, free);
  // A source that brings a Routing error of its own does so in a further reply. A full queue at the
  // first word is no error: the app sends again.
  const bool last = (message.flags & MMX_MESSAGE_FINAL) != 0 && mmx::view(message.payload).empty();
  if (session != nullptr && failed && last && !open->answered &&
      (late || res == queue_res::no_interfaces))
    fail(*session, open->packet_id, res);
}

void Commands::tell(Open &open, std::int32_t res, std::uint32_t free) {
  open.told = true;
  --untold_;
  AppSession *session = sessions_.find(open.session);
  if (session == nullptr) return;
  status(*session, res, free, open.packet_id);
  settle(*session);
}

void Commands::fail(AppSession &session, std::uint32_t packet_id, std::int32_t res) {
  meshtastic::pb::MeshPacket packet;
  packet.set_id(packet_id);
  answers_.routing(
      session, packet,
      res == queue_res::full ? routing_error::rate_limit_exceeded : routing_error::no_interface);
}

// What a receipt says of room concerns its session: another may well have some. Returns that.
std::uint32_t Commands::learn_room(const mmx_record *receipt) {
  if (const auto max = mmx::get_int(receipt, MMX_FIELD_QUEUE_MAX))
    max_ = static_cast<std::uint32_t>(std::max<std::int64_t>(*max, 0));
  const auto free = mmx::get_int(receipt, MMX_FIELD_QUEUE_FREE);
  if (!free) return free_;
  if (*free <= 0) return 0;
  free_ = static_cast<std::uint32_t>(*free);
  return free_;
}

void Commands::map_ids(AppSession &session, const mmx_record *receipt) {
  const auto original = mmx::get_int(receipt, MMX_FIELD_ORIGINAL_ID);
  const auto wire = mmx::get_int(receipt, MMX_FIELD_NATIVE_ID);
  if (!original || !wire || *original == 0 || *original == *wire) return;
  if (!session.ids) {
    session.ids = std::make_unique<IdMap>();
    remapped_.push_back(&session);
  }
  session.ids->add(static_cast<std::uint32_t>(*original), static_cast<std::uint32_t>(*wire));
}

void Commands::queue_status(std::string_view payload) {
  meshtastic::pb::FromRadio message;
  if (!message.ParseFromArray(payload.data(), static_cast<int>(payload.size()))) return;
  free_ = message.queue_status().free();
  if (message.queue_status().maxlen() != 0) max_ = message.queue_status().maxlen();
  if (free_ > 0) tell_room();
}

void Commands::sign_of_life(AppSession &session) { status(session, queue_res::ok, free_, 0); }

void Commands::status(AppSession &session, std::int32_t res, std::uint32_t free,
                      std::uint32_t packet_id) {
  if (session.closing) return;
  if (session.told_zero != (free == 0)) {
    session.told_zero = free == 0;
    session.told_zero ? ++told_zero_ : --told_zero_;
  }
  answers_.tell(session, meshtastic::build_queue_status(res, free, max_, packet_id));
}

// Only sessions that were told 0 wait for more; to the others it would be a stray completion.
void Commands::tell_room() {
  if (told_zero_ == 0 || free_ == 0) return;
  sessions_.each([this](AppSession &session) {
    if (session.told_zero && !session.closing) sign_of_life(session);
  });
}

void Commands::overdue() {
  const std::int64_t now = host_.mono_ns();
  while (!deadlines_.empty() && deadlines_.front().first <= now) {
    const auto found = open_.find(deadlines_.front().second);
    deadlines_.pop_front();
    if (found != open_.end() && !found->second.told) tell(found->second, queue_res::ok, free_);
  }
  if (!deadlines_.empty()) status_due_.start(deadlines_.front().first - now);
}

void Commands::settle(AppSession &session) {
  if (session.waiting > 0) --session.waiting;
  // An app that says no more has been told everything it may still wait for.
  if (session.eof && session.waiting == 0 && !session.asked()) {
    session.closing = true;
    session.close();
  }
}

void Commands::forget(AppSession &session) {
  if (session.told_zero) --told_zero_;
  session.told_zero = false;
  std::erase(remapped_, &session);
  session.ids.reset();
}

void Commands::reset() {
  open_.clear();
  oldest_.clear();
  deadlines_.clear();
  untold_ = 0;
  status_due_.stop();
  link_changed();
}

void Commands::link_changed() {
  free_ = max_;
  tell_room();
}

}  // namespace meshtastic_vnode
