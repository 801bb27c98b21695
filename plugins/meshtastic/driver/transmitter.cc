// See transmitter.h. Here: what goes to the radio. transmitter_fates.cc has what comes back.
#include "plugins/meshtastic/driver/transmitter.h"

#include <algorithm>
#include <limits>
#include <string>

#include "plugins/meshtastic/codec/answer.h"
#include "plugins/meshtastic/codec/build.h"
#include "plugins/meshtastic/codec/restore.h"
#include "plugins/meshtastic/driver/records.h"

namespace meshtastic_driver {

namespace {

namespace port = meshtastic::port;
namespace queue_res = meshtastic::queue_res;
namespace routing_error = meshtastic::routing_error;

// Messages held back until a forgotten contact is back on the radio.
constexpr std::size_t kMostAwaitingContact = 16;
// An accepted packet outlives a short outage, a long one not.
constexpr std::int64_t kKeptWithoutLinkNs = kMinuteNs;
constexpr std::int64_t kOwnPatienceNs = 5 * kSecondNs;
// How long a fate may still come in; the radio itself gives up within two minutes.
constexpr std::int64_t kFateNs = 10 * kMinuteNs;
constexpr std::int64_t kNoFateNs = 2 * kMinuteNs;
constexpr std::int64_t kLookAgainNs = 100 * kMillisecondNs;
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

}  // namespace

Transmitter::Transmitter(const mmx::Host &host, const Settings &settings, Link &link,
                         Mirror &mirror, Publisher &out, Counters &counters,
                         std::function<void(const AdminEffects &)> effects)
    : host_(host),
      link_(link),
      mirror_(mirror),
      out_(out),
      counters_(counters),
      effects_(std::move(effects)),
      queue_(settings.pacing_ns),
      timer_(host, [this] { pump(); }) {}

void Transmitter::open() {
  open_ = true;
  held_ = false;
  pump();
}

void Transmitter::hold(bool held) {
  held_ = held;
  if (!held) pump();
}

void Transmitter::close() {
  if (!open_ && window_.empty()) return;
  open_ = held_ = false;
  timer_.stop();
  queue_.link_reset();
  std::vector<CommandRef> out = window_.reset();
  // First the driver's own, because messages may hang on one.
  for (const CommandRef &command : std::exchange(own_out_, {})) {
    finish_own(command, OwnEnd::unanswered, nullptr);
  }
  queue_.take_if([](const Command &command) { return command.own(); });
  // Whether they arrived is unknown. A packet may go twice under one id, the mesh shows it once; a
  // change of settings may not.
  for (auto each = out.rbegin(); each != out.rend(); ++each) {
    if ((*each)->own()) continue;
    if ((*each)->self_admin || !(*each)->is_packet) {
      fail(*each, routing_error::timeout);
    } else {
      queue_.push_front(*each);
    }
  }
  const auto about_radio = [](const Command &command) {
    return command.self_admin || !command.is_packet;
  };
  for (const CommandRef &command : queue_.take_if(about_radio)) {
    fail(command, routing_error::no_interface);
  }
  counters_.set_queued(queue_.size());
}

void Transmitter::forget_all() {
  close();
  for (const CommandRef &command : queue_.take_if([](const Command &) { return true; })) {
    fail(command, routing_error::no_interface);
  }
  ids_.clear([this](const CommandRef &command) { forgotten(command); });
  told_full_.clear();
  file_command_ = nullptr;
}

Receipt Transmitter::receipt(std::int64_t status, std::int32_t res, const Command &command) {
  const bool room = res != queue_res::full && queue_.has_room(command, 1);
  if (!room) told_full_.insert(command.flow());
  return {status, res, room ? static_cast<std::uint32_t>(queue_.free()) : 0, TxQueue::kCapacity};
}

void Transmitter::keep_for_later(const CommandRef &command) {
  if (!command->is_packet) return;
  command->expires_ns = kNever;
  ids_.assign(command, command->original_id, [this] { return random(); });
  if (command->original_id != 0 && command->original_id != command->wire_id) {
    counters_.renamed.add();
  }
}

void Transmitter::submit(const CommandRef &command) {
  if (!open_) return refuse_away(command);
  // A newer position may need no room of its own; the queue decides.
  const bool position = command->rate == meshtastic::RateClass::position;
  const bool contact = needs_contact(*command);
  if ((!position && !queue_.has_room(*command, 1)) ||
      (contact && awaiting_contact_ >= kMostAwaitingContact)) {
    return refuse_full(command);
  }
  keep_for_later(command);
  if (contact) {
    out_.receipt(*command, receipt(MMX_DELIVERY_QUEUED, queue_res::ok, *command), Last::no);
    return add_contact_first(command);
  }
  enqueue(command);
  if (!command->answered) {
    out_.receipt(*command, receipt(MMX_DELIVERY_QUEUED, queue_res::ok, *command), Last::no);
  }
  pump();
}

void Transmitter::enqueue(const CommandRef &command) {
  command->queued_ns = host_.mono_ns();
  CommandRef replaced;
  if (queue_.push(command, &replaced) == Push::full) {
    refuse_full(command);
    command->answered = true;
    return;
  }
  if (replaced == nullptr) return;
  replaced->answered = true;
  replaced->expires_ns = 0;
  out_.receipt(*replaced, receipt(MMX_DELIVERY_DONE, queue_res::ok, *replaced), Last::yes);
}

void Transmitter::submit_edit(const std::vector<CommandRef> &commands) {
  const CommandRef &commit = commands.back();
  if (!open_ || !queue_.has_room(*commit, commands.size())) {
    for (const CommandRef &command : commands) {
      if (command != commit) fail(command, routing_error::no_interface);
    }
    return open_ ? refuse_full(commit) : refuse_away(commit);
  }
  for (const CommandRef &command : commands) {
    command->queued_ns = host_.mono_ns();
    queue_.push(command, nullptr);
  }
  out_.receipt(*commit, receipt(MMX_DELIVERY_QUEUED, queue_res::ok, *commit), Last::no);
  pump();
}

void Transmitter::acknowledge_early(const CommandRef &command) {
  command->acked_early = true;
  out_.receipt(*command, receipt(MMX_DELIVERY_QUEUED, queue_res::ok, *command), Last::no);
  if (command->wants_word()) routing_to_app(*command, routing_error::none, Last::no);
}

void Transmitter::refuse_full(const CommandRef &command) {
  counters_.refused.add();
  command->answered = true;
  command->expires_ns = 0;
  if (command->wire_id == 0) command->wire_id = command->original_id;
  out_.receipt(*command, receipt(MMX_DELIVERY_REFUSED, queue_res::full, *command), Last::yes);
}

void Transmitter::refuse_away(const CommandRef &command) {
  counters_.refused.add();
  command->expires_ns = 0;
  if (command->wire_id == 0) command->wire_id = command->original_id;
  const Receipt away = {MMX_DELIVERY_REFUSED, queue_res::no_interfaces,
                        static_cast<std::uint32_t>(queue_.free()), TxQueue::kCapacity};
  out_.receipt(*command, away, command->is_packet ? Last::no : Last::yes);
  if (command->is_packet) routing_to_app(*command, routing_error::no_interface, Last::yes);
  command->answered = true;
}

void Transmitter::carry_out(const CommandRef &command, std::uint32_t error) {
  if (command->wire_id == 0) command->wire_id = command->original_id;
  const bool word = command->wants_word() || error != routing_error::none;
  out_.receipt(*command, receipt(MMX_DELIVERY_DONE, queue_res::ok, *command),
               word ? Last::no : Last::yes);
  if (word) routing_to_app(*command, error, Last::yes);
  command->answered = true;
}

void Transmitter::ask(const pb::AdminMessage &message,
                      std::function<void(OwnEnd, const pb::AdminMessage *)> done) {
  auto command = std::make_shared<Command>();
  const bool reads = is_read(message);
  const std::string bytes = meshtastic::build_admin(mirror_.own(), 0, message,
                                                    {.want_response = reads, .want_ack = !reads});
  command->message.ParseFromString(bytes);
  command->is_packet = command->self_admin = true;
  command->done = std::move(done);
  command->queued_ns = host_.mono_ns();
  if (!open_) return finish_own(command, OwnEnd::unanswered, nullptr);
  keep_for_later(command);
  own_out_.push_back(command);
  queue_.push(command, nullptr);
  pump();
}

void Transmitter::session_ended(std::uint32_t origin, std::uint64_t session) {
  const Flow flow(origin, session);
  told_full_.erase(flow);
  if (file_command_ != nullptr && file_command_->flow() == flow) file_command_ = nullptr;
}

void Transmitter::heartbeat() {
  if (link_.send(meshtastic::build_heartbeat())) window_.heartbeat_sent(host_.mono_ns());
}

// The radio encrypts a direct message with the peer's key if it knows one; its node list is shorter
// than ours, and without the key it refuses (docs/protocol notes 2.9).
bool Transmitter::needs_contact(const Command &command) const {
  if (!command.is_packet || command.own() || !command.packet().has_decoded()) return false;
  const pb::MeshPacket &packet = command.packet();
  switch (packet.decoded().portnum()) {
    case port::traceroute:
    case port::nodeinfo:
    case port::routing:
    case port::position:
      return false;
    default:
      break;
  }
  if (packet.to() == mirror_.own() || mirror_.radio_has(packet.to())) return false;
  const auto node = mirror_.node(packet.to());
  return node && node->user().public_key().size() == 32;
}

void Transmitter::add_contact_first(const CommandRef &command) {
  ++awaiting_contact_;
  const std::uint32_t number = command->packet().to();
  pb::AdminMessage message;
  message.mutable_add_contact()->set_node_num(number);
  *message.mutable_add_contact()->mutable_user() = mirror_.node(number)->user();
  ask(message, [this, command, number](OwnEnd end, const pb::AdminMessage *) {
    --awaiting_contact_;
    if (end == OwnEnd::answered) mirror_.radio_holds(number);
    enqueue(command);
    pump();
  });
}

// A section comes back from an app without the secrets it never saw; the radio would forget them.
bool Transmitter::complete_secrets(const CommandRef &command, std::string &bytes) {
  if (!command->self_admin || command->withheld == 0) return true;
  const auto key = meshtastic::restore_needs(bytes);
  if (!key) return true;
  std::string restored;
  switch (meshtastic::restore_secrets(bytes, command->withheld, mirror_.payload(*key), restored)) {
    case meshtastic::Restored::unchanged:
      return true;
    case meshtastic::Restored::changed:
      bytes = std::move(restored);
      return true;
    default:
      return false;
  }
}

// False: the link cannot take it.
bool Transmitter::transmit(const CommandRef &command) {
  if (command->is_packet) {
    command->message.mutable_packet()->set_id(command->wire_id);
    command->message.mutable_packet()->set_from(0);
  }
  std::string bytes = command->message.SerializeAsString();
  if (!complete_secrets(command, bytes)) {
    host_.log(MMX_LOG_WARN,
              "a settings section was not written: the secrets it lacks are not known here",
              command->session);
    queue_.admin_done(*command);
    fail(command, routing_error::not_authorized);
    return true;
  }
  if (!link_.send(bytes)) return false;
  const std::int64_t now = host_.mono_ns();
  ++command->attempts;
  // What the driver asks may wait long in the queue; its patience begins here.
  if (command->own()) command->queued_ns = now;
  if (!command->is_packet) {
    if (command->message.has_xmodem_packet()) file_command_ = command;
    out_.receipt(*command, receipt(MMX_DELIVERY_SENT, queue_res::ok, *command),
                 file_command_ == command ? Last::no : Last::yes);
    return true;
  }
  command->expires_ns = now + (command->wants_word() ? kFateNs : kNoFateNs);
  window_.sent(command, now);
  return true;
}

void Transmitter::pump() {
  while (open_ && !held_) {
    const CommandRef command = queue_.pop(host_.mono_ns(), window_.has_room());
    if (command == nullptr) break;
    if (!transmit(command)) {
      queue_.push_front(command);
      break;
    }
  }
  if (open_ && !held_ && window_.should_ask(host_.mono_ns(), queue_.size() > 0)) heartbeat();
  offer_room();
  counters_.set_queued(queue_.size());
  schedule();
}

void Transmitter::schedule() {
  if (!open_ || held_) return timer_.stop();
  const std::int64_t now = host_.mono_ns();
  std::optional<std::int64_t> next = queue_.next_time(now, window_.has_room());
  if (!window_.empty() || (queue_.size() > 0 && !window_.has_room())) {
    next = std::min(next.value_or(kNever), now + kLookAgainNs);
  }
  if (next) {
    timer_.start(std::max<std::int64_t>(*next - now, kMillisecondNs));
  } else {
    timer_.stop();
  }
}

// Tells sessions that ran into a full queue that they may go on.
void Transmitter::offer_room() {
  Command like;
  const std::size_t before = told_full_.size();
  std::erase_if(told_full_, [&](const Flow &flow) {
    like.origin = flow.first;
    like.session = flow.second;
    return queue_.has_room(like, 1);
  });
  if (told_full_.size() == before) return;
  out_.event(meshtastic::build_queue_status(
                 queue_res::ok, static_cast<std::uint32_t>(queue_.free()), TxQueue::kCapacity, 0),
             nullptr, Visibility::news);
}

void Transmitter::tick() {
  const std::int64_t now = host_.mono_ns();
  for (const CommandRef &command : window_.overdue(now)) accepted(command);
  ids_.expire(now, [this](const CommandRef &command) { forgotten(command); });
  const auto late = [&](const CommandRef &command) {
    return now - command->queued_ns >= (command->attempts > 0 ? kOwnPatienceNs : kMinuteNs);
  };
  while (!own_out_.empty() && late(own_out_.front())) {
    const CommandRef command = own_out_.front();
    own_out_.pop_front();
    queue_.take_if([&](const Command &waiting) { return &waiting == command.get(); });
    finish_own(command, OwnEnd::unanswered, nullptr);
  }
  if (!open_) {
    const auto stale = [&](const Command &command) {
      return now - command.queued_ns >= kKeptWithoutLinkNs;
    };
    for (const CommandRef &command : queue_.take_if(stale)) {
      fail(command, routing_error::no_interface);
    }
  }
  pump();
}

}  // namespace meshtastic_driver
